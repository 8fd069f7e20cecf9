"""A wrong setting stops the start with one sentence that names it and the cure."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tools.demo_server import free_port

ROOT = Path(__file__).parents[2]


def chengxin(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PORT")}
    return subprocess.run(
        [sys.executable, "-m", "chengxin", *words],
        cwd=ROOT,
        env=inherited | settings,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"DATABASE_URL": "mysql://x"}, "postgresql://"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, "does not answer"),
        ({"PORT": "eighty"}, "PORT=eighty"),
        ({"CHENGXIN_HTTPS": "perhaps"}, "CHENGXIN_HTTPS=perhaps"),
        ({"CHENGXIN_HOME": "/proc/nowhere"}, "CHENGXIN_HOME=/proc/nowhere"),
    ],
)
def test_wrong_setting_is_told_in_one_sentence(wrong, told, tmp_path):
    settings = {
        "CHENGXIN_HOME": str(tmp_path),
        "DATABASE_URL": os.environ["DATABASE_URL"],
    } | wrong
    ended = chengxin("serve", **settings)
    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_port_in_use_is_told_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = chengxin(
            "serve", PORT=port, CHENGXIN_HOME=str(tmp_path), DATABASE_URL=os.environ["DATABASE_URL"]
        )
    assert ended.returncode == 1
    assert f"Port {port}" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_lake_folder_that_lost_its_records_is_told_in_one_sentence(tmp_path):
    (tmp_path / "lake" / "tax_due").mkdir(parents=True)
    ended = chengxin(
        "serve",
        PORT=str(free_port()),
        CHENGXIN_HOME=str(tmp_path),
        DATABASE_URL=os.environ["DATABASE_URL"],
    )
    assert ended.returncode == 1
    assert str(tmp_path / "lake") in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_embedded_postgresql_that_cannot_start_says_why_in_one_sentence(tmp_path):
    settings = {"CHENGXIN_HOME": str(tmp_path)}
    assert chengxin("audit", "verify", **settings).returncode == 0
    with (tmp_path / "postgres" / "postgresql.conf").open("a") as settings_file:
        settings_file.write("port = door\n")

    ended = chengxin("audit", "verify", **settings)

    assert ended.returncode == 1
    assert str(tmp_path / "postgres") in ended.stderr
    assert "configuration file" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [("scan",), ("check", "--person", "371622199001011234", "--item", "file_vat")],
    ids=lambda words: words[0],
)
def test_database_without_tables_is_one_sentence(words, tmp_path):
    fresh = f"empty_{os.getpid()}"
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{fresh}").geturl()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {fresh}")
        try:
            told = chengxin(*words, DATABASE_URL=address, CHENGXIN_HOME=str(tmp_path))
        finally:
            connection.execute(f"DROP DATABASE {fresh} WITH (FORCE)")

    assert told.returncode == 1
    assert told.stderr.startswith("chengxin: The database is empty")
    assert len(told.stderr.splitlines()) == 1
