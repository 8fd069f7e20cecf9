"""A data keeper follows docs/adding-a-source.md word for word: files, commands, what they print.

Every block of the page after `path`: is a file, every `sh` block is run, a `text` block is what
the commands before it print (… stands for anything).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-source.md").read_text("utf-8")
BLOCK = re.compile(
    r"(?:^`(?P<file>local/[^`]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)
ENTERPRISE = "91371622MA3C5K7XX0"


@dataclass(frozen=True)
class Installation:
    home: Path
    settings: dict[str, str]

    def run(self, command: str) -> str:
        """What the command prints; it must succeed."""
        done = subprocess.run(
            ["bash", "-ec", command], cwd=self.home, env=self.settings, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def tool(self, *words: str) -> str:
        return self.run(f"{sys.executable} -m tests.flow.walk {' '.join(words)}")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An empty one, with a database of its own and the command `chengxin`."""
    home, bin_ = tmp_path / "home", tmp_path / "bin"
    for folder in (home, bin_):
        folder.mkdir()
    command = bin_ / "chengxin"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chengxin "$@"\n')
    command.chmod(0o755)
    name, server = f"walk_{uuid.uuid4().hex[:8]}", os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(f'CREATE DATABASE "{name}"')
    settings = {
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "CHENGXIN_HOME": str(home),
        "PROGRAM": str(ROOT),
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": server.replace("/postgres?", f"/{name}?"),
        "CHENGXIN_THREADS": "1",
    }
    yield Installation(home, settings)
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def follow(here: Installation) -> list[str]:
    """The files of the page; everything it says is done and comes about."""
    files, printed = [], ""
    for block in BLOCK.finditer(PAGE):
        text = block["text"]
        match block["kind"]:
            case "sh":
                printed = here.run(text)
            case "text":
                expected = re.escape(text).replace("…", ".*")
                assert re.fullmatch(expected, printed), f"{printed}\nis not\n{text}"
            case _:
                path = here.home / block["file"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
                files.append(block["file"])
    return files


def test_page_leads_from_an_unknown_source_to_its_rows_dossier_and_finding(installation):
    installation.tool("offices")

    files = follow(installation)

    assert len(files) == 6
    sample = (installation.home / "local/sources/water_supply/sample.csv").read_bytes()
    assert "用水量(立方米)" in sample.decode("gb18030")
    page = installation.tool("dossier", ENTERPRISE)
    assert "用水量（m³）" in page
    assert "1,180.5" in page
    assert "1,243" in page
    assert "来源：用水量，2017-08-03 交付，第 3 行" in page
    assert page.index("用电、海关与市场监管") < page.index("用水量（m³）")
