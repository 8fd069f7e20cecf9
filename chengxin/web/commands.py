"""What can be said on the command line.  Names are stable; `--json` prints one object a line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from procrastinate import App
from procrastinate.contrib.django import app as tasks
from procrastinate.contrib.django.django_connector import DjangoConnector
from rich.console import Console

from chengxin.core.items import ITEMS
from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from chengxin.devices import hall_pc
from chengxin.devices.signing import DeviceKey
from chengxin.devices.simulator.sms import SimulatedGateway
from chengxin.exchange import clients, deliveries, nights
from chengxin.exchange.models import Client
from chengxin.exchange.tasks import COUNTER, LATER, get_ready
from chengxin.hall import prompts
from chengxin.indicators import local
from chengxin.notices import outbox
from chengxin.people import lookup
from chengxin.risk import directives
from chengxin.risk.models import RiskScore
from chengxin.studio import trials
from chengxin.trace import seals
from chengxin.web import demo, face_commands
from chengxin.web import serve as server
from chengxin.web.face_commands import Json, bar

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="纳税诚信信息应用管理系统 · real-name tax service, dossiers and integrity at the counter.",
)
audit = typer.Typer(no_args_is_help=True, help="Check what must not have been changed.")
app.add_typer(audit, name="audit")

client = typer.Typer(no_args_is_help=True, help="Who may tell facts through the interface.")
app.add_typer(client, name="client")

lake = typer.Typer(no_args_is_help=True, help="Keep the lake well.")
app.add_typer(lake, name="lake")

app.add_typer(face_commands.app, name="face")

EngineName = Annotated[str, typer.Option(help="Where the SQL runs: duckdb or spark.")]
Companion = Annotated[bool, typer.Option(hidden=True)]  # started by `serve`, ends with it
console = Console(stderr=True)


def say(rows: Iterable[dict[str, Any]], *, as_json: bool, sentence: str) -> None:
    """Print `rows`: as JSON lines, or as `sentence` filled from each."""
    for row in rows:
        told = json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder)
        sys.stdout.write((told if as_json else sentence.format(**row)) + "\n")


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Trouble(f"{text} is not a day; write it as 2017-08-18.") from error


@app.command()
def serve(
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Build the demo county at first start; demo accounts.")
    ] = False,
) -> None:
    """Open the system: web server and worker (in the demo also simulated devices)."""
    number = server.port()
    server.migrate()
    nights.whole_lake()
    nights.sort()
    prompts.speak_missing()
    beside = [["worker", "--queue", queue] for queue in (COUNTER, LATER)]
    if with_demo:
        with bar("阳信县") as progress:
            demo.ensure(progress)
        own = f"http://127.0.0.1:{number}"
        if not settings.SMS_URL:
            gate = server.free_port()
            os.environ["CHENGXIN_SMS_URL"] = settings.SMS_URL = f"http://127.0.0.1:{gate}"
            beside.append(["sms-simulator", "--port", str(gate)])
        beside += [
            ["device", "--simulated", "--id", one, "--server", own]
            for one in (demo.KIOSK, demo.TERMINAL)
        ]
    console.print(
        f"\n  诚信 Chengxin  [bold]http://{server.host()}:{number}/[/bold]   Ctrl-C ends it\n"
    )
    server.run(number, beside=beside)


@app.command()
def worker(
    queue: Annotated[
        str | None,
        typer.Option(help=f"Only {COUNTER}: what the counter waits for; or only {LATER}."),
    ] = None,
    companion: Companion = False,
) -> None:
    """Do the background work: inbox, night, seals.  `serve` runs one for each queue by itself."""
    if queue not in (None, COUNTER, LATER):
        raise Trouble(f"There is no queue {queue}; there are {COUNTER} and {LATER}.")
    if companion:
        server.end_with_parent()
    server.migrate()
    if queue == LATER:
        os.nice(10)  # the counter goes first
    else:
        get_ready()
    connector: DjangoConnector = tasks.connector  # type: ignore[assignment]
    with tasks.replace_connector(connector.get_worker_connector()) as ready:
        asyncio.run(_work(ready, [queue] if queue else [COUNTER, LATER], tries=queue != COUNTER))


async def _work(ready: App, queues: list[str], *, tries: bool) -> None:
    """One thing after the other; but what an officer tries, and what is sent to a phone, waits for
    nothing and nothing for it."""
    async with ready.open_async():
        beside = (trials.QUEUE, outbox.QUEUE) if tries else ()
        running = [asyncio.create_task(_beside(ready, queue)) for queue in beside]
        try:
            await ready.run_worker_async(queues=queues, install_signal_handlers=True)
        finally:
            for task in running:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def _beside(ready: App, queue: str) -> None:
    await ready.run_worker_async(
        queues=[queue], install_signal_handlers=False, shutdown_graceful_timeout=1
    )


@app.command(name="sms-simulator")
def sms_simulator(
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port on this machine.")] = 8101,
    companion: Companion = False,
) -> None:
    """An SMS gateway that sends nothing and shows on a page what it was given."""
    if companion:
        server.end_with_parent()
    with SimulatedGateway(port=port) as gateway:
        console.print(f"simulated SMS gateway at {gateway.url}")
        signal.pause()


@app.command()
def city(
    persons: Annotated[int, typer.Option(min=6_000, max=2_000_000, help="How many persons.")],
    out: Annotated[Path, typer.Option(help="Folder for deliveries/ and truth/.")],
    seed: Annotated[int, typer.Option(help="Same seed, same county.")] = 1,
    day: Annotated[str, typer.Option(help="The county's today.")] = "2017-08-18",
    as_json: Json = False,
) -> None:
    """Write the deliveries of a made-up county, and the truth of what must be found in them."""
    from city import county

    with bar("city") as progress:
        made = county.write(
            out, persons=persons, seed=seed, day=day_of(day), keys=Keys.load(),
            progress=demo.steps(progress),
        )  # fmt: skip
    say(
        [{"out": str(out), "persons": made.persons, "enterprises": made.enterprises, "day": day}],
        as_json=as_json,
        sentence="{out}: {persons} persons, {enterprises} enterprises as of {day}",
    )


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Delivered files, or folders of them.")],
    source: Annotated[str | None, typer.Option(help="The source, if no name says.")] = None,
    as_json: Json = False,
) -> None:
    """Take deliveries: read strictly, completely or not at all, once."""
    server.migrate()
    refused = 0
    files = deliveries.files_in(paths) if source is None else paths
    if not files:
        raise Trouble("No delivery is there: files are named <source>.<yyyymmdd>.csv or the like.")
    with bar("ingest") as progress:
        task = progress.add_task("", total=len(files))
        for taken in deliveries.receive_all(files, source=source):
            progress.advance(task)
            if isinstance(taken, Trouble):
                refused += 1
                sys.stderr.write(f"chengxin: {taken}\n")
                continue
            row = {
                "file": taken.file_name, "state": taken.state, "rows": taken.rows,
                "rejected": taken.rejected, "lake_version": taken.lake_version,
            }  # fmt: skip
            say(
                [row],
                as_json=as_json,
                sentence="{file}: {state}, {rows} rows, {rejected} set aside, v{lake_version}",
            )
            for reject in taken.rejects[:20] if not as_json else []:
                sys.stderr.write(f"  line {reject['line']}: {reject['reason']}\n")
    if refused:
        raise typer.Exit(1)


@app.command(name="local")
def local_(as_json: Json = False) -> None:
    """Check this bureau's own tables, sources, warehouse and indicators in CHENGXIN_HOME/local."""
    bad = 0
    for checked in local.check():
        bad += not checked.good
        mark = "ok" if checked.good else "WRONG"
        say([asdict(checked) | {"mark": mark}], as_json=as_json, sentence="{mark} {file}: {told}")
    if bad:
        raise typer.Exit(1)


@app.command()
def night(
    day: Annotated[str, typer.Option(help="The day to see it as of.")],
    engine: EngineName = "duckdb",
    as_json: Json = False,
) -> None:
    """One night: build the warehouse, scan the indicators, hand findings to the offices."""
    server.migrate()
    with bar("night") as progress:
        run = nights.run(day_of(day), engine_name=engine, progress=demo.steps(progress))
    row = {
        "day": run.day, "lake_version": run.lake_version, "findings": run.findings,
        "audited": run.audited, "different": len(run.different), "seconds": round(run.seconds, 2),
    }  # fmt: skip
    say(
        [row],
        as_json=as_json,
        sentence="{day}: {findings} findings in {seconds} s, {audited} subjects asked once more",
    )
    if run.different:
        raise Trouble(
            f"Of {len(run.different)} of them one scan says something else than the scan over "
            f"everyone: {', '.join(run.different[:5])}; tell the maintainers and keep the lake."
        )


@app.command()
def scan(
    indicator: Annotated[str | None, typer.Option(help="M01 … A09; all when not given.")] = None,
    subject: Annotated[str | None, typer.Option(help="One person or enterprise.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day; the last night's by default.")] = None,
    lake_version: Annotated[int | None, typer.Option(help="The newest by default.")] = None,
    undecided: Annotated[bool, typer.Option(help="Also what data was missing for.")] = False,
    in_force: Annotated[
        bool,
        typer.Option(
            "--in-force", help="Ask a lake version by the indicators of now, not of its run."
        ),
    ] = False,
    engine: EngineName = "duckdb",
    as_json: Json = False,
) -> None:
    """What the indicators find: for everyone, or for one subject.  Changes nothing.

    With --lake-version and the day of a run over it: what that run found, to the same bytes.
    """
    found = nights.look(
        as_of=day_of(as_of) if as_of else None,
        lake_version=lake_version,
        code=indicator,
        subject=lookup.subject_key(subject) if subject else None,
        engine_name=engine,
        in_force=in_force,
    )
    for finding in found:
        if finding.undecided and not undecided:
            continue
        sys.stdout.write(
            finding.to_json() + "\n"
            if as_json
            else f"{finding.indicator} {finding.subject} {finding.band}: {finding.because}\n"
        )


@app.command()
def rank(
    kind: Annotated[str, typer.Option(help="person or enterprise.")] = "enterprise",
    top: Annotated[int, typer.Option(min=1, help="How many, the greatest first.")] = 20,
    again: Annotated[bool, typer.Option(help="Make the last night's ranking anew before.")] = False,
    as_json: Json = False,
) -> None:
    """The risk ranking: who stands highest, with the parts of each score."""
    server.migrate()
    if kind not in RiskScore.Kind.values:
        raise Trouble(f"There is no kind {kind}; rank person or enterprise.")
    if again:
        nights.rank()
    listed = RiskScore.objects.filter(kind=kind).exclude(level="").order_by("-score", "about")
    rows = [
        {
            "subject": one.about, "score": one.score, "level": one.level, "own": one.own,
            "network": one.network, "previous": one.previous, "parts": one.parts,
        }
        for one in listed[:top]
    ]  # fmt: skip
    say(rows, as_json=as_json, sentence="{score} {level} {subject} ({own} + {network})")


@app.command()
def check(
    person: Annotated[str, typer.Option(help="Document number or person id.")],
    item: Annotated[str, typer.Option(help="Item code, e.g. invoice_collect.")],
    enterprise: Annotated[str | None, typer.Option(help="Credit code or taxpayer number.")] = None,
    as_json: Json = False,
) -> None:
    """May this person do this item for this enterprise, now?"""
    if item not in ITEMS:
        raise Trouble(f"There is no item {item}; the items are {', '.join(ITEMS)}.")
    verdict = directives.check(
        item,
        lookup.subject_key(person),
        lookup.subject_key(enterprise) if enterprise else None,
    )
    row = {"item": item, "decision": verdict.decision, "reasons": list(verdict.reasons)}
    say([row], as_json=as_json, sentence="{decision} {reasons}")


@lake.command()
def tidy(
    years: Annotated[
        int, typer.Option(min=1, help="Nights so young stay computable again.")
    ] = nights.YEARS,
    as_json: Json = False,
) -> None:
    """Put small files together; let go of versions that no night and no alert refers to."""
    server.migrate()
    told = nights.tidy(years)
    say(
        [asdict(told) | {"mb": round(told.bytes / 1e6, 1)}],
        as_json=as_json,
        sentence="Lake version {lake_version}; {kept} versions kept, {forgotten} let go of, "
        "{mb} MB freed",
    )


@client.command(name="add")
def client_add(
    name: Annotated[str, typer.Argument(help="Its name: a-z, 0-9 and -.")],
    owner: Annotated[str, typer.Option(help="The office that runs it, and whom to ask.")],
    source: Annotated[list[str], typer.Option(help="A source as which it may speak; repeat it.")],
    as_json: Json = False,
) -> None:
    """Register a program that tells facts; its key is shown this once."""
    server.migrate()
    key = clients.add(name, owner=owner, speaks_as=source)
    say([{"client": name, "key": key}], as_json=as_json, sentence="{client}: {key}")


@client.command(name="list")
def client_list(as_json: Json = False) -> None:
    """All clients, and as which sources they may speak."""
    server.migrate()
    rows = [
        {
            "client": one.name, "owner": one.owner, "sources": ",".join(one.sources),
            "active": one.active,
        }
        for one in Client.objects.order_by("name")
    ]  # fmt: skip
    say(rows, as_json=as_json, sentence="{client} ({owner}): {sources}, active: {active}")


@client.command(name="stop")
def client_stop(name: Annotated[str, typer.Argument(help="The client's name.")]) -> None:
    """Its key opens nothing any more."""
    server.migrate()
    clients.stop(name)


@audit.command()
def verify(as_json: Json = False) -> None:
    """Check the seals of the traces: nobody changed or removed one."""
    server.migrate()
    wrong = seals.verify()
    say([{"wrong": line} for line in wrong], as_json=as_json, sentence="{wrong}")
    if wrong:
        raise typer.Exit(1)
    if not as_json:
        sys.stdout.write(f"{datetime.now().astimezone():%F %T}: every seal holds\n")


@app.command()
def device(
    server_url: Annotated[str | None, typer.Option("--server", help="The bureau's server.")] = None,
    device_id: Annotated[str | None, typer.Option("--id", help="This hall PC's name.")] = None,
    enrol: Annotated[
        str, typer.Option(help="Register this PC with the code of the hall's device page.")
    ] = "",
    card_port: Annotated[str | None, typer.Option(help="/dev/ttyUSB0, COM3 …")] = None,
    printer_port: Annotated[
        str | None, typer.Option(help="tcp:10.0.0.5, file:/dev/usb/lp0, /dev/ttyUSB1, COM4 …")
    ] = None,
    paper: Annotated[
        int | None, typer.Option(help="Width of the printer's paper: 58 or 80 mm.")
    ] = None,
    chinese_font: Annotated[
        bool | None, typer.Option(help="The printer has Chinese characters of its own.")
    ] = None,
    draws_qr: Annotated[bool | None, typer.Option(help="The printer draws QR codes.")] = None,
    baud: Annotated[int | None, typer.Option(help="Of a printer on a serial line.")] = None,
    camera: Annotated[
        str | None, typer.Option(help="Camera before the person: 0, /dev/video0 …")
    ] = None,
    document_camera: Annotated[
        str | None, typer.Option(help="Document camera (UVC): 1, /dev/video2 …")
    ] = None,
    simulated: Annotated[bool, typer.Option(help="Simulated devices.")] = False,
    cards: Annotated[Path | None, typer.Option(help="Folder of simulated cards.")] = None,
    companion: Companion = False,
) -> None:
    """Run a hall PC's devices: dial out to the server and wait for its commands.

    The first time with --enrol; what is said is kept, and then `chengxin device` is enough.
    """
    if companion:
        server.end_with_parent()
    folder = demo.devices_folder()
    invited_by, code = hall_pc.invitation(enrol) if enrol else ("", "")
    said = {
        "server": server_url or invited_by or None, "device_id": device_id, "card_port": card_port,
        "printer_port": printer_port, "paper": paper, "chinese_font": chinese_font,
        "draws_qr": draws_qr, "baud": baud, "camera": camera, "document_camera": document_camera,
    }  # fmt: skip
    kept = hall_pc.HallPC.load(folder)
    pc = kept.told(said)
    if code:
        pc = hall_pc.enrol(pc, code, folder)
        key = DeviceKey.load(hall_pc.key_file(folder, pc.device_id))
        console.print(f"Enrolled as {pc.device_id}; key {key.fingerprint}.")
    elif pc != kept and not simulated:
        pc.save(folder)
    hall_pc.run(pc, folder, cards=(cards or demo.cards_folder()) if simulated else None)
