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
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.items import GROUPS, ITEMS
from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Office, Officer, Role
from chengxin.risk import criteria, following
from chengxin.risk.criteria import CRITERIA
from chengxin.risk.list_models import ListedPerson, ListEntry, ListImport, ListRequest
from chengxin.risk.models import Alert
from chengxin.trace import record
from chengxin.trace.models import Trace

MAY_PROPOSE = (Role.RISK, Role.SECTION_HEAD, Role.LEADER)  # from the lowest to the highest
DECIDES = {
    ListEntry.Kind.WATCH: MAY_PROPOSE,
    ListEntry.Kind.BLACKLIST: (Role.SECTION_HEAD, Role.LEADER),
}
STOPS = (Role.LEADER,)  # early: 第二十一条 names the head of an office
LEVELS = (Office.Level.BRANCH, Office.Level.COUNTY, Office.Level.CITY, Office.Level.PROVINCE)
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
TWICE_WITHIN = 5 * 12  # months (第二十二条)
# Groups in which something may be restricted at all
GROUPS_TO_CHOOSE = [
    group
    for group in GROUPS
    if any(group in item.groups and not item.never_refused for item in ITEMS.values())
]


@dataclass(frozen=True)
class Watch:
    """What an entry of the watchlist says; without `begins_on` it begins with the approval."""

    reason: str
    until: date
    groups: Sequence[str] = ()  # none: the indicator's usual ones
    begins_on: date | None = None

    kind = ListEntry.Kind.WATCH
    case_no = ""

    @property
    def first(self) -> date:
        return max(self.begins_on or localdate(), localdate())

    def require_whole(self, about: str) -> None:
        if not self.reason.strip():
            raise Refusal("reason_needed", _("请填写列入原因"))
        if strange := [one for one in self.groups if one not in GROUPS_TO_CHOOSE]:
            raise Refusal(
                "wrong_levels",
                _("没有可限制的事项组：%(group)s") % {"group": strange[0][:20]},
            )
        if self.begins_on and self.begins_on < localdate():
            raise Refusal("wrong_term", _("生效日期不得早于今日"))
        last = criteria.months_after(self.first, criteria.WATCHED)
        if not self.first <= self.until <= last:
            raise Refusal(
                "wrong_term",
                _("重点监控最长十二个月：截止日期须在 %(first)s 至 %(last)s 之间")
                % {"first": self.first, "last": last},
            )
        standing = _standing(about, self.kind).filter(until__gte=self.first).first()
        if standing:
            raise Refusal(
                "already_listed",
                _("该对象已在重点监控名单中，至 %(day)s；续期的生效日期须在其后")
                % {"day": standing.until},
            )

    def entry(self) -> ListEntry:
        return ListEntry(
            kind=self.kind,
            reason=self.reason.strip()[:200],
            groups=",".join(code for code in GROUPS_TO_CHOOSE if code in self.groups),
            valid_from=self.begins_on,
            until=self.until,
        )


@dataclass(frozen=True)
class Publication:
    """What an entry of the tax blacklist says.

    `tax` and `invoiced` are yuan, `share` is of all taxes payable in a year (0 to 1), `variant` is
    the criterion's other case, `paid_on` the day on which tax, surcharge and fine were paid in
    full.  `responsible` names persons ("person:…") with their role (09, 13).
    """

    criterion: str
    case_no: str
    document_no: str
    served_on: date
    published_on: date
    violated_from: date | None = None
    violated_until: date | None = None
    tax: Decimal | None = None
    share: Decimal | None = None
    invoices: int | None = None
    invoiced: Decimal | None = None
    variant: bool = False
    paid_on: date | None = None
    responsible: Sequence[tuple[str, str]] = field(default=())

    kind = ListEntry.Kind.BLACKLIST

    @property
    def until(self) -> date:
        return criteria.last_published(self.published_on)

    def require_whole(self, about: str) -> None:
        situation = CRITERIA.get(self.criterion)
        if situation is None:
            raise Refusal("wrong_criterion", _("请选择十一种情形之一"))
        if not self.case_no.strip() or not self.document_no.strip():
            raise Refusal("document_needed", _("请填写案件编号和失信主体确定文书号"))
        self._require_days()
        self._require_amounts()
        paid = situation.unless_paid and not (situation.code == "absconded" and self.variant)
        if paid and self.paid_on and self.paid_on < self.published_on:
            raise Refusal(
                "paid_before", _("公布前已缴清税款、滞纳金和罚款的，经确认不向社会公布（第十四条）")
            )
        if self.responsible and not about.startswith("enterprise:"):
            raise Refusal("wrong_person", _("自然人为失信主体的，不填责任人员"))
        if _standing(about, self.kind).filter(case_no=self.case_no.strip()).exists():
            raise Refusal("already_listed", _("该对象的这一案件已在名单中"))

    def _require_days(self) -> None:
        if self.served_on > localdate():
            raise Refusal("wrong_term", _("确定文书送达日期不得晚于今日"))
        if self.published_on < self.served_on:
            raise Refusal("wrong_term", _("公布日期不得早于确定文书送达日期"))
        due = criteria.publish_by(self.served_on)
        if self.published_on > max(due, localdate()):
            raise Refusal(
                "wrong_term",
                _("确定文书送达后应于次月15日内公布，即不晚于 %(day)s") % {"day": due},
            )
        if self.until < localdate():
            raise Refusal(
                "wrong_term", _("公布期已于 %(day)s 届满，不再列入") % {"day": self.until}
            )
        begin, end = self.violated_from, self.violated_until
        if (begin and end and begin > end) or (end and end > self.served_on):
            raise Refusal("wrong_term", _("违法期间的起止颠倒，或晚于确定文书送达日期"))

    def _require_amounts(self) -> None:
        situation = CRITERIA[self.criterion]
        numbers = (self.tax, self.share, self.invoices, self.invoiced)
        if any(number is not None and number < 0 for number in numbers):
            raise Refusal("below_threshold", _("金额、比例和份数不得为负"))
        if self.share is not None and self.share > 1:
            raise Refusal("below_threshold", _("占应纳税额的比例不得超过百分之百"))
        reached = situation.reached(
            tax=self.tax,
            share=self.share,
            invoices=self.invoices,
            invoiced=self.invoiced,
            variant=self.variant,
        )
        if self.served_on >= criteria.SINCE and not reached:
            raise Refusal(
                "below_threshold",
                _("所填数额未达到第六条第%(number)d项的标准：%(text)s")
                % {"number": situation.number, "text": situation.whole},
            )

    def entry(self) -> ListEntry:
        return ListEntry(
            kind=self.kind,
            criterion=self.criterion,
            case_no=self.case_no.strip()[:80],
            document_no=self.document_no.strip()[:80],
            served_on=self.served_on,
            valid_from=self.published_on,
            until=self.until,
            violated_from=self.violated_from,
            violated_until=self.violated_until,
            tax=self.tax,
            share=self.share,
            invoices=self.invoices,
            invoiced=self.invoiced,
            variant=self.variant,
        )


Terms = Watch | Publication


@dataclass(frozen=True)
class EarlyStop:
    """An application for 提前停止公布: why, when it was accepted, and what shows it."""

    cause: str
    received_on: date
    fulfilled_on: date  # paid in full, ruled, or confirmed
    document_no: str  # receipts and commitment; the court's ruling; the government's paper
    approval_no: str = ""  # of the office above, or its authorisation
    committed: bool = False  # the commitment to pay honestly was handed in
    unpunished: bool = False  # not dealt with again since the determination

    def require_whole(self, entry: ListEntry) -> None:
        """Refuse where the law gives no early stop (第十八条、第二十二条)."""
        if self.cause not in ListRequest.EARLY:
            raise Refusal("wrong_cause", _("请选择提前停止公布的情形"))
        if not self.document_no.strip():
            raise Refusal("document_needed", _("请填写证明材料的文号或编号"))
        if max(self.received_on, self.fulfilled_on) > localdate():
            raise Refusal("wrong_term", _("受理日期和缴清（裁定、认定）日期不得晚于今日"))
        if self.cause == ListRequest.Cause.BANKRUPT:
            return  # 第二十二条第二款
        if self.cause == ListRequest.Cause.PAID:
            assert entry.valid_from is not None
            from_ = criteria.may_stop_from(entry.valid_from)
            if self.received_on < from_:
                raise Refusal(
                    "too_early",
                    _("公布满六个月后方可申请，即自 %(day)s 起") % {"day": from_},
                )
            if not self.committed:
                raise Refusal("document_needed", _("申请人须提交诚信纳税承诺书"))
        if not self.unpunished:
            raise Refusal(
                "stop_refused",
                _("被确定为失信主体后又因税收违法受到处理处罚的，不予提前停止公布"),
            )
        if cases_within_five_years(entry) > 1:
            raise Refusal("stop_refused", _("五年内被确定为失信主体两次以上的，不予提前停止公布"))


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
    if not officer.holds(*MAY_PROPOSE):
        raise _no_role()


def may_decide(asked: ListRequest, officer: Officer) -> bool:
    """Whether `officer` may be the second one; the operation asks again."""
    return (
        asked.is_waiting
        and asked.proposed_by_id != officer.pk
        and officer.holds(*_deciders(asked))
        and _authority(officer) >= _authority(asked.proposed_by)
    )


def cases_within_five_years(entry: ListEntry) -> int:
    """How often its subject was determined in the five years until now, as far as it is known.

    Entries that were kept here, and the cases that the blacklist's indicator names now.
    """
    since = criteria.months_after(localdate(), -TWICE_WITHIN)
    mine = ListEntry.objects.decided().filter(
        kind=ListEntry.Kind.BLACKLIST, about=entry.about, served_on__gte=since
    )
    cases = set(mine.exclude(state=ListEntry.State.REMOVED).values_list("case_no", flat=True))
    found = (
        Alert.objects.open()
        .filter(indicator="M04", subject=entry.about)
        .values_list("findings", flat=True)
    )
    for findings in found:
        for told in findings:
            cases |= set(told["evidence"].get("case_nos") or [])
    return len(cases | {entry.case_no})


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
    standing = _standing(entry.about, ListEntry.Kind(entry.kind)).exclude(pk=entry.pk)
    if entry.is_watch:
        first = max(entry.valid_from or localdate(), localdate())
        if standing.filter(until__gte=first).exists():
            raise Refusal("already_listed", _("该对象已在重点监控名单中"))
    elif standing.filter(case_no=entry.case_no).exists():
        raise Refusal("already_listed", _("该对象的这一案件已在名单中"))


def _require_level(asked: ListRequest, officer: Officer) -> None:
    """第二十一条: an office of the city, or of the province, approves or has authorised it."""
    needed = STOPPED_BY[ListRequest.Cause(asked.cause)]
    own = officer.office.level if officer.office else Office.Level.BRANCH
    if LEVELS.index(Office.Level(own)) < LEVELS.index(needed) and not asked.approval_no:
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
    if not officer.holds(*_deciders(asked)):
        raise _no_role()
    if asked.proposed_by_id == officer.pk:
        raise Refusal("second_officer_needed", _("须由提出人以外的人员复核"))
    if _authority(officer) < _authority(asked.proposed_by):
        raise Refusal("authority_too_low", _("复核人的层级或岗位不得低于提出人"))
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


def _standing(about: str, kind: ListEntry.Kind) -> QuerySet[ListEntry]:
    return ListEntry.objects.in_force().filter(about=about, kind=kind)


def _deciders(asked: ListRequest) -> Sequence[Role]:
    if asked.kind == ListRequest.Kind.EARLY_STOP:
        return STOPS
    return DECIDES[ListEntry.Kind(asked.entry.kind)]


def _authority(officer: Officer) -> tuple[int, int]:
    """How far an officer's word reaches: the level of his office first, then his highest role."""
    level = LEVELS.index(Office.Level(officer.office.level)) if officer.office else -1
    held = [MAY_PROPOSE.index(role) for role in MAY_PROPOSE if officer.holds(role)]
    return level, max(held, default=-1)


def _require_grounds(grounds: str) -> None:
    if not grounds.strip():
        raise Refusal("grounds_needed", _("请填写依据和证据"))


def _no_role() -> Refusal:
    return Refusal("no_role", _("您的岗位没有办理此项的权限，请联系系统管理员"))


def _trace(action: str, entry: ListEntry) -> Trace:
    return Trace(action=action, about=entry.about, detail={"entry": entry.pk, "list": entry.kind})
