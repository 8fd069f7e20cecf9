"""A whole simulated station: a reader on a pseudo-terminal, a camera, and the hand that puts cards.

Apart from the others, because drawing pictures needs OpenCV.
"""

from __future__ import annotations

from pathlib import Path

from chengxin.devices.messages import Code
from chengxin.devices.signing import Json
from chengxin.devices.simulator.cards import read_cards
from chengxin.devices.simulator.face import FACES, SimulatedCamera, SimulatedPhotoDecoder
from chengxin.devices.simulator.reader import SimulatedCardReader
from chengxin.devices.station import Failed, Station
from chengxin.devices.words import Words


class Props:
    """Stands in for the person at the kiosk: puts a card, lifts it, shows a face."""

    def __init__(self, cards: Path) -> None:
        self.cards = cards
        self.reader = SimulatedCardReader()
        self.camera = SimulatedCamera()

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
            case _:
                raise Failed(Code.BAD_COMMAND, Words("无法识别的模拟动作", "Unknown act."))

    def known(self) -> dict[str, Json]:
        return {"cards": list(read_cards(self.cards)), "faces": list(FACES)}

    def close(self) -> None:
        self.reader.close()


def simulated_station(cards: Path) -> Station:
    """Simulated devices; `cards` is the folder of cards that can be put."""
    props = Props(cards)
    return Station(props.reader.path, SimulatedPhotoDecoder(), props.camera, props)
