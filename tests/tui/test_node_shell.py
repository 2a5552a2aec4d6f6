"""The node shell from the study and exam screens: the terminal is lent, and what was done comes back. Shells are tested in tests/node."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.app import SuspendNotSupported
from textual.pilot import Pilot

from tests.tui import test_exam
from tests.tui.conftest import NARROW, PASSING, OpenApp, open_study, run, settle
from trainer.grading import LEARNER_FILE
from trainer.node.opening import Node
from trainer.session import Store
from trainer.tui.app import TrainerApp
from trainer.tui.screens.study import StudyScreen

Shell = Callable[[Node], None]
exams, hands, home = test_exam.exams, test_exam.hands, test_exam.home
"""The fixtures of the exam's tests."""
RULES = f"/etc/falco/{LEARNER_FILE}"


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> Callable[[TrainerApp, Shell], None]:
    """Puts a function in the place of the learner's shell, on the real node."""

    def lend(app: TrainerApp, shell: Shell) -> None:
        @contextlib.contextmanager
        def suspended() -> Iterator[None]:
            yield

        def run_shell(node: Node, lang: str, title: str, keep: Callable[[dict[str, str]], bool], over: Callable[[], bool]) -> int:
            shell(node)
            if changed := node.changes():
                keep(changed)
            return 0

        monkeypatch.setattr(app, "suspend", suspended)
        monkeypatch.setattr("trainer.node.shell.run_shell", run_shell)

    return lend


def told(pilot: Pilot[int]) -> str:
    return "\n".join(notification.message for notification in pilot.app._notifications)


@pytest.mark.parametrize("key", ["f12", "ctrl+backslash"])
async def test_rules_go_to_the_node_and_come_back(
    open_app: OpenApp, lent: Callable[[TrainerApp, Shell], None], tmp_path: Path, key: str
) -> None:
    found: list[str] = []

    def shell(node: Node) -> None:
        rules = node.place.of(RULES)
        found.append(rules.read_text())
        rules.write_text(PASSING)

    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, "# before\n")
        lent(app, shell)
        await pilot.press(key)
        await settle(pilot)
        assert found == ["# before\n"]
        assert screen.editor.text == PASSING
        assert f"Taken over from the node: {LEARNER_FILE}" in told(pilot)
        with Store.open(tmp_path / "home") as store:
            assert store.draft("find-shells", LEARNER_FILE) == PASSING
        await run(pilot)
        report = screen.results.criteria.report
        assert report is not None
        assert report.passed


async def test_what_the_shell_saves_is_kept_while_it_is_open(
    open_app: OpenApp, lent: Callable[[TrainerApp, Shell], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trainer may be killed then."""
    drafts: list[str | None] = []

    def run_shell(node: Node, lang: str, title: str, keep: Callable[[dict[str, str]], bool], over: Callable[[], bool]) -> int:
        node.place.of(RULES).write_text("# saved\n")
        keep(node.changes())
        with Store.open(tmp_path / "home") as store:
            drafts.append(store.draft("find-shells", LEARNER_FILE))
        return 0

    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await open_study(pilot, "# before\n")
        lent(app, lambda node: None)
        monkeypatch.setattr("trainer.node.shell.run_shell", run_shell)
        await pilot.press("f12")
        await settle(pilot)
    assert drafts == ["# saved\n"]


async def test_nothing_changed_and_the_base_rules_touched(open_app: OpenApp, lent: Callable[[TrainerApp, Shell], None]) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        lent(app, lambda node: None)
        await pilot.press("f12")
        await settle(pilot)
        assert told(pilot) == "No graded file was changed on the node."
        lent(app, lambda node: node.place.of("/etc/falco/falco_rules.yaml").write_text("[]") and None)
        await pilot.press("f12")
        await settle(pilot)
        assert "It is not graded" in told(pilot)
        assert screen.editor.text == PASSING


async def test_a_terminal_that_cannot_be_lent(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a browser, where the shell would be one on the server."""

    @contextlib.contextmanager
    def refuses() -> Iterator[None]:
        raise SuspendNotSupported("no")
        yield

    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await open_study(pilot, PASSING)
        monkeypatch.setattr(app, "suspend", refuses)
        await pilot.press("f12")
        await settle(pilot)
        assert told(pilot) == "This terminal cannot be lent to a shell."


async def test_a_node_that_cannot_be_opened(open_app: OpenApp, lent: Callable[[TrainerApp, Shell], None], tmp_path: Path) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        lent(app, lambda node: None)
        nodes = tmp_path / "home" / "nodes"
        nodes.mkdir(exist_ok=True)
        (nodes / "find-shells-0").write_text("a file where the folder should be")
        await pilot.press("f12")
        await settle(pilot)
        assert "The node shell could not be opened: the node's folder" in told(pilot)
        assert (screen.editor.text, pilot.app.screen) == (PASSING, screen)
        assert isinstance(screen, StudyScreen)


# In a mock exam.


async def test_the_node_of_a_question_is_its_own(
    exams: test_exam.OpenExams, lent: Callable[[TrainerApp, Shell], None], home: Path
) -> None:
    seen: list[set[str]] = []

    def shell(node: Node) -> None:
        seen.append(set(node.files))
        node.place.of(RULES).write_text(f"# question with {len(node.files)} files\n")
        if "culprit.txt" in node.files:
            node.place.of(node.files["culprit.txt"]).write_text("web\n")

    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await test_exam.open_exam(pilot)
        lent(app, shell)
        await pilot.press("f12")
        await settle(pilot)
        assert screen.editor.text == "# question with 1 files\n"
        await pilot.press("f7", "f12")
        await settle(pilot)
        assert screen.editor.text == "# question with 2 files\n"
        await pilot.press("f6")
        await settle(pilot)
        assert screen.editor.text == "# question with 1 files\n"
    assert seen == [{LEARNER_FILE}, {LEARNER_FILE, "culprit.txt"}]
    assert test_exam.saved(home, 2, "culprit.txt") == "web\n"
    assert test_exam.saved(home, 1) == "# question with 1 files\n"


async def test_the_exams_clock_goes_on_in_the_shell_and_closes_it(
    exams: test_exam.OpenExams,
    lent: Callable[[TrainerApp, Shell], None],
    home: Path,
    hands: test_exam.Hands,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[bool] = []

    def run_shell(node: Node, lang: str, title: str, keep: Callable[[dict[str, str]], bool], over: Callable[[], bool]) -> int:
        node.place.of(RULES).write_text(PASSING)
        keep(node.changes())
        for now in (100.0, 599.0, 601.0):
            hands.now = now
            answers.append(over())
        node.place.of(RULES).write_text("# too late\n")
        keep(node.changes())
        return 0

    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await test_exam.open_exam(pilot)
        lent(app, lambda node: None)
        monkeypatch.setattr("trainer.node.shell.run_shell", run_shell)
        await pilot.press("f12")
        await settle(pilot)
        assert answers == [False, False, True]
        report = test_exam.report_screen(app).report
        assert report is not None
        assert (report.ended, report.tasks[0].passed) == ("time over", True)
    assert test_exam.saved(home, 1) == PASSING
