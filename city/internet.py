"""What a bureau's collector finds on the internet about enterprises and those who represent them.

A page that names a number is surely about its subject.  One that gives a name only may be about
somebody else: the collector says how sure it is and by what it matched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from city.dice import Ints
from city.enterprises import Block
from city.people import RESIDENT
from city.world import World

ENTERPRISE, PERSON = "单位", "自然人"
SIMILAR = "名称近似"
# How a match was made, and how sure it is: from and to, in hundredths
_MATCHED = {
    ENTERPRISE: (("号码一致", 100, 100), ("全称一致", 92, 98), (SIMILAR, 50, 80)),
    PERSON: (("号码一致", 100, 100), ("姓名与任职单位一致", 80, 93), ("姓名一致", 20, 45)),
}
_MATCHED_WEIGHTS = (35, 50, 15)
_MOST = 2  # notices about one subject
_DAYS = 700


@dataclass(frozen=True)
class Site:
    """A place where notices of one kind stand; its host is one that never exists (RFC 2606)."""

    kind: str
    name: str
    host: str
    about_firms: tuple[str, ...]  # titles
    about_persons: tuple[str, ...] = ()


SITES = (
    Site(
        "招投标", "阳信县公共资源交易网", "ggzy.yangxin.example",
        ("{firm}中标县直学校办公家具采购项目公告", "{firm}中标农村道路养护工程公告"),
    ),
    Site(
        "行政处罚公示", "信用阳信", "credit.yangxin.example",
        ("关于对{firm}作出行政处罚决定的公示",),
        ("关于对{person}（{firm}负责人）作出行政处罚决定的公示",),
    ),
    Site(
        "新闻", "阳信新闻网", "news.yangxin.example",
        ("{firm}新生产线投产", "{firm}参加全市产品展销会"),
        ("{firm}负责人{person}谈转型升级",),
    ),
    Site("招聘", "滨州人才在线", "job.binzhou.example", ("{firm}招聘生产工人、会计",)),
    Site("平台商户", "梨乡商城", "shop.lixiang.example", ("{firm}官方旗舰店",)),
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """Whom a notice seems to be about; of a person, in which enterprise."""

    kind: str
    number: str
    name: str
    firm: str
    by: str
    hundredths: int  # how sure


class Internet:
    """Writes what was found; no indicator reads it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block) -> None:
        dice, index = self._world.dice, block.index
        firms = np.flatnonzero(dice.chance("on the internet", index, 130_000))
        resident = np.array([kind == RESIDENT for kind in block.legal_rep.kind], np.bool_)
        persons = np.flatnonzero(dice.chance("person on the internet", index, 30_000) & resident)
        self._write(block, firms, ENTERPRISE, SITES)
        self._write(block, persons, PERSON, [site for site in SITES if site.about_persons])

    def _write(self, block: Block, who: Ints, kind: str, sites: Sequence[Site]) -> None:
        dice, lines = self._world.dice, self._world.post.lines("internet_notice")
        count = dice.between(f"notices of {kind}", block.index[who], 1, _MOST)
        row = np.repeat(who, count)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        serial = 2 * (block.index[row] * _MOST + turn) + (kind == PERSON)
        matched = dice.pick("matched by", serial, _MATCHED_WEIGHTS)
        bounds = np.array([one[1:] for one in _MATCHED[kind]])[matched]
        width = bounds[:, 1] - bounds[:, 0] + 1
        sure = bounds[:, 0] + dice.below("how sure", serial, 1 << 20) % width
        published = self._world.today - dice.between("published", serial, 2, _DAYS)
        published = np.maximum(published, block.registered[row] + 1)
        for place, number, site, how, hundredths, day in zip(
            row.tolist(),
            serial.tolist(),
            dice.below("site", serial, len(sites)).tolist(),
            matched.tolist(),
            sure.tolist(),
            published.tolist(),
            strict=True,
        ):
            by = _MATCHED[kind][how][0]
            match = self._match(block, place, kind, by, hundredths)
            lines.add(notice(number, sites[site], date.fromordinal(day), match))

    def _match(self, block: Block, place: int, kind: str, by: str, hundredths: int) -> Match:
        firm, rep = block.name[place], block.legal_rep
        if kind == PERSON:
            return Match(kind, rep.number[place], rep.name[place], firm, by, hundredths)
        return Match(kind, block.identity.known_as[place], firm, firm, by, hundredths)


def notice(serial: int, site: Site, day: date, match: Match) -> dict[str, str | float]:
    """One notice as the collector tells it; a similar name is the firm's without its form."""
    titles = site.about_persons if match.kind == PERSON else site.about_firms
    short = match.firm.removesuffix("有限责任公司").removesuffix("有限公司")
    firm = short if match.by == SIMILAR else match.firm
    return {
        "信息编号": f"HLW{serial:010d}",
        "网址": f"https://{site.host}/{day:%Y/%m}/{serial:010d}.html",
        "标题": titles[serial // 2 % len(titles)].format(firm=firm, person=match.name),
        "发布日期": day.isoformat(),
        "网站": site.name,
        "信息类别": site.kind,
        "主体类型": match.kind,
        "匹配主体号码": match.number,
        "匹配主体名称": match.name,
        "匹配方式": match.by,
        "匹配把握": match.hundredths / 100,
    }
