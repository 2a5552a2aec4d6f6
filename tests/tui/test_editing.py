"""Editing aids: proposals, hover, definitions, indentation, comments, the learner's own editor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import NARROW, PASSING, OpenApp, open_study, settle
from trainer.tui.desk import Failure
from trainer.tui.own_editor import edited
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.widgets.editing import next_indent, toggled
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.problem import ProblemLine
from trainer.tui.widgets.proposals import ProposalList

RULE = "- rule: Mine\n  desc: d\n  condition: "


async def typing(pilot: Pilot[int], text: str) -> tuple[StudyScreen, ProposalList]:
    """A study screen with ``text`` in the editor and the cursor at its end."""
    screen = await open_study(pilot, text)
    screen.action_pane("editor")
    screen.editor.move_cursor(screen.editor.document.end)
    await settle(pilot)
    return screen, screen.query_one(ProposalList)


async def test_a_word_is_completed(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen, proposals = await typing(pilot, RULE)
        await pilot.press("p", "r", "o", "c", ".", "n", "a")
        await settle(pilot)
        assert proposals.display
        assert proposals.marked().insert == "proc.name"
        await pilot.press("tab")
        await settle(pilot)
        assert screen.editor.text == RULE + "proc.name"
        assert not proposals.display


async def test_names_of_the_base_rules_are_proposed(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen, proposals = await typing(pilot, RULE + "spawn")
        await pilot.press("ctrl+@")
        await settle(pilot)
        assert "spawned_process" in [item.label for item in proposals.completions.items]
        await pilot.press("enter")
        await settle(pilot)
        assert screen.editor.text == RULE + "spawned_process"


async def test_the_list_gives_way(open_app: OpenApp) -> None:
    """Enter ends the line where the learner did not choose; Escape closes the list and not the screen."""
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen, proposals = await typing(pilot, RULE + "evt.type = ope")
        await pilot.press("n", "backspace")
        await settle(pilot)
        assert proposals.display
        await pilot.press("escape")
        await settle(pilot)
        assert not proposals.display
        assert app.screen is screen
        assert screen.editor.has_focus
        await pilot.press("n", "enter")
        await settle(pilot)
        assert screen.editor.text == RULE + "evt.type = open\n  "
        await pilot.press("down", "p", "down")
        await settle(pilot)
        chosen = proposals.marked().insert
        await pilot.press("enter")
        await settle(pilot)
        assert screen.editor.text.endswith(f"\n  {chosen}")


async def test_the_word_at_the_cursor_is_explained_and_its_definition_shown(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        screen.action_pane("editor")
        place = PASSING.index("spawned_process") + 3
        screen.editor.move_cursor(screen.editor.location_of(place))
        await settle(pilot)
        assert "evt.type in (execve, execveat)" in str(screen.query_one(ProblemLine).content)
        await pilot.press("f9")
        await settle(pilot)
        assert isinstance(app.screen, BaseRulesScreen)
        base = app.screen.query_one(RuleEditor)
        assert base.document.get_line(base.cursor_location[0]).startswith("- macro: spawned_process")
        await pilot.press("x", "escape")
        await settle(pilot)
        assert app.screen is screen
        assert base.text == app.desk.pack.base_rules.text


@pytest.mark.parametrize(
    "line, indent",
    [
        ("", ""),
        ("- rule: x", "  "),
        ("  condition: >", "    "),
        ("  condition: |-", "    "),
        ("  override:", "    "),
        ("  exceptions: # why", "    "),
        ("    - name: x", "      "),
        ("  output: a: b", "  "),
        ("    spawned_process and", "    "),
        ("-", ""),
    ],
)
def test_indent_of_the_next_line(line: str, indent: str) -> None:
    assert next_indent(line) == indent


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["- rule: x", "  desc: d"], ["# - rule: x", "#   desc: d"]),
        (["  a", "", "    b"], ["  # a", "", "  #   b"]),
        (["# a", "b"], ["# # a", "# b"]),
    ],
)
def test_comments_on_and_off_again(lines: list[str], expected: list[str]) -> None:
    assert toggled(lines) == expected
    assert toggled(expected) == lines


async def test_comment_key(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen, _ = await typing(pilot, "- a\n- b\n")
        screen.editor.move_cursor((0, 2))
        await pilot.press("ctrl+underscore")
        assert screen.editor.text == "# - a\n- b\n"
        await pilot.press("ctrl+underscore")
        assert screen.editor.text == "- a\n- b\n"


def test_the_learners_own_editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\necho "$1" >>"$2"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"{script} added")
    assert edited("# mine\n", "falco_rules.local.yaml") == "# mine\nadded\n"
    monkeypatch.setenv("VISUAL", "false")
    assert isinstance(edited("x", "f.yaml"), Failure)
    monkeypatch.setenv("VISUAL", str(tmp_path / "no-such-editor"))
    assert isinstance(edited("x", "f.yaml"), Failure)


async def test_text_comes_back_from_the_own_editor(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def suspended() -> Iterator[None]:
        yield

    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, "# before")
        monkeypatch.setattr(app, "suspend", suspended)
        monkeypatch.setattr("trainer.tui.screens.work.edited", lambda text, name: text + " and after")
        await pilot.press("ctrl+e")
        await settle(pilot)
        assert screen.editor.text == "# before and after"
        monkeypatch.setattr("trainer.tui.screens.work.edited", lambda text, name: Failure("vi: exit code 1"))
        await pilot.press("ctrl+e")
        await settle(pilot)
        assert screen.editor.text == "# before and after"
