"""指标定制: the list, one version at the bench, its tries by name, and who is left out for a time.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin import nightly
from chengxin.core import places
from chengxin.core.refusal import Refusal, Trouble
from chengxin.indicators.builder import Recipe
from chengxin.indicators.catalogue import indicator
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.people import lookup
from chengxin.studio import bench, checking, forms, snoozes, trials, versions
from chengxin.studio.models import Snooze, Trial, Version
from chengxin.trace.tongue import english

READS = (Role.RISK, Role.SECTION_HEAD, Role.LEADER)
MAKES = (Role.RISK,)
CHECKS = (Role.RISK, Role.SECTION_HEAD)
PUBLISHES = (Role.LEADER,)


@access.roles(*READS)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    return render(request, "studio/studio.html", {"shelf": bench.shelf(request.user)})


@access.roles(*MAKES)
@require_POST
def make(request: OfficerRequest) -> HttpResponse:
    """A new draft: an empty one, a copy, or a revision of what is in force."""
    if code := request.POST.get("of"):
        try:
            source = indicator(code)
        except Trouble as trouble:
            raise Refusal("no_such_indicator", _("没有这个指标")) from trouble
        version = versions.copy(source, officer=request.user, revise="revise" in request.POST)
    else:
        version = versions.make(request.POST.get("kind", ""), officer=request.user)
    return redirect("studio-version", version.pk)


@access.roles(*MAKES)
@require_POST
def again(request: OfficerRequest, pk: int) -> HttpResponse:
    """Go on from a version that is fixed, in a new one."""
    draft = versions.again(get_object_or_404(Version, pk=pk), officer=request.user)
    return redirect("studio-version", draft.pk)


@access.roles(*READS)
@require_GET
def version(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Version.objects.select_related("made_by"), pk=pk)
    return render(request, "studio/version.html", _shown(request, one))


@access.roles(*READS)
@require_GET
def faults(request: OfficerRequest, pk: int) -> HttpResponse:
    """What keeps it from being submitted; if nothing before, its cases are run one by one."""
    one = get_object_or_404(Version, pk=pk)
    found = checking.faults_at_all(one)
    told = [words.en if english() else words.zh for words in found]
    return render(request, "studio/_faults.html", {"faults": told, "version": one})


@access.roles(*READS)
@require_GET
def case(request: OfficerRequest, pk: int, n: int) -> HttpResponse:
    """One case is run; behind it the next one asks for itself, and after the last all is said."""
    one = get_object_or_404(Version, pk=pk)
    if n >= len(checking.names(one)):
        raise Http404
    return render(request, "studio/_case.html", {"case": bench.Case(one, n), "version": one})


@access.roles(*READS)
@require_GET
def builder(request: OfficerRequest, pk: int) -> HttpResponse:
    """The builder's form again, with the columns of the table that was chosen."""
    one = get_object_or_404(Version, pk=pk)
    form = forms.BuilderForm(forms.read_recipe(request.GET))
    return render(request, "studio/_builder.html", {"builder": form, "version": one})


@access.roles(*MAKES)
@require_POST
def build(request: OfficerRequest, pk: int) -> HttpResponse:
    """Write SQL and form from what the builder says."""
    one, recipe = get_object_or_404(Version, pk=pk), forms.read_recipe(request.POST)
    if problems := recipe.problems():
        told = _shown(request, one) | {"builder": forms.BuilderForm(recipe), "unclear": problems}
        return render(request, "studio/version.html", told, status=422)
    versions.write(
        one, header=forms.with_recipe(one.header, recipe), sql=recipe.sql(), officer=request.user,
        told_cases=one.cases, note=one.note, recipe=recipe,
    )  # fmt: skip
    messages.success(request, _("已按向导生成 SQL 和参数，请核对登记表"))
    return redirect("studio-version", pk)


@access.roles(*MAKES)
@require_POST
def write(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Version, pk=pk)
    versions.write(
        one, header=forms.read_header(one.header, request.POST), sql=request.POST.get("sql", ""),
        officer=request.user, told_cases=request.POST.get("cases", ""),
        note=request.POST.get("note", ""),
    )  # fmt: skip
    messages.success(request, _("已保存"))
    return redirect("studio-version", pk)


@access.roles(*READS)
@require_POST
def attempt(request: OfficerRequest, pk: int) -> HttpResponse:
    """Try it on a past day: the worker does, the page follows."""
    trials.ask(get_object_or_404(Version, pk=pk), _day(request, "as_of"), officer=request.user)
    return redirect("studio-version", pk)


@access.roles(*READS)
@require_GET
def tries(request: OfficerRequest, pk: int) -> HttpResponse:
    """How the tries of a version stand."""
    one = get_object_or_404(Version.objects.select_related("made_by"), pk=pk)
    return render(request, "studio/_tries.html", _bench(request, one))


@access.roles(*READS)
@require_POST
def stop(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Trial.objects.select_related("version"), pk=pk)
    trials.stop(one, officer=request.user)
    return redirect("studio-version", one.version.pk)


@access.roles(*MAKES)
@require_POST
def submit(request: OfficerRequest, pk: int) -> HttpResponse:
    versions.submit(get_object_or_404(Version, pk=pk), officer=request.user)
    return _done(request, pk, _("已提交复核，内容不再变动"))


@access.roles(*CHECKS)
@require_POST
def check(request: OfficerRequest, pk: int) -> HttpResponse:
    versions.check(get_object_or_404(Version, pk=pk), officer=request.user)
    return _done(request, pk, _("复核通过，待发布"))


@access.roles(*CHECKS, *PUBLISHES)
@require_POST
def give_back(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Version, pk=pk)
    versions.give_back(one, request.POST.get("reason", ""), officer=request.user)
    return _done(request, pk, _("已退回编制人"))


@access.roles(*PUBLISHES)
@require_POST
def publish(request: OfficerRequest, pk: int) -> HttpResponse:
    versions.publish(get_object_or_404(Version, pk=pk), officer=request.user)
    return _done(request, pk, _("已发布，即时生效"))


@access.roles(*PUBLISHES)
@require_POST
def withdraw(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Version, pk=pk)
    versions.withdraw(one, request.POST.get("reason", ""), officer=request.user)
    return _done(request, pk, _("已停用"))


@access.roles(*PUBLISHES)
@require_POST
def switch_back(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Version, pk=pk)
    earlier = versions.switch_back(one.code, request.POST.get("reason", ""), officer=request.user)
    return _done(request, earlier.pk, _("已切换回该版本"))


@access.roles(*MAKES)
@require_POST
def shadow(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Version, pk=pk)
    versions.start_shadow(one, _day(request, "until"), officer=request.user)
    return _done(request, pk, _("已开始影子运行，每晚与生效版本比对，不下达任何指令"))


@access.roles(*READS)
@require_GET
def trial(request: OfficerRequest, pk: int) -> HttpResponse:
    """Those newly found, or freed, by name."""
    one = get_object_or_404(Trial.objects.select_related("version"), pk=pk)
    which = "freed" if request.GET.get("which") == "freed" else "fresh"
    named = trials.named(one, which, request.GET.get("page", "1"), officer=request.user)
    told = {
        "trial": one,
        "which": which,
        "named": named,
        "lines": trials.by_office(one, request.user),
    }
    return render(request, "studio/trial.html", told)


@access.roles(*READS)
@require_GET
def snoozed(request: OfficerRequest) -> HttpResponse:
    return render(request, "studio/snoozes.html", {"board": bench.snoozes_of(request.user)})


@access.roles(*CHECKS)
@require_POST
def ask_snooze(request: OfficerRequest) -> HttpResponse:
    try:
        about = lookup.subject_key(request.POST.get("about", "").strip())
    except Trouble as trouble:
        raise access.not_yours() from trouble
    snoozes.ask(
        request.POST.get("indicator", ""), about, _day(request, "until"),
        request.POST.get("reason", ""), officer=request.user,
    )  # fmt: skip
    messages.success(request, _("已提出，由另一人批准后生效"))
    return redirect("studio-snoozes")


@access.roles(*CHECKS, *PUBLISHES)
@require_POST
def approve_snooze(request: OfficerRequest, pk: int) -> HttpResponse:
    snoozes.approve(get_object_or_404(Snooze, pk=pk), officer=request.user)
    return redirect("studio-snoozes")


@access.roles(*CHECKS, *PUBLISHES)
@require_POST
def end_snooze(request: OfficerRequest, pk: int) -> HttpResponse:
    snoozes.end(get_object_or_404(Snooze, pk=pk), officer=request.user)
    return redirect("studio-snoozes")


def _shown(request: OfficerRequest, one: Version) -> dict[str, Any]:
    return _bench(request, one) | {
        "form": forms.HeaderForm(one),
        "builder": forms.BuilderForm(Recipe.of_form(one.recipe) if one.recipe else Recipe()),
    }


def _bench(request: OfficerRequest, one: Version) -> dict[str, Any]:
    last = nightly.last(places.nights())
    return {
        "version": one,
        "bench": bench.Bench(one, request.user),
        "day": last[0] if last else localdate(),
    }


def _day(request: OfficerRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        raise Refusal("no_day", _("请填写日期，如 2017-08-18")) from error


def _done(request: OfficerRequest, pk: int, told: str) -> HttpResponse:
    messages.success(request, told)
    return redirect("studio-version", pk)
