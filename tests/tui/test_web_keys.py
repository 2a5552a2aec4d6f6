"""Keys that a browser keeps have others, and the screens name those when they are served."""

from __future__ import annotations

import pytest

from tests.tui.conftest import NARROW, WIDE, OpenApp, open_study, settle
from trainer.tui.app import TrainerApp
from trainer.tui.screens.help import HelpScreen
from trainer.tui.web_keys import shown_key
from trainer.tui.widgets.frame import KeyBar


async def test_alt_does_what_ctrl_does(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_study(pilot)
        panes = []
        for key in ("f2", "alt+t", "alt+t", "ctrl+t"):
            await pilot.press(key)
            panes.append(screen.pane)
        assert panes == ["task", "editor", "results", "task"]
        await pilot.press("f4", "1", "alt+n")
        assert screen.results.tabs.active == "alerts"
        await pilot.press("ctrl+n")
        assert screen.results.tabs.active == "actions"


@pytest.mark.parametrize("served, shown, hidden", [(True, "Alt+T", "^T"), (False, "^T", "Alt+T")])
async def test_the_bar_names_keys_that_arrive(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, served: bool, shown: str, hidden: str
) -> None:
    monkeypatch.setattr(TrainerApp, "is_web", served)
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot)
        bar = screen.query_one(KeyBar)
        text = "".join(bar.render_line(0).text)
        assert shown in text
        assert hidden not in text
        assert "Esc" in text
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)


def test_other_keys_stay_as_they_are() -> None:
    assert [shown_key(key, True) for key in ("F5", "Esc", "^N", "Ctrl+N")] == ["F5", "Esc", "Alt+N", "Alt+N"]
    assert shown_key("^N", False) == "^N"
