"""关系图: persons, enterprises and what they share, one step at a time.

    person ──role, share── enterprise ──investor, agent── enterprise
       └────────── 同一电话、同一地址 ──────────┘

Every step asks for the rights and leaves a trace.  A neighbour of another county is shown without
his whole name and cannot be opened.  What very many share, the phone of an agency, is a hub: it is
counted and only its first neighbours are drawn, because what joins everybody says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext

from chengxin.core.refusal import Refusal
from chengxin.lake.engine import Row
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people import gathered
from chengxin.people.models import Affiliation, Enterprise, Person
from chengxin.trace import record

NEIGHBOURS = 60  # roles drawn in one step
HUB = 50  # subjects that share something; from more on it is a hub
OF_A_HUB = 20  # neighbours of a hub that are drawn
SHARED = ("phone", "address")


@dataclass
class Picture:
    """Nodes and edges of one step, ready for JSON."""

    about: str
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: list[dict[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # what was left out, in words

    def told(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "nodes": list(self.nodes.values()),
            "edges": self.edges,
            "said": self.said,
        }


def around(officer: Officer, about: str) -> dict[str, Any]:
    """One step around a person or an enterprise: roles, links, shared phones and addresses."""
    access.require(officer, about)
    record.seen("dossier.graph", about=about, officer=officer)
    kind, _colon, pk = about.partition(":")
    rows = Affiliation.objects.on(localdate()).filter(**{kind: pk})
    bindings = list(
        rows.select_related("person", "enterprise").order_by("role", "pk")[: NEIGHBOURS + 1]
    )
    picture = Picture(about)
    if len(bindings) > NEIGHBOURS:
        left = rows.count() - NEIGHBOURS
        picture.said.append(gettext("还有 %(count)s 项关联未画出，见上表") % {"count": left})
    bindings = bindings[:NEIGHBOURS]
    links = _links(pk) if kind == "enterprise" else []
    keys = {about} | {f"enterprise:{link['other']}" for link in links}
    keys |= {key for one in bindings for key in (one.person.key, one.enterprise.key)}
    shared = [one for one in _shared(about) if not one.keys <= keys]
    _draw(picture, officer, keys)
    picture.edges += _roles(bindings)
    picture.edges += [
        {
            "source": f"enterprise:{link['linked_id']}",
            "target": f"enterprise:{link['enterprise_id']}",
            "label": _role_words(link["role"], link["share"]),
        }
        for link in links
        if f"enterprise:{link['other']}" in picture.nodes
    ]
    for one in shared:
        picture.nodes[one.key] = one.node()
        picture.edges.append({"source": about, "target": one.key, "label": one.words})
    return picture.told()


def sharing(officer: Officer, mark: str, about: str) -> dict[str, Any]:
    """Who shares a phone or an address with `about`: whole, or the first of a hub."""
    access.require(officer, about)
    one = next((one for one in _shared(about) if one.key == mark), None)
    if one is None:
        raise Refusal("not_yours", gettext("查无此项，或不属于您单位的管辖范围"))
    record.seen("dossier.graph", about=about, officer=officer, shared=one.kind, count=one.count)
    picture = Picture(mark)
    hub = one.count > HUB
    keys = one.keys | {about}
    if hub:
        mine = sorted(access.seen_of(officer, keys) - {about})[: OF_A_HUB - 1]
        keys = {*mine, about}
        picture.said.append(
            gettext("%(count)s 个主体共用，只画出本辖区前 %(shown)s 个")
            % {"count": one.count, "shown": len(keys)}
        )
    _draw(picture, officer, keys)
    picture.edges += [
        {"source": key, "target": mark, "label": one.words}
        for key in sorted(keys)
        if key in picture.nodes
    ]
    picture.nodes[mark] = one.node()
    return picture.told()


@dataclass(frozen=True)
class Shared:
    """A phone or an address that several subjects have; known by its token only."""

    kind: str
    token: str
    keys: set[str]  # the subjects, as far as HUB
    count: int

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.token}"

    @property
    def words(self) -> str:
        return gettext("同一电话") if self.kind == "phone" else gettext("同一地址")

    def node(self) -> dict[str, Any]:
        name = gettext("%(what)s · %(count)s 个主体") % {"what": self.words, "count": self.count}
        return {
            "id": self.key, "kind": self.kind, "pk": self.token, "name": name, "status": "",
            "open": True,
        }  # fmt: skip


def _shared(about: str) -> list[Shared]:
    """What `about` shares with others: its rows of the lake, and a person's phone."""
    kind, _colon, pk = about.partition(":")
    marks = gathered.marks(about)
    if kind == "person":
        token = Person.objects.filter(pk=pk).values_list("phone_token", flat=True).first()
        marks += [("phone", token)] if token else []
    found = []
    for what, token in dict.fromkeys(marks):
        firms = gathered.sharing(token, HUB + 1)
        count = len(firms) if len(firms) <= HUB else gathered.sharing_count(token)
        keys = set(firms)
        if what == "phone":
            persons = Person.objects.filter(phone_token=token)
            some = [f"person:{pk}" for pk in persons.values_list("pk", flat=True)[: HUB + 1]]
            count += len(some) if len(some) <= HUB else persons.count()
            keys |= set(some)
        if count > 1:
            found.append(Shared(what, token, keys, count))
    return found


def _draw(picture: Picture, officer: Officer, keys: Iterable[str]) -> None:
    """The subjects of `keys` as nodes."""
    ids: dict[str, list[str]] = {"person": [], "enterprise": []}
    for key in keys:
        kind, _colon, pk = key.partition(":")
        ids[kind].append(pk)
    open_keys = access.seen_of(officer, set(keys))
    for person in Person.objects.in_bulk(ids["person"]).values():
        mine = person.key in open_keys
        name = (person.name if mine else person.public_name) or ""
        picture.nodes[person.key] = _node(person.key, name, "", mine)
    for firm in Enterprise.objects.in_bulk(ids["enterprise"]).values():
        picture.nodes[firm.key] = _node(firm.key, firm.name, firm.status, firm.key in open_keys)


def _node(key: str, name: str, status: str, mine: bool) -> dict[str, Any]:
    kind, _colon, pk = key.partition(":")
    return {"id": key, "kind": kind, "pk": pk, "name": name, "status": status, "open": mine}


def _roles(bindings: list[Affiliation]) -> list[dict[str, str]]:
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
