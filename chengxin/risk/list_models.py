"""名单 (重点监控、重大税收违法失信主体): entries kept by officers, and what is asked of them."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.core.calendar import add_working_days
from chengxin.risk.criteria import CRITERIA, DECIDED_WITHIN, Criterion


class ListImport(models.Model):
    """名单导入: one file whose rows became entries, all of them or none."""

    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of its content
    rows = models.IntegerField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.file_name


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    def in_force(self) -> ListEntryQuerySet:
        return self.filter(state=ListEntry.State.IN_FORCE)

    def decided(self) -> ListEntryQuerySet:
        """Those that were ever in force: what the lake is told of."""
        return self.filter(state__in=ListEntry.DECIDED)


class ListEntry(models.Model):
    """名单条目: one person or enterprise on the watchlist or the tax blacklist, for a period.

        proposed ──approve──▶ in force ──expire──▶ expired
            ├──refuse──▶ refused  ├──removal──────▶ removed   (two officers)
            └──withdraw▶ withdrawn└──early stop───▶ stopped   (two officers, 令第54号第十八条)

    Only `risk.lists` changes `state`.  `valid_from` is the day of publication on the blacklist.
    """

    class Kind(models.TextChoices):
        WATCH = "watch", _("重点监控")
        BLACKLIST = "blacklist", _("重大税收违法失信主体")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        IN_FORCE = "in_force", _("生效")
        REFUSED = "refused", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")
        EXPIRED = "expired", _("已期满")
        REMOVED = "removed", _("已移出")
        STOPPED = "stopped", _("已提前停止公布")

    DECIDED = (State.IN_FORCE, State.EXPIRED, State.REMOVED, State.STOPPED)
    OPEN = (State.PROPOSED, State.IN_FORCE)

    kind = models.CharField(max_length=9, choices=Kind)
    about = models.CharField(max_length=60)  # "person:…", "enterprise:…"
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    reason = models.CharField(max_length=200, blank=True)  # of a watch; goes into the lake
    groups = models.CharField(max_length=200, blank=True)  # of a watch: a comma list of item groups
    grounds = models.CharField(max_length=1000)  # the evidence, for the second officer
    valid_from = models.DateField(null=True)  # null while proposed: from the approval on
    until = models.DateField()  # the last day

    criterion = models.CharField(max_length=24, blank=True)
    case_no = models.CharField(max_length=80, blank=True)
    document_no = models.CharField(max_length=80, blank=True)  # 失信主体确定文书
    served_on = models.DateField(null=True)  # of that document
    violated_from = models.DateField(null=True)
    violated_until = models.DateField(null=True)
    tax = models.DecimalField(max_digits=18, decimal_places=2, null=True)  # yuan
    share = models.DecimalField(max_digits=6, decimal_places=4, null=True)  # of a year's taxes
    invoices = models.IntegerField(null=True)
    invoiced = models.DecimalField(max_digits=18, decimal_places=2, null=True)  # yuan
    variant = models.BooleanField(default=False)  # the criterion's other case

    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_on = models.DateField(null=True)  # taken off or stopped; an entry that expired has none
    imported = models.ForeignKey(ListImport, models.PROTECT, null=True, related_name="entries")
    # As the data's day counts, when the lake first heard of it and of its end: a follow between
    # two nights looks at the day of the last night.
    told_from = models.DateField(null=True)
    told_until = models.DateField(null=True)
    changed_at = models.DateTimeField(default=now)

    objects = ListEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "expired", "removed", "stopped"])
                | Q(approved_by__isnull=False, valid_from__isnull=False)
                & ~Q(approved_by=F("proposed_by")),
                name="listed_only_with_a_second_officer",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(until__gte=F("valid_from")),
                name="listed_for_a_period",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["removed", "stopped"], ended_on__isnull=False)
                | ~Q(state__in=["removed", "stopped"]) & Q(ended_on=None),
                name="taken_off_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="watch") | ~Q(criterion="") & ~Q(case_no=""),
                name="blacklisted_for_a_criterion_and_a_case",
            ),
            models.UniqueConstraint(
                fields=["kind", "about", "case_no"],
                condition=Q(state="proposed"),
                name="one_waiting_entry_of_a_subject",
            ),
            models.UniqueConstraint(
                fields=["about", "case_no"],
                condition=Q(kind="blacklist", state="in_force"),
                name="one_publication_of_a_case",
            ),
        ]
        indexes = [
            # the list by kind and state, what ends first on top
            models.Index(fields=["kind", "state", "until"], name="list_by_end"),
            models.Index(fields=["about", "-id"], name="list_about_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.state}"

    @property
    def is_watch(self) -> bool:
        return self.kind == ListEntry.Kind.WATCH

    @property
    def is_proposed(self) -> bool:
        return self.state == ListEntry.State.PROPOSED

    @property
    def is_in_force(self) -> bool:
        return self.state == ListEntry.State.IN_FORCE

    @property
    def situation(self) -> Criterion | None:
        return CRITERIA.get(self.criterion)

    @property
    def last_day(self) -> date:
        """The last day on which it stood or will stand."""
        return self.ended_on or self.until

    @property
    def days_left(self) -> int:
        return (self.until - localdate()).days


class ListedPerson(models.Model):
    """责任人员: who answers for a blacklisted enterprise."""

    class Role(models.TextChoices):
        CONTROLLER = "09", _("实际控制人")
        RESPONSIBLE = "13", _("直接责任人员")

    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="responsible")
    about = models.CharField(max_length=60)  # "person:…"
    role = models.CharField(max_length=2, choices=Role, default=Role.RESPONSIBLE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "about"], name="responsible_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.about}"


class ListRequest(models.Model):
    """名单审批: what one officer asks about an entry, for a second one to decide (双人复核).

        waiting ──approve──▶ approved
           │ └────refuse───▶ refused
           └──────withdraw─▶ withdrawn  (by who asked)

    Only `risk.lists` changes `state`.
    """

    class Kind(models.TextChoices):
        ADD = "add", _("列入")
        REMOVE = "remove", _("移出")
        EARLY_STOP = "early_stop", _("提前停止公布")

    class State(models.TextChoices):
        WAITING = "waiting", _("待复核")
        APPROVED = "approved", _("已通过")
        REFUSED = "refused", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Cause(models.TextChoices):
        """Why an entry is taken off, or its publication stopped early."""

        NO_LONGER = "no_longer", _("不再需要监控")
        REVOKED = "revoked", _("确定文书被撤销或变更")
        GONE = "gone", _("自然人死亡、单位注销")
        MISTAKEN = "mistaken", _("录入有误")
        PAID = "paid", _("缴清税款、滞纳金、罚款且公布满六个月")
        BANKRUPT = "bankrupt", _("人民法院裁定批准重整计划或认可和解协议，税务机关依法受偿")
        CONTRIBUTED = "contributed", _("突发事件中作出突出贡献")

    EARLY = (Cause.PAID, Cause.BANKRUPT, Cause.CONTRIBUTED)

    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    cause = models.CharField(max_length=12, choices=Cause, blank=True)
    received_on = models.DateField(null=True)  # early stop: the application was accepted
    fulfilled_on = models.DateField(null=True)  # early stop: paid, ruled, or confirmed on
    document_no = models.CharField(max_length=80, blank=True)  # what shows it
    approval_no = models.CharField(max_length=80, blank=True)  # of the authority above
    grounds = models.CharField(max_length=1000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="list_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(kind="add", cause="") | ~Q(kind="add") & ~Q(cause=""),
                name="taken_off_for_a_cause",
            ),
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state="waiting"),
                name="one_waiting_request_per_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entry_id} {self.state}"

    @property
    def is_waiting(self) -> bool:
        return self.state == ListRequest.State.WAITING

    @property
    def due_on(self) -> date | None:
        """By when an early stop is decided: 15 working days after it was accepted (第二十一条)."""
        if self.received_on is None:
            return None
        return add_working_days(self.received_on, DECIDED_WITHIN)
