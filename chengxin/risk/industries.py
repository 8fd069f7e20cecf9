"""行业门类: the sections of the national classification of industries (GB/T 4754-2017)."""

from __future__ import annotations

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# section -> first and last division (two digits), title
SECTIONS: dict[str, tuple[int, int, str | Promise]] = {
    "A": (1, 5, _("农、林、牧、渔业")),
    "B": (6, 12, _("采矿业")),
    "C": (13, 43, _("制造业")),
    "D": (44, 46, _("电力、热力、燃气及水生产和供应业")),
    "E": (47, 50, _("建筑业")),
    "F": (51, 52, _("批发和零售业")),
    "G": (53, 60, _("交通运输、仓储和邮政业")),
    "H": (61, 62, _("住宿和餐饮业")),
    "I": (63, 65, _("信息传输、软件和信息技术服务业")),
    "J": (66, 69, _("金融业")),
    "K": (70, 70, _("房地产业")),
    "L": (71, 72, _("租赁和商务服务业")),
    "M": (73, 75, _("科学研究和技术服务业")),
    "N": (76, 79, _("水利、环境和公共设施管理业")),
    "O": (80, 82, _("居民服务、修理和其他服务业")),
    "P": (83, 83, _("教育")),
    "Q": (84, 85, _("卫生和社会工作")),
    "R": (86, 90, _("文化、体育和娱乐业")),
    "S": (91, 96, _("公共管理、社会保障和社会组织")),
    "T": (97, 97, _("国际组织")),
}


def within(section: str) -> Q:
    """For a QuerySet whose rows have `industry`, a class of four digits: those of a section."""
    first, last, _title = SECTIONS[section]
    return Q(industry__gte=f"{first:02d}", industry__lt=f"{last + 1:02d}")


def title(industry: str) -> str:
    """制造业 for the class 1310; the code itself where it is in no section."""
    division = int(industry[:2]) if industry[:2].isdecimal() else 0
    for first, last, named in SECTIONS.values():
        if first <= division <= last:
            return str(named)
    return industry
