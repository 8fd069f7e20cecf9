"""名单: the watchlist and the tax blacklist as officers keep them (维护监控).

    propose ──▶ proposed ──approve──▶ in force ──expire──▶ expired
                    │                     ├──ask_removal────▶ ──approve──▶ removed
                    │                     └──ask_early_stop─▶ ──approve──▶ stopped
                    └──refuse, withdraw

One officer asks, a second one decides; nobody decides what he asked.  What is in force is a fact
of the lake (`risk.list_facts`): the indicators find it, and the counter obeys them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Office, Officer, Role
from chengxin.risk import following, second_officer
from chengxin.risk.list_models import ListedPerson, ListEntry, ListImport, ListRequest
from chengxin.risk.list_terms import EarlyStop, Publication, Terms, standing
from chengxin.trace import record
from chengxin.trace.models import Trace

MAY_PROPOSE = (Role.RISK, Role.SECTION_HEAD, Role.LEADER)
DECIDES = {
    ListEntry.Kind.WATCH: MAY_PROPOSE,
    ListEntry.Kind.BLACKLIST: (Role.SECTION_HEAD, Role.LEADER),
}
STOPS = (Role.LEADER,)  # early: 第二十一条 names the head of an office
# Up to which level somebody has to approve an early stop, by its cause (第二十一条)
STOPPED_BY = {
    ListRequest.Cause.PAID: Office.Level.CITY,
    ListRequest.Cause.BANKRUPT: Office.Level.PROVINCE,
    ListRequest.Cause.CONTRIBUTED: Office.Level.PROVINCE,
}
REMOVED_FOR = {
    ListEntry.Kind.WATCH: (
        ListRequest.Cause.NO_LONGER, ListRequest.Cause.GONE, ListRequest.Cause.MISTAKEN,
    ),
    ListEntry.Kind.BLACKLIST: (
        ListRequest.Cause.REVOKED, ListRequest.Cause.GONE, ListRequest.Cause.MISTAKEN,
    ),
}  # fmt: skip


def propose(about: str, terms: Terms, grounds: str, *, officer: Officer) -> ListEntry:
    """Ask that a person or an enterprise is put on a list; nothing changes before the approval."""
    with record.of("list.propose", about=about, officer=officer) as trace:
        return _proposed(about, terms, grounds, officer, trace)


def propose_all(
    rows: Sequence[tuple[str, Terms, str]], file_name: str, digest: str, *, officer: Officer
) -> ListImport:
    """Ask it for every row (about, terms, grounds) of a file, or for none."""
    with record.of("list.import", officer=officer) as trace:
        require_proposer(officer)
        made = ListImport.objects.create(
            file_name=file_name[:200], digest=digest, rows=len(rows), officer=officer
        )
        trace.detail |= {"import": made.pk, "rows": len(rows)}
        for about, terms, grounds in rows:
            with record.of("list.propose", about=about, officer=officer) as each:
                each.detail["import"] = made.pk
                entry = _proposed(about, terms, grounds, officer, each)
                entry.imported = made
                entry.save(update_fields=["imported"])
    return made


def ask_removal(entry: ListEntry, cause: str, grounds: str, *, officer: Officer) -> ListRequest:
    """Ask that an entry is taken off: withdrawn, revoked, wrong, or its subject is gone."""
    with record.of("list.ask_removal", about=entry.about, officer=officer) as trace:
        entry = _asked_about(entry, grounds, officer, trace)
        if cause not in REMOVED_FOR[ListEntry.Kind(entry.kind)]:
            raise Refusal("wrong_cause", _("请选择移出的原因"))
        return _request(
            ListRequest(entry=entry, kind=ListRequest.Kind.REMOVE, cause=cause),
            grounds, officer, trace,
        )  # fmt: skip


def ask_early_stop(
    entry: ListEntry, stop: EarlyStop, grounds: str, *, officer: Officer
) -> ListRequest:
    """Ask that a publication ends before its term, as its subject applied for."""
    with record.of("list.ask_stop", about=entry.about, officer=officer) as trace:
        entry = _asked_about(entry, grounds, officer, trace)
        if entry.is_watch:
            raise Refusal("wrong_cause", _("提前停止公布只适用于重大税收违法失信主体"))
        stop.require_whole(entry)
        asked = ListRequest(
            entry=entry,
            kind=ListRequest.Kind.EARLY_STOP,
            cause=stop.cause,
            received_on=stop.received_on,
            fulfilled_on=stop.fulfilled_on,
            document_no=stop.document_no.strip()[:80],
            approval_no=stop.approval_no.strip()[:80],
        )
        return _request(asked, grounds, officer, trace)


def approve(asked: ListRequest, note: str = "", *, officer: Officer) -> ListEntry:
    """The second officer agrees; the lake is told at once, and the counter follows."""
    with record.of("list.approve", about=asked.entry.about, officer=officer) as trace:
        entry = _approved(asked, note, officer, trace)
        following.ask()
    return entry


def approve_import(made: ListImport, note: str = "", *, officer: Officer) -> int:
    """Agree to all that still waits of a file; how many entries."""
    with record.of("list.approve_import", officer=officer) as trace:
        waiting = list(_waiting_of(made))
        trace.detail |= {"import": made.pk, "entries": len(waiting)}
        if not waiting:
            raise Refusal("already_decided", _("该文件没有待复核的条目"))
        for asked in waiting:
            with record.of("list.approve", about=asked.entry.about, officer=officer) as each:
                _approved(asked, note, officer, each)
        following.ask()
    return len(waiting)


def refuse(asked: ListRequest, note: str, *, officer: Officer) -> None:
    """The second officer does not agree, and says why."""
    with record.of("list.refuse", about=asked.entry.about, officer=officer) as trace:
        if not note.strip():
            raise Refusal("reason_needed", _("请填写不予通过的理由"))
        asked = _decided(asked, note, ListRequest.State.REFUSED, officer, trace)
        if asked.kind == ListRequest.Kind.ADD:
            _move(asked.entry, ListEntry.State.REFUSED)


def withdraw(asked: ListRequest, *, officer: Officer) -> None:
    """Who asked takes it back before it is decided."""
    with record.of("list.withdraw", about=asked.entry.about, officer=officer) as trace:
        asked = _locked(asked, trace)
        if asked.proposed_by_id != officer.pk:
            raise Refusal("not_the_proposer", _("只有提出人可以撤回"))
        asked.state, asked.decided_at = ListRequest.State.WITHDRAWN, now()
        asked.save(update_fields=["state", "decided_at"])
        if asked.kind == ListRequest.Kind.ADD:
            _move(asked.entry, ListEntry.State.WITHDRAWN)


def expire(day: date) -> int:
    """Close what is past its last day on `day`; how many.  Run again, it changes nothing.

    The fact ended by itself: its last day was told with it.
    """
    with record.of("list.expire_all", place="night") as trace:
        past = ListEntry.objects.in_force().filter(until__lt=min(day, localdate()))
        ended = list(past.select_for_update().order_by("pk"))
        if not ended:
            trace.drop()
        ListEntry.objects.filter(pk__in=[one.pk for one in ended]).update(
            state=ListEntry.State.EXPIRED
        )
        record.many([_trace("list.expire", one) for one in ended])
        _close_requests(ended)
        trace.detail["entries"] = len(ended)
    return len(ended)


def require_proposer(officer: Officer) -> None:
    access.require_role(officer, *MAY_PROPOSE)


def may_decide(asked: ListRequest, officer: Officer) -> bool:
    """Whether `officer` may be the second one; the operation asks again."""
    return (
        asked.is_waiting
        and officer.holds(*_deciders(asked))
        and second_officer.may(officer, asked.proposed_by)
    )


def _proposed(about: str, terms: Terms, grounds: str, officer: Officer, trace: Trace) -> ListEntry:
    trace.detail["list"] = terms.kind
    require_proposer(officer)
    access.require(officer, about)
    _require_grounds(grounds)
    terms.require_whole(about)
    waiting = ListEntry.objects.filter(
        kind=terms.kind, about=about, case_no=terms.case_no.strip(), state=ListEntry.State.PROPOSED
    )
    if waiting.exists():
        raise Refusal("already_proposed", _("该对象已有列入申请待复核"))
    entry = terms.entry()
    entry.about, entry.proposed_by, entry.grounds = about, officer, grounds.strip()[:1000]
    entry.save()
    if isinstance(terms, Publication):
        for person, role in terms.responsible:
            access.require(officer, person)
            if role not in ListedPerson.Role.values:
                raise Refusal("wrong_person", _("责任人员须为实际控制人或直接责任人员"))
            ListedPerson.objects.create(entry=entry, about=person, role=role)
    _request(ListRequest(entry=entry, kind=ListRequest.Kind.ADD), grounds, officer, trace)
    return entry


def _request(asked: ListRequest, grounds: str, officer: Officer, trace: Trace) -> ListRequest:
    asked.grounds, asked.proposed_by = grounds.strip()[:1000], officer
    asked.save()
    trace.detail |= {"entry": asked.entry_id, "request": asked.pk, "kind": asked.kind}
    if asked.cause:
        trace.detail["cause"] = asked.cause
    return asked


def _asked_about(entry: ListEntry, grounds: str, officer: Officer, trace: Trace) -> ListEntry:
    """The entry's row, locked, when something may be asked about it."""
    trace.detail |= {"entry": entry.pk, "list": entry.kind}
    require_proposer(officer)
    access.require(officer, entry.about)
    _require_grounds(grounds)
    entry = ListEntry.objects.select_for_update().get(pk=entry.pk)
    if not entry.is_in_force:
        raise Refusal(
            "not_in_force", _("该条目当前为“%(state)s”") % {"state": entry.get_state_display()}
        )
    if entry.requests.filter(state=ListRequest.State.WAITING).exists():
        raise Refusal("already_proposed", _("该条目已有申请待复核"))
    return entry


def _approved(asked: ListRequest, note: str, officer: Officer, trace: Trace) -> ListEntry:
    asked = _decided(asked, note, ListRequest.State.APPROVED, officer, trace)
    entry = asked.entry
    match asked.kind:
        case ListRequest.Kind.ADD:
            _require_still_whole(entry)
            entry.valid_from = entry.valid_from or localdate()
            if entry.is_watch:
                entry.valid_from = max(entry.valid_from, localdate())
            entry.approved_by = officer
            _move(entry, ListEntry.State.IN_FORCE)
        case ListRequest.Kind.REMOVE:
            entry.ended_on = localdate()
            _move(entry, ListEntry.State.REMOVED)
        case _:
            _require_level(asked, officer)
            entry.ended_on = localdate()
            _move(entry, ListEntry.State.STOPPED)
    return entry


def _require_still_whole(entry: ListEntry) -> None:
    """Days passed since it was proposed: it must still end later than it begins, and be alone."""
    if entry.until < localdate():
        raise Refusal("wrong_term", _("截止日期已过，请不予通过后重新提出"))
    others = standing(entry.about, ListEntry.Kind(entry.kind)).exclude(pk=entry.pk)
    if entry.is_watch:
        first = max(entry.valid_from or localdate(), localdate())
        if others.filter(until__gte=first).exists():
            raise Refusal("already_listed", _("该对象已在重点监控名单中"))
    elif others.filter(case_no=entry.case_no).exists():
        raise Refusal("already_listed", _("该对象的这一案件已在名单中"))


def _require_level(asked: ListRequest, officer: Officer) -> None:
    """第二十一条: an office of the city, or of the province, approves or has authorised it."""
    needed = STOPPED_BY[ListRequest.Cause(asked.cause)]
    if (
        second_officer.level(officer) < second_officer.LEVELS.index(needed)
        and not asked.approval_no
    ):
        raise Refusal(
            "authority_too_low",
            _("须经%(level)s批准或授权：请填写批准（授权）文号")
            % {"level": Office.Level(needed).label},
        )


def _decided(
    asked: ListRequest, note: str, state: ListRequest.State, officer: Officer, trace: Trace
) -> ListRequest:
    """The request's row, decided by `officer`, with its entry locked."""
    asked = _locked(asked, trace)
    access.require(officer, asked.entry.about)
    access.require_role(officer, *_deciders(asked))
    second_officer.require(officer, asked.proposed_by)
    asked.state, asked.note = state, note.strip()[:400]
    asked.decided_by, asked.decided_at = officer, now()
    asked.save(update_fields=["state", "note", "decided_by", "decided_at"])
    return asked


def _locked(asked: ListRequest, trace: Trace) -> ListRequest:
    found = (
        ListRequest.objects.select_for_update(of=("self", "entry"))
        .select_related("entry", "proposed_by__office")
        .get(pk=asked.pk)
    )
    trace.detail |= {"entry": found.entry_id, "request": found.pk, "kind": found.kind}
    if not found.is_waiting:
        raise Refusal(
            "already_decided",
            _("该申请当前为“%(state)s”") % {"state": found.get_state_display()},
        )
    return found


def _move(entry: ListEntry, state: ListEntry.State) -> None:
    entry.state, entry.changed_at = state, now()
    entry.save(update_fields=["state", "changed_at", "valid_from", "approved_by", "ended_on"])


def _close_requests(ended: Sequence[ListEntry]) -> None:
    """What was asked about an entry that expired meanwhile is asked no more."""
    ListRequest.objects.filter(entry__in=ended, state=ListRequest.State.WAITING).update(
        state=ListRequest.State.WITHDRAWN, decided_at=now()
    )


def _waiting_of(made: ListImport) -> QuerySet[ListRequest]:
    return (
        ListRequest.objects.filter(
            entry__imported=made, kind=ListRequest.Kind.ADD, state=ListRequest.State.WAITING
        )
        .select_related("entry")
        .order_by("pk")
    )


def _deciders(asked: ListRequest) -> Sequence[Role]:
    if asked.kind == ListRequest.Kind.EARLY_STOP:
        return STOPS
    return DECIDES[ListEntry.Kind(asked.entry.kind)]


def _require_grounds(grounds: str) -> None:
    if not grounds.strip():
        raise Refusal("grounds_needed", _("请填写依据和证据"))


def _trace(action: str, entry: ListEntry) -> Trace:
    return Trace(action=action, about=entry.about, detail={"entry": entry.pk, "list": entry.kind})
