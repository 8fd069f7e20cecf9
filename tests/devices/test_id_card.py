"""Every layout of the chip's text is read, and nothing that cannot be true."""

from dataclasses import replace
from datetime import date

import pytest

from chengxin.core.identifiers import DocumentKind
from chengxin.devices import id_card
from chengxin.devices.words import CardUnreadable
from tests.devices.conftest import FOREIGN_2017, FOREIGN_2023, HMT, OLD_LI, WANG


def block_of(**fields: tuple[int, str]) -> bytes:
    """A text block written by offset, as domain facts 9.4 give the offsets."""
    block = bytearray(" ".encode("utf-16-le") * 128)
    for offset, value in fields.values():
        raw = value.encode("utf-16-le")
        block[offset : offset + len(raw)] = raw
    return bytes(block)


def test_a_resident_card_is_read_by_its_offsets():
    block = block_of(
        name=(0, "王守信"),
        sex=(30, "1"),
        ethnicity=(32, "01"),
        birth=(36, "19850315"),
        address=(52, "山东省阳信县"),
        number=(122, "372323198503151138"),
        issuer=(158, "阳信县公安局"),
        valid_from=(188, "20120520"),
        valid_to=(204, "长期"),
    )

    card = id_card.parse(block)

    assert card.document_kind is DocumentKind.RESIDENT
    assert (card.name, card.sex, card.ethnicity_name) == ("王守信", 1, "汉")
    assert (card.birth, card.number) == (date(1985, 3, 15), "372323198503151138")
    assert (card.address, card.issuer) == ("山东省阳信县", "阳信县公安局")
    assert (card.valid_from, card.valid_to) == (date(2012, 5, 20), None)


def test_a_permit_of_hong_kong_macao_and_taiwan_is_read_by_its_offsets():
    block = block_of(
        name=(0, "陈港生"),
        sex=(30, "2"),
        birth=(36, "19940823"),
        address=(52, "山东省滨州市"),
        number=(122, "810000199408230021"),
        issuer=(158, "滨州市公安局"),
        valid_from=(188, "20180901"),
        valid_to=(204, "20230831"),
        pass_number=(220, "H12345678"),
        issue_count=(238, "01"),
        mark=(248, "J"),
    )

    card = id_card.parse(block)

    assert card.document_kind is DocumentKind.HMT_PERMIT
    assert (card.number, card.pass_number, card.ethnicity) == (
        "810000199408230021",
        "H12345678",
        "",
    )


def test_a_foreigners_card_of_2017_is_read_by_its_offsets():
    block = block_of(
        latin=(0, "ZHENGJIAN, YANGBEN"),
        sex=(120, "1"),
        number=(122, "CAN110081080310"),
        nationality=(152, "CAN"),
        name=(158, "证件样本"),
        valid_from=(188, "20170616"),
        valid_to=(204, "20270615"),
        birth=(220, "19810803"),
        version=(236, "01"),
        issuer=(240, "1100"),
        mark=(248, "I"),
    )

    card = id_card.parse(block)

    assert card.document_kind is DocumentKind.FOREIGN_PERMIT
    assert (card.name, card.name_latin) == ("证件样本", "ZHENGJIAN, YANGBEN")
    assert (card.number, card.nationality) == ("CAN110081080310", "CAN")
    assert card.birth == date(1981, 8, 3)


def test_a_foreigners_card_of_2023_joins_the_two_halves_of_a_long_name():
    block = block_of(
        name=(0, "约翰"),
        sex=(30, "1"),
        renewals=(32, "00"),
        birth=(36, "19810803"),
        latin=(52, "FEATHERSTONEHAUGH, JONATHAN ALEXAND"),
        number=(122, "911124198108030024"),
        valid_from=(188, "20231201"),
        valid_to=(204, "20331130"),
        rest=(220, "ER B"),
        nationality=(242, "GBR"),
        mark=(248, "Y"),
    )

    card = id_card.parse(block)

    assert card.name_latin == "FEATHERSTONEHAUGH, JONATHAN ALEXANDER B"
    assert (card.name, card.number, card.nationality) == ("约翰", "911124198108030024", "GBR")


@pytest.mark.parametrize("card", [WANG, HMT, FOREIGN_2017, FOREIGN_2023, OLD_LI])
def test_what_a_simulated_chip_holds_is_what_is_read(card):
    read = id_card.parse(card.text_block())

    assert (read.number, read.birth, read.sex) == (card.number, card.birth, card.sex)
    assert (read.valid_from, read.valid_to) == (card.valid_from, card.valid_to)
    assert read.name == (card.name or card.name_latin)
    assert (read.name_latin, read.pass_number) == (card.name_latin, card.pass_number)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "372323198503151139"},  # check digit
        {"number": "810000199408230021"},  # a permit's number on a resident card
        {"birth": date(1985, 3, 16)},  # not the birth date in the number
        {"sex": 3},
        {"ethnicity": "99"},
        {"name": ""},
        {"name": "王\u0007信"},
        {"valid_to": date(2000, 1, 1)},  # ends before it begins
    ],
)
def test_a_block_that_cannot_be_true_is_not_believed(wrong):
    with pytest.raises(CardUnreadable):
        id_card.parse(replace(WANG, **wrong).text_block())


def test_half_a_surrogate_is_no_text():
    with pytest.raises(CardUnreadable):
        id_card.parse(b"\x00\xd8" + WANG.text_block()[2:])


def test_a_card_of_no_expiry_is_valid_for_ever():
    card = id_card.parse(OLD_LI.text_block())

    assert card.is_valid_on(date(2099, 1, 1))
    assert not card.is_valid_on(date(2009, 12, 31))


def test_fifty_six_peoples_have_their_two_digits():
    assert len(id_card.ETHNICITIES) == 58
    assert [id_card.ETHNICITIES[code] for code in (1, 11, 45, 56)] == ["汉", "满", "鄂温克", "基诺"]
