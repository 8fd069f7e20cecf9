"""Portraits of people who do not exist: drawn, not photographed.

The demo, the training hall and the tests need faces that a real face engine takes for faces, and
no living person's.  A recipe says what a face is like; the same recipe is the same person in
every pose, light and size.  `CAST` holds recipes that the bundled engine tells apart safely.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from chengxin.devices.face_nets import Picture

Colour: TypeAlias = tuple[float, float, float]
Place: TypeAlias = tuple[float, float]  # in half face heights from the face's middle, y downwards

CARD_SIZE = (102, 126)
CAMERA_SIZE = (640, 480)
HAIRCUTS = ("short", "parted", "fringe", "long", "bun", "bald", "receding", "curly")
GLASSES = ("none", "round", "square")
BEARDS = ("none", "moustache", "goatee", "full", "stubble")


@dataclass(frozen=True)
class FaceRecipe:
    """What a face is like.  Lengths are in half face heights; fractions go from 0 to 1."""

    skin: Colour
    hair_colour: Colour
    haircut: str
    width: float  # of the face at the cheekbones
    jaw: float  # 0 pointed … 1 square
    eye_gap: float  # from the middle to an eye's middle
    eye_size: float
    eye_height: float  # where the eyes lie
    eye_slant: float  # outer corner up
    eye_open: float
    brow: float  # thickness
    brow_lift: float
    brow_slant: float
    nose_length: float
    nose_width: float
    mouth_width: float
    mouth_height: float  # where the mouth lies
    lip: float  # fullness
    lip_red: float
    smile: float
    age: float  # lines
    cheeks: float
    glasses: str
    beard: str
    shirt: Colour
    seed: int = 0  # of the skin's grain and the hair's strands

    @classmethod
    def of(cls, seed: int) -> FaceRecipe:
        """The face that belongs to this number."""
        chance = random.Random(seed)  # noqa: S311 (a drawing, not a secret)
        age = chance.choice((0.0, 0.1, 0.3, 0.6, 1.0))
        woman = chance.random() < 0.5
        hair = chance.choice(_HAIR_YOUNG if age < 0.6 else _HAIR_OLD)
        return cls(
            skin=chance.choice(_SKINS),
            hair_colour=hair,
            haircut=chance.choice(HAIRCUTS[1:5] if woman else HAIRCUTS[:3] + HAIRCUTS[5:]),
            width=chance.uniform(0.66, 0.86),
            jaw=chance.uniform(0.0, 0.5) if woman else chance.uniform(0.3, 1.0),
            eye_gap=chance.uniform(0.29, 0.38),
            eye_size=chance.uniform(0.13, 0.19),
            eye_height=chance.uniform(-0.16, 0.0),
            eye_slant=chance.uniform(-0.25, 0.3),
            eye_open=chance.uniform(0.42, 0.62),
            brow=chance.uniform(0.03, 0.06) if woman else chance.uniform(0.05, 0.11),
            brow_lift=chance.uniform(0.15, 0.26),
            brow_slant=chance.uniform(-0.25, 0.3),
            nose_length=chance.uniform(0.34, 0.52),
            nose_width=chance.uniform(0.12, 0.23),
            mouth_width=chance.uniform(0.2, 0.36),
            mouth_height=chance.uniform(0.5, 0.62),
            lip=chance.uniform(0.05, 0.13),
            lip_red=chance.uniform(0.3, 1.0) if woman else chance.uniform(0.0, 0.4),
            smile=chance.uniform(-0.25, 0.5),
            age=age,
            cheeks=chance.random(),
            glasses=chance.choice(("none", "none", *GLASSES[1:])),
            beard="none" if woman else chance.choice(("none", "none", "none", *BEARDS)),
            shirt=chance.choice(_SHIRTS),
            seed=seed,
        )


_SKINS: Sequence[Colour] = (
    (246, 218, 194),
    (241, 208, 180),
    (233, 196, 162),
    (222, 181, 147),
    (208, 164, 128),
)
_HAIR_YOUNG: Sequence[Colour] = ((24, 20, 22), (34, 28, 28), (46, 36, 32), (60, 45, 38))
_HAIR_OLD: Sequence[Colour] = ((120, 118, 118), (176, 174, 172), (216, 214, 212), (70, 66, 66))
_SHIRTS: Sequence[Colour] = (
    (70, 98, 140),
    (92, 112, 104),
    (140, 84, 84),
    (84, 84, 96),
    (188, 176, 152),
    (104, 90, 130),
)
_LINE: Colour = (92, 58, 46)
_BLACK: Colour = (22, 18, 18)
_WHITE: Colour = (252, 250, 248)


# The people of the demo and the tests.  The bundled engine holds any two of them 0.5 or more apart,
# live or on a card, and each within 0.2 of himself (tests/devices/test_drawn_faces.py).
CAST: Mapping[str, FaceRecipe] = {
    name: FaceRecipe.of(seed)
    for name, seed in {
        "honest": 28,
        "impersonator": 127,
        "card_owner": 96,  # whose card the impersonator carries
        "representative": 132,
        "investor": 147,
        "handler": 8,
        "accountant": 137,
        "elder": 12,
        "newcomer": 20,
        "stranger": 139,
        "watched": 270,
        "errand": 256,
        "visitor": 57,  # from Hong Kong
        "foreigner": 93,
    }.items()
}


def draw(
    recipe: FaceRecipe | int,
    *,
    pose: float = 0.0,
    eyes_open: bool = True,
    size: tuple[int, int] = CAMERA_SIZE,
    fill: float = 0.62,
    shift: Place = (0.0, 0.0),
    light: float = 1.0,
    noise: float = 3.0,
    shot: int = 0,
    backdrop: Colour = (206, 218, 230),
) -> Picture:
    """One picture of this person, `size` (width, height) in pixels.

    `pose` is the turn of the head in degrees (to the picture's right), `fill` the part of the
    picture's height that the face takes, `shift` moves it in half face heights; `noise` is the
    camera's, in grey levels, `shot` its seed.
    """
    if isinstance(recipe, int):
        recipe = FaceRecipe.of(recipe)
    scale = max(1, math.ceil(960 / size[1]))
    sheet = _Sheet((size[0] * scale, size[1] * scale), fill, shift, pose, recipe.width)
    _Portrait(sheet, recipe).paint(eyes_open=eyes_open, backdrop=backdrop)
    picture = cv2.resize(sheet.pixels, size, interpolation=cv2.INTER_AREA) * light
    grain = np.random.default_rng(shot).normal(0, 1, picture.shape[:2])[..., None]
    return np.asarray(np.clip(picture + grain * noise, 0, 255), np.uint8)


def jpeg(picture: Picture, quality: int = 92) -> bytes:
    _, coded = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return coded.tobytes()


def card_photo(recipe: FaceRecipe | int) -> bytes:
    """The picture on this person's card: a JPEG of 102 by 126 pixels on a white ground."""
    picture = draw(recipe, size=CARD_SIZE, fill=0.6, noise=1.5, shot=7, backdrop=(244, 246, 248))
    return jpeg(picture, 88)


def live_photo(recipe: FaceRecipe | int, *, shot: int = 1) -> bytes:
    """What a kiosk's camera sees of this person: 640 by 480 pixels, never twice quite the same."""
    chance = random.Random(shot)  # noqa: S311
    picture = draw(
        recipe,
        pose=chance.uniform(-6, 6),
        shift=(chance.uniform(-0.1, 0.1), chance.uniform(-0.08, 0.04)),
        light=chance.uniform(0.92, 1.04),
        shot=shot,
    )
    return jpeg(picture)


def clip(recipe: FaceRecipe | int, *, frames: int = 24) -> list[bytes]:
    """A moving picture for a camera that is none: the head sways a little and the eyes blink."""
    taken = []
    for number in range(frames):
        sway = math.sin(2 * math.pi * number / frames)
        picture = draw(
            recipe,
            pose=4 * sway,
            shift=(0.03 * sway, 0.0),
            eyes_open=number != frames // 2,
            shot=number,
        )
        taken.append(jpeg(picture))
    return taken


def mjpeg(path: Path, frames: Iterable[bytes]) -> Path:
    """Write JPEG frames one after another: what Chromium takes for a fake camera's recording."""
    path.write_bytes(b"".join(frames))
    return path


class _Sheet:
    """A canvas with the face's own coordinates: a round head that can be turned."""

    def __init__(
        self, size: tuple[int, int], fill: float, shift: Place, pose: float, width: float
    ) -> None:
        self.pixels: NDArray[np.float32] = np.zeros((size[1], size[0], 3), np.float32)
        self.unit = fill * size[1] / 2
        self._middle = np.array(size) * (0.5, 0.5) + np.array(shift) * self.unit
        self._sin, self._cos = math.sin(math.radians(pose)), math.cos(math.radians(pose))
        self._width = width

    def area(
        self,
        points: Sequence[Place],
        colour: Colour,
        *,
        alpha: float = 1.0,
        blur: float = 0.0,
        out: float | None = 0.0,
    ) -> None:
        """Fill a closed curve through `points`; `blur` softens its edge.

        `out` lifts it off the head's surface; None is what does not turn with the head.
        """
        curve = self._place(_smooth(points, closed=True), out)
        self._blend(curve, None, colour, alpha, blur)

    def line(
        self,
        points: Sequence[Place],
        colour: Colour,
        *,
        width: float,
        alpha: float = 1.0,
        blur: float = 0.0,
        out: float | None = 0.0,
    ) -> None:
        """A curve through `points`, `width` thick."""
        curve = self._place(_smooth(points, closed=False), out)
        self._blend(curve, max(1, round(width * self.unit)), colour, alpha, blur)

    def oval(
        self,
        middle: Place,
        across: float,
        down: float,
        colour: Colour,
        *,
        alpha: float = 1.0,
        blur: float = 0.0,
        out: float | None = 0.0,
        width: float | None = None,
    ) -> None:
        """An ellipse with these half axes, filled or (with `width`) as a line."""
        turn = np.linspace(0, 2 * math.pi, 48)
        ring = np.stack([middle[0] + across * np.cos(turn), middle[1] + down * np.sin(turn)], 1)
        thick = max(1, round(width * self.unit)) if width else None
        self._blend(self._place(ring, out), thick, colour, alpha, blur)

    def _place(self, points: NDArray[np.float64], out: float | None) -> NDArray[np.float64]:
        """Where points of the face lie on the canvas."""
        if out is None:
            return points * self.unit + self._middle
        x, y = points.T
        round_ = 1 - (x / (self._width * 1.15)) ** 2 - (y / 1.25) ** 2
        depth = 0.62 * np.sqrt(np.clip(round_, 0, None)) + out
        turned = np.stack([x * self._cos + depth * self._sin, y], 1)
        return np.asarray(turned * self.unit + self._middle)

    def _blend(
        self,
        points: NDArray[np.float64],
        thick: int | None,
        colour: Colour,
        alpha: float,
        blur: float,
    ) -> None:
        sigma = blur * self.unit
        margin = math.ceil(3 * sigma + (thick or 0) + 2)
        height, width = self.pixels.shape[:2]
        left, top = np.clip(points.min(0).astype(int) - margin, 0, (width, height))
        right, bottom = np.clip(points.max(0).astype(int) + margin, 0, (width, height))
        if right <= left or bottom <= top:
            return
        mask = np.zeros((bottom - top, right - left), np.uint8)
        exact = np.round((points - (left, top)) * 16).astype(np.int32)
        if thick is None:
            cv2.fillPoly(mask, [exact], 255, cv2.LINE_AA, 4)
        else:
            cv2.polylines(mask, [exact], False, 255, thick, cv2.LINE_AA, 4)
        cover = mask.astype(np.float32) * (alpha / 255)
        if sigma > 0.3:
            cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), sigma), np.float32)
        part = self.pixels[top:bottom, left:right]
        part += (np.array(colour, np.float32) - part) * cover[..., None]


class _Portrait:
    """Paints one recipe, from the back to the front."""

    def __init__(self, sheet: _Sheet, recipe: FaceRecipe) -> None:
        self.sheet = sheet
        self.recipe = recipe
        self.shade = _mix(recipe.skin, (120, 62, 44), 0.42)
        self.line = _mix(recipe.skin, _LINE, 0.75)
        self.chance = random.Random(recipe.seed)  # noqa: S311
        self.outline = self._outline()

    def paint(self, *, eyes_open: bool, backdrop: Colour) -> None:
        self._ground(backdrop)
        self._hair_behind()
        self._shoulders()
        self._head()
        self._lines_of_age()
        self._beard()
        for side in (-1, 1):
            self._eye(side, eyes_open)
            self._brow(side)
        self._nose()
        self._mouth()
        self._hair()
        self._glasses()

    def _outline(self) -> list[Place]:
        wide, jaw = self.recipe.width, self.recipe.jaw
        right = [
            (0.42 * wide, -0.98),
            (0.8 * wide, -0.74),
            (0.98 * wide, -0.34),
            (wide, 0.02),
            ((0.9 + 0.07 * jaw) * wide, 0.38),
            ((0.66 + 0.22 * jaw) * wide, 0.7),
            ((0.34 + 0.2 * jaw) * wide, 0.93),
        ]
        left = [(-x, y) for x, y in reversed(right)]
        return [*right, (0.0, 1.0), *left, (0.0, -1.02)]

    def _ground(self, backdrop: Colour) -> None:
        """A calm wall, lighter behind the head."""
        sheet = self.sheet
        height, width = sheet.pixels.shape[:2]
        down, across = np.mgrid[0:height, 0:width].astype(np.float32) / sheet.unit
        away = np.hypot(across - across.mean(), down - down.mean() * 0.9)
        glow = np.exp(-((away / 1.3) ** 2))[..., None] * 0.55
        fall = (1.03 - 0.1 * down / down.max())[..., None]
        wall = np.array(backdrop, np.float32) * fall
        sheet.pixels[:] = wall + (np.array(_WHITE, np.float32) - wall) * glow

    def _shoulders(self) -> None:
        sheet, recipe = self.sheet, self.recipe
        neck = recipe.width * (0.5 + 0.1 * recipe.jaw)
        shirt = recipe.shirt
        sheet.area(
            [(-neck, 0.3), (neck, 0.3), (neck * 1.06, 1.5), (0, 1.75), (-neck * 1.06, 1.5)],
            _mix(recipe.skin, self.shade, 0.35),
            out=None,
        )
        sheet.oval((0, 1.02), neck * 1.05, 0.3, self.shade, alpha=0.55, blur=0.08, out=None)
        body = [(-0.5, 1.3), (-1.25, 1.62), (-1.75, 2.4), (1.75, 2.4), (1.25, 1.62), (0.5, 1.3)]
        sheet.area([*body, (0.0, 1.7)], shirt, out=None)
        sheet.line([(-1.2, 1.75), (-1.1, 2.3)], _mix(shirt, _BLACK, 0.4), width=0.02, out=None)
        sheet.line([(1.2, 1.75), (1.1, 2.3)], _mix(shirt, _BLACK, 0.4), width=0.02, out=None)
        for side in (-1, 1):
            collar = [(side * 0.5, 1.27), (side * 0.06, 1.74), (side * 0.42, 1.92)]
            sheet.area([*collar, (side * 0.62, 1.4)], _mix(shirt, _WHITE, 0.55), out=None)

    def _head(self) -> None:
        sheet, recipe = self.sheet, self.recipe
        skin, wide = recipe.skin, recipe.width
        for side in (-1, 1):
            sheet.oval((side * wide * 1.02, 0.02), 0.1, 0.23, _mix(skin, self.shade, 0.25), out=0)
            sheet.oval((side * wide * 1.03, 0.02), 0.05, 0.14, self.shade, alpha=0.5, blur=0.02)
        sheet.area(self.outline, _mix(skin, self.shade, 0.28))
        inner = [(x * 0.86, y * 0.9 - 0.03) for x, y in self.outline]
        sheet.area(inner, skin, blur=0.12)
        sheet.oval((0, -0.52), wide * 0.5, 0.22, _mix(skin, _WHITE, 0.5), alpha=0.45, blur=0.13)
        sheet.oval((0, 0.85), wide * 0.22, 0.09, _mix(skin, _WHITE, 0.4), alpha=0.4, blur=0.06)
        sheet.oval((0, 0.74), wide * 0.24, 0.03, self.shade, alpha=0.35, blur=0.04)
        for side in (-1, 1):
            middle = (side * wide * 0.56, 0.25)
            red = _mix(skin, (222, 96, 88), 0.5)
            sheet.oval(middle, 0.17, 0.13, red, alpha=0.15 + 0.35 * recipe.cheeks, blur=0.08)
            socket = (side * recipe.eye_gap, recipe.eye_height - 0.02)
            sheet.oval(socket, recipe.eye_size * 1.35, 0.12, self.shade, alpha=0.3, blur=0.06)
        self._grain()

    def _grain(self) -> None:
        """Freckles and pores: what makes skin no flat colour."""
        for _ in range(26):
            at = (
                self.chance.uniform(-0.85, 0.85) * self.recipe.width,
                self.chance.uniform(-0.6, 0.8),
            )
            size = self.chance.uniform(0.006, 0.014)
            self.sheet.oval(at, size, size, self.shade, alpha=0.3, blur=0.004)

    def _lines_of_age(self) -> None:
        sheet, recipe, age = self.sheet, self.recipe, self.recipe.age
        for side in (-1, 1):
            fold = [(side * recipe.nose_width, 0.3), (side * (recipe.mouth_width + 0.06), 0.6)]
            bend = (side * (recipe.nose_width + 0.13), 0.42)
            width = 0.012 + 0.012 * age
            sheet.line(
                [fold[0], bend, fold[1]], self.line, width=width, alpha=0.12 + 0.5 * age, blur=0.008
            )
            below = recipe.eye_height + recipe.eye_size * 0.75
            bag = [
                (side * (recipe.eye_gap - recipe.eye_size * 0.8), below - 0.03),
                (side * recipe.eye_gap, below + 0.03),
                (side * (recipe.eye_gap + recipe.eye_size * 0.8), below - 0.04),
            ]
            sheet.line(bag, self.line, width=0.014, alpha=0.12 + 0.45 * age, blur=0.008)
            if age > 0.5:
                corner = recipe.eye_gap + recipe.eye_size * 1.15
                for turn in (-0.07, 0.0, 0.07):
                    y = recipe.eye_height + turn * 0.4
                    crow = [(side * corner, y), (side * (corner + 0.12), y + turn)]
                    sheet.line(crow, self.line, width=0.01, alpha=0.5, blur=0.004)
        for number in range(round(age * 3)):
            y = -0.62 + 0.1 * number
            wide = recipe.width * (0.55 - 0.05 * number)
            wave = [(-wide, y + 0.03), (-wide / 3, y), (wide / 3, y + 0.01), (wide, y + 0.03)]
            sheet.line(wave, self.line, width=0.014, alpha=0.45, blur=0.006)

    def _eye(self, side: int, is_open: bool) -> None:
        sheet, recipe = self.sheet, self.recipe
        gap, size = recipe.eye_gap, recipe.eye_size

        def at(x: float, y: float) -> Place:
            """x from the inner (-1) to the outer corner (1), y in half eye widths."""
            return (side * (gap + x * size), recipe.eye_height + (y - x * recipe.eye_slant) * size)

        tall = recipe.eye_open
        upper = [at(-1, 0.12), at(-0.55, -0.55 * tall - 0.1), at(0.1, -tall), at(0.65, -0.7 * tall)]
        upper.append(at(1.05, 0.02))
        lower = [at(0.6, 0.52 * tall), at(0.0, 0.66 * tall), at(-0.6, 0.45 * tall)]
        if not is_open:
            shut = [at(-1, 0.14), at(-0.4, 0.4), at(0.3, 0.42), at(1.05, 0.05)]
            lid = _mix(recipe.skin, self.shade, 0.25)
            sheet.area([*upper, *lower], lid, blur=0.01)
            sheet.line(shut, _BLACK, width=0.028, alpha=0.9)
            return
        sheet.area([*upper, *lower], _WHITE)
        iris, middle = 0.62 * tall * size, at(0.02, -0.12 * tall)
        brown = _mix((62, 38, 26), (110, 72, 44), (recipe.seed % 7) / 7)
        sheet.oval(middle, iris, iris, brown)
        sheet.oval(middle, iris, iris, _BLACK, width=0.01, alpha=0.7)
        sheet.oval(middle, iris * 0.5, iris * 0.5, (8, 6, 6))
        glint = (middle[0] + iris * 0.3, middle[1] - iris * 0.35)
        sheet.oval(glint, iris * 0.22, iris * 0.22, (255, 255, 255))
        sheet.line(
            [at(-0.9, 0.0), *upper[1:4], at(0.9, 0.0)], _BLACK, width=0.05, alpha=0.25, blur=0.015
        )
        sheet.line(upper, _BLACK, width=0.03, alpha=0.92)
        sheet.line([upper[-1], *lower, upper[0]], self.line, width=0.012, alpha=0.7)
        fold = [at(-0.9, -0.3), at(-0.3, -tall - 0.25), at(0.4, -tall - 0.25), at(1.1, -0.35)]
        sheet.line(fold, self.line, width=0.014, alpha=0.6)

    def _brow(self, side: int) -> None:
        sheet, recipe = self.sheet, self.recipe
        gap, size = recipe.eye_gap, recipe.eye_size * 1.25
        y, thick = recipe.eye_height - recipe.brow_lift, recipe.brow
        rise = recipe.brow_slant * size
        colour = _mix(recipe.hair_colour, _BLACK, 0.3)
        inner, bend, tip = gap - size * 0.95, gap + size * 0.25, gap + size * 1.15
        brow = [
            (side * inner, y - thick * 0.3 + rise * 0.4),
            (side * bend, y - thick * 0.9 - rise),
            (side * tip, y - rise * 0.4 + 0.03),
            (side * bend, y + thick * 0.2 - rise),
            (side * inner, y + thick * 0.7 + rise * 0.4),
        ]
        sheet.area(brow, colour, alpha=0.9, blur=0.008)
        for _ in range(14):
            part = self.chance.uniform(0.05, 0.9)
            x = inner + (tip - inner) * part
            hair = [(side * x, y + thick * 0.4), (side * (x + 0.05), y - thick * 0.9)]
            sheet.line(
                [(px, py - rise * math.sin(part * 2.4)) for px, py in hair],
                colour,
                width=0.008,
                alpha=0.5,
            )

    def _nose(self) -> None:
        sheet, recipe = self.sheet, self.recipe
        wide = recipe.nose_width
        tip = recipe.eye_height + recipe.nose_length
        bridge = recipe.eye_height - 0.05
        for side in (-1, 1):
            ridge = [
                (side * 0.05, bridge),
                (side * 0.075, tip - 0.2),
                (side * wide * 1.02, tip - 0.02),
                (side * wide * 0.6, tip + 0.07),
                (side * 0.05, tip - 0.1),
            ]
            sheet.area(ridge, self.shade, alpha=0.34 if side < 0 else 0.5, blur=0.035, out=0.03)
        sheet.line(
            [(0, bridge), (0, tip - 0.1)], _WHITE, width=0.06, alpha=0.32, blur=0.03, out=0.1
        )
        sheet.oval(
            (0, tip - 0.04), 0.07, 0.055, _mix(recipe.skin, _WHITE, 0.6), blur=0.03, out=0.14
        )
        for side in (-1, 1):
            wing = [
                (side * wide * 0.86, tip - 0.1),
                (side * wide, tip),
                (side * wide * 0.82, tip + 0.055),
            ]
            sheet.line(wing, self.line, width=0.02, alpha=0.75, blur=0.004, out=0.04)
            nostril = (side * wide * 0.48, tip + 0.045)
            sheet.oval(nostril, wide * 0.2, 0.026, _mix(_LINE, _BLACK, 0.5), blur=0.008, out=0.08)
        under = [(-wide * 0.35, tip + 0.06), (0, tip + 0.085), (wide * 0.35, tip + 0.06)]
        sheet.line(under, self.line, width=0.016, alpha=0.6, blur=0.006, out=0.1)
        sheet.oval((0, tip + 0.12), wide * 0.5, 0.03, self.shade, alpha=0.35, blur=0.025)

    def _mouth(self) -> None:
        sheet, recipe = self.sheet, self.recipe
        wide, y, full = recipe.mouth_width, recipe.mouth_height, recipe.lip
        lift = recipe.smile * 0.07
        red = _mix(_mix(recipe.skin, (170, 78, 70), 0.55), (186, 34, 52), recipe.lip_red * 0.6)
        seam = [(-wide, y - lift), (-wide / 2, y + 0.008), (0, y + 0.018), (wide / 2, y + 0.008)]
        seam.append((wide, y - lift))
        upper = [(wide * 0.5, y - full * 0.75), (wide * 0.14, y - full), (0, y - full * 0.8)]
        upper += [(-wide * 0.14, y - full), (-wide * 0.5, y - full * 0.75)]
        sheet.area([*seam, *upper], _mix(red, _BLACK, 0.1), alpha=0.92, blur=0.006, out=0.02)
        lower = [(wide * 0.55, y + full * 0.9), (0, y + full * 1.3), (-wide * 0.55, y + full * 0.9)]
        sheet.area([*seam, *lower], red, alpha=0.92, blur=0.006, out=0.02)
        sheet.oval(
            (0, y + full * 0.7), wide * 0.35, full * 0.2, _WHITE, alpha=0.3, blur=0.02, out=0.03
        )
        sheet.line(seam, _mix(_LINE, _BLACK, 0.35), width=0.02, alpha=0.9, out=0.02)
        for side in (-1, 1):
            sheet.oval((side * wide, y - lift), 0.03, 0.02, self.line, alpha=0.6, blur=0.012)
        sheet.oval((0, y + full * 1.3 + 0.05), wide * 0.5, 0.03, self.shade, alpha=0.4, blur=0.03)

    def _beard(self) -> None:
        sheet, recipe = self.sheet, self.recipe
        colour = _mix(recipe.hair_colour, _BLACK, 0.15)
        wide, y = recipe.mouth_width, recipe.mouth_height
        if recipe.beard == "stubble":
            low = [(x * 0.95, yy * 0.97) for x, yy in self.outline if yy > 0.3]
            sheet.area([*low, (0, 0.42)], colour, alpha=0.24, blur=0.06)
        if recipe.beard == "full":
            low = [(x * 1.01, yy * 1.03) for x, yy in self.outline if yy > 0.0]
            inside = [(-wide * 1.5, 0.3), (-wide, y - 0.14), (wide, y - 0.14), (wide * 1.5, 0.3)]
            sheet.area([*low, *inside], colour, alpha=0.92, blur=0.012)
        if recipe.beard == "goatee":
            chin = [(-wide * 0.7, y + 0.18), (wide * 0.7, y + 0.18), (wide * 0.5, 0.95), (0, 1.06)]
            sheet.area([*chin, (-wide * 0.5, 0.95)], colour, alpha=0.85, blur=0.02)
        if recipe.beard in ("moustache", "goatee", "full"):
            for side in (-1, 1):
                half = [
                    (0, y - 0.17),
                    (side * wide * 0.7, y - 0.14),
                    (side * wide * 1.15, y + 0.02),
                ]
                sheet.area(
                    [*half, (side * wide * 0.6, y - 0.06), (0, y - 0.08)], colour, blur=0.012
                )

    def _hair_behind(self) -> None:
        sheet, recipe = self.sheet, self.recipe
        wide, hair = recipe.width, _mix(recipe.hair_colour, _BLACK, 0.25)
        if recipe.haircut == "long":
            side = [(wide * 1.1, -0.7), (wide * 1.3, 0.1), (wide * 1.32, 0.9), (wide * 1.1, 1.55)]
            left = [(-x, y) for x, y in reversed(side)]
            sheet.area([(0, -1.25), *side, (0, 1.3), *left], hair, out=-0.1)
        if recipe.haircut == "bun":
            sheet.oval((0, -1.28), 0.36, 0.3, hair, out=-0.1)
            sheet.oval((0, -1.28), 0.22, 0.17, _mix(hair, _WHITE, 0.2), blur=0.06, out=-0.1)
        if recipe.haircut == "curly":
            for number in range(17):
                turn = math.pi * (0.93 + 1.14 * number / 16)
                at = (math.cos(turn) * wide * 1.12, math.sin(turn) * 1.08 - 0.05)
                sheet.oval(at, 0.22, 0.22, hair, out=-0.05)

    def _hair(self) -> None:
        recipe = self.recipe
        wide = recipe.width
        match recipe.haircut:
            case "bald":
                self.sheet.oval((-0.2, -0.84), 0.2, 0.07, _WHITE, alpha=0.5, blur=0.05)
                return
            case "receding":
                front = [(-1.02, -0.3), (-0.86, -0.72), (-0.45, -0.98), (0.45, -0.98)]
                front += [(0.86, -0.72), (1.02, -0.3)]
            case "parted":
                front = [(-1.0, -0.1), (-0.9, -0.42), (-0.35, -0.84), (0.1, -0.7), (0.85, -0.5)]
                front += [(1.0, -0.1)]
            case "fringe":
                front = [(-1.0, 0.1), (-0.92, -0.3), (-0.5, -0.36), (0, -0.4), (0.5, -0.36)]
                front += [(0.92, -0.3), (1.0, 0.1)]
            case "long":
                front = [(-1.04, 0.75), (-0.9, 0.0), (-0.62, -0.5), (-0.1, -0.82), (0.5, -0.56)]
                front += [(0.9, 0.0), (1.04, 0.75)]
            case "bun":
                front = [(-1.0, -0.05), (-0.88, -0.5), (-0.5, -0.76), (0, -0.84), (0.5, -0.76)]
                front += [(0.88, -0.5), (1.0, -0.05)]
            case "curly":
                front = [(-1.0, -0.1), (-0.85, -0.5), (-0.4, -0.64), (0, -0.6), (0.4, -0.66)]
                front += [(0.85, -0.5), (1.0, -0.1)]
            case _:
                front = [(-1.0, -0.08), (-0.9, -0.48), (-0.55, -0.74), (0, -0.72), (0.55, -0.74)]
                front += [(0.9, -0.48), (1.0, -0.08)]
        inner = [(x * wide, y) for x, y in front]
        over = [(1.08 * wide, inner[-1][1] - 0.02), (1.12 * wide, -0.5), (0.82 * wide, -1.02)]
        over += [(0.35 * wide, -1.2), (-0.35 * wide, -1.2), (-0.82 * wide, -1.02)]
        over += [(-1.12 * wide, -0.5), (-1.08 * wide, inner[0][1] - 0.02)]
        colour = recipe.hair_colour
        self.sheet.area(
            [(x, y + 0.05) for x, y in [*inner, *over]], self.shade, alpha=0.4, blur=0.03
        )
        self.sheet.area([*inner, *over], colour, blur=0.004)
        self._strands(inner)

    def _strands(self, inner: list[Place]) -> None:
        """Light and dark lines from the crown to the hair's edge."""
        recipe = self.recipe
        for _ in range(70):
            at = self.chance.uniform(0.02, 0.98) * (len(inner) - 1)
            first, second = inner[int(at)], inner[int(at) + 1]
            part = at % 1
            end = (
                first[0] + (second[0] - first[0]) * part,
                first[1] + (second[1] - first[1]) * part - self.chance.uniform(0.02, 0.12),
            )
            root = (end[0] * 0.72, -1.12 + 0.12 * (end[0] / recipe.width) ** 2)
            bend = (end[0] * 0.96, (root[1] * 2 + end[1]) / 3)
            if end[1] - root[1] < 0.15:
                continue
            light = self.chance.random() < 0.5
            tone = _mix(recipe.hair_colour, _WHITE if light else _BLACK, 0.14 if light else 0.35)
            self.sheet.line([root, bend, end], tone, width=0.012, alpha=0.6)

    def _glasses(self) -> None:
        sheet, recipe = self.sheet, self.recipe
        if recipe.glasses == "none":
            return
        size, y = recipe.eye_size * 1.5, recipe.eye_height + 0.02
        frame: Colour = (48, 36, 34) if recipe.glasses == "square" else (120, 96, 60)
        for side in (-1, 1):
            x = side * recipe.eye_gap
            if recipe.glasses == "round":
                sheet.oval((x, y), size, size, (236, 244, 252), alpha=0.1, out=0.08)
                sheet.oval((x, y), size, size, frame, width=0.024, out=0.08)
            else:
                near, far = x - size * 1.1, x + size * 1.1
                box = [(near, y - size * 0.6), (x, y - size * 0.72), (far, y - size * 0.6)]
                box += [(far, y + size * 0.55), (x, y + size * 0.72), (near, y + size * 0.55)]
                sheet.line([*box, box[0], box[1]], frame, width=0.05, out=0.08)
            temple = [
                (side * (recipe.eye_gap + size), y - 0.03),
                (side * recipe.width * 1.03, y - 0.04),
            ]
            sheet.line(temple, frame, width=0.03, out=0.02)
        bridge = recipe.eye_gap - size
        arch = [(-bridge, y - 0.02), (0, y - 0.05), (bridge, y - 0.02)]
        sheet.line(arch, frame, width=0.03, out=0.12)


def _smooth(points: Sequence[Place], *, closed: bool) -> NDArray[np.float64]:
    """A curve through `points` (Catmull-Rom), eight steps between two of them."""
    given = np.array(points, np.float64)
    if closed:
        given = np.vstack([given[-1], given, given[0], given[1]])
    else:
        given = np.vstack([given[0], given, given[-1]])
    step = np.linspace(0, 1, 8, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(given, given[1:], given[2:], given[3:], strict=False):
        curve = 2 * b + (c - a) * step + (2 * a - 5 * b + 4 * c - d) * step**2
        parts.append((curve + (3 * b - a - 3 * c + d) * step**3) / 2)
    return np.vstack([*parts, given[-2]])


def _mix(one: Colour, other: Colour, part: float) -> Colour:
    """`one` with `part` of `other` in it."""
    first, second = np.array(one), np.array(other)
    red, green, blue = first + (second - first) * part
    return (float(red), float(green), float(blue))
