"""The served trainer in a real Chromium: what a learner sees, which keys arrive, two tabs, and the end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import SIZE, Tab, chromium, needs_chromium, served
from tests.browser.flow import CONDITION, EXERCISE, open_exercise, run_and_pass, type_passing_rule
from trainer.session import ExerciseState, Store

pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def context(browser: object) -> Iterator[object]:
    opened = browser.new_context(
        viewport={"width": SIZE[0], "height": SIZE[1]}, permissions=["clipboard-read", "clipboard-write"]
    )
    yield opened
    opened.close()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def wait_gone(pids: list[int], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not all(map(gone, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return all(map(gone, pids))


def draft(home: Path) -> str:
    with Store.open(home) as store:
        return store.draft(EXERCISE) or ""


def test_from_the_first_screen_to_a_passed_exercise(context: object, tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        tab = Tab(context, server.address)
        tab.wait("CKS practice trainer")
        tab.page.evaluate("window.neverLoadedAgain = true")
        open_exercise(tab)
        type_passing_rule(tab)
        run_and_pass(tab)
        assert tab.page.evaluate("window.neverLoadedAgain")  # F5 is the browser's key to load the page again
        assert tab.errors == []
        own = urlsplit(server.address).netloc
        assert {urlsplit(address).netloc for address in tab.asked} == {own}
        assert tab.page.evaluate("document.fonts.check('16px Roboto Mono')")
        assert "token" not in tab.page.url
    with Store.open(tmp_path / "home") as store:
        assert store.exercise_state(EXERCISE) is ExerciseState.PASSED


def test_keys_that_a_browser_keeps_have_others_that_arrive(context: object, tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        tab = Tab(context, server.address)
        open_exercise(tab)
        bar = tab.wait("Alt+T Pane")
        assert "Alt+N Tab" in bar
        assert "^T" not in bar
        tab.press("F1")
        page = tab.wait("next tab of the results")
        assert "Alt+N" in page
        assert "Ctrl+N" not in page
        tab.press("Escape")
        tab.press("F3", "Control+/")
        tab.wait("1  Your rules")  # the first line is no comment any more
        tab.press("Control+z")
        tab.wait("1  # Your rules")
        tab.press("Control+e")
        tab.wait("no terminal to lend")
        tab.press("Control+r")
        tab.wait("not passed")
        tab.press("F4", "1", "Alt+n", "Alt+n")
        tab.wait("bash-in-web")  # the third tab: actions
        tab.press("F9")
        tab.wait("falco_rules.yaml")
        assert tab.errors == []


def test_a_paste_arrives_once(context: object, tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        tab = Tab(context, server.address)
        open_exercise(tab)
        tab.press("F3")
        tab.page.evaluate("navigator.clipboard.writeText('pasted 셸 text')")
        tab.press("Control+v")
        tab.wait("pasted 셸 text# Your rules")
        assert tab.text.count("pasted") == 1
        tab.press("F8")  # the app answers after the paste was handled
        tab.wait("saved")
        assert tab.text.count("pasted") == 1


def test_closing_asks_first_and_loses_nothing(context: object, tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        tab = Tab(context, server.address)
        open_exercise(tab)
        type_passing_rule(tab)
        (program,) = server.children()
        tab.leave = False
        tab.page.close(run_before_unload=True)
        tab.page.wait_for_timeout(500)
        assert tab.dialogs == ["beforeunload"]
        assert not tab.page.is_closed()
        assert not gone(program)
        tab.page.keyboard.type(" ")
        tab.page.keyboard.type("and evt.num > 0")
        tab.page.close()
        assert wait_gone([program])
        assert f"{CONDITION} and evt.num > 0" in draft(tmp_path / "home")


def test_two_tabs_share_one_store_and_another_browser_stays_out(browser: object, context: object, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with served(home) as server:
        first_address = server.address
        first = Tab(context, first_address)
        first.wait("CKS practice trainer")
        second = Tab(context, first_address.partition("?")[0])  # the cookie is enough
        stranger = browser.new_context().new_page()
        assert stranger.goto(first_address).status == 403
        assert "works once" in stranger.content()
        assert stranger.goto(server.next_address).status == 200
        open_exercise(first)
        open_exercise(second)
        type_passing_rule(first)
        run_and_pass(first)
        second.press("F5")
        second.wait("not passed")
        programs = server.children()
        assert len(programs) == 3
        assert server.end(signal.SIGTERM) == 0
        assert wait_gone(programs)
        assert "stopped; everything is saved" in server.output
        assert "Traceback" not in server.output
        first.page.wait_for_selector("#closed", state="visible")
    with Store.open(home) as store:
        assert store.exercise_state(EXERCISE) is ExerciseState.PASSED
        assert {attempt.passed for attempt in store.attempts(EXERCISE)} == {True, False}


def test_ended_by_the_learner_the_page_offers_to_begin_again(context: object, tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        tab = Tab(context, server.address)
        tab.wait("CKS practice trainer")
        (program,) = server.children()
        tab.press("Control+q")
        tab.page.wait_for_selector("#closed", state="visible")
        assert wait_gone([program])
        tab.press("Enter")  # the button has the focus
        tab.wait("CKS practice trainer")
        assert len(server.children()) == 1
