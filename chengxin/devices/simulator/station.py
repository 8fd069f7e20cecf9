"""A whole simulated station: reader and printer on pseudo-terminals, a camera, and the hand that
puts cards and takes the paper out.

Apart from the others, because drawing pictures needs OpenCV.
"""

from __future__ import annotations

import base64
from pathlib import Path

from chengxin.devices.messages import Code
from chengxin.devices.printing.jobs import Jobs
from chengxin.devices.printing.printer import PrinterSettings, TicketPrinter
from chengxin.devices.signing import Json
from chengxin.devices.simulator.cards import read_cards
from chengxin.devices.simulator.document_camera import CameraTrouble, SimulatedDocumentCamera
from chengxin.devices.simulator.face import FACES, SimulatedCamera, SimulatedPhotoDecoder
from chengxin.devices.simulator.finger import FingerTrouble, SimulatedFingerReader
from chengxin.devices.simulator.printer import SimulatedPrinter, Trouble
from chengxin.devices.simulator.reader import SimulatedCardReader
from chengxin.devices.station import Failed, Station
from chengxin.devices.words import Words


class Props:
    """Stands in for the person at the kiosk: puts a card, lifts it, shows a face."""

    def __init__(self, cards: Path, papers: Path | None = None) -> None:
        self.cards = cards
        self.reader = SimulatedCardReader()
        self.camera = SimulatedCamera()
        self.printer = SimulatedPrinter()
        self.document_camera = SimulatedDocumentCamera(papers)
        self.finger_reader = SimulatedFingerReader()

    def act(self, args: dict[str, Json]) -> None:
        match args:
            case {"act": "put_card", "card": str(name)}:
                known = read_cards(self.cards)
                if name not in known:
                    raise Failed(Code.BAD_COMMAND, Words("没有这张模拟证件", f"No card {name}."))
                self.reader.put(known[name])
            case {"act": "lift_card"}:
                self.reader.lift()
            case {"act": "choose_face", "face": str(name)}:
                if name not in FACES:
                    raise Failed(Code.BAD_COMMAND, Words("没有这张模拟人脸", f"No face {name}."))
                self.camera.face = name
            case {"act": "trouble_camera", "trouble": str(name)} if name in list(CameraTrouble):
                self.document_camera.trouble = CameraTrouble(name)
            case {"act": "trouble_finger", "trouble": str(name)} if name in list(FingerTrouble):
                self.finger_reader.trouble = FingerTrouble(name)
            case {"act": "trouble_printer", "trouble": str(name)}:
                if name not in list(Trouble):
                    raise Failed(Code.BAD_COMMAND, Words("没有这种故障", f"No trouble {name}."))
                self.printer.stand(Trouble(name))
            case _:
                raise Failed(Code.BAD_COMMAND, Words("无法识别的模拟动作", "Unknown act."))

    def known(self) -> dict[str, Json]:
        return {
            "cards": list(read_cards(self.cards)),
            "faces": list(FACES),
            "troubles": [str(trouble) for trouble in Trouble],
            "camera_troubles": [str(trouble) for trouble in CameraTrouble],
        }

    def printed(self) -> dict[str, Json]:
        tickets = self.printer.paper.tickets
        if not tickets:
            return {"picture": "", "tickets": 0}
        picture = tickets[-1].picture(self.printer.paper.dots)
        return {"picture": base64.b64encode(picture).decode(), "tickets": len(tickets)}

    def close(self) -> None:
        self.reader.close()
        self.printer.close()


def simulated_station(cards: Path, jobs: Jobs | None = None, papers: Path | None = None) -> Station:
    """Simulated devices; `cards` is the folder of cards that can be put, `papers` one of pictures
    that the document camera sees (drawn ones without it)."""
    props = Props(cards, papers)
    printer = TicketPrinter(PrinterSettings(props.printer.port), jobs)
    return Station(
        props.reader.path,
        SimulatedPhotoDecoder(),
        props.camera,
        props,
        printer,
        props.document_camera,
        props.finger_reader,
    )
