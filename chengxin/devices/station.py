"""The devices beside one hall PC, and what each verb of the server does with them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from threading import Event
from typing import Protocol

from chengxin import devices
from chengxin.devices import card_reader, fingerprints
from chengxin.devices.card_reader import CardReader, PhotoDecoder
from chengxin.devices.fingerprints import FingerReader
from chengxin.devices.id_card import Card
from chengxin.devices.messages import Code, Command, Verb
from chengxin.devices.printing import slip as slips
from chengxin.devices.printing.printer import PrintFailed, TicketPrinter
from chengxin.devices.signing import Json
from chengxin.devices.words import DeviceUnavailable, Words

Tell = Callable[[str], None]  # an event's kind, told to the server while a command runs


class Camera(Protocol):
    """A camera of any kind; DeviceUnavailable when it cannot take a picture."""

    def picture(self) -> bytes:
        """A JPEG of what it sees now."""
        ...

    def there(self) -> bool:
        """Whether it is plugged in, as far as this can be told without using it."""
        ...


class Failed(Exception):
    """A command that did not succeed for a reason of its own; the answer is an error."""

    def __init__(self, code: Code, words: Words) -> None:
        super().__init__(words.en)
        self.code = code
        self.words = words


class Simulation(Protocol):
    """Stands in for the person at the kiosk."""

    def act(self, args: dict[str, Json]) -> None:
        """Put a card, lift it, choose a face; Failed when there is no such thing."""
        ...

    def known(self) -> dict[str, Json]:
        """The names that `act` may use: {"cards": […], "faces": […], "troubles": […],
        "camera_troubles": […]}."""
        ...

    def printed(self) -> dict[str, Json]:
        """The last ticket as a picture, and how many there are: {"picture": …, "tickets": …}."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Standing:
    """How a device stands: a code of -1 to 4 and a sentence."""

    code: Code
    words: Words


GOOD = Standing(Code.OK, Words("正常", "In order"))
NEAR_END = Standing(Code.WARNING, Words("纸将用尽，请准备纸卷", "The paper is near its end."))
UNTRIED = Standing(Code.NOT_READY, Words("尚未就绪", "Not ready yet"))
PULLED = Standing(Code.FAULT, Words("未连接，请检查连线", "Not plugged in; check the cable."))
ABSENT = Standing(Code.DISABLED, Words("未配置", "Not configured"))
NOTHING_KNOWN: dict[str, Json] = {
    "cards": [],
    "faces": [],
    "troubles": [],
    "camera_troubles": [],
}


class Station:
    """One hall PC's card reader, camera, ticket printer, document camera and fingerprint reader.

    What touches reader and cameras (`check`, `do`) is called from one thread, what touches the
    printer (`check_printer`, `print`) from another: a card that is waited for holds up no ticket.
    `simulate` and what only tells (`answer_at_once`) come from a third.
    """

    def __init__(
        self,
        card_port: str | None,
        decoder: PhotoDecoder = card_reader.no_decoder,
        camera: Camera | None = None,
        simulation: Simulation | None = None,
        printer: TicketPrinter | None = None,
        document_camera: Camera | None = None,
        finger_reader: FingerReader | None = None,
    ) -> None:
        self._card_port = card_port
        self._decoder = decoder
        self._camera = camera
        self._simulation = simulation
        self._printer = printer
        self._reader: CardReader | None = None
        self._reader_serial = ""
        self.card_reader_stands = UNTRIED if card_port else ABSENT
        self.camera_stands = GOOD if camera else ABSENT
        self.printer_stands = UNTRIED if printer else ABSENT
        self._beside: dict[str, Camera | FingerReader] = {}
        if document_camera:
            self._beside["document_camera"] = document_camera
        if finger_reader:
            self._beside["finger_reader"] = finger_reader
        self._document_camera = document_camera
        self._finger_reader = finger_reader
        self._beside_stand = dict.fromkeys(self._beside, UNTRIED)

    @property
    def is_simulated(self) -> bool:
        return self._simulation is not None

    def devices(self) -> list[str]:
        return [
            name
            for name, there in (
                ("card_reader", self._card_port),
                ("camera", self._camera),
                ("printer", self._printer),
                *self._beside.items(),
            )
            if there
        ]

    def standings(self) -> list[tuple[str, Standing]]:
        """How each device stands, by its name in the messages; but for reader and camera nothing of
        what is not there."""
        found = [("card_reader", self.card_reader_stands), ("camera", self.camera_stands)]
        if self._printer:
            found.append(("printer", self.printer_stands))
        return [*found, *self._beside_stand.items()]

    def close(self) -> None:
        self._unplug()
        if self._printer:
            self._printer.close()
        if self._simulation:
            self._simulation.close()

    def check(self) -> None:
        """See how the card reader stands, and whether the others are plugged in."""
        for name, device in self._beside.items():
            self._beside_stand[name] = GOOD if device.there() else PULLED
        if self._camera:
            self.camera_stands = GOOD if self._camera.there() else PULLED
        if not self._card_port:
            return
        try:
            self._plugged().selftest()
            self.card_reader_stands = GOOD
        except DeviceUnavailable as trouble:
            self._fails(trouble)

    def check_printer(self) -> None:
        """See how the ticket printer stands."""
        if self._printer is None:
            return
        try:
            stands = self._printer.stands()
        except DeviceUnavailable as trouble:
            self.printer_stands = Standing(Code.FAULT, trouble.words)
            return
        if trouble_now := stands.trouble:
            self.printer_stands = Standing(Code.FAULT, trouble_now[1])
        else:
            self.printer_stands = NEAR_END if stands.near_end else GOOD

    def print(self, command: Command) -> dict[str, Json]:
        """Print a ticket, once for its job; Failed tells whether one may have come out."""
        if self._printer is None:
            raise Failed(Code.DEVICE, Words("此终端没有打印机", "This station has no printer."))
        slip = command.args["slip"]
        assert isinstance(slip, dict)
        try:
            stands = self._printer.print(str(command.args["job"]), slips.from_json(slip))
        except ValueError as error:
            words = Words("号票内容格式不符", f"Not a slip: {error}.")
            raise Failed(Code.BAD_COMMAND, words) from error
        except PrintFailed as failed:
            self.check_printer()
            raise Failed(failed.code, failed.words) from failed
        self.printer_stands = NEAR_END if stands.near_end else GOOD
        seen = self._simulation.printed() if self._simulation else {}
        return {"near_end": stands.near_end, **seen}

    def answer_at_once(self, command: Command) -> dict[str, Json] | None:
        """The payload for a verb that waits for nothing; None for the others."""
        match command.verb:
            case Verb.DISCOVER:
                known = self._simulation.known() if self._simulation else NOTHING_KNOWN
                return {"devices": self.devices(), "simulated": self.is_simulated, **known}
            case Verb.INFO:
                return {"version": devices.VERSION, "reader_serial": self._reader_serial}
            case Verb.SIMULATE:
                if self._simulation is None:
                    words = Words("真实设备不接受模拟指令", "Real devices are not simulated.")
                    raise Failed(Code.NOT_SIMULATED, words)
                self._simulation.act(command.args)
                return {}
            case _:
                return None

    def do(self, command: Command, seconds: float, stop: Event, tell: Tell) -> dict[str, Json]:
        """The payload for a verb that uses a device; at most `seconds` of waiting."""
        try:
            match command.verb:
                case Verb.READ_ID:
                    return self._read_id(seconds, stop, tell)
                case Verb.CAPTURE:
                    return self._capture(command.args, seconds, tell)
                case Verb.SELFTEST:
                    self._plugged().selftest()
                    self.card_reader_stands = GOOD
                    return {}
                case _:
                    raise Failed(Code.BAD_COMMAND, Words("无法识别的指令", "Unknown command."))
        except DeviceUnavailable as trouble:
            self._fails(trouble)
            raise

    def _read_id(self, seconds: float, stop: Event, tell: Tell) -> dict[str, Json]:
        reader = self._plugged()
        tell("waiting_for_card")
        if not reader.wait(seconds, stop):
            if stop.is_set():
                raise Failed(Code.CANCELLED, Words("读证已取消", "The read was cancelled."))
            words = Words("等待放置证件超时", "No card was put on the reader in time.")
            raise Failed(Code.NO_CARD, words)
        tell("card_found")
        payload = _told(reader.read(), self._reader_serial)
        self.card_reader_stands = GOOD
        return payload

    def _capture(self, args: dict[str, Json], seconds: float, tell: Tell) -> dict[str, Json]:
        match args["what"]:
            case "face" if self._camera:
                return self._face(self._camera)
            case "document" if self._document_camera:
                kind = str(args.get("format", "jpeg"))
                return self._of("document_camera", partial(_sheet, self._document_camera, kind))
            case "fingerprint" if self._finger_reader:
                tell("waiting_for_finger")
                return self._of("finger_reader", partial(_finger, self._finger_reader, seconds))
            case _:
                raise Failed(
                    Code.DEVICE, Words("此终端没有该设备", "This station has no such device.")
                )

    def _face(self, camera: Camera) -> dict[str, Json]:
        try:
            photo = camera.picture()
        except DeviceUnavailable as trouble:
            self.camera_stands = Standing(Code.FAULT, trouble.words)
            raise Failed(Code(trouble.code), trouble.words) from trouble
        self.camera_stands = GOOD
        return {"photo": base64.b64encode(photo).decode()}

    def _of(self, name: str, take: Callable[[], dict[str, Json]]) -> dict[str, Json]:
        """What `take` gives; a device that cannot work is noted under its own name."""
        try:
            taken = take()
        except DeviceUnavailable as trouble:
            self._beside_stand[name] = Standing(Code.FAULT, trouble.words)
            raise Failed(Code(trouble.code), trouble.words) from trouble
        except Failed:  # what lay there was no good; the device did its work
            self._beside_stand[name] = GOOD
            raise
        self._beside_stand[name] = GOOD
        return taken

    def _plugged(self) -> CardReader:
        if not self._card_port:
            raise DeviceUnavailable(Words("未配置读卡器", "This station has no card reader."))
        if self._reader is None:
            self._reader = CardReader(self._card_port, self._decoder)
            try:
                self._reader_serial = self._reader.serial_number()
            except DeviceUnavailable:
                self._unplug()
                raise
        return self._reader

    def _fails(self, trouble: DeviceUnavailable) -> None:
        self.card_reader_stands = Standing(Code.FAULT, trouble.words)
        self._unplug()

    def _unplug(self) -> None:
        if self._reader:
            self._reader.close()
            self._reader = None


def _sheet(camera: Camera, kind: str) -> dict[str, Json]:
    """A sheet under the document camera, as `messages` describes it."""
    # OpenCV, which a hall PC without cameras does not load
    paper_sheets = import_module("chengxin.devices.paper_sheets")
    if kind not in ("jpeg", "pdf"):
        raise Failed(Code.BAD_COMMAND, Words("无法识别的文件格式", f"Unknown format {kind}."))
    try:
        paper = paper_sheets.paper(camera.picture(), kind=kind)
    except paper_sheets.PoorPicture as poor:
        raise Failed(Code.MEDIA, poor.words) from poor
    return {
        "document": base64.b64encode(paper.content).decode(),
        "format": paper.kind,
        "sha256": hashlib.sha256(paper.content).hexdigest(),
        "width": paper.width,
        "height": paper.height,
        "straightened": paper.straightened,
    }


def _finger(reader: FingerReader, seconds: float) -> dict[str, Json]:
    raw = reader.template(seconds)
    if not raw:
        raise Failed(Code.TIMEOUT, Words("未检测到手指，请重新按压", "No finger was pressed."))
    try:
        template = fingerprints.read(raw)
    except ValueError as error:
        words = Words("指纹数据不完整，请重新按压", f"Not a finger template: {error}.")
        raise Failed(Code.MEDIA, words) from error
    if template.trouble:
        raise Failed(Code.MEDIA, template.trouble)
    return {
        "template": base64.b64encode(raw).decode(),
        "finger": template.finger,
        "quality": template.quality,
        "minutiae": len(template.minutiae),
    }


def _told(card: Card, reader_serial: str) -> dict[str, Json]:
    """A card as `messages` describes the payload of read_id."""
    return {
        "document_kind": card.document_kind.value,
        "name": card.name,
        "name_latin": card.name_latin,
        "sex": card.sex,
        "ethnicity": card.ethnicity,
        "nationality": card.nationality,
        "birth": card.birth.isoformat(),
        "address": card.address,
        "number": card.number,
        "issuer": card.issuer,
        "valid_from": card.valid_from.isoformat(),
        "valid_to": card.valid_to.isoformat() if card.valid_to else None,
        "photo": base64.b64encode(card.photo_jpeg).decode() if card.photo_jpeg else None,
        "reader_serial": reader_serial,
        "chip_serial": card.chip_serial,
    }
