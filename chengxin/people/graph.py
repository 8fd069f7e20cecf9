"""关系图: persons and enterprises as nodes, roles and shares as edges, one step at a time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from chengxin.lake.engine import Row
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people import dossier, gathered
from chengxin.people.models import Affiliation, Enterprise, Person
from chengxin.trace import record


@dataclass(frozen=True)
class Node:
    """A person or an enterprise in the relation graph."""

    key: str
    name: str
    status: str = ""
    open: bool = False  # whether the officer may look at it

    def told(self) -> dict[str, Any]:
        kind, _colon, pk = self.key.partition(":")
        return {
            "id": self.key,
            "kind": kind,
            "pk": pk,
            "name": self.name,
            "status": self.status,
            "open": self.open,
        }


def around(officer: Officer, about: str) -> dict[str, Any]:
    """One step around `about`: its neighbours as nodes, the roles as edges, ready for JSON.

    Neighbours of another county are shown without their whole name and cannot be opened.
    """
    access.require(officer, about)
    kind, _colon, pk = about.partition(":")
    record.seen("dossier.graph", about=about, officer=officer)
    on_person = kind == "person"
    rows = Affiliation.objects.on(localdate()).select_related("person", "enterprise")
    rows = rows.filter(person=pk) if on_person else rows.filter(enterprise=pk)
    bindings = list(rows.order_by("role")[:200])
    links = [] if on_person else _links(pk)
    firms = Enterprise.objects.in_bulk({link["other"] for link in links})
    keys = {one.person.key for one in bindings} | {one.enterprise.key for one in bindings}
    keys |= {about} | {firm.key for firm in firms.values()}
    open_keys = dossier.seen_of(officer, keys)
    nodes: dict[str, Node] = {}
    for one in bindings:
        nodes[one.person.key] = _person_node(one.person, open_keys)
        nodes[one.enterprise.key] = _firm_node(one.enterprise, open_keys)
    for firm in firms.values():
        nodes[firm.key] = _firm_node(firm, open_keys)
    if about not in nodes:
        nodes[about] = (
            _person_node(Person.objects.get(pk=pk), open_keys)
            if on_person
            else _firm_node(Enterprise.objects.get(pk=pk), open_keys)
        )
    edges = _edges(bindings)
    edges += [
        {
            "source": f"enterprise:{link['enterprise_id']}",
            "target": f"enterprise:{link['linked_id']}",
            "label": _role_words(link["role"], link["share"]),
        }
        for link in links
        if link["other"] in firms
    ]
    return {"about": about, "nodes": [node.told() for node in nodes.values()], "edges": edges}


def _edges(bindings: list[Affiliation]) -> list[dict[str, str]]:
    """One edge between two, naming every role."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for one in bindings:
        words = pairs.setdefault((one.person.key, one.enterprise.key), [])
        words.append(_role_words(one.role, one.share))
    return [
        {"source": source, "target": target, "label": "、".join(words)}
        for (source, target), words in pairs.items()
    ]


def _role_words(role: str, share: Decimal | None) -> str:
    title = str(Affiliation.Role(role).label) if role in Affiliation.Role.values else role
    return f"{title} {gathered.percent(share)}".strip()


def _links(enterprise_id: str) -> list[Row]:
    """Enterprises that invest in this one or act for it, and those it invests in or acts for."""
    rows = gathered.rows(
        "SELECT enterprise_id, linked_id, role, share FROM enterprise_link "
        "WHERE (enterprise_id = :id OR linked_id = :id) AND linked_id IS NOT NULL "
        "AND (valid_from IS NULL OR valid_from <= :today) AND (until IS NULL OR until >= :today) "
        "ORDER BY enterprise_id, linked_id, role LIMIT 60",
        id=enterprise_id,
        today=localdate(),
    )
    for row in rows:
        mine = row["enterprise_id"] == enterprise_id
        row["other"] = row["linked_id"] if mine else row["enterprise_id"]
    return rows


def _person_node(one: Person, open_keys: set[str]) -> Node:
    mine = one.key in open_keys
    return Node(one.key, (one.name if mine else one.public_name) or "", "", mine)


def _firm_node(one: Enterprise, open_keys: set[str]) -> Node:
    return Node(one.key, one.name, one.status, one.key in open_keys)
