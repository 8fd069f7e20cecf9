"""What the worker does by itself: take what lies in the inbox, run the night, urge what comes due;
and what officers ask it to do, try an indicator, weigh a threshold.

What nobody at the counter waits for stands in a queue of its own, `LATER`, which a second process
works off: seal the traces, sort what pages read, rank.  That process carries out tries, too.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from importlib import import_module

import structlog
from django.db import transaction
from django.utils.timezone import localdate
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.devices.words import DeviceUnavailable
from chengxin.exchange import deliveries, events, nights
from chengxin.hall import forgetting, queue
from chengxin.notices import outbox, reminders
from chengxin.people import bindings, identity, likenesses, retention
from chengxin.risk import urging
from chengxin.selfservice import doors
from chengxin.studio import measuring, trials, versions
from chengxin.trace import seals

COUNTER, LATER = "default", "later"  # the queues

READY = "ready for events"  # as the log says it

log = structlog.get_logger("chengxin.worker")


@app.periodic(cron="* * * * *")
@app.task(queue=LATER, queueing_lock="seal", pass_context=False)
def seal(timestamp: int) -> None:
    """Every minute: close the settled traces into the hash chain."""
    if count := seals.seal():
        log.info("traces sealed", count=count)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """Every minute: give up the numbers that were missed and did not come back in time."""
    if count := queue.sweep():
        log.info("numbers given up", count=count)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="inbox")
def take_inbox(timestamp: int) -> None:
    """Every five minutes: read what offices put into the inbox, and see what it changes.

    What was read moves aside.
    """
    inbox = places.inbox()
    inbox.mkdir(exist_ok=True)
    for path in deliveries.files_in([inbox]):
        try:
            deliveries.receive(path)
            target = inbox / "taken"
        except Trouble as trouble:
            log.warning("delivery refused", file=path.name, reason=str(trouble))
            target = inbox / "refused"
        target.mkdir(exist_ok=True)
        path.rename(target / path.name)
    _follow()


@app.task(name=events.FOLLOW, queueing_lock="follow")
def follow() -> None:
    """As soon as an event is stored: see what it changes."""
    _follow()


def _follow() -> None:
    try:
        events.take_waiting()
        run = nights.follow()
    except Trouble as trouble:
        log.warning("changes wait for the night", reason=str(trouble))
    else:
        if run:
            log.info("changes followed", findings=run.findings, seconds=run.seconds)
            with suppress(AlreadyEnqueued), transaction.atomic():
                sort.defer()


@app.task(queue=LATER, queueing_lock="sort")
def sort() -> None:
    """After changes were followed: what pages and one subject's scan read of them."""
    _sort()


@app.periodic(cron="* * * * *")
@app.task(queue=LATER, queueing_lock="sort_left", pass_context=False)
def sort_left(timestamp: int) -> None:
    """Every minute: what a killed worker left unsorted."""
    _sort()


def _sort() -> None:
    try:
        nights.sort()
    except Trouble as trouble:
        log.warning("pages show a version before", reason=str(trouble))


@app.periodic(cron="*/5 * * * *")
@app.task(queue=LATER, queueing_lock="rank", priority=-1, pass_context=False)
def rank(timestamp: int) -> None:
    """Every five minutes: rank everyone anew where something was followed or judged.

    Behind whatever else waits; what came meanwhile waits for it.
    """
    try:
        ranked = nights.rank(only_if_stale=True)
    except Trouble as trouble:
        log.warning("the ranking waits for the night", reason=str(trouble))
    else:
        if ranked:
            log.info("ranked anew", ranked=ranked.ranked)


@app.task(name=outbox.SEND, queue=outbox.QUEUE, queueing_lock="send")
def send_notices() -> None:
    """As soon as something is to be said: send it."""
    _send_notices()


@app.periodic(cron="* * * * *")
@app.task(queue=outbox.QUEUE, queueing_lock="send_left", pass_context=False)
def send_left(timestamp: int) -> None:
    """Every minute: what was not taken before, and what became of what was sent."""
    doors.look()
    _send_notices()


@app.task(name=outbox.LOOK, queue=outbox.QUEUE, queueing_lock="look")
def look_who_asks() -> None:
    """As soon as somebody asks for a code for his own pages: whether he is to have one."""
    doors.look()
    _send_notices()


def _send_notices() -> None:
    counts = outbox.send_due()
    if any(counts.values()):
        log.info("messages sent", **counts)


@app.task(name=likenesses.ALIKE, queue=LATER)
def look_alike(portrait: int) -> None:
    """As soon as a face is enrolled: whether it is known under another number."""
    alike = import_module("chengxin.people.alike")  # heavy: the face engine
    try:
        if count := alike.look(portrait):
            log.info("faces alike", count=count)
    except DeviceUnavailable as trouble:
        log.warning("no search for like faces", reason=trouble.words.en)


@app.periodic(cron="40 1 * * *")
@app.task(queue=LATER, queueing_lock="identities", pass_context=False)
def identities_by_night(timestamp: int) -> None:
    """Before the night: what came to its end, who is to be reminded, what is past its time."""
    day = localdate()
    ended = bindings.come_to_an_end(day) | {"documents": identity.expire_documents(day)}
    log.info("bindings and documents", **ended)
    log.info("reminders", **reminders.run(day))
    outbox.forget(timedelta(days=retention.rules()["message"].days))
    log.info("deleted after their time", **retention.run(forgetting.JOBS | doors.JOBS))


@app.task(name=versions.ADOPT, queueing_lock="adopt")
def adopt() -> None:
    """As soon as an indicator is published or taken back: what that changes of the last night."""
    if run := nights.adopt():
        log.info("indicators adopted", findings=run.findings, seconds=run.seconds)


@app.task(name=trials.TRY, queue=trials.QUEUE, pass_context=True)
def try_out(context: JobContext, pk: int) -> None:
    """As soon as an officer asks: what a version of the studio would find."""
    trials.carry_out(pk, may_go_on=lambda: not context.should_abort())


@app.task(name=measuring.MEASURE, queue=trials.QUEUE, pass_context=True)
def measure(context: JobContext, pk: int) -> None:
    """As soon as an officer asks: what another threshold would do."""
    measuring.carry_out(pk, may_go_on=lambda: not context.should_abort())


@app.periodic(cron="0 2 * * *")
@app.task(queueing_lock="night")
def night(timestamp: int) -> None:
    """At two in the morning: the night."""
    run = nights.run(localdate())
    log.info("night done", day=str(run.day), findings=run.findings, seconds=run.seconds)
    nights.rehearse()


def get_ready() -> None:
    """Before the first task: what the first event would wait for."""
    try:
        nights.rehearse()
        log.info(READY)
    except Trouble as trouble:
        log.warning("changes wait for the night", reason=str(trouble))


@app.periodic(cron="30 6 * * *")
@app.task(queueing_lock="urge")
def urge(timestamp: int) -> None:
    """Before the offices open, whether the night went well or not: say what comes due."""
    counts = urging.run(localdate())
    log.info("deadlines urged", **counts)
