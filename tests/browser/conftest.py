"""A real server and a real Chromium. Every page is watched: an error in its console, or a request that would leave
the machine, fails the test. Without a Chromium these tests are skipped; in CI that is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from serving import ARGUMENTS, CHROMIUM, WIDE, Open, Server

# patience for two cores that a training and a second test process keep busy
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("runs"))
    yield running
    running.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("RESVIZ_REQUIRE_BROWSER"):
            pytest.fail("there is no Chromium here, and RESVIZ_REQUIRE_BROWSER asks for one")
        pytest.skip("there is no Chromium on this machine: install Debian's package chromium to run these tests")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Open]:
    """Opens the page: visit(size=…, scheme="dark", view="Tables", depth="34"); checks at the end that all was well."""
    wrong: list[str] = []
    contexts = []

    def asked(request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            wrong.append(f"a request left the machine: {request.url}")

    def visit(size: tuple[int, int] = WIDE, scheme: str = "light", at: Server = server, **parameters: str) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("request", asked)
        page.goto(f"{at.url}/?{urlencode(parameters)}")
        page.wait_for_selector("[data-testid=stTabs]")
        return page

    yield visit
    boxes = [page.locator("[data-testid=stException]").count() for context in contexts for page in context.pages]
    for context in contexts:
        context.close()
    assert not wrong
    assert not any(boxes), "the page shows an exception"
