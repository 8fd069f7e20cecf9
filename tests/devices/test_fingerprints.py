"""Finger templates: the bytes of ISO/IEC 19794-2:2005, strictly; and no engine says so plainly."""

import struct

import pytest

from chengxin.devices import fingerprints
from chengxin.devices.fingerprints import FINGERS, NO_ENGINE, NoEngine, read, written
from chengxin.devices.simulator.finger import FingerTrouble, SimulatedFingerReader, pressed_by
from chengxin.devices.words import DeviceUnavailable

# Written by hand after the standard's table of bytes: a header of 24, one view of two minutiae.
RECORD = bytes.fromhex(
    "464D5200 20323000"  # "FMR\0" " 20\0"
    "0000002A"  # 42 bytes
    "0000"  # capture equipment
    "0100 0168"  # 256 x 360
    "00C5 00C5"  # 197 dots a centimetre
    "01 00"  # one view
    "02 00 50 02"  # right index finger, view 0, quality 80, two minutiae
    "4064 00C8 20 5A"  # an ending at 100, 200, 32 * 1.40625 = 45 degrees, quality 90
    "8001 0002 80 00"  # a fork at 1, 2, 180 degrees, quality not told
    "0000"  # nothing more
)


def test_record_is_read_byte_by_byte():
    told = read(RECORD)

    assert (told.finger, told.quality, told.width, told.height, told.dots) == (2, 80, 256, 360, 197)
    first, second = told.minutiae
    assert (first.kind, first.x, first.y, first.angle, first.quality) == (1, 100, 200, 45.0, 90)
    assert (second.kind, second.x, second.y, second.angle, second.quality) == (2, 1, 2, 180.0, 0)
    assert str(FINGERS[told.finger]) == "右手食指"


def test_what_was_read_is_written_as_the_same_bytes():
    assert written(read(RECORD)) == RECORD


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        RECORD[:20],
        RECORD[:-1],  # half a line
        RECORD + b"\x00",
        b"FMR\x00 30\x00" + RECORD[8:],  # another edition
        RECORD[:8] + struct.pack(">I", 43) + RECORD[12:],  # another length than it has
        RECORD[:22] + b"\x00" + RECORD[23:],  # no view
        RECORD[:24] + b"\x0b" + RECORD[25:],  # an eleventh finger
        RECORD[:26] + b"\x65" + RECORD[27:],  # quality 101
        RECORD[:27] + b"\x03" + RECORD[28:],  # one minutia more than there is
        RECORD[:28] + b"\x41\x00" + RECORD[30:],  # x = 256 in a picture of 256
        RECORD[:28] + b"\xc0\x64" + RECORD[30:],  # a kind that there is none of
    ],
)
def test_what_is_no_record_is_refused(spoilt):
    with pytest.raises(ValueError, match="."):
        read(spoilt)


def test_every_prefix_of_a_record_is_refused():
    whole = written(pressed_by("honest", 1))

    for length in range(len(whole)):
        with pytest.raises(ValueError, match="."):
            read(whole[:length])


def test_few_minutiae_or_poor_quality_are_to_be_pressed_again():
    assert read(written(pressed_by("honest", 1))).trouble is None
    assert read(written(pressed_by("honest", 1, poor=True))).trouble == fingerprints.PRESS_AGAIN
    assert read(RECORD).trouble == fingerprints.PRESS_AGAIN  # two minutiae


def test_without_an_engine_nothing_is_compared_and_nobody_accepted():
    one = pressed_by("honest", 1)
    engine = NoEngine()

    with pytest.raises(DeviceUnavailable) as told:
        engine.score(one, one)
    assert told.value.words == NO_ENGINE
    assert not engine.accept <= 1e9


def test_simulated_reader_gives_records_and_its_troubles_are_told():
    reader = SimulatedFingerReader("elder")
    one, other = read(reader.template(5)), read(reader.template(5))
    assert one != other
    assert len(one.minutiae) == len(other.minutiae) == 34

    reader.trouble = FingerTrouble.NOBODY
    assert reader.template(1) == b""
    reader.trouble = FingerTrouble.HALF
    with pytest.raises(ValueError, match="says"):
        read(reader.template(1))
    reader.trouble = FingerTrouble.UNPLUGGED
    assert not reader.there()
    with pytest.raises(DeviceUnavailable):
        reader.template(1)
