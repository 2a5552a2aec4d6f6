"""What a learner reads before an exam starts or goes on: what it is, how long, and its rules."""

from __future__ import annotations

from textual.content import Content

from trainer.content import ExamClock
from trainer.tui.exam_desk import ExamRow, clock_text
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.text import Words

START, REPORT = "enter", "r"
"""The answers."""


def start_screen(row: ExamRow, other: ExamRow | None = None) -> ConfirmScreen:
    """Asks whether to start or to continue ``row``. ``other`` is another exam that runs, which must be ended first."""
    answers = [(START, "Enter", "start.continue" if row.running or other else "start.start")]
    if row.results is not None and row.results.newest is not None and row.running is None:
        answers.append((REPORT, "r", "start.report"))
    return ConfirmScreen(lambda words: start_text(words, row, other), answers, "start.back")


def start_text(words: Words, row: ExamRow, other: ExamRow | None) -> Content:
    exam, running = row.exam, row.running
    percent = running.pass_percent if running is not None else exam.pass_percent if exam is not None else 0
    clock = running.clock if running is not None else exam.clock if exam is not None else ExamClock.RUNNING
    lines = [Content.styled(words.of(row.title), "bold")]
    if exam is not None:
        lines += [Content(words.of(exam.description)), Content("")]
    lines.append(Content(words("exams.facts", tasks=row.tasks, minutes=row.minutes, percent=percent)))
    if running is not None:
        left = words("start.left", left=clock_text(running.seconds_left), duration=clock_text(running.duration))
        lines.append(Content.styled(left, "bold $warning"))
    lines += [Content(""), Content.styled(words("start.rules"), "bold")]
    stands = clock is ExamClock.PAUSED
    for rule in ("start.no_hints", "start.stands" if stands else "start.runs_on", "start.saved", "start.ends"):
        lines.append(Content(f"• {words(rule)}"))
    results = row.results
    if results is not None and results.best is not None:
        lines += [Content(""), Content(words("start.best", percent=f"{results.best:g}", count=results.attempts))]
    if results is not None and results.newest is not None and not results.newest_graded and running is None:
        lines += [Content(""), Content.styled(words("start.ungraded"), "$warning")]
    if other is not None and other.running is not None:
        title, left = words.of(other.title), clock_text(other.running.seconds_left)
        lines += [Content(""), Content.styled(words("start.other", title=title, left=left), "$warning")]
    return Content("\n").join(lines)
