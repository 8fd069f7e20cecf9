"""Without which rows a query finds nothing, and which columns it can look at.

    SELECT … FROM a JOIN b … UNION ALL SELECT … FROM c     needs  {a, c}  and  {b, c}

Read from the SQL alone: each set names tables of which one at least must have rows.  What cannot
be told, such as a table behind LEFT JOIN or a total over nothing, is not needed.
"""

from __future__ import annotations

from itertools import product

from sqlglot import exp

Needs = frozenset[frozenset[str]]

NOTHING: Needs = frozenset()


def needs(query: exp.Expr, known: dict[str, Needs] | None = None) -> Needs:
    """Sets of tables; where all of one set are empty, the query gives no row."""
    there = dict(known or {})
    for cte in (query.args.get("with_") and query.args["with_"].expressions) or []:
        there[cte.alias] = NOTHING  # while it may speak of itself
        there[cte.alias] = needs(cte.this, there)
    match query:
        case exp.Union():
            left, right = needs(query.this, there), needs(query.expression, there)
            return _fewest(frozenset(one | other for one, other in product(left, right)))
        case exp.SetOperation():
            return needs(query.this, there)
        case exp.Subquery():
            return needs(query.this, there)
        case exp.Select():
            return _of_select(query, there)
        case exp.Table():
            return there.get(query.name, frozenset([frozenset([query.name])]))
        case _:
            return NOTHING


def named(query: exp.Expr) -> frozenset[str] | None:
    """Every name that stands in a query, in small letters: a column that is not among them cannot
    matter.  None when it looks at columns without naming them."""
    unnamed = (
        isinstance(one, exp.Columns)
        or (isinstance(one, exp.Star) and not isinstance(one.parent, exp.Count))
        or (isinstance(one, exp.Join) and one.method == "NATURAL")
        for one in query.walk()
    )
    if any(unnamed):
        return None
    return frozenset(one.name.lower() for one in query.find_all(exp.Identifier))


def _of_select(query: exp.Select, there: dict[str, Needs]) -> Needs:
    group, first = query.args.get("group"), query.args.get("from_")
    if first is None or (group is None and _totals(query)) or (group and not group.expressions):
        return NOTHING
    joins = query.args.get("joins") or []
    if any(join.side in ("RIGHT", "FULL") for join in joins):
        return NOTHING
    found = needs(first.this, there)
    for join in joins:
        if join.side != "LEFT" and join.kind != "ANTI":
            found |= needs(join.this, there)
    return _fewest(found)


def _fewest(found: Needs) -> Needs:
    """Without the sets that hold another one: when that has rows, so have they."""
    return frozenset(one for one in found if not any(other < one for other in found))


def _totals(query: exp.Select) -> bool:
    """Whether the query gives one row over all, even over none."""
    asked = [*query.expressions, *filter(None, [query.args.get("having")])]
    return any(
        not total.find_ancestor(exp.Window)
        and total.find_ancestor(exp.Select) is query
        for one in asked
        for total in one.find_all(exp.AggFunc)
    )  # fmt: skip
