"""The kiosk's voice: files that are spoken beforehand, a bureau's own recordings, or silence."""

from __future__ import annotations

import re
import shutil
import wave

import pytest

from chengxin.core import places
from chengxin.hall import prompts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def voices(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "home", lambda: tmp_path)
    return tmp_path / "voice"


def test_kiosk_without_recordings_is_silent_and_shows_no_switch(client, agent):
    shown = client.get("/kiosk/kiosk-1/").content.decode()

    assert 'id="voice"' not in shown
    assert client.get("/kiosk/voice/zh-hans/card").status_code == 404


def test_machine_without_a_speaking_program_is_no_trouble(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)

    assert prompts.speak_missing() == 0


def test_program_that_fails_leaves_nothing_half_spoken(monkeypatch, voices):
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/false")

    assert prompts.speak_missing() == 0
    assert [path for path in voices.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="LEFT OUT: no espeak-ng here")
def test_every_step_is_spoken_in_both_languages_once(voices):
    assert prompts.speak_missing() == 2 * len(prompts.PROMPTS)
    assert prompts.speak_missing() == 0
    for path in voices.rglob("*.wav"):
        with wave.open(str(path)) as spoken:
            assert 0.5 < spoken.getnframes() / spoken.getframerate() < 10


def test_own_recording_is_used_and_never_spoken_over(client, agent, voices, monkeypatch):
    own = voices / "zh-hans" / "card.mp3"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"recorded by the bureau")

    answer = client.get("/kiosk/voice/zh-hans/card")

    assert answer["Content-Type"] == "audio/mpeg"
    assert b"".join(answer.streaming_content) == b"recorded by the bureau"
    assert 'data-voice="/kiosk/voice/zh-hans/"' in client.get("/kiosk/kiosk-1/").content.decode()
    assert prompts.file_of("zh-hans", "card") == own


@pytest.mark.parametrize("path", ["zh-hans/passwd", "fr/card", "zh-hans/..", "en/home"])
def test_nothing_else_is_read_from_the_disk(client, path):
    assert client.get(f"/kiosk/voice/{path}").status_code == 404


def test_every_screen_of_the_kiosk_has_its_sentence(client, agent):
    shown = client.get("/kiosk/kiosk-1/").content.decode()

    assert set(re.findall(r'data-screen="([\w-]+)"', shown)) == set(prompts.PROMPTS)
