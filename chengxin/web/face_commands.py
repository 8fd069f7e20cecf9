"""`chengxin face …`: measure an engine, calibrate it, put another in its place."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chengxin.web import serve as server

console = Console(stderr=True)

app = typer.Typer(no_args_is_help=True, help="The face engine: how well it does, and which one.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command()
def engine(as_json: Json = False) -> None:
    """Which engine compares here and its bands; says what is wrong when it cannot be used."""
    from chengxin.devices import face_engines  # half a second of libraries
    from chengxin.devices.face_calibration import REFERENCES

    used = face_engines.in_force()
    bands = {str(channel): used.limits(channel)._asdict() for channel in REFERENCES}
    told: dict[str, Any] = {
        "engine": used.name,
        "metric": str(used.metric),
        "list_limit": used.info.list_limit,
        # without bands everybody goes to an officer
        "bands": {
            channel: pair if isfinite(pair["staff"]) else None for channel, pair in bands.items()
        },
    }
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
        return
    sys.stdout.write("{engine}, {metric}, lists of at most {list_limit}\n".format(**told))
    for channel, pair in told["bands"].items():
        said = "accept {accept}, staff {staff}".format(**pair) if pair else "all to an officer"
        sys.stdout.write(f"{channel}: {said}\n")


@app.command()
def measure(
    folder: Annotated[Path, typer.Argument(help="Labelled pictures: a sub-folder per person.")],
    as_json: Json = False,
) -> None:
    """Error rates with bounds, refused pictures, times on one core, proposed bands."""
    from chengxin.devices import face_engines, face_measure  # half a second of libraries

    with bar("measure") as progress:
        found = face_measure.measure(folder, face_engines.in_force(), progress=_steps(progress))
    told = face_measure.told(found)
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in sentences(told))


@app.command()
def reembed(as_json: Json = False) -> None:
    """Describe stored pictures with the engine in force; goes on where it was cut off."""
    from chengxin.people import faces

    server.migrate()
    with bar("reembed") as progress:
        done = faces.reembed(_steps(progress))
    told = vars(done)
    sys.stdout.write(
        (
            json.dumps(told)
            if as_json
            else "{engine}: {described} pictures described, {unusable} not usable".format(**told)
        )
        + "\n"
    )


@app.command()
def calibrate(
    centre: Annotated[
        bool | None,
        typer.Option("--centre/--no-centre", help="Take off the mean face; bundled engine: yes."),
    ] = None,
    dry: Annotated[bool, typer.Option("--dry", help="Measure only, put nothing in force.")] = False,
    people: Annotated[int, typer.Option(min=40, help="At most so many.")] = 2_000,
    as_json: Json = False,
) -> None:
    """Bands of each capture channel from this site's own pictures, with bounds."""
    from chengxin.people import faces

    server.migrate()
    with bar("calibrate") as progress:
        done = faces.calibrate(
            centre=centre, put_in_force=not dry, most=people, progress=_steps(progress)
        )
    made = done.calibration
    if as_json:
        told = {
            "calibration": made.id,
            "in_force": done.in_force,
            "people": made.people,
            "limits": {channel: pair._asdict() for channel, pair in made.limits.items()},
            "comparisons": done.comparisons,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        return
    for one in done.comparisons:
        sys.stdout.writelines(f"{line}\n" for line in compared(one))
    for channel in ("card", "live"):
        pair = {str(key): pair for key, pair in made.limits.items()}.get(channel)
        said = (
            f"accept {pair.accept}, staff {pair.staff}" if pair else "the engine's own bands stay"
        )
        sys.stdout.write(f"{channel}: {said}\n")
    sys.stdout.write(f"calibration {made.id} {'in force' if done.in_force else 'not in force'}\n")


def _steps(progress: Progress) -> Callable[[int, int], None]:
    task = progress.add_task("", total=None)
    return lambda done, of: progress.update(task, completed=done, total=of)


def sentences(told: dict[str, Any]) -> Iterator[str]:
    """What was measured, for reading."""
    failed = told["failure_to_enrol"]
    yield f"engine              {told['engine']}"
    yield f"people, pictures    {told['people']}, {told['pictures']}"
    yield f"failure to enrol    {_share(failed)}; {failed['people_without']} people left out"
    for reason, count in failed["by_reason"].items():
        yield f"  {reason:17} {count}"
    for one in told["comparisons"]:
        yield from compared(one)
    yield "milliseconds on one core, median"
    for stage, ms in told["milliseconds"].items():
        yield f"  {stage:17} {ms:.3f}"
    yield "Bounds are exact at 95 % for pairs; pairs share people, so the truth is wider."


def compared(one: dict[str, Any]) -> Iterator[str]:
    """The rates of one channel, for reading."""
    kind = {"card": "card picture", "live": "enrolled picture"}[one["reference"]]
    yield (
        f"live against {kind}: {one['same_pairs']} pairs of one person, {one['other_pairs']} of two"
    )
    if equal := one["equal_error"]:
        yield f"  equal error       {_share(equal)} at distance {equal['distance']:.4f}"
    else:
        yield "  equal error       not enough pairs: none of one person, or none of two"
    for point in one["true_accept"]:
        yield f"  TPR at FPR {_percent(point['at']):7}{_operating(point)}"
    for name, point in one["in_force"].items():
        yield f"  {name + ' now':17} {_operating(point) if point else 'no limit yet: to staff'}"
    for name, point in one["proposed"].items():
        yield f"  {name + ' proposed':17} {_operating(point)}"


def _operating(point: dict[str, Any]) -> str:
    if few := point.get("too_few"):
        return (
            f"not enough pairs: {few['needed']} of different people are needed, "
            f"{few['have']} are there"
        )
    return (
        f"distance {point['distance']:.4f}: "
        f"within it {_share(point['true_accept'])} of one person, "
        f"{_share(point['false_accept'])} of two"
    )


def _share(rate: dict[str, Any]) -> str:
    if rate["value"] is None:
        return "none measured"
    return f"{_percent(rate['value'])} ({_percent(rate['low'])} to {_percent(rate['high'])})"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def bar(title: str) -> Progress:
    return Progress(
        TextColumn(title), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), console=console, transient=True,
    )  # fmt: skip
