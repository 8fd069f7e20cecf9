from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble


@pytest.fixture
def keys() -> Keys:
    return Keys(b"k" * 32)


def test_token_is_the_same_for_the_same_text_only(keys):
    assert keys.token("person", "1") == keys.token("person", "1")
    assert keys.token("person", "1") != keys.token("phone", "1")
    assert keys.token("person", "1") != Keys(b"l" * 32).token("person", "1")
    assert len(keys.token("person", "1")) == 26


def test_two_pads_give_the_hmac_that_an_sql_engine_computes(keys):
    inner = hashlib.sha256(keys.ipad + b"person:1").digest()
    outer = hashlib.sha256(keys.opad + inner).digest()
    import base64

    assert keys.token("person", "1") == base64.b32encode(outer[:16]).decode().rstrip("=").lower()


def test_sealed_text_opens_with_the_same_key_only(keys):
    sealed = keys.seal("王守信")
    assert keys.open(sealed).decode() == "王守信"
    assert "王守信".encode() not in sealed
    assert keys.seal("王守信") != sealed
    with pytest.raises(Trouble, match="CHENGXIN_KEY_FILE"):
        Keys(b"l" * 32).open(sealed)


def test_changed_byte_does_not_open(keys):
    sealed = bytearray(keys.seal("王守信"))
    sealed[-1] ^= 1
    with pytest.raises(Trouble):
        keys.open(bytes(sealed))


def test_first_start_makes_one_key_that_only_its_owner_reads(tmp_path: Path):
    made: list[Keys] = []
    threads = [
        threading.Thread(target=lambda: made.append(Keys.load(tmp_path / "key"))) for _ in range(8)
    ]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len({k.token("person", "1") for k in made}) == 1
    assert os.stat(tmp_path / "key").st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("text", ["", "zz", "abcd"])
def test_broken_key_file_is_told_in_one_sentence(tmp_path: Path, text: str):
    (tmp_path / "broken").write_text(text)
    with pytest.raises(Trouble, match="restore it"):
        Keys.load(tmp_path / "broken")
