"""The other end of `face_worker`: loads the engine, then answers one request after another.

Length-prefixed pickles on standard input and output, which only the parent process holds.  It
ends when the parent does.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import BinaryIO

from chengxin.devices import face, face_engines, face_suggest, liveness_frames
from chengxin.devices.comparison import Channel
from chengxin.devices.face_port import FaceEngine
from chengxin.devices.words import DeviceUnavailable


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we end with it
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between
    try:
        engine = face_engines.in_force()
    except DeviceUnavailable as trouble:
        _say(answers, ("unavailable", trouble.words))
        return
    _say(answers, ("done", engine.name))
    while head := requests.read(4):
        request = pickle.loads(requests.read(int.from_bytes(head)))  # noqa: S301
        try:
            answer = ("done", _do(engine, request))
        except Exception as error:  # a bug: told to the parent, which raises it there
            answer = ("failed", repr(error))
        _say(answers, answer)


def _do(engine: FaceEngine, request: tuple[object, ...]) -> object:
    match request:
        case ("compare", bytes(live), bytes(reference), Channel() as channel):
            return face.compare_pictures(live, reference, channel, engine)
        case ("describe", bytes(picture), Channel() as channel):
            return face.describe(picture, channel, engine)
        case ("look", bytes(live)):
            return face.look(live, engine)
        case ("watch", tuple(shots), tuple(steps)):
            return liveness_frames.watch(engine, shots, steps)
        case ("suggest", bytes(live), tuple(listed), int(top)):
            return face_suggest.suggest(engine, live, listed, top)
        case _:
            raise ValueError("unknown request")


def _say(answers: BinaryIO, what: object) -> None:
    raw = pickle.dumps(what)
    answers.write(len(raw).to_bytes(4) + raw)
    answers.flush()


if __name__ == "__main__":
    main()
