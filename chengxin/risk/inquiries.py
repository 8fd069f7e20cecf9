"""要求说明: a question to the taxpayer, and the page on which he answers.

    ask ──code──▶ (notice on paper) ──code──▶ open ──▶ answer ──▶ a step of the case
     ├─renew: another code, the earlier one is void
     └─withdraw

The code has 100 random bits, opens this one question and nothing else, and ends with its last
day.  Its page says who asks, what, and until when: no indicator, no evidence, no other matter.
Police and inspection cases (M01, M02) are never a question, and no question may speak of such.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.calendar import add_working_days
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.people.models import Affiliation
from chengxin.risk import cases, directives, papers
from chengxin.risk.models import Alert, Inquiry
from chengxin.risk.papers import Paper
from chengxin.trace import record
from chengxin.trace.models import Trace

SILENT = {"M01", "M02"}  # nothing reaches the taxpayer (domain facts 4: wording, pushes)
USUAL_DAYS = 5  # working days to answer
MOST_DAYS = 20
MOST_WORDS = 5000
WRONG_CODES = 10  # from one address
WITHIN = timedelta(minutes=30)
# what would tell of an investigation, in either language
TELLS_TOO_MUCH = re.compile(
    r"公安|立案|侦查|刑事|稽查|经侦|\bM0[12]\b|\bpolice\b|\binvestigat|\bcriminal|\binspection\b",
    re.IGNORECASE,
)


def ask(alert: Alert, question: str, days: int, *, officer: Officer) -> tuple[Inquiry, str]:
    """Ask the alert's subject to explain within `days` working days; the question and its code,
    which is shown this once."""
    with record.of("inquiry.ask", about=alert.subject, officer=officer) as trace:
        alert = cases.locked(alert, trace)
        if alert.indicator in SILENT:
            raise Refusal("says_too_much", _("涉及案件查办的事项不得告知纳税人"))
        if alert.is_control:
            raise Refusal("not_suspected", _("对照抽样的对象不是风险对象，不得据此要求说明"))
        cases.require_free_for(officer, alert)
        question = question.strip()[:MOST_WORDS]
        if not question:
            raise Refusal("words_needed", _("请填写内容"))
        if TELLS_TOO_MUCH.search(question):
            raise Refusal(
                "says_too_much", _("发给纳税人的内容不得涉及立案、侦查、稽查等案件查办情况")
            )
        if not 1 <= days <= MOST_DAYS:
            told = _("天数须在1至%(most)d个工作日之间") % {"most": MOST_DAYS}
            raise Refusal("wrong_days", told)
        if alert.inquiries.waiting().exists():
            raise Refusal("already_asked", _("已要求说明，请等候答复，或先撤回前一要求"))
        code = _new_code()
        last_day = add_working_days(localdate(), days)
        inquiry = Inquiry.objects.create(
            alert=alert,
            about=alert.subject,
            question=question,
            asked_by=officer,
            code_digest=_digest(code),
            until=directives.end_of(last_day),
        )
        trace.detail["inquiry"] = inquiry.pk
        cases.note("inquiry.ask", alert, trace, officer=officer, words=question, due_on=last_day)
    return inquiry, code


def renew(inquiry: Inquiry, *, officer: Officer) -> str:
    """Another code for a question whose notice was lost; the earlier code is void."""
    with record.of("inquiry.renew", about=inquiry.about, officer=officer) as trace:
        inquiry = _waiting(inquiry, trace)
        code = _new_code()
        inquiry.code_digest = _digest(code)
        inquiry.save(update_fields=["code_digest"])
        cases.note("inquiry.renew", inquiry.alert, trace, officer=officer)
    return code


def withdraw(inquiry: Inquiry, *, officer: Officer) -> None:
    """The question is not needed any more."""
    with record.of("inquiry.withdraw", about=inquiry.about, officer=officer) as trace:
        inquiry = _waiting(inquiry, trace)
        inquiry.state, inquiry.ended_at = Inquiry.State.WITHDRAWN, now()
        inquiry.save(update_fields=["state", "ended_at"])
        cases.note("inquiry.withdraw", inquiry.alert, trace, officer=officer)


def open_by(code: str, *, address: str) -> Inquiry:
    """The question that `code` opens.  Who guesses is stopped after ten wrong ones in half an hour
    from one network address; the trace keeps a token of the address."""
    place = "explain:" + Keys.load().address_token(address)
    wrong = Trace.objects.filter(
        action="inquiry.open", outcome="inquiry_unknown", place=place, at__gt=now() - WITHIN
    )
    if wrong.count() >= WRONG_CODES:
        raise Refusal("too_many_tries", _("查询码错误次数过多，请半小时后再试"))
    with record.of("inquiry.open", place=place) as trace:
        found = Inquiry.objects.select_related("alert", "asked_by__office").filter(
            code_digest=_digest(code)
        )
        inquiry = found.first()
        if inquiry is None:
            raise Refusal("inquiry_unknown", _("查询码无效，请核对通知书上的查询码"))
        trace.about = inquiry.about
        trace.detail |= {"alert": inquiry.alert_id, "inquiry": inquiry.pk}
        _require_open(inquiry)
    return inquiry


@dataclass(frozen=True)
class Answer:
    """What the taxpayer wrote."""

    words: str
    name: str
    capacity: str  # code of Affiliation.Role; blank: the person asked, himself
    phone: str = ""


def answer(code: str, said: Answer, attached: list[Paper], *, address: str) -> Inquiry:
    """Take the taxpayer's answer, once; it stands in the case from then on."""
    inquiry = open_by(code, address=address)
    with record.of("inquiry.answer", about=inquiry.about, place="explain") as trace:
        alert = Alert.objects.select_for_update(no_key=True).get(pk=inquiry.alert_id)
        inquiry = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
        trace.detail |= {"alert": alert.pk, "inquiry": inquiry.pk, "files": len(attached)}
        _require_open(inquiry)
        words, name = said.words.strip(), said.name.strip()
        if not words:
            raise Refusal("words_needed", _("请填写内容"))
        if len(words) > MOST_WORDS:
            raise Refusal("too_long", _("说明不超过%(most)d字") % {"most": MOST_WORDS})
        if not name:
            raise Refusal("name_needed", _("请填写说明人姓名"))
        himself = not said.capacity and inquiry.about.startswith("person:")
        if not himself and said.capacity not in Affiliation.Role.values:
            raise Refusal("name_needed", _("请选择说明人身份"))
        inquiry.state, inquiry.ended_at = Inquiry.State.ANSWERED, now()
        inquiry.answer, inquiry.answered_by = words, name[:60]
        inquiry.capacity, inquiry.phone = said.capacity, said.phone.strip()[:30]
        inquiry.save()
        step = cases.note("inquiry.answer", alert, trace, words=words)
        papers.keep(attached, step, inquiry)
    return inquiry


def _waiting(inquiry: Inquiry, trace: Trace) -> Inquiry:
    """The question for this transaction alone, its alert first, as everywhere."""
    trace.detail |= {"alert": inquiry.alert_id, "inquiry": inquiry.pk}
    alert = Alert.objects.select_for_update(no_key=True).get(pk=inquiry.alert_id)
    found = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    found.alert = alert
    _require_open(found)
    return found


def _require_open(inquiry: Inquiry) -> None:
    if inquiry.state == Inquiry.State.ANSWERED:
        raise Refusal("already_answered", _("说明已收到，无需重复提交"))
    if inquiry.state == Inquiry.State.WITHDRAWN or inquiry.alert.state != Alert.State.OPEN:
        raise Refusal("inquiry_over", _("该事项已不需要说明"))
    if not inquiry.is_waiting:
        raise Refusal("inquiry_over", _("说明期限已过，请直接与主管税务机关联系"))


def _new_code() -> str:
    """Twenty letters and digits in groups of five: 100 random bits, no 0, 1, 8 or 9."""
    letters = base64.b32encode(secrets.token_bytes(13)).decode()[:20]
    return "-".join(letters[at : at + 5] for at in range(0, 20, 5))


def _digest(code: str) -> str:
    """As it is kept: typed small, with blanks or without dashes it is the same code."""
    plain = re.sub(r"[^A-Z2-7]", "", code.upper()[:100])
    return Keys.load().token("inquiry", plain)
