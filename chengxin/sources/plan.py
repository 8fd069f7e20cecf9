"""One SELECT that turns a delivery's text into the columns of its table.

It stands in layers, so that nothing is computed twice:

    theirs ──▶ trimmed ──▶ kinds of documents ──▶ numbers, checked ──▶ tokens ──▶ values ──▶ wrong

What two expressions need is a column of the layer below them: the engine plans every copy of it,
which takes longer than reading a short delivery.  The last layer has our columns, the parts of the
identities beside them, and `wrong`: NULL for a good row, else the labels of the columns that are
missing ("!") or cannot be read.
"""

# ruff: noqa: S608 (SQL is put together from our own names, files and manifests)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chengxin.lake.engine import literal
from chengxin.lake.tables import SEALED, Kind
from chengxin.sources.source import Part, Source, Target

_PLAIN = {
    Kind.ID: "as_id",
    Kind.SUBJECT: "as_id",
    Kind.NAME: "as_note",
    Kind.NOTE: "as_note",
    Kind.ACCOUNT: "as_account",
    Kind.REGISTRATION: "as_registration",
    Kind.CREDIT: "as_credit",
    Kind.YEAR: "as_year",
    Kind.INTEGER: "as_integer",
    Kind.MONEY: "as_money",
    Kind.SHARE: "as_share",
    Kind.CONFIDENCE: "as_share",
    Kind.AREA: "as_area",
    Kind.QUANTITY: "as_money",
}
_NUMBERED = (Kind.PERSON, Kind.PARTY, Kind.TAXPAYER)
IDENTITY = ("number", "document_kind", "name", "phone")
LIKENESS = ("given", "birth", "born", "address")  # of persons who are kept comparable


@dataclass(frozen=True)
class Plan:
    """How one delivery of `source` is read, given where each heading stands."""

    source: Source
    places: dict[str, int]  # heading -> its place, from 0

    def select(self, relation: str) -> str:
        """The SELECT over `relation`, whose columns are c0, c1, … in the delivery's order."""
        fields = [self.field(theirs) for theirs in self.source.columns]
        trimmed = [f"trimmed({field}) AS {field}" for field in fields]
        sql = f"SELECT {', '.join(trimmed)} FROM {relation}"
        for layer in self._layers():
            if columns := [f"{expression} AS {_q(name)}" for name, expression in layer]:
                sql = f"SELECT *, {', '.join(columns)} FROM ({sql})"
        kept = ", ".join(map(_q, self.kept()))
        return f"SELECT {kept}, {self._wrong()} AS wrong, {self._raw(fields)} AS raw FROM ({sql})"

    def field(self, theirs: str) -> str:
        return f"c{self.places[theirs]}"

    def persons(self) -> list[str]:
        """Our columns whose persons go to the identities."""
        kinds = {name: column.kind for name, column in self.source.lake_table.columns.items()}
        return [
            target.ours
            for target in self.source.targets()
            if target.part is Part.NUMBER and kinds[target.ours] in (Kind.PERSON, Kind.PARTY)
        ]

    def sealed(self) -> list[str]:
        """Our columns whose words go to the registry."""
        columns = self.source.lake_table.columns.values()
        return [
            one.name
            for one in columns
            if one.kind in SEALED and one.name not in self.source.constants
        ]

    def kept(self) -> Iterator[str]:
        """Columns of the result: ours, then the sealed words and the parts of the identities."""
        yield from self.source.lake_table.columns
        yield from (f"{ours}.words" for ours in self.sealed())
        for ours in self.persons():
            yield from (f"{ours}.{part}" for part in IDENTITY)
            if ours in self.source.comparable:
                yield from (f"{ours}.{part}" for part in LIKENESS)

    # the layers

    def _layers(self) -> Iterator[Iterator[tuple[str, str]]]:
        """(name, expression) of the columns that each layer adds to those below it."""
        yield self._kinds()
        yield self._prepared()
        yield self._within()
        yield self._checks()
        yield self._documents()
        yield self._numbers()
        yield self._seals()
        yield self._tokens()
        yield self._values()

    def _kinds(self) -> Iterator[tuple[str, str]]:
        for target in self._targets(Part.KIND):
            yield f"{target.ours}.kind", self._coded(target)

    def _prepared(self) -> Iterator[tuple[str, str]]:
        """`x`: the number as given to this column, `n`: unfolded, or upper case of a code."""
        for target in self._numbered():
            field, kind = self.field(target.theirs), self._kind(target.ours)
            match self._type(target.ours):
                case Kind.PERSON:
                    given = f"CASE WHEN {kind} IS DISTINCT FROM 'enterprise' THEN {field} END"
                    yield f"{target.ours}.x", given
                    yield f"{target.ours}.n", f"unfolded({field})"
                case Kind.PARTY:
                    yield f"{target.ours}.x", field
                    person = f"unfolded({field})"
                    yield (
                        f"{target.ours}.n",
                        f"CASE WHEN {kind} = 'person' THEN {person} ELSE upper({field}) END",
                    )
                case _:
                    given = field
                    if target.part is Part.NUMBER:
                        given = f"CASE WHEN {kind} = 'enterprise' THEN {field} END"
                    yield f"{target.ours}.x", given
                    yield f"{target.ours}.n", f"upper({given})"
        for target in self._targets(Part.PHONE):
            yield f"{target.ours}.phone", f"as_phone({self.field(target.theirs)})"
        for ours in self.source.comparable:
            yield f"{ours}.given", self.field(self.source.giver(ours).theirs)
            birth, address = (
                self.field(target.theirs) if target else "CAST(NULL AS VARCHAR)"
                for target in (
                    self.source.target(ours, Part.BIRTH),
                    self.source.target(ours, Part.ADDRESS),
                )
            )
            yield f"{ours}.birthday", birth
            yield f"{ours}.birthday.oracle", f"oracle_parts({birth})"
            yield f"{ours}.address", address
        for target in self._targets(Part.VALUE):
            field = self.field(target.theirs)
            if self._type(target.ours) is Kind.PHONE:
                yield f"{target.ours}.x", f"as_phone({field})"
            elif self._type(target.ours) is Kind.DATE:
                yield f"{target.ours}.oracle", f"oracle_parts({field})"

    def _within(self) -> Iterator[tuple[str, str]]:
        """`w`: what may be a resident's number, alone or within a taxpayer number."""
        for ours, (_, n, _) in self._numbers_of(Kind.PARTY, Kind.TAXPAYER):
            within = f"resident_within({n})"
            if self._type(ours) is Kind.PARTY:
                within = f"CASE {self._kind(ours)} WHEN 'person' THEN {n} ELSE {within} END"
            yield f"{ours}.w", within

    def _checks(self) -> Iterator[tuple[str, str]]:
        """`c`: the check that belongs to it."""
        for ours, (_, _, w) in self._numbers_of(*_NUMBERED):
            yield f"{ours}.c", f"check_of({w})"

    def _documents(self) -> Iterator[tuple[str, str]]:
        """`document_kind` of a person; `r`: the resident's number; `holds`: it is within `n`."""
        for ours, (x, n, w) in self._numbers_of(*_NUMBERED):
            kind, c = self._kind(ours), _q(f"{ours}.c")
            yield f"{ours}.r", f"resident({w}, {c})"
            if self._type(ours) is Kind.PERSON:
                yield f"{ours}.document_kind", f"coalesce({kind}, kind_of({x}, {n}))"
                continue
            if self._type(ours) is Kind.PARTY:
                document = f"CASE WHEN {kind} = 'person' THEN kind_of({x}, {n}) END"
                yield f"{ours}.document_kind", document
            yield f"{ours}.holds", f"contains_resident({n}, {w}, {c})"

    def _numbers(self) -> Iterator[tuple[str, str]]:
        """`number`: the normal number of a person, or the one within a taxpayer number."""
        for ours, (x, n, _) in self._numbers_of(*_NUMBERED):
            document, c, r, holds = (
                _q(f"{ours}.{part}") for part in ("document_kind", "c", "r", "holds")
            )
            person = f"checked_number({document}, {x}, {n}, {c}, {r})"
            within = f"CASE WHEN {holds} THEN {r} || sequence_within({n}) END"
            match self._type(ours):
                case Kind.PERSON:
                    number = person
                case Kind.PARTY:
                    number = (
                        f"CASE {self._kind(ours)} WHEN 'person' THEN {person} ELSE {within} END"
                    )
                case _:
                    number = within
            yield f"{ours}.number", number
        for ours in self.source.comparable:
            day, parts = _q(f"{ours}.birthday"), _q(f"{ours}.birthday.oracle")
            yield f"{ours}.birth", f"strftime(as_date({day}, {parts}), '%Y%m%d')"

    def _seals(self) -> Iterator[tuple[str, str]]:
        """`seal`: the HMAC of what the lake knows by a token only."""
        for ours in self._tokened():
            number = _q(f"{ours}.number")
            match self._type(ours):
                case Kind.PERSON:
                    told = f"'person:' || {number}"
                    if ours in self.source.unidentified:
                        told = (
                            f"CASE WHEN {number} IS NULL THEN {self._record(ours)} ELSE {told} END"
                        )
                case Kind.PARTY:
                    subject = (
                        f"CASE {self._kind(ours)} WHEN 'person' THEN 'person:' ELSE 'taxpayer:' END"
                    )
                    told = f"{subject} || {number}"
                case Kind.TAXPAYER:
                    told = f"'taxpayer:' || {number}"
                case Kind.PHONE:
                    told = f"'phone:' || {_q(f'{ours}.x')}"
                case Kind.ADDRESS:
                    told = f"'address:' || as_address({self._field_of(ours)})"
                case _:
                    told = f"'words:' || {self._field_of(ours)}"
            yield f"{ours}.seal", f"hmac({told})"

    def _tokens(self) -> Iterator[tuple[str, str]]:
        for ours in self._tokened():
            yield f"{ours}.token", f"base32({_q(f'{ours}.seal')})"

    def _values(self) -> Iterator[tuple[str, str]]:
        for ours in self.source.lake_table.columns:
            yield ours, self._value(ours)
        for ours in self.sealed():
            yield f"{ours}.words", self.field(self.source.giver(ours).theirs)
        for ours in self.persons():
            name = self.source.target(ours, Part.NAME)
            yield f"{ours}.name", self.field(name.theirs) if name else "CAST(NULL AS VARCHAR)"
            if not self.source.target(ours, Part.PHONE):
                yield f"{ours}.phone", "CAST(NULL AS VARCHAR)"
            if ours in self.source.comparable:
                number, kind, n = (
                    _q(f"{ours}.{part}") for part in ("number", "document_kind", "n")
                )
                given = f"coalesce({_q(f'{ours}.birth')}, born_within({n}))"
                yield (
                    f"{ours}.born",
                    f"CASE WHEN {number} IS NULL THEN {given} ELSE born_of({kind}, {number}) END",
                )

    def _value(self, ours: str) -> str:
        column = self.source.lake_table.columns[ours]
        if ours in self.source.constants:
            told = self.source.constants[ours]
            return literal(told) if told else f"CAST(NULL AS {column.kind.sql})"
        target = self.source.giver(ours)
        field = self.field(target.theirs)
        number, n, r, holds, token, parts = (
            _q(f"{ours}.{part}") for part in ("number", "n", "r", "holds", "token", "oracle")
        )
        enterprise = f"WHEN {holds} THEN 'T' || {token} WHEN names_organisation({n}, {r}) THEN {n}"
        match column.kind:
            case Kind.PERSON:
                letter = "'p'"
                if ours in self.source.unidentified:
                    letter = f"CASE WHEN {number} IS NULL THEN 'u' ELSE 'p' END"
                value = f"{letter} || {token}"
            case Kind.TAXPAYER:
                value = f"CASE {enterprise} END"
            case Kind.PARTY:
                value = (
                    f"CASE WHEN {self._kind(ours)} = 'person' THEN 'p' || {token} {enterprise} END"
                )
            case Kind.PHONE | Kind.ADDRESS | Kind.WORDS:
                value = token
            case Kind.URL:
                value = f"CASE WHEN is_url({field}) THEN {token} END"
            case Kind.DATE:
                value = f"as_date({field}, {parts})"
            case Kind.CODE | Kind.BOOLEAN:
                value = self._coded(target)
            case Kind.NAME:
                value = self._name(field)
            case Kind.SHARE | Kind.CONFIDENCE if ours in self.source.percent:
                value = f"as_percentage({field})"
            case Kind.MONEY if ours in self.source.ten_thousands:
                value = f"as_ten_thousands({field})"
            case kind:
                value = f"{_PLAIN[kind]}({field})"
        if column.empty is not None:
            value = f"CASE WHEN {field} IS NULL THEN {literal(column.empty)} ELSE {value} END"
        return f"CAST({value} AS {column.kind.sql})"

    def _record(self, ours: str) -> str:
        """What the id of a row whose person has no usable number stands for, when there is enough
        to compare.

        It stays the same however often the row is sent: it comes from the source, the row's other
        keys and the name.  A number that a spreadsheet destroyed is still an error.
        """
        name = self.source.target(ours, Part.NAME)
        assert name, f"{self.source.name}: {ours} has no name"
        keys = [
            self.field(self.source.giver(key).theirs)
            for key in self.source.lake_table.key
            if key != ours and key not in self.source.constants
        ]
        told = " || '|' || ".join(
            [literal(self.source.name)]
            + [f"coalesce({field}, '')" for field in (*keys, self.field(name.theirs))]
        )
        enough = " OR ".join(f"{_q(f'{ours}.{part}')} IS NOT NULL" for part in ("birth", "address"))
        if self.source.target(ours, Part.PHONE):
            enough += f" OR {_q(f'{ours}.phone')} IS NOT NULL"
        return (
            f"CASE WHEN {self.field(name.theirs)} IS NOT NULL AND ({enough}) "
            f"AND NOT coalesce(is_float_form({_q(f'{ours}.x')}), false) "
            f"THEN 'record:' || {told} END"
        )

    def _name(self, field: str) -> str:
        """The name of an enterprise; masked where it is only its owner's."""
        same = [f"{field} = {self.field(t.theirs)}" for t in self._targets(Part.NAME)]
        masked = (
            f"CASE WHEN length({field}) < 3 THEN left({field}, 1) || '*' "
            f"ELSE left({field}, 1) || repeat('*', length({field}) - 2) || right({field}, 1) END"
        )
        owners = f"WHEN {' OR '.join(same)} THEN {masked} " if same else ""
        return f"CASE {owners}ELSE as_note({field}) END" if owners else f"as_note({field})"

    def _wrong(self) -> str:
        """The labels of what is missing or cannot be read; NULL for a good row."""
        checks = list(self._conditions())
        is_wrong = " OR ".join(f"({condition})" for condition, _ in checks)
        labels = ", ".join(
            f"CASE WHEN {wrong} THEN {literal(label)} END" for wrong, label in checks
        )
        found = f"list_filter([{labels}], lambda label: label IS NOT NULL)"
        return f"CASE WHEN {is_wrong} THEN {found} END"

    def _conditions(self) -> Iterator[tuple[str, str]]:
        table = self.source.lake_table
        for target in self._targets(Part.KIND):
            field = self.field(target.theirs)
            yield f"{field} IS NOT NULL AND {_q(f'{target.ours}.kind')} IS NULL", target.label
        for ours in table.columns:
            if ours in self.source.constants:
                continue
            given = self.field(self.source.giver(ours).theirs)
            if self._type(ours) in _NUMBERED:
                given = _q(f"{ours}.x")
            if table.must_have(ours):
                unknown = f" AND {_q(ours)} IS NULL" if ours in self.source.unidentified else ""
                yield f"{given} IS NULL{unknown}", f"!{ours}"
            if self._type(ours) is Kind.PHONE:
                yield f"coalesce(is_float_form({given}), false)", ours
            elif self._type(ours) not in (Kind.NAME, Kind.NOTE, Kind.ADDRESS):
                yield f"{given} IS NOT NULL AND {_q(ours)} IS NULL", ours

    def _raw(self, fields: list[str]) -> str:
        """Theirs, as delivered, of a row that is wrong."""
        return f"CASE WHEN wrong IS NOT NULL THEN [{', '.join(fields)}] END"

    # small parts

    def _targets(self, part: Part) -> list[Target]:
        return [target for target in self.source.targets() if target.part is part]

    def _numbered(self) -> list[Target]:
        return [
            target
            for target in self.source.targets()
            if target.part in (Part.NUMBER, Part.VALUE) and self._type(target.ours) in _NUMBERED
        ]

    def _numbers_of(self, *kinds: Kind) -> Iterator[tuple[str, tuple[str, str, str]]]:
        """(ours, its `x`, `n` and `w`) of the numbered columns of these kinds."""
        for target in self._numbered():
            if (kind := self._type(target.ours)) in kinds:
                last = "n" if kind is Kind.PERSON else "w"
                x, n, w = (_q(f"{target.ours}.{part}") for part in ("x", "n", last))
                yield target.ours, (x, n, w)

    def _tokened(self) -> list[str]:
        """Our columns that hold tokens."""
        return [
            ours
            for ours in self.source.lake_table.columns
            if self._type(ours) in (*_NUMBERED, Kind.PHONE, Kind.ADDRESS, *SEALED)
            and ours not in self.source.constants
        ]

    def _field_of(self, ours: str) -> str:
        return self.field(self.source.giver(ours).theirs)

    def _type(self, ours: str) -> Kind:
        return self.source.lake_table.columns[ours].kind

    def _kind(self, ours: str) -> str:
        return _q(f"{ours}.kind") if self.source.target(ours, Part.KIND) else "NULL::VARCHAR"

    def _coded(self, target: Target) -> str:
        whens = " ".join(
            f"WHEN {literal(theirs)} THEN {literal(ours)}"
            for theirs, ours in self.source.values[target.label].items()
        )
        return f"CASE {self.field(target.theirs)} {whens} END"


def _q(name: str) -> str:
    return f'"{name}"'
