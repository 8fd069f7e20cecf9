"""How far two faces are apart, drawn for the officer between the edges of the three bands."""

from __future__ import annotations

from dataclasses import dataclass

from chengxin.devices.comparison import kept_limits

# The greatest distances that the engine accepts and that it leaves to an officer, without and
# with a site's calibration (chengxin.devices.face, which is too heavy for this process).
EDGES = {"raw": (0.35, 0.42)}
CENTRED_EDGES = (0.45, 0.58)


@dataclass(frozen=True)
class Scale:
    """A distance between two edges, drawn from 0 (same) to `end`, as parts of a hundred."""

    distance: float
    accept: float
    staff: float

    @property
    def end(self) -> float:
        return max(self.staff * 1.6, self.distance * 1.1)

    @property
    def accept_at(self) -> int:
        return round(100 * self.accept / self.end)

    @property
    def staff_at(self) -> int:
        return round(100 * self.staff / self.end)

    @property
    def at(self) -> int:
        return round(100 * self.distance / self.end)

    @property
    def staff_width(self) -> int:
        return self.staff_at - self.accept_at

    @property
    def rest(self) -> int:
        return 100 - self.staff_at


def edges(engine: str, channel: str) -> tuple[float, float] | None:
    """For a comparison from before its edges were kept with it: those under which `engine`
    ("id/model/calibration") judged a picture of `channel`; None for a bureau's own engine, whose
    page may have changed since."""
    calibration = engine.rpartition("/")[2]
    if measured := kept_limits(calibration, channel):
        return measured
    return EDGES.get(calibration, CENTRED_EDGES) if engine.startswith("bundled") else None
