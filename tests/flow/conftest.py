"""The whole system as its users meet it: a server with a small demo county, a hall PC with
simulated devices, and real Chromium windows whose camera shows a drawn face."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
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


class Demo:
    """The stories' common county and hall.  A story that failed may have left somebody at a window,
    so the next one is given a new county and does not fail for the other's sake."""

    def __init__(self, new_home: Callable[[], Path]) -> None:
        self._new_home = new_home
        self._open = ExitStack()
        self.home: Path | None = None
        self.address = ""

    def opened(self) -> Demo:
        if self.home is None:
            home = self._new_home()
            self.address = self._open.enter_context(demo_server.running(home))
            self.home = home
        return self

    def close(self) -> None:
        self._open.close()
        self.home = None


SPOILT = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and "address" in getattr(item, "fixturenames", ()):
        item.session.stash[SPOILT] = True
    return report


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(lambda: tmp_path_factory.mktemp("yangxin"))
    yield made
    made.close()


@pytest.fixture
def standing(demo: Demo, request: pytest.FixtureRequest) -> Demo:
    if request.session.stash.get(SPOILT, False):
        demo.close()
        request.session.stash[SPOILT] = False
    return demo.opened()


@pytest.fixture
def home(standing: Demo) -> Path:
    assert standing.home is not None
    return standing.home


@pytest.fixture
def address(standing: Demo) -> str:
    return standing.address


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
