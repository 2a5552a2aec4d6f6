"""How the screens look, at the smallest usual size and at a comfortable one. Behaviour is tested elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import NARROW, PASSING, WIDE, OpenApp, open_study, run, settle
from trainer.tui.screens.study import StudyScreen

MISSPELLED = PASSING.replace("proc.name in", "proc.nam in")


def still(screen: StudyScreen) -> None:
    screen.editor.cursor_blink = False


def test_list_narrow(open_app: OpenApp, snap_compare: Any) -> None:
    async def prepare(pilot: Pilot[int]) -> None:
        await settle(pilot)

    assert snap_compare(open_app(), terminal_size=NARROW, run_before=prepare)


def test_editor_narrow_with_a_problem(open_app: OpenApp, snap_compare: Any) -> None:
    async def prepare(pilot: Pilot[int]) -> None:
        screen = await open_study(pilot, MISSPELLED)
        still(screen)
        await pilot.press("f8")
        await settle(pilot)

    assert snap_compare(open_app(), terminal_size=NARROW, run_before=prepare)


def test_explanation_wide(open_app: OpenApp, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # The engine's sentences have their own tests.
    monkeypatch.setattr("trainer.tui.widgets.why.reason", lambda explanation, lang: "it matched: every clause is true")

    async def prepare(pilot: Pilot[int]) -> None:
        screen = await open_study(pilot, PASSING)
        still(screen)
        await run(pilot)
        screen.results.actions.choose(0)
        screen.results.open("actions")
        await pilot.press("enter")
        await settle(pilot)

    assert snap_compare(open_app(), terminal_size=WIDE, run_before=prepare)


def test_actions_narrow_korean(open_app: OpenApp, snap_compare: Any) -> None:
    async def prepare(pilot: Pilot[int]) -> None:
        screen = await open_study(pilot, PASSING.replace('container.name = "web"', "container"))
        still(screen)
        await run(pilot)
        screen.results.open("actions")
        await settle(pilot)

    assert snap_compare(open_app(lang="ko"), terminal_size=NARROW, run_before=prepare)
