"""The study screen: live check, run on a recording, explanation, drafts, languages, layouts, cancelling."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.widgets import DataTable, Markdown, OptionList, Static

from tests.tui.conftest import NARROW, PASSING, WIDE, OpenApp, open_study, run, settle
from trainer.errors import CaptureCancelled, DockerUnavailable
from trainer.grading import Outcome
from trainer.session import Store
from trainer.tui.desk import Feed
from trainer.tui.messages import CheckDone
from trainer.tui.screens.study import StudyScreen
from trainer.tui.widgets.events import Events
from trainer.tui.widgets.frame import PaneBar, ProgressLine, TitleBar, TooSmall
from trainer.tui.widgets.problem import ProblemLine

BROKEN = """\
- rule: Shell in web
  desc: A shell.
  condition: >
    evt.type = execve and
    proc.nam = sh
  output: "[red]%proc.name[/]"
  priority: WARNING
"""
TOO_WIDE = PASSING.replace('container.name = "web"', "container")


def text_of(widget: Static) -> str:
    return str(widget.content)


async def test_list_shows_the_exercises_and_opens_one(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        table = app.screen.query_one(DataTable)
        row = [str(cell) for cell in table.get_row_at(1)]
        assert row == ["Find shells", "quick", "2 min", "○ new"]
        assert "spawned_process" in text_of(app.screen.query_one("#about", Static))
        screen = await open_study(pilot)
        assert screen.exercise.slug == "find-shells"
        assert "Shell in web" in screen.query_one(Markdown).source
        await pilot.press("escape")
        assert not isinstance(app.screen, StudyScreen)


async def test_diagnostic_is_underlined_under_its_token_and_shown_at_the_cursor(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, BROKEN)
        found = [diagnostic for diagnostic in screen.editor.diagnostics if diagnostic.is_error]
        assert [diagnostic.span.text for diagnostic in found if diagnostic.span] == ["proc.nam"]
        underlined = [mark for mark in screen.editor._highlights[4] if mark[2] == "diagnostic.error"]
        assert underlined == [(4, 12, "diagnostic.error")]
        await pilot.press("f8")
        await pilot.pause()
        assert screen.editor.cursor_location == (4, 4)
        line = screen.query_one(ProblemLine)
        assert line.shown is found[0]
        assert "proc.nam" in text_of(line)


async def test_hint_of_a_diagnostic_is_in_the_language_of_the_app(open_app: OpenApp) -> None:
    app = open_app(lang="ko")
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, BROKEN)
        await pilot.press("f8")
        await pilot.pause()
        shown = text_of(screen.query_one(ProblemLine))
        assert "filter_check called with nonexistent field proc.nam" in shown
        assert "`proc.name`을(를) 쓰려던 것인가요?" in shown


async def test_mended_text_loses_its_diagnostics(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, BROKEN)
        assert screen.editor.diagnostics
        screen.editor.replace("proc.name", (4, 4), (4, 12))
        await settle(pilot)
        assert not [diagnostic for diagnostic in screen.editor.diagnostics if diagnostic.is_error]


async def test_late_check_of_an_old_text_is_not_shown(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, BROKEN)
        checked = screen.code.checked
        assert checked is not None
        screen.editor.load_text(PASSING)
        await settle(pilot)
        screen.code.post_message(CheckDone(screen.code.version - 1, checked))
        await settle(pilot)
        assert not [diagnostic for diagnostic in screen.editor.diagnostics if diagnostic.is_error]


async def test_run_on_the_recording_passes_and_unlocks_the_solution(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        assert not screen.results.solution.unlocked
        await run(pilot)
        report = screen.results.criteria.report
        assert report is not None
        assert report.source == "recorded"
        assert {result.outcome for result in report.criteria} == {Outcome.PASSED}
        assert screen.results.solution.unlocked
        verdicts = {verdict.action_id: verdict.verdict for verdict in screen.results.actions.verdicts}
        assert verdicts["sh-in-web"] == verdicts["bash-in-web"] == "caught"
        assert verdicts["sh-in-reports"] == "silent"
        assert "passed" in text_of(screen.query_one(ProgressLine))
        assert app.desk.state(screen.exercise) == "passed"
        await pilot.press("escape")
        await pilot.pause()
        assert "clean" in str(app.screen.query_one(DataTable).get_row_at(1)[3])


async def test_a_verdict_is_marked_when_the_text_changes(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        await run(pilot)
        line = screen.query_one(ProgressLine)
        assert text_of(line).startswith("passed")
        screen.editor.load_text(PASSING + "# more")
        await settle(pilot)
        assert text_of(line).startswith("Before your last change:  passed")
        await run(pilot)
        assert text_of(line).startswith("passed")


async def test_alerts_are_printed_as_falco_prints_them(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING.replace("%evt.num,%user.uid,%proc.name", "[b]%evt.num[/b] %proc.name"))
        await run(pilot)
        lines = [str(option.prompt) for option in screen.results.alerts.query_one(OptionList).options]
        assert len(lines) == 2
        assert lines[0].endswith(": Warning [b]2[/b] sh")


async def test_alerts_of_a_file_that_falco_refuses_say_so(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        broken = "- rule: broken\n  desc: d\n  condition: proc.nam = x\n  output: x\n  priority: INFO\n"
        screen = await open_study(pilot, f"{PASSING}\n{broken}")
        await run(pilot)
        note = screen.results.alerts.query_one(".note", Static)
        assert text_of(note).startswith("Falco would not start with this file.")
        screen.editor.load_text(PASSING)
        await settle(pilot)
        await run(pilot)
        assert "would not start" not in text_of(note)


async def test_false_alarm_is_explained_with_the_real_value(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, TOO_WIDE)
        await run(pilot)
        verdicts = {verdict.action_id: verdict.verdict for verdict in screen.results.actions.verdicts}
        assert verdicts["sh-in-reports"] == "false alarm"
        await pilot.press("4")
        await pilot.pause()
        table = screen.results.events.table
        assert table.rows == [1, 2, 3, 4, 5, 6, 7]
        assert table.texts(4)[4] == "Shell in web"
        table.move_to(5)
        await pilot.press("enter")
        await pilot.pause()
        assert screen.results.tabs.active == "why"
        explanation = screen.results.why.explanation
        assert explanation is not None
        assert not explanation.matched
        assert screen.results.why.event_num == 6
        labels = tree_labels(screen)
        assert any(label.startswith("✗") and "'cat'" in label and "shells" in label for label in labels)
        await pilot.press("r")
        await pilot.pause()
        assert screen.results.why.rule == "Reverse shell tool"


def tree_labels(screen: StudyScreen) -> list[str]:
    labels: list[str] = []

    def walk(node: Any) -> None:
        labels.append(str(node.label))
        for child in node.children:
            walk(child)

    walk(screen.results.why.query_one("ExplanationTree").root)  # type: ignore[attr-defined]
    return labels


async def test_events_can_be_limited_to_one_action(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        await run(pilot)
        await pilot.press("3")
        screen.results.actions.query_one(DataTable).move_cursor(row=3)
        await pilot.press("e")
        await pilot.pause()
        assert screen.results.tabs.active == "events"
        assert screen.results.query_one(Events).table.rows == [6, 7]


async def test_hints_come_one_at_a_time(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, TOO_WIDE)
        await run(pilot)
        await pilot.press("h")
        assert [hint.text["en"] for hint in screen.results.hints.taken] == ["Which container?"]
        await pilot.press("h")
        await pilot.pause()
        assert len(screen.results.hints.taken) == 2
        assert screen.sitting.hints == 2


async def test_language_switch_keeps_text_and_cursor(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        screen.editor.move_cursor((2, 3))
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert "과제" in text_of(screen.query_one(PaneBar))
        assert "셸 찾기" in text_of(screen.query_one(TitleBar))
        assert screen.editor.text == PASSING
        assert screen.editor.cursor_location == (2, 3)
    assert open_app(lang=None).words.lang == "ko", "the choice is kept"


async def test_draft_is_saved_while_typing_and_is_there_again(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await open_study(pilot, "# half a rule")
        await pilot.pause(0.4)
        with Store.open(tmp_path / "home") as other:
            assert other.draft("find-shells") == "# half a rule"
    again = open_app()
    async with again.run_test(size=NARROW) as pilot:
        assert (await open_study(pilot)).editor.text == "# half a rule"


async def test_text_of_the_last_moment_is_saved_at_the_end(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot)
        screen.editor.load_text("# last words")
        await pilot.pause()
        await pilot.press("ctrl+q")
    with Store.open(tmp_path / "home") as store:
        assert store.draft("find-shells") == "# last words"


async def test_narrow_shows_one_pane_and_wide_shows_all(open_app: OpenApp) -> None:
    for size, together in ((NARROW, False), (WIDE, True)):
        app = open_app()
        async with app.run_test(size=size) as pilot:
            screen = await open_study(pilot)
            for pane in ("task", "editor", "results"):
                screen.action_pane(pane)
                await pilot.pause()
                visible = [name for name in ("task", "editor", "results") if screen.query_one(f"#{name}").region.area]
                assert visible == (["task", "editor", "results"] if together else [pane])
                assert screen.query_one(f"#{pane}") in app.focused.ancestors_with_self if app.focused else False
            assert screen.query_one(PaneBar).display is not together


async def test_keys_lead_through_the_panes(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot)
        seen = [screen.pane]
        for _ in range(3):
            await pilot.press("ctrl+t")
            seen.append(screen.pane)
        assert seen == ["task", "editor", "results", "task"]
        await pilot.press("f4")
        await pilot.press("ctrl+n")
        assert screen.results.tabs.active == "alerts"


@pytest.mark.parametrize("size, covered", [((59, 24), True), ((80, 15), True), ((60, 16), False)])
async def test_tiny_window_says_so(open_app: OpenApp, size: tuple[int, int], covered: bool) -> None:
    app = open_app()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        cover = app.screen.query_one(TooSmall)
        assert cover.display is covered
        if covered:
            assert f"{size[0]}x{size[1]}" in text_of(cover)


async def test_cancel_stops_the_run_and_the_next_one_works(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app()
    real = app.desk.run
    started = threading.Event()

    def slow(exercise: Any, files: Any, feed: Feed, cancel: threading.Event, lang: str) -> Any:
        started.set()
        assert cancel.wait(10)
        raise CaptureCancelled("stopped")

    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        monkeypatch.setattr(app.desk, "run", slow)
        await pilot.press("f5")
        assert started.wait(10)
        await pilot.press("f5")
        assert screen.feed is not None, "a second run does not start"
        await pilot.press("ctrl+c")
        await settle(pilot)
        assert screen.feed is None
        assert "Stopped" in text_of(screen.query_one(ProgressLine))
        assert app.is_running
        monkeypatch.setattr(app.desk, "run", real)
        await run(pilot)
        assert screen.results.criteria.report is not None


async def test_quitting_during_a_run_waits_for_the_clean_up(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app()
    cleaned = threading.Event()

    def slow(exercise: Any, files: Any, feed: Feed, cancel: threading.Event, lang: str) -> Any:
        assert cancel.wait(10)
        cleaned.set()
        raise CaptureCancelled("stopped")

    monkeypatch.setattr(app.desk, "run", slow)
    async with app.run_test(size=NARROW) as pilot:
        await open_study(pilot)
        await pilot.press("f5")
        await pilot.press("ctrl+q")
        await settle(pilot)
        assert cleaned.is_set()
    assert app.return_value == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
async def test_a_signal_stops_the_run_and_saves_the_text(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    app = open_app()
    started, cleaned = threading.Event(), threading.Event()

    def slow(exercise: Any, files: Any, feed: Feed, cancel: threading.Event, lang: str) -> Any:
        started.set()
        assert cancel.wait(10)
        cleaned.set()
        raise CaptureCancelled("stopped")

    monkeypatch.setattr(app.desk, "run", slow)
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot)
        screen.editor.load_text("# typed just now")
        await pilot.press("f5")
        assert started.wait(10)
        os.kill(os.getpid(), getattr(signal, name))
        await settle(pilot)
        assert cleaned.is_set()
    assert app.return_value == 0
    assert app.desk.texts(app.desk.exercises[0])["falco_rules.local.yaml"] == "# typed just now"


async def test_docker_that_dies_is_a_sentence_with_a_next_step(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app()

    def fail(*_: Any) -> Any:
        raise DockerUnavailable("the engine went away", "start Docker")

    monkeypatch.setattr(app.desk, "run", fail)
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot)
        await run(pilot)
        line = text_of(screen.query_one(ProgressLine))
        assert "the engine went away" in line
        assert "start Docker" in line
        assert screen.feed is None


async def test_fault_of_ours_is_a_sentence_and_goes_to_the_log(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = open_app()

    def fail(*_: Any) -> Any:
        raise RuntimeError("[oops]")

    monkeypatch.setattr(app.desk, "run", fail)
    monkeypatch.setattr(app.desk, "check", fail)
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        assert "check itself failed" in text_of(screen.query_one(ProblemLine))
        await run(pilot)
        line = text_of(screen.query_one(ProgressLine))
        assert "RuntimeError" in line
        assert "Traceback" not in line
        assert screen.editor.text == PASSING
    assert "[oops]" in (tmp_path / "home" / "error.log").read_text()


async def test_ctrl_c_without_a_run_asks_before_it_quits(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await open_study(pilot)
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert app.is_running
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert app.return_value == 0


async def test_hostile_text_does_not_break_the_screen(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(
            pilot, "- rule: [/red]\n  condition: 'a\x00[bold'\n  output: [x\n\t\ud800 열쇠 [@click=app.quit]"
        )
        await run(pilot)
        assert app.is_running
        assert screen.results.criteria.report is not None


async def test_colours_are_where_the_editor_draws_them(open_app: OpenApp) -> None:
    """The seam into Textual's private highlight map: a macro's name is drawn in the macro's colour."""
    app = open_app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_study(pilot, PASSING)
        strip = screen.editor.render_line(2)
        drawn = {segment.text.strip(): segment.style for segment in strip if segment.text.strip()}
        assert drawn["spawned_process"] is not None
        assert drawn["spawned_process"].bold
        assert drawn["container.name"].color != drawn["and"].color  # type: ignore[union-attr]


ANSWER = """\
  - id: written
    kind: answer
    points: 1
    file: culprit.txt
    accept: [web]
    text: {en: The container is named, ko: 컨테이너 이름}
"""


async def test_other_files_are_edited_saved_and_graded(open_app: OpenApp, pack_folder: Path, tmp_path: Path) -> None:
    folder = pack_folder / "exercises" / "find-shells"
    text = (folder / "exercise.yaml").read_text().replace("points: 10\n", "points: 11\n").replace("hints:\n", ANSWER + "hints:\n")
    (folder / "exercise.yaml").write_text(text)
    (folder / "answers" / "reference").mkdir(parents=True)
    (folder / "answers" / "reference" / "culprit.txt").write_text("web\n")
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        await pilot.press("ctrl+g")
        assert screen.editor.file_name == "culprit.txt"
        assert screen.editor.text == ""
        screen.editor.load_text("web\n")
        await settle(pilot)
        await run(pilot)
        report = screen.results.criteria.report
        assert report is not None
        assert report.passed
        await pilot.press("ctrl+g")
        assert screen.editor.text == PASSING
    with Store.open(tmp_path / "home") as store:
        assert store.draft("find-shells", "culprit.txt") == "web\n"


async def test_the_lit_pane_follows_the_theme_and_the_focus(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_study(pilot, PASSING)

        def lit() -> list[str]:
            accent = Color.parse(app.theme_variables["accent"])
            return [pane for pane in screen.PANES if screen.query_one(f"#{pane}").styles.border_top[1] == accent]

        assert lit() == ["editor"]
        await pilot.press("f4")
        await settle(pilot)
        assert lit() == ["results"]
        before = app.theme_variables["accent"]
        app.theme = "dracula"
        await settle(pilot)
        assert app.theme_variables["accent"] != before
        assert lit() == ["results"]
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert [pane for pane in screen.PANES if screen.query_one(f"#{pane}").display] == ["results"]
