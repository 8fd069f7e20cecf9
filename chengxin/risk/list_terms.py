"""名单所载: what an entry of the watchlist or the tax blacklist says, and when it may end early.

Each refuses what the lists' rules do not give (重大税收违法失信主体信息公布管理办法; for the
watchlist `risk.criteria`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin.core.items import GROUPS, ITEMS
from chengxin.core.refusal import Refusal
from chengxin.risk import criteria
from chengxin.risk.criteria import CRITERIA
from chengxin.risk.list_models import ListEntry, ListRequest
from chengxin.risk.models import Alert

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
        other = standing(about, self.kind).filter(until__gte=self.first).first()
        if other:
            raise Refusal(
                "already_listed",
                _("该对象已在重点监控名单中，至 %(day)s；续期的生效日期须在其后")
                % {"day": other.until},
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
        if standing(about, self.kind).filter(case_no=self.case_no.strip()).exists():
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


def standing(about: str, kind: ListEntry.Kind) -> QuerySet[ListEntry]:
    return ListEntry.objects.in_force().filter(about=about, kind=kind)


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
