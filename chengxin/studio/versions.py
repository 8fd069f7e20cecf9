"""The life of an indicator's version: made, submitted, checked, published, taken back.

    make ──write──▶ submit ──▶ check ──▶ publish ──▶ files below CHENGXIN_HOME/studio ──▶ the scan
                                              └── withdraw, switch_back: one step, at once

Three people: whoever made a version may not check it, and neither of them may publish it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import yaml
from django.db import connection, transaction
from django.db.models import Max
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chengxin.core import descriptions
from chengxin.core.refusal import Refusal
from chengxin.indicators import published
from chengxin.indicators.builder import Recipe
from chengxin.indicators.catalogue import (
    Indicator,
    all_indicators,
    cases_of,
    own_indicators,
    roles_of,
    tables_read,
)
from chengxin.offices.models import Officer
from chengxin.risk.endings import INDICATOR_OTHER, INDICATOR_WITHDRAWN, ended_as
from chengxin.studio import checking, trials
from chengxin.studio.models import Version
from chengxin.trace import record

ADOPT = "chengxin.exchange.tasks.adopt"  # the worker's task that lets the last night follow
FIRST_NUMBER = 50  # of the studio's own codes: M50, A50 and on
SHADOW_DAYS = 30
_LOCK = 0x57D0
_CLOSES = re.compile(r"\*/")


def make(kind: str, *, officer: Officer) -> Version:
    """An empty draft under the next free code."""
    with record.of("indicator.make", officer=officer, place="studio") as trace:
        _one_at_a_time()
        if kind not in Version.Kind.values:
            raise Refusal("no_such_kind", _("请选择监控指标或分析指标"))
        code = _free_code("M" if kind == Version.Kind.MONITORING else "A")
        version = Version.objects.create(
            code=code, name=code.lower(), kind=kind, number=1, made_by=officer,
            header=_blank(officer),
        )  # fmt: skip
        trace.detail |= {"version": version.pk, "code": code}
    return version


def copy(source: Indicator, *, officer: Officer, revise: bool) -> Version:
    """A draft with the content of `source`: under its own code (`revise`) or under a new one."""
    with record.of("indicator.make", officer=officer, place="studio") as trace:
        _one_at_a_time()
        code, name = source.code, source.name
        if not revise:
            code = _free_code(source.code[0])
            name = code.lower()
        header, _sep, sql = _text_of(source).removeprefix("/*").partition("*/")
        told: dict[str, Any] = descriptions.told(header)
        told.pop("code", None)
        last = Version.objects.filter(code=code).aggregate(last=Max("number"))["last"] or 0
        before = Version.objects.filter(digest=source.version).first()
        version = Version.objects.create(
            code=code, name=name, kind=source.kind, number=last + 1, made_by=officer,
            header=_plain(told), sql=sql.strip(),
            cases=before.cases if before else with_a_miss(cases_of(source)),
            recipe=before.recipe if before else None, follows=source.version,
        )  # fmt: skip
        trace.detail |= {"version": version.pk, "code": code, "of": source.code}
    return version


def with_a_miss(told_cases: str) -> str:
    """Cases of the program, and where none of them is of nobody found, one more that is."""
    listed = (descriptions.told(told_cases) or {}).get("cases", [])
    if not listed or not all(case["expect"] for case in listed):
        return told_cases
    dash = re.findall(r"^ *- case:", told_cases, re.MULTILINE)[-1].partition("-")[0]
    more = [f"- case: {_('没有任何记录，不命中')}", "  given: {}", "  expect: []"]
    return told_cases.rstrip() + "\n\n" + "".join(f"{dash}{line}\n" for line in more)


def again(version: Version, *, officer: Officer) -> Version:
    """A new draft of the same code with the content of a version that is fixed."""
    with record.of("indicator.make", officer=officer, place="studio") as trace:
        _one_at_a_time()
        if not version.frozen:
            raise Refusal("wrong_version_state", _("状态已变化，请刷新页面"))
        last = Version.objects.filter(code=version.code).aggregate(last=Max("number"))["last"]
        draft = Version.objects.create(
            code=version.code, name=version.name, kind=version.kind, number=last + 1,
            header=version.header, sql=version.sql, cases=version.cases, recipe=version.recipe,
            follows=version.follows, made_by=officer,
        )  # fmt: skip
        trace.detail |= {"version": draft.pk, "code": draft.code, "of": version.pk}
    return draft


def write(version: Version, *, header: dict[str, Any], sql: str, officer: Officer,
          told_cases: str = "", note: str = "", recipe: Recipe | None = None) -> None:  # fmt: skip
    """Take over what the maker has written into his draft.

    What can be read off the SQL is: the tables, and whom it reaches.  Of SQL that nobody has said
    the reach of, it is asked over everyone (`whole`).
    """
    sql = sql.replace("\r\n", "\n")
    with record.of("indicator.write", officer=officer, place="studio") as trace:
        trace.detail["version"] = version.pk
        version = _locked(version)
        _only(version, Version.State.DRAFT)
        _maker(version, officer)
        if _CLOSES.search(yaml.safe_dump(header, allow_unicode=True)):
            raise Refusal("indicator_text", _("说明中不能出现 */"))
        same = version.sql.strip() == sql.strip()
        if not same:
            version.follows = ""
        version.sql, version.cases = sql, told_cases.replace("\r\n", "\n")
        version.note = note[:400]
        if recipe is not None or not same:
            version.recipe = recipe.as_form() if recipe else None
        version.header = header | _reached(version, header)
        version.save()


def submit(version: Version, *, officer: Officer) -> None:
    """The maker hands it over; from now on nobody changes a letter of it."""
    checking.faults(version)  # before anything is locked: what takes time is known below
    with record.of("indicator.submit", officer=officer, place="studio") as trace:
        trace.detail["version"] = version.pk
        version = _locked(version)
        _only(version, Version.State.DRAFT)
        _maker(version, officer)
        if told := checking.faults(version):
            raise Refusal("indicator_faulty", f"{told[0].zh}")
        version.file = version.text
        digest = version.file_version
        if not trials.to_the_end(version):
            raise Refusal("not_tried", _("请先用现在的内容试运行一次"))
        version.digest, version.submitted_at = digest, now()
        version.state = Version.State.SUBMITTED
        version.save(update_fields=["file", "digest", "submitted_at", "state"])
        trace.detail |= {"code": version.code, "digest": digest}


def check(version: Version, *, officer: Officer) -> None:
    """A second officer has looked at form, SQL, cases and tries and stands for it."""
    checking.faults(version)  # before anything is locked, as above
    with record.of("indicator.check", officer=officer, place="studio") as trace:
        trace.detail["version"] = version.pk
        version = _locked(version)
        _only(version, Version.State.SUBMITTED)
        _another(officer, version.made_by)
        if told := checking.faults(version):
            raise Refusal("indicator_faulty", f"{told[0].zh}")
        version.checked_by, version.checked_at = officer, now()
        version.state = Version.State.CHECKED
        version.save(update_fields=["checked_by", "checked_at", "state"])
        trace.detail |= {"code": version.code, "digest": version.digest}


def give_back(version: Version, reason: str, *, officer: Officer) -> None:
    """It goes back to its maker, who goes on in a new version."""
    with record.of("indicator.return", officer=officer, place="studio") as trace:
        trace.detail["version"] = version.pk
        version = _locked(version)
        _only(version, *Version.FROZEN_AHEAD)
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写理由"))
        version.returned_because = reason.strip()[:400]
        version.state, version.ended_at = Version.State.RETURNED, now()
        version.save(update_fields=["returned_because", "state", "ended_at"])


def publish(version: Version, *, officer: Officer) -> None:
    """A third officer puts it in force, in the place of the one before."""
    with record.of("indicator.publish", officer=officer, place="studio") as trace:
        trace.detail["version"] = version.pk
        _one_at_a_time()
        version = _locked(version)
        _only(version, Version.State.CHECKED)
        _another(officer, version.made_by, version.checked_by)
        _retire(version.code, officer)
        version.published_by, version.published_at = officer, now()
        version.state = Version.State.PUBLISHED
        version.save(update_fields=["published_by", "published_at", "state"])
        trace.detail |= {"code": version.code, "digest": version.digest}
        transaction.on_commit(put_in_force)


def withdraw(version: Version, reason: str, *, officer: Officer) -> None:
    """Out of force at once; a revised indicator of the program is again what it was."""
    with record.of("indicator.withdraw", officer=officer, place="studio") as trace:
        trace.detail["version"] = version.pk
        _one_at_a_time()
        version = _locked(version)
        _only(version, Version.State.PUBLISHED)
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写理由"))
        _retire(version.code, officer, reason)
        trace.detail |= {"code": version.code, "reason": reason.strip()[:400]}
        transaction.on_commit(put_in_force)


def switch_back(code: str, reason: str, *, officer: Officer) -> Version:
    """In one step: the version that was in force before is so again."""
    with record.of("indicator.switch_back", officer=officer, place="studio") as trace:
        _one_at_a_time()
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写理由"))
        earlier = before(code)
        if earlier is None:
            raise Refusal("nothing_before", _("没有更早的生效版本"))
        _retire(code, officer, reason)
        earlier.state, earlier.ended_at = Version.State.PUBLISHED, None
        earlier.ended_by, earlier.ended_because = None, ""
        earlier.save(update_fields=["state", "ended_at", "ended_by", "ended_because"])
        trace.detail |= {"code": code, "version": earlier.pk, "reason": reason.strip()[:400]}
        transaction.on_commit(put_in_force)
    return earlier


def before(code: str) -> Version | None:
    """The version of `code` to which one step leads back."""
    live = Version.objects.live().filter(code=code).first()
    found = Version.objects.filter(code=code, state=Version.State.RETIRED)
    if live and live.published_at:
        found = found.filter(number__lt=live.number)
    return found.order_by("-number").first()


def start_shadow(version: Version, until: date, *, officer: Officer) -> None:
    """Let it run every night beside what is in force, alerting nobody, until a day."""
    with record.of("indicator.shadow", officer=officer, place="studio") as trace:
        trace.detail |= {"version": version.pk, "until": until}
        version = _locked(version)
        _only(version, *Version.FROZEN_AHEAD)
        if not localdate() <= until <= localdate() + timedelta(days=SHADOW_DAYS):
            raise Refusal("shadow_too_long", _("影子运行最长30天，截止日不能早于今天"))
        version.shadow_until = until
        version.save(update_fields=["shadow_until"])


def put_in_force() -> None:
    """Make the files say what the database says, and let the last night follow.

    Run again, it changes nothing; the night runs it first, should a process have died between.
    """
    lay_down()
    try:
        with transaction.atomic():
            app.configure_task(ADOPT, queueing_lock="adopt").defer()
    except AlreadyEnqueued:
        pass


def lay_down() -> None:
    """The files of everything that is in force, and the list of them."""
    live = {}
    for one in Version.objects.live().order_by("code"):
        live[one.code] = published.keep(one.text, one.cases, kind=one.kind, name=one.name)
    if dict(published.live()) != live:
        published.set_live(live)


def why_other(code: str) -> str:
    """Why an indicator is not what it was: taken out of force or another version in its place, by
    whom and on what grounds; as `risk.endings` keeps it."""
    live = Version.objects.live().select_related("published_by").filter(code=code).first()
    ended = Version.objects.filter(code=code, state=Version.State.RETIRED, ended_by__isnull=False)
    last = ended.select_related("ended_by").order_by("-ended_at").first()
    if live is None:
        officer, reason = (last.ended_by, last.ended_because) if last else (None, "")
        return ended_as(INDICATOR_WITHDRAWN, officer.full_name if officer else "", reason)
    officer, reason = live.published_by, f"v{live.number}"
    if last and last.ended_because:  # switched back
        officer, reason = last.ended_by, f"v{live.number}，{last.ended_because}"
    return ended_as(INDICATOR_OTHER, officer.full_name if officer else "", reason)


def out_of_force() -> set[str]:
    """The codes of the studio that nothing stands for any more."""
    ended = Version.objects.filter(state=Version.State.RETIRED).values_list("code", flat=True)
    return set(ended) - {one.code for one in all_indicators()}


def _retire(code: str, officer: Officer, reason: str = "") -> None:
    Version.objects.live().filter(code=code).update(
        state=Version.State.RETIRED, ended_at=now(), ended_by=officer,
        ended_because=reason.strip()[:400],
    )  # fmt: skip


def _reached(version: Version, header: dict[str, Any]) -> dict[str, Any]:
    """What the header says of the SQL's reach, as far as somebody can stand for it."""
    try:
        reads, roles = tables_read(version.sql), roles_of(version.sql)
    except ValueError:
        return {}
    told: dict[str, Any] = {"reads": reads}
    if version.recipe is not None:
        return told | {"reach": roles, "whole": False, "through": {}}
    if version.follows:
        return told  # the SQL of an indicator whose header says it already
    return told | {"reach": [], "whole": True, "through": {}}


def _free_code(letter: str) -> str:
    taken = {one.code for one in own_indicators()}
    taken |= set(Version.objects.values_list("code", flat=True))
    return next(code for n in range(FIRST_NUMBER, 1000) if (code := f"{letter}{n:02}") not in taken)


def _text_of(source: Indicator) -> str:
    if path := published.path(source.version):
        return path.read_text("utf-8")
    return source.text


def _blank(officer: Officer) -> dict[str, Any]:
    """The least of a header, to be filled in."""
    return {
        "title": "", "title_en": "", "subject": ["enterprise"], "reach": [], "reads": [],
        "value": {"title": "", "title_en": "", "unit": "entry"}, "params": {},
        "bands": {"hit": {"title": "命中", "title_en": "Hit",
                          "levels": {"enterprise": {"*": "remind"}}}},
        "wording": {"zh": "{who}有待核实事项，请联系主管税务机关。",
                    "en": "{who} has a matter to be verified; please see the managing office."},
        "clears": {"zh": "不再符合条件时自动结束。", "en": "Ends by itself when it holds no more."},
        "push": ["G"], "basis": "", "owner": officer.office.name if officer.office else "",
        "why": "",
    }  # fmt: skip


def _plain(told: Any) -> Any:
    """As JSON can hold it."""
    match told:
        case dict():
            return {str(name): _plain(one) for name, one in told.items()}
        case list() | tuple():
            return [_plain(one) for one in told]
        case None | bool() | int() | float() | str():
            return told
        case _:
            return str(told)


def _locked(version: Version) -> Version:
    return Version.objects.select_for_update(of=("self",)).get(pk=version.pk)


def _only(version: Version, *states: str) -> None:
    if version.state not in states:
        raise Refusal("wrong_version_state", _("状态已变化，请刷新页面"))


def _maker(version: Version, officer: Officer) -> None:
    if version.made_by_id != officer.pk:
        raise Refusal("not_the_maker", _("只有编制人可以修改和提交该版本"))


def _another(officer: Officer, *earlier: Any) -> None:
    if officer in earlier:
        raise Refusal("same_officer", _("编制、复核、发布须由三人分别办理"))


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
