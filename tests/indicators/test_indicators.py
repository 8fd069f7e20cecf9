"""Each indicator is run on a handful of hand-written rows of the warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from chengxin.core.effects import Effect
from chengxin.core.items import ITEMS, effect_on
from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import (
    HERE,
    Indicator,
    all_indicators,
    indicator,
)
from chengxin.indicators.scan import Finding, scan
from chengxin.lake.engine import DuckDB
from chengxin.warehouse.build import build, models
from tests.paper import PaperLake, exact

TODAY = date(2017, 8, 18)
each_indicator = pytest.mark.parametrize("indicator", all_indicators(), ids=lambda i: i.name)


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Table of the warehouse -> column -> SQL type, as a real build has them."""
    folder, engine = tmp_path_factory.mktemp("empty"), DuckDB(threads=1)
    build(engine, PaperLake(folder / "lake", {}), 1, folder / "warehouse")
    return {
        name: {row["column_name"]: row["column_type"] for row in engine.run(f"DESCRIBE {name}")}
        for name in models()
    }


@pytest.fixture
def engine(types: dict[str, dict[str, str]]) -> DuckDB:
    """An engine with an empty warehouse."""
    engine = DuckDB(threads=1)
    write(engine, types, {})
    return engine


def write(engine: DuckDB, types: dict[str, dict[str, str]], given: dict[str, Any]) -> None:
    for name, rows in {name: given.get(name, []) for name in types}.items():
        unknown = {column for row in rows for column in row} - set(types[name])
        assert not unknown, f"{name} has no column {sorted(unknown)}"
        engine.load(name, types[name], [{c: exact(v) for c, v in row.items()} for row in rows])


def cases() -> Iterator[Any]:
    for path in sorted(HERE.glob("*/*.yaml")):
        told = yaml.safe_load(path.read_text("utf-8"))
        for case in told["cases"]:
            yield pytest.param(path.stem, told | case, id=f"{path.stem}: {case['case']}")


def levels() -> Iterator[Any]:
    """(indicator, band, kind of entity acted on, item, effect or "free")."""
    for path in sorted(HERE.glob("*/*.yaml")):
        for band, kind, item, effect in yaml.safe_load(path.read_text("utf-8")).get("levels", []):
            yield pytest.param(
                path.stem, band, kind, item, effect, id=f"{path.stem}: {item} {band} {kind}"
            )


def flat(finding: Finding) -> dict[str, Any]:
    first = {
        "subject_id": finding.subject,
        "acted_on_id": finding.acted_on,
        "value": finding.value,
        "band": finding.band,
    }
    return first | finding.evidence


def as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


@each_indicator
def test_header_tells_the_truth(indicator: Indicator) -> None:
    assert indicator.problems() == []


@each_indicator
def test_every_indicator_has_its_case(indicator: Indicator) -> None:
    assert (HERE / indicator.kind / f"{indicator.name}.yaml").exists()


@each_indicator
def test_cases_say_who_is_found_who_is_not_and_what_of_the_unknown(indicator: Indicator) -> None:
    told = yaml.safe_load((HERE / indicator.kind / f"{indicator.name}.yaml").read_text("utf-8"))
    rows = [row for case in told["cases"] for some in case["given"].values() for row in some]
    found = {value for case in told["cases"] for row in case["expect"] for value in map(str, row)}

    assert any(value is None for row in rows for value in row.values()), "nothing is unknown"
    assert [case for case in told["cases"] if case["expect"]], "nobody is found"
    assert {band for band in indicator.bands if band not in found} == set(), "bands nobody is in"


@pytest.mark.parametrize(("name", "case"), list(cases()))
def test_finds_what_its_case_expects_and_nothing_else(
    name: str, case: Any, engine: DuckDB, types: dict[str, dict[str, str]]
) -> None:
    write(engine, types, case["given"])
    asked = indicator(name)

    findings = scan(
        [asked], engine, case["as_of"], 1, overrides={asked.code: case.get("overrides", {})}
    )

    got = [[flat(finding)[column] for column in case["columns"]] for finding in findings]
    expected = [[as_json(exact(told)) for told in row] for row in case["expect"]]
    assert [[float(v) if isinstance(v, Decimal) else v for v in row] for row in got] == [
        [float(v) if isinstance(v, Decimal) else v for v in row] for row in expected
    ]


def owing(engine: DuckDB, types: dict[str, dict[str, str]]) -> None:
    write(
        engine,
        types,
        {
            "arrears_item": [
                {
                    "enterprise_id": "甲厂",
                    "bureau": "state",
                    "voucher": "v1",
                    "kind": "tax",
                    "due_on": date(2017, 5, 1),
                    "amount": Decimal("60000.50"),
                }
            ]
        },
    )


class TestFinding:
    def test_says_why_in_both_languages(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        owing(engine, types)

        [finding] = scan(all_indicators(), engine, TODAY, 7)

        assert "60,000.50" in finding.because
        assert "60,000.50" in finding.because_en
        assert "2017-08-18" in finding.because

    def test_is_one_line_of_json_with_the_words_of_the_truth_file(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        owing(engine, types)

        [finding] = scan(all_indicators(), engine, TODAY, 7)
        told = json.loads(finding.to_json())

        assert "\n" not in finding.to_json()
        assert list(told)[:5] == ["indicator", "subject", "acted_on", "band", "because"]
        assert told["value"] == 60000.5
        assert told["evidence"]["vouchers"] == ["v1"]
        assert told["params"]["report_from"] == 50000
        assert (told["as_of"], told["lake_version"]) == ("2017-08-18", 7)
        assert told["version"] == indicator("M09").version

    def test_same_rows_give_the_same_bytes(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        owing(engine, types)

        first = [one.to_json() for one in scan(all_indicators(), engine, TODAY, 7)]
        again = [one.to_json() for one in scan(all_indicators(), engine, TODAY, 7)]

        assert first == again

    def test_goes_to_the_risk_section_when_long_overdue(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        owing(engine, types)

        [finding] = scan(all_indicators(), engine, TODAY, 7)
        [earlier] = scan(all_indicators(), engine, date(2017, 5, 2), 7)

        assert finding.push == ("C", "G", "S", "R")
        assert earlier.push == ("C", "G", "S")

    def test_says_so_where_a_value_is_not_known(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        status = {"told_by": "registration", "non_normal": True, "since": None}
        where = {"bureau": "state", "registration_id": "1", "delivered_on": date(2017, 8, 17)}
        given = {"non_normal_state": [{"enterprise_id": "甲厂", **status, **where}]}
        write(engine, types, given)

        [finding] = scan(all_indicators(), engine, TODAY, 7)

        assert "None" not in finding.because + finding.because_en

    def test_amount_that_is_not_known_is_said_without_a_unit(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        sale = {"enterprise_id": "甲", "month": date(2017, 5, 1), "side": "output", "lines": 1}
        steel = sale | {"category": "1080207", "amount": 500000, "unknown_rows": 0}
        enterprise = [{"enterprise_id": "甲", "industry": "5191"}]  # of a single invoice nothing
        write(engine, types, {"enterprise": enterprise, "goods_month": [steel]})

        [finding] = scan([indicator("A05")], engine, TODAY, 7)

        assert "单张发票最高金额不详。" in finding.facts
        assert "不详元" not in finding.facts

    def test_of_a_police_case_says_nothing_of_the_case(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        case = {"case_no": "甲1", "crime": "205", "filed_on": date(2017, 8, 1)}
        write(engine, types, {"police_filing": [{"subject_key": "person:li", **case}]})

        [finding] = scan(all_indicators(), engine, TODAY, 7)

        for said in (finding.because, finding.because_en, finding.facts, finding.facts_en):
            assert not any(word in said for word in ("公安", "立案", "案件", "甲1", "205", "olice"))

    def test_link_to_an_unsettled_enterprise_is_told_to_its_authority_too(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        found = {"enterprise_id": "旧厂", "bureau": "state", "record_id": "1"}
        held = [{"person_id": "li", "enterprise_id": one, "role": "01"} for one in ("旧厂", "新厂")]
        given = {
            "lost_enterprise": [found | {"registration_id": "1", "found_on": TODAY}],
            "affiliation": held,
            "enterprise": [{"enterprise_id": one} for one in ("旧厂", "新厂")],
        }
        write(engine, types, given)

        findings = scan([indicator("M08")], engine, TODAY, 7)

        assert {one.acted_on for one in findings} == {"person:li", "enterprise:新厂"}
        assert {one.informs for one in findings} == {("enterprise:旧厂",)}
        assert [Finding.from_json(one.to_json()) for one in findings] == findings

    def test_undecided_never_restricts(self) -> None:
        for one in all_indicators():
            if "undecided" in one.bands:
                assert one.bands["undecided"].levels == {}


class TestLevels:
    """What each level text of the domain facts (4.1, 4.2) means for single items."""

    @pytest.mark.parametrize(("code", "band", "kind", "item", "effect"), list(levels()))
    def test_level_of_an_item(
        self, code: str, band: str, kind: str, item: str, effect: str
    ) -> None:
        got = effect_on(item, indicator(code).bands[band].levels.get(kind, {}))
        assert (got or "free") == effect

    @each_indicator
    def test_every_band_that_restricts_has_its_level_said(self, indicator: Indicator) -> None:
        said = {band for code, band, *_ in (p.values for p in levels()) if code == indicator.name}
        chosen = {"$item_groups": Effect.LEGAL_REP}  # by each entry itself
        assert said == {
            name
            for name, band in indicator.bands.items()
            if band.levels and chosen not in band.levels.values()
        }

    def test_what_may_never_be_refused_is_at_most_reminded_of(self) -> None:
        for item in ITEMS.values():
            if item.never_refused:
                assert effect_on(item.code, {"*": "block"}) == Effect.REMIND
                assert effect_on(item.code, dict.fromkeys(item.groups, "block")) == Effect.REMIND

    def test_watched_subject_is_held_on_the_chosen_groups(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        entry = {"officer": "a", "second_officer": "b", "valid_from": date(2017, 8, 1)}
        given = [
            {"subject_key": "person:li", "watch_id": "w1", "groups": "INV,DEREG", **entry},
            {"subject_key": "person:li", "watch_id": "w2", "groups": None, **entry},
            {"subject_key": "enterprise:甲", "watch_id": "w3", "groups": "INV", **entry},
        ]
        write(engine, types, {"watch_entry": given})

        enterprise, person = scan([indicator("M15")], engine, TODAY, 1)

        assert enterprise.levels == {"INV": "legal_rep"}
        usual = ("DEREG", "INV", "INV-AUTH", "REG-CHG")
        assert person.levels == dict.fromkeys(usual, "legal_rep")


class TestHeader:
    """An indicator whose header does not tell the truth is caught."""

    def changed(self, text: str, instead: str, folder: Path, name: str = "M09") -> Indicator:
        told = indicator(name)
        before = (HERE / told.kind / f"{told.name}.sql").read_text("utf-8")
        assert text in before
        path = folder / told.kind / f"{told.name}.sql"
        path.parent.mkdir()
        path.write_text(before.replace(text, instead, 1), "utf-8")
        return Indicator.read(path)

    @pytest.mark.parametrize(
        ("text", "instead", "word"),
        [
            ("reads:    [arrears_item]", "reads:    [enterprise]", "reads"),
            ("reach:    []", "reach:    ['01']", "roles"),
            ("default: 90, min: 1", "default: 0, min: 1", "between"),
            ("default: 90, min: 1, ", "default: 90, ", "min, max"),
            ("  owing:\n", "  owning:\n", "bands"),
            ("CERT-NA: block, DEREG", "CERT-NO: block, DEREG", "no item"),
            ("CERT-NA: block, DEREG", "PAY: block, DEREG", "never be refused"),
            ("CERT-NA: block, DEREG", "pay: approval, DEREG", "never be refused"),
            ("title_en: Owing\n", "title_en: ''\n", "one language"),
            ("{who}欠税{value", "{who}欠税{amount", "nobody fills"),
            ("push:     [C, G, S]", "push:     [C, X]", "nobody knows"),
            ("code:     M09", "code:     A09", "folder"),
            ("subject:  [enterprise]", "subject:  [company]", "kind of subject"),
            ("    owed AS value,", "    owed AS amount,", "must select"),
            ("FROM owing\n", "FROM owing\nORDER BY owed\n", "sort"),
            ("{long_overdue: [R]}", "{overdue: [R]}", "does not select"),
            ("push:     [C, G, S]", "push:     [C, G, S]\ninforms:  linked", "does not select"),
            ("WHEN owed >= :city_from THEN 'owing_2m'\n", "", "uses"),
        ],
    )
    def test_a_wrong_word_is_a_problem(
        self, text: str, instead: str, word: str, tmp_path: Path
    ) -> None:
        problems = self.changed(text, instead, tmp_path).problems()
        assert any(word in problem for problem in problems), problems

    @pytest.mark.parametrize(
        ("text", "instead"),
        [
            ("owner:", "ownr:"),
            ("unit: day}", "units: day}"),
            ("    title: 欠税\n", "    titel: 欠税\n"),
            ("  en: Ends by", "  fr: Ends by"),
        ],
    )
    def test_an_unknown_word_is_an_error(self, text: str, instead: str, tmp_path: Path) -> None:
        with pytest.raises(TypeError):
            self.changed(text, instead, tmp_path)

    def test_an_unknown_effect_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="forbid"):
            self.changed("CERT-NA: block", "CERT-NA: forbid", tmp_path)

    def test_another_file_is_another_version(self, tmp_path: Path) -> None:
        assert self.changed("90", "91", tmp_path).version != indicator("M09").version

    def test_no_two_share_a_code_a_title_or_a_reason(self) -> None:
        for word in ("code", "title", "title_en", "why"):
            told = [getattr(one, word) for one in all_indicators()]
            assert len(set(told)) == len(told)


class TestSettings:
    @pytest.mark.parametrize(
        "overrides",
        [
            {"report_from": 0},
            {"report_from": 10_000_000},
            {"report_from": "50000"},
            {"long_days": [90]},
            {"nothing": 1},
        ],
    )
    def test_a_value_outside_its_limits_is_refused(self, overrides: dict[str, object]) -> None:
        with pytest.raises(Trouble):
            indicator("M09").settings(overrides)

    def test_an_empty_list_of_crimes_is_refused(self) -> None:
        with pytest.raises(Trouble):
            indicator("M01").settings({"crimes": []})

    def test_the_finding_keeps_the_values_that_were_used(
        self, engine: DuckDB, types: dict[str, dict[str, str]]
    ) -> None:
        owing(engine, types)

        [finding] = scan(
            all_indicators(), engine, TODAY, 7, overrides={"M09": {"report_from": 60001}}
        )

        assert finding.params["report_from"] == 60001
        assert finding.band == "owing"

    def test_there_is_no_unknown_indicator(self) -> None:
        with pytest.raises(Trouble):
            indicator("M99")

    def test_a_subject_is_a_key(self, engine: DuckDB) -> None:
        for wrong in ("li", "company:li", "person:"):
            with pytest.raises(Trouble):
                scan(all_indicators(), engine, TODAY, 1, subject=wrong)


def test_an_indicator_that_reads_nowhere_is_caught() -> None:
    told = replace(indicator("M09"), sql="SELECT 1 AS subject_id FROM nothing")
    assert any("warehouse does not have" in problem for problem in told.problems())
