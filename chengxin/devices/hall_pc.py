"""`chengxin device`: one hall PC from its enrolment on, and every start after that.

    the hall's device page ──code (QR)──▶ enrol ──▶ key and settings on this PC ──▶ run

The PC makes its own key pair; the private half never leaves it.  The one-time code that an officer
took from the device page is what makes the server accept the public half, under the id that the
officer had chosen.  A lost answer does no harm: the same PC may send the same code again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import httpx
import structlog

from chengxin.core.refusal import Trouble
from chengxin.devices.agent import Agent, client_of
from chengxin.devices.printing.jobs import Jobs
from chengxin.devices.printing.lines import BAUD
from chengxin.devices.printing.printer import PrinterSettings, TicketPrinter
from chengxin.devices.signing import DeviceKey
from chengxin.devices.station import Station

NEW_KEY = "new.key"  # made, but its device id is not known yet

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class HallPC:
    """What this PC needs to know to start by itself; kept in `device.json` beside its key."""

    server: str = ""
    device_id: str = ""
    card_port: str = ""  # "/dev/ttyUSB0", "COM3"
    printer_port: str = ""  # printing.lines.dial
    paper: int = 58
    chinese_font: bool = True
    draws_qr: bool = True
    baud: int = BAUD  # of a printer on a serial line
    camera: str = ""  # "0", "/dev/video0": who stands there
    document_camera: str = ""  # "1", "/dev/video2": 高拍仪

    @classmethod
    def load(cls, folder: Path) -> HallPC:
        """The settings in `folder`, empty ones where there are none; `Trouble` for wrong ones."""
        file = folder / "device.json"
        if not file.exists():
            return cls()
        kinds = {field.name: type(field.default) for field in fields(cls)}
        try:
            told = json.loads(file.read_text("utf-8"))
            if not all(type(value) is kinds[name] for name, value in told.items()):
                raise ValueError
            return cls(**told)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Trouble(
                f"{file} does not hold a device's settings; remove it and enrol this PC again."
            ) from error

    def told(self, said: Mapping[str, str | int | bool | None]) -> HallPC:
        """With what was said on the command line; None changes nothing."""
        known = {name: value for name, value in said.items() if value is not None}
        return replace(self, **known)  # type: ignore[arg-type]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / "device.new"
        fresh.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n", "utf-8")
        fresh.replace(folder / "device.json")

    @property
    def printer(self) -> PrinterSettings | None:
        if not self.printer_port:
            return None
        try:
            return PrinterSettings(
                self.printer_port, self.paper, self.chinese_font, self.draws_qr, self.baud
            )
        except ValueError as error:
            raise Trouble(f"The printer's {error}.") from error


def key_file(folder: Path, device_id: str) -> Path:
    return folder / f"{device_id}.key"


def invitation(text: str) -> tuple[str, str]:
    """(server, code) of what the QR on the device page says; the server is "" for a bare code."""
    server, mark, code = text.strip().rpartition("#")
    if not code or any(sign.isspace() for sign in code) or (mark and not server):
        raise Trouble("This is no enrolment code; scan or copy it whole from the device page.")
    return server, code


def enrol(pc: HallPC, code: str, folder: Path, *, client: httpx.Client | None = None) -> HallPC:
    """Make this PC's key, let the server accept it, and keep the settings with the id it gave."""
    _ = pc.printer  # `Trouble` now, before the code is used up
    key = DeviceKey.load(folder / NEW_KEY)
    with client or client_of(pc.server) as line:
        try:
            answer = line.post("/api/devices/enrol", json={"code": code, "public_key": key.public})
        except httpx.HTTPError as error:
            raise Trouble(
                f"The server {pc.server} cannot be reached ({error}); check address and network, "
                "then enrol again with the same code."
            ) from error
    told = _told(answer)
    if answer.is_error or "device_id" not in told:
        reason = told.get("reason") or f"it answered {answer.status_code}"
        raise Trouble(f"The server did not enrol this PC: {reason}")
    enrolled = replace(pc, device_id=str(told["device_id"]))
    (folder / NEW_KEY).replace(key_file(folder, enrolled.device_id))
    enrolled.save(folder)
    return enrolled


def run(pc: HallPC, folder: Path, *, cards: Path | None = None) -> None:
    """Serve this PC's devices until interrupted; `Trouble` for a setting that cannot work.

    With `cards`, a folder of simulated cards, all devices are simulated.
    """
    if not pc.server or not pc.device_id:
        raise Trouble(
            "This PC is not enrolled; take a code from the hall's device page and run "
            "`chengxin device --enrol CODE`."
        )
    key = DeviceKey.load(key_file(folder, pc.device_id))
    agent = Agent(pc.server, pc.device_id, key, _station(pc, folder, cards))
    log.info("device agent", device=pc.device_id, key=key.fingerprint, server=pc.server)
    try:
        agent.run()
    except KeyboardInterrupt:
        agent.stop()


def _station(pc: HallPC, folder: Path, cards: Path | None) -> Station:
    jobs = Jobs(folder / f"{pc.device_id}.printed")
    if cards is not None:
        # Drawing pictures needs OpenCV, which a hall PC with real devices does not load.
        from chengxin.devices.simulator.station import simulated_station

        return simulated_station(cards, jobs)
    settings = pc.printer
    cameras = pc.camera or pc.document_camera
    if not pc.card_port and settings is None and not cameras:
        raise Trouble(
            "Name the card reader's port with --card-port, the printer's with --printer-port, a "
            "camera with --camera or --document-camera, or say --simulated."
        )
    if pc.camera and pc.camera == pc.document_camera:
        raise Trouble("--camera and --document-camera name the same camera; give each its own.")
    printer = TicketPrinter(settings, jobs) if settings else None
    if not cameras:
        return Station(pc.card_port or None, printer=printer)
    from chengxin.devices.usb_camera import DOCUMENT_SIZE, UsbCamera

    return Station(
        pc.card_port or None,
        camera=UsbCamera(pc.camera) if pc.camera else None,
        printer=printer,
        document_camera=UsbCamera(pc.document_camera, DOCUMENT_SIZE)
        if pc.document_camera
        else None,
    )


def _told(answer: httpx.Response) -> dict[str, object]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
