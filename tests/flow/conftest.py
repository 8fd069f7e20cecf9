"""The whole system as its users meet it: a server with a small demo county, a hall PC with
simulated devices, and real Chromium windows whose camera shows a drawn face."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tools import chromium, demo_server, walk

expect.set_options(timeout=walk.SLOW)  # a machine that tests may be busy; nothing waits in vain


@pytest.fixture(scope="session")
def browser_path() -> str:
    path = chromium.find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("On CI no browser test may be left out: install chromium.")
        pytest.skip("LEFT OUT: no Chromium or Chrome on this machine")
    return path


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yangxin")


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    with demo_server.running(home) as url:
        yield url


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def in_front_of(playwright: Playwright, browser_path: str) -> Iterator[Callable[[str], Browser]]:
    """A browser whose camera sees one of the cast's drawn faces."""
    with ExitStack() as opened:
        yield lambda face: opened.enter_context(walk.browser(playwright, browser_path, face))


@pytest.fixture
def officer_page(in_front_of: Callable[[str], Browser], address: str) -> Callable[[str], Page]:
    """A page of the officer with this work number, signed in."""

    def sign_in(username: str) -> Page:
        page = in_front_of("stranger").new_page(viewport={"width": 1366, "height": 768})
        return walk.sign_in(page, address, username)

    return sign_in
