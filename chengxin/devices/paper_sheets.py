"""A photographed sheet made straight, clean and small: what a document camera (高拍仪) hands on.

    picture ─▶ find the four corners ─▶ straighten ─▶ even the light ─▶ JPEG or PDF within bounds

Colours stay: a red seal is part of the paper.  A sheet whose corners cannot be found is handed on
as it was seen, and said so.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chengxin.devices.words import Words

MOST_BYTES = 1_500_000
LONGEST = 2_400  # pixels of the longer side: A4 at about 200 dots an inch
LEAST_BRIGHT = 45  # mean grey below which nothing can be read
LEAST_PART = 0.12  # of the picture that a sheet takes
RATIOS = (2**0.5, 85.6 / 54.0)  # A4 and its like, identity cards: longer side over shorter
_SEARCHED = 900  # pixels; corners are looked for in a smaller picture

Sheet = NDArray[np.uint8]  # height x width x 3, BGR as OpenCV has it
Corners = NDArray[np.float32]  # 4 x 2: top left, top right, bottom right, bottom left

TOO_DARK = Words("画面太暗，请打开高拍仪补光灯后重拍", "Too dark; switch the camera's light on.")
NO_PICTURE = Words("高拍仪画面无法读取，请重拍", "The picture cannot be read; take it again.")


class PoorPicture(Exception):
    """The person can mend it: light, or another try."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True)
class Paper:
    """One sheet as it is kept."""

    content: bytes
    kind: str  # "jpeg" or "pdf"
    width: int  # pixels
    height: int
    straightened: bool  # its four corners were found


def paper(picture: bytes, *, kind: str = "jpeg", most: int = MOST_BYTES) -> Paper:
    """What a camera saw as a sheet of at most `most` bytes; PoorPicture when it is no good."""
    whole = picture.startswith(b"\xff\xd8") and picture.rstrip(b"\0").endswith(b"\xff\xd9")
    # a JPEG that broke off is decoded with grey in place of the rest: it is none
    read = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR) if whole else None
    if read is None:
        raise PoorPicture(NO_PICTURE)
    seen = np.asarray(read, np.uint8)
    if float(cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY).mean()) < LEAST_BRIGHT:
        raise PoorPicture(TOO_DARK)
    found = corners(seen)
    sheet = straightened(seen, found) if found is not None else seen
    sheet = cleaned(_no_larger(sheet, LONGEST))
    room = most - 1_000 if kind == "pdf" else most
    jpeg, height, width = _within(sheet, room)
    content = _pdf(jpeg, width, height) if kind == "pdf" else jpeg
    return Paper(content, kind, width, height, found is not None)


def corners(seen: Sheet) -> Corners | None:
    """The corners of the largest sheet in the picture; None where there is no clear one."""
    scale = min(1.0, _SEARCHED / max(seen.shape[:2]))
    small = cv2.resize(seen, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    lines = cv2.dilate(cv2.Canny(grey, 40, 120), np.ones((5, 5), np.uint8))
    best: Corners | None = None
    largest = LEAST_PART * grey.size
    for mask in (cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), lines):
        shapes, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for shape in shapes:
            four = _four(np.asarray(cv2.convexHull(shape), np.int32))
            if four is None or not _is_sheet(four, small.shape[:2]):
                continue
            if (area := float(cv2.contourArea(four))) > largest:
                best, largest = four, area
        if best is not None:
            break
    return None if best is None else np.asarray(_ordered(best) / scale, np.float32)


def straightened(seen: Sheet, found: Corners) -> Sheet:
    """The sheet seen from above, in the shape of A4 or of a card where it is nearly that."""
    top, right, bottom, left = (
        float(np.linalg.norm(found[i] - found[(i + 1) % 4])) for i in range(4)
    )
    width, height = max(top, bottom), max(right, left)
    for ratio in RATIOS:
        longer, shorter = max(width, height), min(width, height)
        if abs(longer / shorter / ratio - 1) < 0.07:
            width, height = (longer, longer / ratio) if width > height else (longer / ratio, longer)
            break
    size = round(width), round(height)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    into = cv2.getPerspectiveTransform(found, target)
    return np.asarray(cv2.warpPerspective(seen, into, size, flags=cv2.INTER_CUBIC), np.uint8)


def cleaned(sheet: Sheet) -> Sheet:
    """Shadows and yellow lamps taken out: each place is divided by the paper's light around it."""
    scale = 200 / max(sheet.shape[:2])
    small = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    light = cv2.medianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), 21)
    size = sheet.shape[1], sheet.shape[0]
    ground = cv2.resize(light, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    even = sheet.astype(np.float32) * (250 / np.maximum(ground, 40))
    return np.asarray(np.clip(even, 0, 255), np.uint8)


def _four(hull: NDArray[np.int32]) -> NDArray[np.float32] | None:
    """The hull as four corners; None when it has not four."""
    around = cv2.arcLength(hull, True)
    for part in (0.01, 0.02, 0.03, 0.05):
        shape = cv2.approxPolyDP(hull, part * around, True)
        if len(shape) == 4:
            return np.asarray(shape.reshape(4, 2), np.float32)
    return None


def _is_sheet(four: NDArray[np.float32], size: tuple[int, ...]) -> bool:
    """Corners near right angles, and not simply the whole picture."""
    height, width = size
    ordered = _ordered(four)
    for i in range(4):
        one = ordered[i - 1] - ordered[i]
        other = ordered[(i + 1) % 4] - ordered[i]
        length = max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-6)
        if abs(float(one @ other)) / length > 0.5:  # less than 60 or more than 120 degrees
            return False
    edge = np.array([width - 1, height - 1])
    at_rim = (ordered <= 2).any(axis=1) | (ordered >= edge - 2).any(axis=1)
    return int(at_rim.sum()) < 3


def _ordered(four: NDArray[np.float32]) -> NDArray[np.float32]:
    """Top left, top right, bottom right, bottom left."""
    total, apart = four.sum(axis=1), four[:, 1] - four[:, 0]
    return np.array(
        [four[total.argmin()], four[apart.argmin()], four[total.argmax()], four[apart.argmax()]],
        np.float32,
    )


def _no_larger(sheet: Sheet, longest: int) -> Sheet:
    scale = longest / max(sheet.shape[:2])
    if scale >= 1:
        return sheet
    smaller = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, np.uint8)


def _within(sheet: Sheet, most: int) -> tuple[bytes, int, int]:
    """A JPEG of at most `most` bytes with its height and width: first the quality goes down to
    what is still well read, then the size."""
    while True:
        for quality in (88, 78, 68):
            _, coded = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if coded.size <= most:
                return coded.tobytes(), sheet.shape[0], sheet.shape[1]
        sheet = _no_larger(sheet, round(max(sheet.shape[:2]) * 0.8))


def _pdf(jpeg: bytes, width: int, height: int) -> bytes:
    """One page that is this picture, as large as 200 dots an inch make it."""
    across, down = (round(side * 72 / 200, 2) for side in (width, height))
    drawn = b"q %.2f 0 0 %.2f 0 0 cm /P Do Q" % (across, down)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents 4 0 R"
        b"/Resources<</XObject<</P 5 0 R>>>>>>" % (across, down),
        b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
        b"/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%b\nendstream"
        % (width, height, len(jpeg), jpeg),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table)
    return bytes(out)
