"""Cards that nobody carries: what a chip would hold, written from a small file.

A folder of cards has one `<name>.json` per card: the fields of `SimulatedCard`.  The picture on a
real chip is in a proprietary coding; a simulated one holds a key in its 1,024 bytes instead,

    b"CHENGXIN SIMULATED PHOTO " + key in ASCII, then zeros

which `simulator.face.SimulatedPhotoDecoder` turns into a JPEG of 102 by 126 pixels.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Self

from chengxin.core.refusal import Trouble
from chengxin.devices.id_card import FIELDS, FOR_EVER, PHOTO_BYTES, TEXT_BYTES, Layout

PHOTO_MARK = b"CHENGXIN SIMULATED PHOTO "


@dataclass(frozen=True)
class SimulatedCard:
    """What a made-up card's chip holds.

    `layout` is one of "resident", "hmt_permit", "foreign_2017", "foreign_2023"; `valid_to` None
    is 长期; `newest_address` "" when none was added; `face` is the key of the picture.
    """

    layout: str
    name: str
    sex: int
    birth: date
    number: str
    valid_from: date
    valid_to: date | None
    ethnicity: str = ""
    address: str = ""
    issuer: str = ""
    name_latin: str = ""
    nationality: str = ""
    pass_number: str = ""
    newest_address: str = ""
    face: str = ""
    chip_serial: str = "0000000000000000"

    @property
    def kind(self) -> Layout:
        return Layout[self.layout.upper()]

    def text_block(self) -> bytes:
        """The chip's 256 bytes of text."""
        mark = "" if self.kind is Layout.RESIDENT else self.kind.value
        block = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
        block[248:250] = (mark or " ").encode("utf-16-le")
        latin_room = FIELDS[self.kind].get("name_latin")
        values = {
            **{name: str(value) for name, value in asdict(self).items()},
            "birth": f"{self.birth:%Y%m%d}",
            "valid_from": f"{self.valid_from:%Y%m%d}",
            "valid_to": f"{self.valid_to:%Y%m%d}" if self.valid_to else FOR_EVER,
        }
        if latin_room and "name_latin_rest" in FIELDS[self.kind]:
            cut = latin_room.length // 2
            values["name_latin_rest"] = self.name_latin[cut:]
            values["name_latin"] = self.name_latin[:cut]
        for name, field in FIELDS[self.kind].items():
            raw = values.get(name, "").encode("utf-16-le")
            if len(raw) > field.length:
                raise Trouble(f"The simulated card's {name} is too long for the chip.")
            block[field.offset : field.offset + len(raw)] = raw
        return bytes(block)

    def photo_block(self) -> bytes:
        """The chip's 1,024 bytes of photo: a key in place of a picture."""
        return (PHOTO_MARK + self.face.encode("ascii")).ljust(PHOTO_BYTES, b"\0")

    def address_block(self) -> bytes:
        """70 bytes of newest address; b"" when the chip has none."""
        if not self.newest_address:
            return b""
        raw = self.newest_address.encode("utf-16-le")
        return raw + " ".encode("utf-16-le") * ((70 - len(raw)) // 2)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """ValueError, TypeError or KeyError when `text` describes no card."""
        values: dict[str, Any] = json.loads(text)
        if unknown := values.keys() - {field.name for field in fields(cls)}:
            raise ValueError(f"unknown keys {sorted(unknown)}")
        for name in ("birth", "valid_from", "valid_to"):
            if values.get(name) is not None:
                values[name] = date.fromisoformat(values[name])
        card = cls(**values)
        card.text_block()
        return card


def write_card(folder: Path, name: str, card: SimulatedCard) -> Path:
    """Put `card` into a folder of cards under `name`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(card.to_json() + "\n", encoding="utf-8")
    return path


def read_cards(folder: Path) -> dict[str, SimulatedCard]:
    """The cards of a folder by name; `Trouble` when the folder or a file is not as it must be."""
    if not folder.is_dir():
        raise Trouble(f"{folder} is no folder; name a folder of simulated cards.")
    cards = {}
    for path in sorted(folder.glob("*.json")):
        try:
            cards[path.stem] = SimulatedCard.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Trouble(f"{path} does not describe a card: {error}.") from error
    return cards
