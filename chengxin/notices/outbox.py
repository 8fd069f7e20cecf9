"""The outbox: written with what it is about, sent by the worker, with receipts and further tries.

    operation ──put──▶ waiting ──send_due──▶ sent ──(receipt)──▶ delivered | failed

A message that ended forgets phone and words.  Nothing of either stands in a log or a trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chengxin.core.refusal import Trouble
from chengxin.notices import gateway
from chengxin.notices.gateway import Gateway, NotSent
from chengxin.notices.models import Message

SEND = "notices.send"  # the worker's task, which stands in `exchange.tasks`
LOOK = "selfservice.look"  # as `SEND`, of `selfservice.doors`
LOCKS = {SEND: "send", LOOK: "look"}
QUEUE = "notices"  # of its own: a code must not wait behind a night
PAUSES = (10, 30, 120, 600, 1800, 3600)  # seconds until the next try
ASKED_AFTER = timedelta(seconds=20)  # for a receipt, and again
RECEIPTS_FOR = timedelta(days=2)
AT_ONCE = 50  # messages of one run

Kind, State = Message.Kind, Message.State

# What a phone reads.  Chinese: nobody knows in which language its owner reads.
WORDS = {
    Kind.CODE: "【税务】验证码 %(code)s，5分钟内有效，用于%(use)s。请勿告诉任何人。",
    Kind.CONFIRM: (
        "【税务】%(enterprise)s申请将您绑定为%(role)s，"
        "请打开 %(link)s 确认或拒绝；非本人事项请拒绝。"
    ),
    Kind.CLAIM: (
        "【税务】%(name)s申请绑定为%(enterprise)s的%(role)s，请法定代表人打开 %(link)s 确认或拒绝。"
    ),
    Kind.DISPUTE: (
        "【税务】%(enterprise)s的办税身份有人提出被冒名申诉，领用发票、注销等业务须"
        "法定代表人持身份证到厅办理，申报、缴纳不受影响。"
    ),
    Kind.SUSPECT: (
        "【税务】有人持%(enterprise)s办税人员的证件到厅办税，身份存疑，其办税身份已冻结；"
        "请法定代表人核实并联系主管税务机关。"
    ),
    Kind.ENDING: "【税务】您在%(enterprise)s的%(role)s授权于%(day)s到期，请及时续办。",
    Kind.DOCUMENT: "【税务】您登记的证件于%(day)s到期，请换领后到办税服务厅更新。",
}


@dataclass(frozen=True)
class To:
    """Who is told: his key for the record, his phone for the gateway."""

    about: str
    phone: str


def put(to: To, kind: str, good_for: timedelta, **words: str) -> Message | None:
    """Say something, in the caller's transaction; None for who has no phone."""
    if not to.phone:
        return None
    message = Message.objects.create(
        kind=kind,
        about=to.about,
        phone=to.phone,
        words=WORDS[Kind(kind)] % words,
        until=now() + good_for,
    )
    ask_worker(SEND)
    return message


def send_due(door: Gateway | None = None) -> dict[str, int]:
    """Send what waits, ask what became of what was sent; {sent, ended}.

    A gateway that is gone, or not there at all, changes nothing but the time of the next try.
    """
    counts = {"sent": 0, "ended": 0}
    try:
        through = door or gateway.in_use()
    except Trouble:
        through = None
    for _ in range(AT_ONCE):
        with transaction.atomic():
            message = (
                Message.objects.select_for_update(skip_locked=True)
                .filter(state__in=[State.WAITING, State.SENT], next_at__lte=now())
                .order_by("next_at")
                .first()
            )
            if message is None:
                break
            step = _send if message.state == State.WAITING else _ask_receipt
            step(message, through)
            counts["sent"] += message.state == State.SENT and message.tries > 0
            counts["ended"] += message.ended_at is not None
    return counts


def forget(before: timedelta) -> int:
    """The rows of messages that ended longer ago than `before`; how many."""
    count, _what = Message.objects.filter(ended_at__lt=now() - before).delete()
    return count


def _send(message: Message, through: Gateway | None) -> None:
    if message.until <= now():
        return _end(message, State.FAILED)
    message.tries += 1
    try:
        if through is None:
            raise NotSent(again=True)
        message.receipt = through.send(str(message.pk), message.phone, message.words)
    except NotSent as trouble:
        if not trouble.again:
            return _end(message, State.FAILED)
        pause = PAUSES[min(message.tries, len(PAUSES)) - 1]
        message.next_at = min(now() + timedelta(seconds=pause), message.until)
    else:
        message.state, message.next_at = State.SENT, now() + ASKED_AFTER
    message.save(update_fields=["state", "tries", "receipt", "next_at"])
    return None


def _ask_receipt(message: Message, through: Gateway | None) -> None:
    try:
        state = through.state(message.receipt) if through else "waiting"
    except NotSent:
        state = "waiting"
    if state != "waiting":
        return _end(message, state)
    if now() - message.made_at > RECEIPTS_FOR:  # nobody will say any more
        return _end(message, State.FAILED)
    message.next_at = now() + max(ASKED_AFTER, (now() - message.made_at) / 2)
    message.save(update_fields=["next_at"])
    return None


def _end(message: Message, state: str) -> None:
    message.state, message.ended_at = state, now()
    message.phone = message.words = ""
    message.save(update_fields=["state", "ended_at", "phone", "words", "tries"])


def ask_worker(task: str) -> None:
    """In the caller's transaction, for what ends in a message; asked twice before the worker looks,
    it looks once."""
    try:
        with transaction.atomic():
            app.configure_task(task, queueing_lock=LOCKS[task], queue=QUEUE).defer()
    except AlreadyEnqueued:
        pass
