"""Cases in the background: of the inspection, of the police, and the bureaus' watchlist.

A few representatives and companies have a tax crime on file; some cases have ended, some are
of other crimes.  Watch entries are in force, expired, older than twelve months, or void for want
of a second officer.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from city.courts import listed_case
from city.dice import Bools, Ints, chosen
from city.enterprises import Block, Enterprises, officers
from city.forms import ENTERPRISE, NONE, PERSON, Bureau, Post
from city.world import World

TAX_CRIMES = ("201", "203", "204", "205", "205-1", "206", "207", "208", "209", "210")
OPEN_STAGES = ("立案", "移送审查起诉")
CLOSED_STAGES = ("撤案", "不起诉", "判决执行完毕")
POLICE_UNIT = "阳信县公安局经济犯罪侦查大队"
ASSESSMENT_DAYS = 90  # M02: an assessment open longer than this
WATCH_REASONS = ("频繁变更法定代表人", "开票量突增待核实", "举报线索待核实", "关联走逃企业")
_WATCH_FORMS = (50, 20, 15, 15)  # in force, expired, older than twelve months, void


class Cases:
    """Writes the background's cases and watch entries."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises

    def of(self, block: Block) -> None:
        """Inspections and assessments of a block (M02)."""
        inspected = self._inspections(block)
        self._assessments(block, inspected)

    def write(self) -> None:
        """Police cases and watch entries of the whole background (M01, M15)."""
        reps = np.arange(len(self._enterprises.rep_person))
        runs_shells = self._enterprises.run_shells(self._enterprises.rep_person)
        accused = self._world.dice.chance(
            "police person", reps, np.where(runs_shells, 40_000, 1_000)
        )
        for turn in np.flatnonzero(accused).tolist():
            self._police_person(turn)
        everyone = np.arange(self._enterprises.count)
        accused = self._world.dice.chance("police enterprise", everyone, 400)
        for index in np.flatnonzero(accused).tolist():
            self._police_enterprise(index)
        watched = self._world.dice.chance("watched person", reps, 1_000)
        for turn in np.flatnonzero(watched).tolist():
            persons = self._world.people.of(self._enterprises.rep_person[turn : turn + 1])
            if persons.number_tells_kind[0]:
                number = persons.number[0]
                subject = self._world.truth.person(number)
                self._watch(2 * turn, PERSON, number, persons.name[0], subject)
        watched = self._world.dice.chance("watched enterprise", everyone, 1_000)
        for index in np.flatnonzero(watched).tolist():
            block = self._enterprises.block(np.array([index]))
            if block.identity.code[0]:
                code = block.identity.code[0]
                subject = self._world.truth.enterprise(code)
                self._watch(2 * index + 1, ENTERPRISE, code, block.name[0], subject)

        for index in np.flatnonzero(self._world.dice.chance("debtor", everyone, 1_200)).tolist():
            self._debtor(index)

    def _debtor(self, index: int) -> None:
        """M18: a court listed the enterprise as a dishonest judgment debtor; half are removed."""
        serial, dice = np.array([index]), self._world.dice
        block = self._enterprises.block(serial)
        code = block.identity.code[0]
        if not code:
            return
        published = self._world.today - int(dice.between("debtor since", serial, 20, 900)[0])
        removed = published + int(dice.between("debtor for", serial, 10, 500)[0])
        is_open = bool(dice.chance("debtor listed", serial, 500_000)[0])
        removed = NONE if is_open else min(removed, self._world.today)
        days: list[Ints] = [np.array([published]), np.array([removed])]
        case_no = f"（2016）鲁1622执{index:07d}号"
        listed_case(
            self._world.post, case_no, ENTERPRISE, code, block.name[0],
            date.fromordinal(published), None if is_open else date.fromordinal(removed),
        )  # fmt: skip
        self._world.post.table("judgment_debtor").write(
            [case_no], [ENTERPRISE], [code], [block.name[0]],
            ["阳信县人民法院"], days[0], ["公布中" if is_open else "已撤下"], days[1],
        )  # fmt: skip
        if is_open:
            subject = self._world.truth.enterprise(code)
            self._world.truth.finds("M18", subject, subject, "listed", "法院公布中的失信被执行人")

    def _police_person(self, turn: int) -> None:
        represented = np.sort(self._enterprises.represented_by(turn))
        persons = self._world.people.of(self._enterprises.rep_person[turn : turn + 1])
        # Whether a struck-off enterprise still has a representative is left to the readings.
        if not persons.number_tells_kind[0] or self._enterprises.gone(represented).any():
            return
        identity = self._enterprises.block(represented).identity
        subject = self._world.truth.person(persons.number[0])
        if self._police(2 * turn, PERSON, persons.number[0], persons.name[0]):
            self._world.truth.police_filed(
                subject,
                [subject]
                + [
                    self._world.truth.enterprise_of(identity, row)
                    for row in range(len(represented))
                ],
            )

    def _police_enterprise(self, index: int) -> None:
        block = self._enterprises.block(np.array([index]))
        code = block.identity.code[0]
        if not code or block.gone()[0]:
            return
        if self._police(2 * index + 1, ENTERPRISE, code, block.name[0]):
            subject = self._world.truth.enterprise(code)
            self._world.truth.police_filed(subject, [subject])

    def _police(self, serial: int, kind: str, number: str, name: str) -> bool:
        """Write one case; True when it is an open case of a tax crime."""
        dice, one = self._world.dice, np.array([serial])
        stage = int(dice.below("stage", one, 6)[0])
        filed = self._world.today - int(dice.between("police filed", one, 1, 900)[0])
        ended = filed + int(dice.between("police length", one, 1, 500)[0])
        is_open = stage < 3 or ended > self._world.today
        self._world.post.lines("police_case").add(
            police_case(
                f"A371622{serial:010d}",
                kind,
                number,
                name,
                crime=TAX_CRIMES[int(dice.below("crime", one, len(TAX_CRIMES))[0])],
                filed=filed,
                stage=OPEN_STAGES[stage % 2] if is_open else CLOSED_STAGES[stage % 3],
                ended=NONE if is_open else ended,
            )
        )
        return is_open

    def _watch(self, serial: int, kind: str, number: str, name: str, subject: str) -> None:
        dice, one, today = self._world.dice, np.array([serial]), self._world.today
        form = int(dice.pick("watch", one, _WATCH_FORMS)[0])
        since = today - int(dice.between("watched since", one, 5, 300)[0])
        since = since - 400 if form == 2 else since
        until = today + int(dice.between("watched until", one, 1, 300)[0])
        until = since + 4 if form == 1 else until
        officer, second = officers(Bureau.STATE, np.array([1, 2]), np.array([serial, serial + 1]))
        second = {0: second, 1: second, 2: second, 3: officer}[form]
        watch_row(
            self._world.post, f"W{serial:08d}", kind, number, name,
            WATCH_REASONS[serial % 4], officer, second, since, until,
        )  # fmt: skip
        if form == 0:
            self._world.truth.watched(subject, since, until)

    def _inspections(self, block: Block) -> Bools:
        """JC_AJXX: cases of the inspection bureau; returns who has one that is open."""
        dice, day = self._world.dice, self._world.today
        often = block.often(6_000, shells=120_000)
        mask = dice.chance("inspected", block.index, often) & ~block.gone()
        filed = day - dice.between("case filed", block.index, 10, 900)
        closed = filed + dice.between("case length", block.index, 60, 400)
        still_open = (closed > day) | dice.chance("case open", block.index, 200_000)
        decided = np.where(still_open, NONE, closed - 30)
        tax = dice.between("case tax", block.index, 0, 20_000_000)
        tax = np.where(still_open, NONE, tax)
        surcharge = np.where(still_open, NONE, tax // 10)
        fine = np.where(still_open, NONE, tax // 2)
        for bureau in Bureau:
            here = mask & self._handles_case(block, bureau)
            self._world.post.to(bureau, "inspection").write(
                dice.uuids("inspection", block.index[here]),
                [f"{'鲁国' if bureau is Bureau.STATE else '鲁地'}税稽{row:010d}"
                 for row in block.index[here].tolist()],
                chosen(block.registration[bureau], here),
                filed[here],
                np.where(still_open, NONE, closed)[here],
                decided[here],
                np.where(still_open, NONE, closed - 25)[here],
                tax[here], tax[here],
                surcharge[here], surcharge[here],
                fine[here], fine[here],
            )  # fmt: skip
        under_inspection: Bools = mask & still_open
        for place in np.flatnonzero(under_inspection).tolist():
            self._finds_case(block, place, "inspection", int(filed[place]))
        return under_inspection

    def _assessments(self, block: Block, inspected: Bools) -> None:
        """Tax assessments 纳税评估; those open for more than 90 days count."""
        dice, day = self._world.dice, self._world.today
        mask = dice.chance("assessed", block.index, 12_000) & ~block.gone()
        started = day - dice.between("assessment", block.index, 1, 400)
        ended = started + dice.between("assessment length", block.index, 5, 120)
        still_open = (ended > day) | dice.chance("assessment open", block.index, 150_000)
        for bureau in Bureau:
            here = mask & self._handles_case(block, bureau)
            self._world.post.to(bureau, "assessment").write(
                [f"{'1' if bureau is Bureau.STATE else '2'}PG{row:010d}"
                 for row in block.index[here].tolist()],
                chosen(block.registration[bureau], here),
                started[here],
                np.where(still_open, NONE, ended)[here],
            )  # fmt: skip
        overdue = mask & still_open & (day - started > ASSESSMENT_DAYS)
        for place in np.flatnonzero(overdue & ~inspected).tolist():
            self._finds_case(block, place, "assessment", int(started[place]))

    def _handles_case(self, block: Block, bureau: Bureau) -> Bools:
        state: Bools = block.at[Bureau.STATE] & ~(block.at[Bureau.LOCAL] & (block.index % 3 == 0))
        return state if bureau is Bureau.STATE else ~state

    def _finds_case(self, block: Block, place: int, band: str, since: int) -> None:
        self._world.truth.has_open_case(
            self._world.truth.enterprise_of(block.identity, place),
            self._world.truth.person(block.legal_rep.number[place]),
            band,
            since,
        )


def police_case(
    case: str, kind: str, number: str, name: str, *, crime: str, filed: int, stage: str, ended: int
) -> dict[str, str | None]:
    return {
        "案件编号": case,
        "主体类型": kind,
        "证件号码": number,
        "姓名或名称": name,
        "罪名条款": crime,
        "立案单位": POLICE_UNIT,
        "立案日期": date.fromordinal(filed).isoformat(),
        "案件状态": stage,
        "终结日期": None if ended == NONE else date.fromordinal(ended).isoformat(),
    }


def watch_row(
    post: Post, entry: str, kind: str, number: str, name: str, reason: str, officer: str,
    second: str, since: int, until: int, groups: str = "INV-AUTH,INV",
) -> None:  # fmt: skip
    days: list[Ints] = [np.array([day]) for day in (since, until)]
    quoted = f'"{groups}"' if "," in groups else groups
    post.table("watchlist").write(
        [entry], [kind], [number], [name], [reason], [officer], [second], *days, [quoted]
    )
