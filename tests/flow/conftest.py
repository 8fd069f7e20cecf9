"""The whole system as its users meet it: a server with a small demo county, a hall PC with
simulated devices, and real Chromium windows whose camera shows a drawn face."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from chengxin.devices import drawn_faces
from tools import chromium, demo_server

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


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


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def in_front_of(
    playwright: Playwright, browser_path: str, tmp_path: Path
) -> Iterator[Callable[[str], Browser]]:
    """A browser whose camera sees one of the cast's drawn faces."""
    opened: list[Browser] = []

    def launch(face: str) -> Browser:
        film = tmp_path / f"{face}.mjpeg"
        drawn_faces.mjpeg(film, drawn_faces.clip(drawn_faces.CAST[face]))
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=[*ARGS, f"--use-file-for-fake-video-capture={film}"]
        )
        opened.append(browser)
        return browser

    yield launch
    for browser in opened:
        browser.close()


@pytest.fixture
def officer_page(in_front_of: Callable[[str], Browser], address: str) -> Callable[[str], Page]:
    """A page of the officer with this work number, signed in through the sign-in form."""

    def sign_in(username: str) -> Page:
        page = in_front_of("stranger").new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{address}/account/login/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", "yangxin-2017")
        page.click("main button[type=submit]")
        page.wait_for_load_state()
        return page

    return sign_in
