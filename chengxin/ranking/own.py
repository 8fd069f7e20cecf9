"""What a subject's own findings are worth 自身风险分.

    findings ──weight × excess, at most the cap──▶ × fading ──▶ × what was made of it ──▶ points
    points, the strongest first ──the further ones within its level──▶ own part of the score

A finding that acts on several counts once for its subject; of several bands of one indicator the
strongest.  Where the scheme says so, it counts for those whom it acts on besides.

The strongest finding sets the level (domain facts 4.3): the others raise the score within it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log2

from chengxin.indicators.scan import Finding
from chengxin.ranking.scheme import Scheme

Seen = Mapping[tuple[str, str, str], date]  # indicator, subject, band -> first seen
Judged = Mapping[tuple[str, str], str]  # indicator, subject -> outcome of the same facts


@dataclass(frozen=True)
class Part:
    """One finding in a score, with every factor of it."""

    indicator: str
    band: str
    about: str  # its subject, where that is somebody else, whose finding acts on this one
    weight: float  # points of its band
    excess: float  # times, for its value
    base: float  # points with it, at most the indicator's cap
    first_on: date
    fading: float  # times, for its age
    judged: str  # outcome of its verification; "" when there is none
    times: float  # for that outcome
    points: float  # what it is worth by itself
    counts: int  # hundredths of a point that it brings to the score


def own(
    findings: Iterable[Finding], scheme: Scheme, day: date, seen: Seen, judged: Judged
) -> dict[str, list[Part]]:
    """Subject -> its findings as parts, the strongest first; undecided ones count for nobody.

    The `counts` of a subject sum to its own score in hundredths of a point, 0 to 10,000.
    """
    strongest: dict[str, dict[str, Part]] = defaultdict(dict)
    for finding in findings:
        if finding.undecided:
            continue
        for target, part in _for(finding, _part(finding, scheme, day, seen, judged), scheme):
            others = strongest[target]
            if (before := others.get(part.indicator)) is None or _order(part) < _order(before):
                others[part.indicator] = part
    return {
        subject: _counted(parts.values(), scheme) for subject, parts in sorted(strongest.items())
    }


def together(points: Sequence[float], scheme: Scheme) -> list[int]:
    """What the first of `points` come to, the first two, and so on, in hundredths of a point.

    `points` (0 to 100 each) come strongest first.  Each further one takes its hundredths of the
    way that is left to the upper end of the first one's level.
    """
    if not points:
        return []
    end, left, sums = scheme.end_of(points[0]), 1.0, [round(100 * points[0])]
    for one in points[1:]:
        left *= 1 - one / 100
        sums.append(round(100 * (end - (end - points[0]) * left)))
    return sums


def sum_of(parts: Iterable[Part]) -> int:
    return sum(part.counts for part in parts)


def spreading(parts: Iterable[Part], scheme: Scheme) -> float:
    """Points, 0 to 100, of those of his own findings that mark others through the network."""
    left = 1.0
    for part in parts:
        if not part.about and scheme.weighting(part.indicator).spreads:
            left *= 1 - part.points / 100
    return 100 * (1 - left)


def first_seen(
    findings: Iterable[Finding],
    before: Mapping[tuple[str, str, str], tuple[date, date]],
    day: date,
    scheme: Scheme,
) -> dict[tuple[str, str, str], tuple[date, date]]:
    """(indicator, subject, band) -> first and last day seen, from those of an earlier night.

    What is gone longer than the scheme remembers is forgotten, and is new when it comes back.
    """
    oldest = day - timedelta(days=scheme.remembers_days)
    known = {key: days for key, days in before.items() if oldest <= days[1] <= day}
    for finding in findings:
        if not finding.undecided:
            key = (finding.indicator, finding.subject, finding.band)
            known[key] = (known.get(key, (day, day))[0], day)
    return known


def _part(finding: Finding, scheme: Scheme, day: date, seen: Seen, judged: Judged) -> Part:
    one = scheme.weighting(finding.indicator)
    weight = one.bands.get(finding.band, one.bands.get("*", 0.0))
    doublings = max(0.0, log2(float(finding.value) / one.least)) if finding.value > 0 else 0.0
    excess = 1 + one.per_doubling * doublings
    first_on = seen.get((finding.indicator, finding.subject, finding.band), day)
    age = max(0, (day - first_on).days)
    fading: float = one.keeps + (1 - one.keeps) * 2 ** (-age / one.half_life_days)
    outcome = judged.get((finding.indicator, finding.subject), "")
    times = scheme.judged.get(outcome, 1.0)
    base = min(weight * excess, one.cap)
    return Part(
        indicator=finding.indicator,
        band=finding.band,
        about="",
        weight=weight,
        excess=excess,
        base=base,
        first_on=first_on,
        fading=fading,
        judged=outcome,
        times=times,
        points=min(100.0, base * fading * times),
        counts=0,
    )


def _for(finding: Finding, part: Part, scheme: Scheme) -> Iterator[tuple[str, Part]]:
    """For whom a finding counts, and as which part."""
    yield finding.subject, part
    times = scheme.weighting(finding.indicator).acted_on
    if times and finding.acted_on != finding.subject:
        points = part.points * times
        yield finding.acted_on, replace(part, about=finding.subject, points=points)


def _counted(parts: Iterable[Part], scheme: Scheme) -> list[Part]:
    """Each with what it brings on top of the stronger ones; rounded so that they sum exactly."""
    counted, before = [], 0
    ordered = sorted(parts, key=_order)
    for part, now in zip(ordered, together([p.points for p in ordered], scheme), strict=True):
        counted.append(replace(part, counts=now - before))
        before = now
    return counted


def _order(part: Part) -> tuple[float, str, str, str]:
    return (-part.points, part.indicator, part.band, part.about)
