"""The Criteria tab: each graded behaviour with its outcome, and actual against expected where it did not pass."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from trainer.content import Exercise
from trainer.grading import CriterionResult, GradeReport, Outcome
from trainer.tui.widgets.frame import words_of

MARK = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.SKIPPED: "–", Outcome.ERROR: "!"}
STYLE = {
    Outcome.PASSED: "bold $success",
    Outcome.FAILED: "bold $error",
    Outcome.SKIPPED: "$text-muted",
    Outcome.ERROR: "bold $warning",
}


class Criteria(VerticalScroll):
    can_focus = True

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.report: GradeReport | None = None

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def on_mount(self) -> None:
        self.relabel()

    def show(self, report: GradeReport) -> None:
        self.report = report
        self.relabel()
        self.scroll_home(animate=False)

    def relabel(self) -> None:
        content = self._planned() if self.report is None else self._graded(self.report)
        self.query_one(Static).update(content)

    def _planned(self) -> Content:
        words = words_of(self)
        rows = [Content.styled(words("none.yet"), "$text-muted"), Content("")]
        for criterion in self.exercise.criteria:
            if not criterion.hidden:
                rows.append(Content.assemble(("○ ", "$text-muted"), f"{criterion.points:>2}  ", words.of(criterion.text)))
        return Content("\n").join(rows)

    def _graded(self, report: GradeReport) -> Content:
        words = words_of(self)
        verdict = ("run.passed", "bold $success") if report.passed else ("run.not_passed", "bold $error")
        done = words(
            "run.done", score=report.score, max=report.max_score, events=report.events, source=words(f"mode.{report.source}")
        )
        step = words("criteria.after_pass" if report.passed else "criteria.after_miss")
        rows = [Content.assemble((words(verdict[0]), verdict[1]), "  ", done), Content.styled(step, "$text-accent"), Content("")]
        for text, style in ((report.note, "$text-muted"), (report.problem, "$warning")):
            if text:
                rows.insert(-1, Content.styled(text, style))
        waits = ""
        for result in report.criteria:
            rows.extend(self._rows(result, waits))
            waits = result.reason if result.outcome is Outcome.SKIPPED else ""
        return Content("\n").join(rows)

    def _rows(self, result: CriterionResult, waits: str) -> list[Content]:
        """``waits``: what the row above waits for; the same is not said twice."""
        words = words_of(self)
        style = STYLE[result.outcome]
        rows = [
            Content.assemble(
                (f"{MARK[result.outcome]} ", style),
                f"{result.points:>2}/{result.max_points}  ",
                words.of(result.text),
                (f"  {words(f'outcome.{result.outcome.value}')}", style),
            )
        ]
        if result.outcome is not Outcome.PASSED:
            for key, text in (
                ("expected", result.expected),
                ("actual", result.actual),
                ("why", result.reason),
                ("help", result.help),
            ):
                if text and (result.outcome is not Outcome.SKIPPED or (key == "why" and text != waits)):
                    rows.append(Content.assemble("    ", (words(f"criteria.{key}") + ": ", "$text-muted"), text))
        return rows
