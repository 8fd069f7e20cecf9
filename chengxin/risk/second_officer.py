"""双人复核: the second officer, who decides what another asked.

Never the same person, and never below the one who asks: the level of the office counts first, then
the highest role.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Office, Officer, Role

ROLES = (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)  # from the lowest to the highest
LEVELS = (Office.Level.BRANCH, Office.Level.COUNTY, Office.Level.CITY, Office.Level.PROVINCE)


def authority(officer: Officer) -> tuple[int, int]:
    """How far an officer's word reaches: the level of his office first, then his highest role."""
    held = [ROLES.index(role) for role in ROLES if officer.holds(role)]
    return level(officer), max(held, default=-1)


def level(officer: Officer) -> int:
    """The place of his office in `LEVELS`; -1 without an office."""
    return LEVELS.index(Office.Level(officer.office.level)) if officer.office else -1


def require(second: Officer, first: Officer) -> None:
    """Refuse who asked himself, or stands below who asked."""
    if second.pk == first.pk:
        raise Refusal("second_officer_needed", _("须由提出人以外的人员复核"))
    if authority(second) < authority(first):
        raise Refusal("authority_too_low", _("复核人的层级或岗位不得低于提出人"))


def may(second: Officer, first: Officer) -> bool:
    """Whether `require` lets `second` decide."""
    return second.pk != first.pk and authority(second) >= authority(first)
