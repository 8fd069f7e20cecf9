"""A delivery comes in by day: once, completely or not at all, and it leaves a row and a trace."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from chengxin.core import places
from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from chengxin.exchange import deliveries
from chengxin.exchange.models import Delivery
from chengxin.lake.store import Lake
from chengxin.people.models import Person, Wording
from chengxin.risk import following
from chengxin.sources import all_sources
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db
WANG = "371622198001010019"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, with an empty lake."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    return places.home()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def sent(inbox: Path, name: str = "golden_tax_state_natural_person", day: str = "20170818") -> Path:
    sample = all_sources()[name].sample
    return Path(shutil.copy(sample, inbox / f"{name}.{day}{sample.suffix}"))


def spoilt(inbox: Path) -> Path:
    path = sent(inbox)
    path.write_bytes(path.read_bytes()[:-5])
    return path


def outcomes() -> list[str]:
    told = Trace.objects.filter(action="delivery.receive").order_by("pk")
    return list(told.values_list("outcome", flat=True))


def test_delivery_taken_leaves_a_row_and_a_trace(inbox):
    path = sent(inbox)

    delivery = deliveries.receive(path)

    kept = Delivery.objects.get()
    assert kept == delivery
    assert (kept.state, kept.source) == ("stored", "golden_tax_state_natural_person")
    assert (kept.rows, kept.rejected, kept.lake_version) == (3, 0, 1)
    assert (kept.file_name, str(kept.delivered_on)) == (path.name, "2017-08-18")
    assert outcomes() == ["done"]
    assert Trace.objects.get(action="delivery.receive").detail["delivery"] == kept.pk


def test_delivery_makes_its_persons_known_to_the_registry(inbox):
    deliveries.receive(sent(inbox))

    wang = Person.objects.get(pk=Keys.load().person_id(WANG))

    assert (wang.name, wang.number, wang.phone) == ("王守信", WANG, "13800000001")
    assert Person.objects.count() == 3


def test_words_of_a_delivery_are_readable_in_the_registry_alone(inbox):
    title = "李投资入选“十佳创业者”"
    deliveries.receive(sent(inbox, "internet_notice"))

    assert Wording.objects.get(pk=Keys.load().token("words", title)).words == title
    assert Wording.objects.count() == 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM people_wording")
        stored = b"".join(bytes(row[0]) for row in cursor.fetchall())
    lake = b"".join(path.read_bytes() for path in places.lake().rglob("*") if path.is_file())
    for kept in (stored, lake):
        assert title.encode() not in kept
        assert "王守信".encode() not in kept


def test_words_that_come_again_are_kept_once_and_stay_as_they_were(inbox):
    deliveries.receive(sent(inbox, "internet_notice"))
    before = dict(Wording.objects.values_list("pk", "words"))
    path = sent(inbox, "internet_notice", "20170825")
    path.write_text(path.read_text("utf-8").replace("2017-08-10", "2017-08-11"), "utf-8")

    assert deliveries.receive(path).state == "stored"

    assert dict(Wording.objects.values_list("pk", "words")) == before


def test_trace_and_row_of_a_delivery_name_nobody(inbox):
    deliveries.receive(sent(inbox))
    with pytest.raises(Trouble):
        deliveries.receive(spoilt(inbox))

    told = f"{list(Trace.objects.values())} {list(Delivery.objects.values())}"

    assert "王守信" not in told
    assert WANG not in told


def test_refused_delivery_leaves_a_row_with_its_reason_and_changes_nothing_else(inbox):
    with pytest.raises(Trouble) as trouble:
        deliveries.receive(spoilt(inbox))

    kept = Delivery.objects.get()
    assert (kept.state, kept.reason) == ("refused", str(trouble.value))
    assert kept.source == "golden_tax_state_natural_person"
    assert kept.lake_version is None
    assert outcomes() == ["refused"]
    assert Lake().version() == 0
    assert not Person.objects.exists()


def test_delivery_that_the_lake_refuses_changes_the_registry_neither(inbox):
    (places.lake() / "_versions").mkdir(parents=True)
    (places.lake() / "natural_person").write_text("a file, not a table", "utf-8")

    with pytest.raises(Trouble):
        deliveries.receive(sent(inbox))

    assert [one.state for one in Delivery.objects.all()] == ["refused"]
    assert not Person.objects.exists()


def test_delivery_sent_twice_is_the_same_again(inbox):
    path = sent(inbox)

    states = [deliveries.receive(path).state for _ in range(2)]

    assert states == ["stored", "again"]
    assert (Lake().version(), Person.objects.count()) == (1, 3)
    assert outcomes() == ["done", "done"]


def test_same_content_on_a_later_day_is_the_same_again(inbox):
    states = [deliveries.receive(sent(inbox, day=day)).state for day in ("20170818", "20170819")]

    assert states == ["stored", "again"]


def test_bad_rows_are_kept_with_line_and_reason(inbox):
    path = sent(inbox)
    head, row, *_ = path.read_bytes().decode("gb18030").splitlines()
    lines = [row.replace("10113716220000000005", f"{10113716220000000005 + n}") for n in range(100)]
    lines[6] = lines[6].replace(WANG, WANG[:-1] + "0")
    path.write_bytes("".join(f"{line}\r\n" for line in [head, *lines]).encode("gb18030"))

    delivery = deliveries.receive(path)

    assert (delivery.rows, delivery.rejected) == (99, 1)
    [reject] = Delivery.objects.get().rejects
    assert reject["line"] == 8
    assert WANG[:-1] not in reject["reason"]


def test_delivery_killed_between_registry_and_lake_is_complete_when_sent_again(inbox, monkeypatch):
    path = sent(inbox)
    with monkeypatch.context() as once:
        once.setattr(Lake, "take", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            deliveries.receive(path)
    assert (Lake().version(), Delivery.objects.count()) == (0, 0)

    assert deliveries.receive(path).state == "stored"

    assert (Lake().version(), Person.objects.count()) == (1, 3)


def test_delivery_killed_after_the_lake_is_complete_when_sent_again(inbox, monkeypatch):
    path, take = sent(inbox), Lake.take

    def take_and_die(lake: Lake, *told: object) -> int:
        take(lake, *told)
        raise KeyboardInterrupt

    with monkeypatch.context() as once:
        once.setattr(Lake, "take", take_and_die)
        with pytest.raises(KeyboardInterrupt):
            deliveries.receive(path)
    assert not Person.objects.exists()

    assert deliveries.receive(path).state == "again"

    assert (Lake().version(), Person.objects.count()) == (1, 3)
    assert Delivery.objects.get().rows == 3


def test_refused_delivery_does_not_hold_up_the_next(inbox):
    spoilt(inbox)
    sent(inbox, "watchlist")

    told = list(deliveries.receive_all([inbox]))

    assert [type(one) for one in told] == [Trouble, Delivery]
    assert Lake().deliveries()[0].source == "watchlist"


def test_folder_is_taken_in_the_order_of_its_days(inbox):
    for name, day in (("watchlist", "20170818"), ("police_case", "20170817")):
        sent(inbox, name, day)
    (inbox / "readme.txt").write_text("not a delivery", "utf-8")

    assert [path.name.split(".")[0] for path in deliveries.files_in([inbox])] == [
        "police_case",
        "watchlist",
    ]


def test_folder_that_is_not_there_is_one_sentence(inbox):
    with pytest.raises(Trouble, match="nowhere"):
        deliveries.files_in([inbox / "nowhere"])


def test_worker_sees_once_whom_the_deliveries_of_a_folder_change(inbox):
    sent(inbox)
    sent(inbox, "police_case")
    assert len(list(deliveries.receive_all([inbox]))) == 2
    assert ProcrastinateJob.objects.filter(task_name=following.FOLLOW).count() == 1


def test_deliveries_that_bring_nothing_new_are_not_followed(inbox):
    deliveries.receive(sent(inbox))
    list(deliveries.receive_all([inbox]))  # the same again
    assert not ProcrastinateJob.objects.filter(task_name=following.FOLLOW).exists()
