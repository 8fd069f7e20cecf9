"""The reader's frames byte for byte, and a card read whole or not at all.

The hexadecimal is that of domain facts 9.2.
"""

import random
import threading
from datetime import date

import pytest

from chengxin.devices import card_reader
from chengxin.devices.card_reader import CardReader, FrameBuffer, frame
from chengxin.devices.simulator import Disturbance
from chengxin.devices.words import CardUnreadable, DeviceUnavailable
from tests.devices.conftest import FOREIGN_2017, FOREIGN_2023, HMT, OLD_LI, WANG


@pytest.mark.parametrize(
    ("body", "on_the_line"),
    [
        (card_reader.STATUS, "AA AA AA 96 69 00 03 11 FF ED"),
        (card_reader.SERIAL_NUMBER, "AA AA AA 96 69 00 03 12 FF EE"),
        (card_reader.FIND, "AA AA AA 96 69 00 03 20 01 22"),
        (card_reader.SELECT, "AA AA AA 96 69 00 03 20 02 21"),
        (card_reader.READ_BASE, "AA AA AA 96 69 00 03 30 01 32"),
        (card_reader.READ_NEWEST_ADDRESS, "AA AA AA 96 69 00 03 30 03 30"),
    ],
)
def test_each_request_is_the_documented_frame(body, on_the_line):
    assert frame(body) == bytes.fromhex(on_the_line)


@pytest.mark.parametrize(
    ("body", "on_the_line"),
    [
        (card_reader.STATUS, "AA AA AA 96 69 00 04 00 00 90 94"),
        (card_reader.FIND, "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97"),
        (
            card_reader.SELECT,
            "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C",
        ),
    ],
)
def test_the_simulated_reader_answers_the_documented_frames(simulated, body, on_the_line):
    simulated.put(HMT)

    assert simulated.answer(body) == bytes.fromhex(on_the_line)


@pytest.mark.parametrize(
    ("body", "on_the_line"),
    [
        (card_reader.FIND, "AA AA AA 96 69 00 04 00 00 80 84"),
        (card_reader.SELECT, "AA AA AA 96 69 00 04 00 00 81 85"),
        (card_reader.READ_BASE, "AA AA AA 96 69 00 04 00 00 41 45"),
    ],
)
def test_without_a_card_it_answers_the_documented_failures(simulated, body, on_the_line):
    assert simulated.answer(body) == bytes.fromhex(on_the_line)


def test_a_failed_self_test_is_the_documented_frame(simulated):
    simulated.broken = True

    assert simulated.answer(card_reader.STATUS) == bytes.fromhex("AAAAAA9669 0004 0000 60 64")


def test_text_and_photo_come_in_1295_bytes(simulated):
    simulated.put(WANG)
    simulated.answer(card_reader.SELECT)

    answer = simulated.answer(card_reader.READ_BASE)

    assert len(answer) == 1295
    assert answer[:14] == bytes.fromhex("AAAAAA9669 0508 0000 90 01000400")


def test_a_frame_is_found_behind_garbage_and_behind_a_frame_that_never_ended():
    frames = FrameBuffer()
    frames.add(bytes.fromhex("00 AAAA AAAAAA9669 0508 0000 AA") + frame(b"\0\0\x90")[:6])

    assert frames.next() is None
    frames.add(frame(b"\0\0\x9f1234"))
    assert frames.next() == b"\0\0\x9f1234"
    assert frames.next() is None
    assert frames.noise > 0


@pytest.mark.parametrize("card", [WANG, HMT, FOREIGN_2017, FOREIGN_2023])
def test_a_card_is_read_whole(simulated, reader, card):
    simulated.put(card)

    assert reader.find()
    read = reader.read()

    assert read.number == card.number
    assert len(read.photo) == 1024
    assert read.photo_jpeg is None  # no decoder on this machine


def test_a_resident_card_tells_chip_and_address(simulated, reader):
    simulated.put(WANG)
    reader.find()

    card = reader.read()

    assert card.address == "山东省阳信县信城街道办事处阳城三路100号"
    assert (card.chip_serial, card.valid_to) == ("0102030405060708", date(2032, 5, 20))


def test_the_newest_address_takes_the_place_of_the_first(simulated, reader):
    simulated.put(OLD_LI)
    reader.find()

    assert reader.read().address == "山东省滨州市滨城区彭李街道办事处"


def test_a_card_is_found_once_until_it_is_lifted(simulated, reader):
    simulated.put(WANG)

    assert reader.find()
    reader.read()
    assert not reader.find()
    simulated.lift()
    assert not reader.find()
    simulated.put(WANG)
    assert reader.find()


def test_the_module_tells_its_serial_number(reader):
    reader.selftest()

    assert reader.serial_number() == "05030000201708180000000100000001"


def test_a_module_that_failed_its_self_test_is_unavailable(simulated, reader):
    simulated.broken = True

    with pytest.raises(DeviceUnavailable) as trouble:
        reader.selftest()

    assert trouble.value.code == 101


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize(
    "trouble", [Disturbance.NOISE, Disturbance.FLIPPED, Disturbance.HALF, Disturbance.SILENT]
)
def test_one_disturbed_answer_is_asked_for_again(simulated, reader, trouble, step):
    simulated.put(WANG)
    reader.find()
    simulated.disturb(*[Disturbance.PIECES] * step, trouble)

    assert reader.read().number == WANG.number


def test_an_answer_in_small_pieces_is_put_together(simulated, reader):
    simulated.put(WANG)
    simulated.disturb(*[Disturbance.PIECES] * 4)

    assert reader.find()
    assert reader.read().name == "王守信"


@pytest.mark.parametrize("step", range(3))
def test_a_card_lifted_too_early_asks_to_be_put_again(simulated, reader, step):
    simulated.put(WANG)
    reader.find()
    simulated.disturb(*[Disturbance.PIECES] * step, Disturbance.LIFTED)

    with pytest.raises(CardUnreadable) as error:
        reader.read()

    assert "重新放上" in str(error.value.words)
    simulated.put(WANG)
    assert reader.find()
    assert reader.read().number == WANG.number


def test_a_silent_reader_is_unavailable(simulated, reader):
    simulated.disturb(*[Disturbance.SILENT] * card_reader.TRIES)

    with pytest.raises(DeviceUnavailable, match="does not answer"):
        reader.find()


def test_a_line_that_stays_disturbed_is_unavailable(simulated, reader):
    simulated.disturb(*[Disturbance.FLIPPED] * card_reader.TRIES)

    with pytest.raises(DeviceUnavailable, match="disturbed"):
        reader.find()


def test_a_late_answer_to_an_earlier_question_is_not_taken(simulated, reader):
    simulated.put(WANG)
    reader.find()
    simulated.on_line = lambda answer: frame(b"\0\0\x9f1234") + answer

    assert reader.read().number == WANG.number


def test_a_port_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(DeviceUnavailable, match="cannot be opened"):
        CardReader(str(tmp_path / "ttyS9"))


def test_waiting_for_a_card_can_be_given_up(reader):
    stop = threading.Event()
    stop.set()

    assert not reader.wait(60, stop)
    assert not reader.wait(0.01, threading.Event())


def test_no_wrong_card_comes_through_a_corrupting_line(simulated):
    """Every answer has three chances in ten of one to four random wrong bytes."""
    reader = CardReader(simulated.path, patience=0.03)
    chance = random.Random(2017)

    def corrupting(answer):
        if chance.random() > 0.3:
            return answer
        wrong = bytearray(answer)
        for _ in range(chance.randint(1, 4)):
            wrong[chance.randrange(len(wrong))] = chance.randrange(256)
        return bytes(wrong)

    expected = None
    read = 0
    simulated.on_line = corrupting
    for _ in range(60):
        simulated.put(WANG)
        try:
            if not reader.find():
                continue
            card = reader.read()
        except (CardUnreadable, DeviceUnavailable):
            continue
        expected = expected or card
        assert card == expected
        assert (card.name, card.number) == ("王守信", WANG.number)
        read += 1

    reader.close()
    assert read >= 20
