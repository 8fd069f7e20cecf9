"""Pictures for a simulated chip and a simulated camera, from the drawn cast."""

from __future__ import annotations

import itertools

from chengxin.devices import drawn_faces
from chengxin.devices.simulator.cards import PHOTO_MARK

FACES = tuple(drawn_faces.CAST)  # the names that cards and cameras may use


class SimulatedPhotoDecoder:
    """In place of the makers' WLT library: the key in a simulated chip becomes its picture."""

    def __call__(self, photo: bytes) -> bytes | None:
        """A JPEG of 102 by 126 pixels; None for a photo that is not simulated or unknown."""
        if not photo.startswith(PHOTO_MARK):
            return None
        key = photo[len(PHOTO_MARK) :].rstrip(b"\0").decode("ascii", "replace")
        recipe = drawn_faces.CAST.get(key)
        return drawn_faces.card_photo(recipe) if recipe else None


class SimulatedCamera:
    """Sees whoever `face` names; never twice quite the same picture."""

    def __init__(self, face: str = "honest") -> None:
        self.face = face
        self._shots = itertools.count(1)

    def there(self) -> bool:
        return True

    def picture(self) -> bytes:
        return drawn_faces.live_photo(drawn_faces.CAST[self.face], shot=next(self._shots))
