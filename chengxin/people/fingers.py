"""A finger instead of a face: enrolled and compared one to one, where a hall offers it.

    consent ──▶ enrol ──▶ template, sealed ──▶ verify: accept, or an officer decides
       └─ withdrawn ──▶ deleted at once

Never the only way, and never a search: a finger is held against those of one person who said who
he is.  What is too unlike goes to an officer; a finger turns nobody away (decision 0051).
"""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.refusal import Refusal
from chengxin.devices import fingerprints
from chengxin.devices.fingerprints import FingerEngine, FingerTemplate, NoEngine
from chengxin.offices.models import Officer
from chengxin.people import consents, identity, identity_facts
from chengxin.people.models import Fingerprint, Person, Purpose, Verification
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.trace import record
from chengxin.trace.tongue import english

MOST = 4  # fingers of one person
ANY = 0  # a reader that does not tell which finger
MATCHED = gettext_noop("指纹比对通过")


def finger_engine() -> FingerEngine:
    """The bureau's own, `package.module:name` of CHENGXIN_FINGER_ENGINE; else one that says no."""
    module, _colon, name = settings.FINGER_ENGINE.partition(":")
    if not module:
        return NoEngine()
    engine: FingerEngine = getattr(import_module(module), name)()
    return engine


def enrol(person: Person, raw: bytes, *, officer: Officer, place: str) -> Fingerprint:
    """Keep this finger for later visits; the same finger again replaces the one before."""
    with record.of("finger.enrol", about=person.key, officer=officer, place=place) as trace:
        _require_consent(person)
        read = _read(raw)
        held = Person.objects.select_for_update().get(pk=person.pk)
        others = held.fingerprints.exclude(finger=read.finger)
        if others.count() >= MOST:
            raise Refusal("too_many_fingers", _("已采集四枚指纹，请先删除再采集"))
        made, _new = Fingerprint.objects.update_or_create(
            person=held,
            finger=read.finger,
            defaults={
                "template": raw, "quality": read.quality, "officer": officer, "place": place,
            },
        )  # fmt: skip
        trace.detail["finger"] = read.finger
    return made


def verify(person: Person, raw: bytes, *, place: str, officer: Officer | None) -> Verification:
    """Hold the finger against those that are kept of him: accept, or an officer decides.

    DeviceUnavailable where no engine is set up; refuses whoever did not agree or has none kept.
    """
    _require_consent(person)
    read = _read(raw)
    kept = [fingerprints.read(bytes(one.template or b"")) for one in person.fingerprints.all()]
    same = [one for one in kept if ANY in (one.finger, read.finger) or one.finger == read.finger]
    if not kept:
        raise Refusal("no_finger", _("本人没有留存指纹，请改用人脸或人工核验"))
    engine = finger_engine()
    best = max((engine.score(read, one) for one in same), default=float("-inf"))
    accepted = best >= engine.accept
    with record.of("person.verify_finger", about=person.key, officer=officer, place=place) as t:
        made = Verification.objects.create(
            person=person,
            band=Verification.Band.ACCEPT if accepted else Verification.Band.STAFF,
            engine=f"{Verification.FINGER}{engine.name}"[:120],
            officer=officer,
            place=place,
        )
        identity_facts.note_comparison(made)
        if accepted:
            author = Author.OFFICER if officer else Author.PERSON
            identity.settle(person, Because(MATCHED, author, officer, place))
        t.detail |= {"verification": made.pk, "band": made.band, "finger": read.finger}
    return made


def _require_consent(person: Person) -> None:
    if not consents.stands(person, Purpose.FINGER):
        raise Refusal("consent_needed", _("请先告知并取得本人对指纹信息的单独同意"))


def _read(raw: bytes) -> FingerTemplate:
    try:
        read = fingerprints.read(raw)
    except ValueError as error:
        raise Refusal("finger_unreadable", _("指纹数据不完整，请重新按压")) from error
    if read.trouble is not None:
        words = read.trouble
        raise Refusal("finger_unreadable", words.en if english() else words.zh)
    return read
