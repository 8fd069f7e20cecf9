"""Liveness by steps: what a head does passes, what a flat picture does not.

The measures of a head that turns come from geometry (a face's points turned in space), not from
the code under test; drawn faces carry the whole way through the nets.
"""

import math
from collections import Counter

import cv2
import numpy as np
import pytest

from chengxin.devices import drawn_faces, face, liveness, liveness_frames, liveness_rules
from chengxin.devices.drawn_faces import CAST, draw, jpeg
from chengxin.devices.liveness import Outcome, Step
from chengxin.devices.liveness_rules import Frame, Seen

pytestmark = pytest.mark.face

CAMERA = 800.0  # pixels: how far the eye of a hall's camera is from the face, in its own measure


@pytest.fixture(scope="module")
def head():
    """The points of a face that looks straight, about their own middle."""
    [found] = face.bundled().detect(draw(CAST["honest"]))
    return found.points - found.points.mean(axis=0)


def turned(head, degrees, axis="y"):
    """A head with depth, turned in space and seen through a pinhole; yaw to its own left."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    # its own left is the picture's right: the nose (nearer, so of smaller depth) goes there
    turn = (
        [[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]]
        if axis == "y"
        else [[1, 0, 0], [0, cos, -sin], [0, sin, cos]]
    )
    there = head @ np.array(turn).T
    there[:, :2] *= (CAMERA / (CAMERA + there[:, 2]))[:, None]
    return there


def flat(head, degrees):
    """A picture of that face, turned: its points lie in one plane, depth is what it was."""
    sheet = turned(turned(head, 0) * (1, 1, 0), degrees)
    return np.hstack([sheet[:, :2], head[:, 2:]])


def frames(*parts, openness=0.4):
    """One Frame per shape, part by part; a shape is points, or (points, openness), or None."""
    made = []
    for step, part in enumerate(parts):
        for shape in part:
            if shape is None:
                made.append(Frame(step, None))
                continue
            points, opened = shape if isinstance(shape, tuple) else (shape, openness)
            made.append(Frame(step, Seen(points, (opened, opened))))
    return made


def swing(head, most, of=turned):
    return [of(head, most * part) for part in (0, 0.4, 0.8, 1, 0.6, 0.2)]


def still(head, count=5):
    return [turned(head, 0)] * count


def blink(head, closed=0.1, length=2):
    shut = [(turned(head, 0), closed)] * length
    return [turned(head, 0), turned(head, 0), *shut, turned(head, 0), turned(head, 0)]


def test_turns_and_a_blink_that_were_asked_for_pass(head):
    told = liveness_rules.judge(
        frames(still(head), swing(head, 28), blink(head)), [Step.LEFT, Step.BLINK]
    )
    assert told.passed
    assert told.figures["left"]["yaw"] == pytest.approx(28, abs=1.5)

    told = liveness_rules.judge(frames(still(head), swing(head, -28)), [Step.RIGHT])
    assert told.passed


def test_a_turn_to_the_other_side_is_not_the_one_that_was_asked_for(head):
    told = liveness_rules.judge(frames(still(head), swing(head, -28)), [Step.LEFT])

    assert told.outcome is Outcome.NOT_SEEN
    assert told.words == liveness.NOT_SEEN[Step.LEFT]


def test_a_film_that_turns_to_both_sides_answers_no_single_turn(head):
    both = swing(head, 28) + swing(head, -28)

    assert not liveness_rules.judge(frames(still(head), both), [Step.LEFT]).passed


@pytest.mark.parametrize("degrees", [30, 45, 60])
def test_a_flat_picture_that_is_turned_does_not_pass(head, degrees):
    moved = swing(head, degrees, of=flat)

    told = liveness_rules.judge(frames(still(head), moved), [Step.LEFT])

    assert not told.passed
    assert told.figures["left"]["depth"] < 0.01  # a homography explains a plane wholly


def test_even_a_picture_whose_depth_is_taken_for_a_turn_lacks_the_nose_and_the_depth(head):
    """As if the net were deceived about yaw: the other two rules stand by themselves."""
    lie = [np.hstack([flat(head, 30)[:, :2], turned(head, 30)[:, 2:] * 2]) for _ in range(6)]

    told = liveness_rules.judge(frames(still(head), lie), [Step.LEFT])

    assert told.figures["left"]["yaw"] >= 18
    assert not told.passed


def test_a_small_turn_is_asked_for_again(head):
    assert not liveness_rules.judge(frames(still(head), swing(head, 15)), [Step.LEFT]).passed


@pytest.mark.parametrize(
    ("closed", "length", "passes"),
    [(0.1, 1, True), (0.16, 4, True), (0.2, 2, False), (0.1, 13, False)],
)
def test_a_blink_falls_below_the_persons_own_open_level_and_ends(head, closed, length, passes):
    """0.42 of an eye that stands 0.4 open is 0.168; more than 12 frames is no blink."""
    told = liveness_rules.judge(frames(still(head), blink(head, closed, length)), [Step.BLINK])

    assert told.passed is passes


def test_narrow_eyes_are_measured_by_themselves(head):
    """Eyes that stand 0.24 open close at 0.09: 0.12 would be half of them."""
    told = frames(still(head), blink(head, 0.12), openness=0.24)
    assert not liveness_rules.judge(told, [Step.BLINK]).passed

    told = frames(still(head), blink(head, 0.09), openness=0.24)
    assert liveness_rules.judge(told, [Step.BLINK]).passed


def test_a_wink_is_no_blink(head):
    winks = [Frame(1, Seen(turned(head, 0), pair)) for pair in [(0.4, 0.4)] * 2 + [(0.08, 0.38)]]
    part = [*winks, *[Frame(1, Seen(turned(head, 0), (0.4, 0.4)))] * 2]

    assert not liveness_rules.judge([*frames(still(head)), *part], [Step.BLINK]).passed


def test_eyes_that_stay_closed_or_close_at_the_end_did_not_blink(head):
    shut = [(turned(head, 0), 0.05)] * 6
    assert not liveness_rules.judge(frames(still(head), shut), [Step.BLINK]).passed

    ends = [turned(head, 0)] * 4 + [(turned(head, 0), 0.05)] * 2
    assert not liveness_rules.judge(frames(still(head), ends), [Step.BLINK]).passed


def test_a_nod_of_a_head_passes_and_a_still_one_does_not(head):
    nod = [turned(head, degrees, "x") for degrees in (0, 8, 16, 20, 12, 3)]
    assert liveness_rules.judge(frames(still(head), nod), [Step.NOD]).passed
    assert not liveness_rules.judge(frames(still(head), still(head)), [Step.NOD]).passed


def test_a_second_face_or_none_is_told_as_such(head):
    gone = [turned(head, 0), None, None, None, None, turned(head, 0), turned(head, 0)]

    assert liveness_rules.judge(frames(still(head), gone), [Step.LEFT]).outcome is Outcome.FACES
    assert (
        liveness_rules.judge(frames(still(head), [None] * 6), [Step.LEFT]).outcome is Outcome.FACES
    )


def test_too_few_pictures_judge_nobody(head):
    told = liveness_rules.judge(frames(still(head), swing(head, 28)[:2]), [Step.LEFT])

    assert told.outcome is Outcome.FRAMES


def test_steps_are_drawn_in_every_order_and_never_twice_the_same():
    drawn = Counter(liveness.draw() for _ in range(600))

    assert len(drawn) == 6  # ordered pairs of three
    assert min(drawn.values()) > 50  # 100 each; five deviations below is 54
    assert all(len(set(steps)) == 2 for steps in drawn)


def test_every_step_has_words_in_both_languages():
    for step in Step:
        assert liveness.WORDS[step].zh
        assert liveness.WORDS[step].en
    assert set(liveness.NOT_SEEN) == set(Step) - {Step.STRAIGHT}


# ---- through the nets, with drawn faces --------------------------------------------------------


def shots(name, *parts):
    """JPEGs of a drawn person; a part is a list of what `draw` is told."""
    count, made = 0, []
    for step, part in enumerate(parts):
        for how in part:
            count += 1
            made.append((step, jpeg(draw(CAST[name], shot=count, **how))))
    return made


STRAIGHT = [{"pose": p} for p in (0, 1, -1, 2)]
LEFT = [{"pose": p} for p in (5, 25, 42, 42, 20, 4)]
RIGHT = [{"pose": -p} for p in (5, 25, 42, 42, 20, 4)]
BLINK = [{}, {}, {"eyes_open": False}, {"eyes_open": False}, {}, {}]


@pytest.mark.parametrize("name", ["handler", "elder", "investor"])
def test_a_drawn_person_who_does_as_told_passes(name):
    told = liveness_frames.watch(
        face.bundled(), shots(name, STRAIGHT, LEFT, BLINK), [Step.LEFT, Step.BLINK]
    )

    assert told.verdict.passed, told.verdict
    assert told.best is not None
    assert told.best < len(STRAIGHT)


def test_a_drawn_person_who_turns_right_has_not_turned_left():
    told = liveness_frames.watch(face.bundled(), shots("honest", STRAIGHT, RIGHT), [Step.LEFT])

    assert told.verdict.outcome is Outcome.NOT_SEEN


def photo(picture, degrees):
    """The picture as a sheet of paper that is turned before the camera."""
    height, width = picture.shape[:2]
    cos, sin, focus = math.cos(math.radians(degrees)), math.sin(math.radians(degrees)), 1.2 * width
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    there = []
    for x, y in corners - (width / 2, height / 2):
        scale = focus / (focus + x * sin)
        there.append((width / 2 + x * cos * scale, height / 2 + y * scale))
    warp = cv2.getPerspectiveTransform(corners, np.float32(there))
    return cv2.warpPerspective(picture, warp, (width, height), borderValue=(210, 216, 222))


@pytest.mark.parametrize("side", [1, -1])
def test_a_printed_photo_that_is_turned_before_the_camera_does_not_pass(side):
    picture = draw(CAST["honest"])
    swung = [photo(picture, side * degrees) for degrees in (0, 15, 30, 40, 45, 30, 10)]
    made = [(0, jpeg(picture))] * 4 + [(1, jpeg(one)) for one in swung]

    for step in (Step.LEFT, Step.RIGHT):
        told = liveness_frames.watch(face.bundled(), made, [step])
        assert told.verdict.outcome in (Outcome.NOT_SEEN, Outcome.FACES)


def test_a_film_of_somebody_who_only_sways_and_blinks_answers_no_turn():
    film = drawn_faces.clip(CAST["honest"], frames=12)
    made = [(0, one) for one in film[:4]] + [(1, one) for one in film[4:]]

    told = liveness_frames.watch(face.bundled(), made, [Step.LEFT])

    assert told.verdict.outcome is Outcome.NOT_SEEN


def test_who_begins_and_who_ends_must_be_one_person():
    made = shots("card_owner", STRAIGHT) + [(1, one) for _step, one in shots("impersonator", LEFT)]

    told = liveness_frames.watch(face.bundled(), made, [Step.LEFT])

    assert not told.verdict.passed


def test_no_good_frame_is_told_as_none():
    dark = [{"light": 0.12}] * 4

    told = liveness_frames.watch(face.bundled(), shots("honest", dark, dark), [Step.LEFT])

    assert told.best is None
    assert not told.verdict.passed


def test_what_is_no_picture_judges_nobody():
    told = liveness_frames.watch(face.bundled(), [(0, b"no"), (1, b"")] * 5, [Step.BLINK])

    assert (told.verdict.outcome, told.best) == (Outcome.FACES, None)
