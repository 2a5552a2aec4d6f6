"""Exams, attempts and reports for people, on stdout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from trainer.cli.console import paint
from trainer.cli.exam_rows import Row
from trainer.cli.exam_texts import tell
from trainer.cli.practice_show import state_word
from trainer.content.footprint import visible
from trainer.diagnostics.render import display_width, padded
from trainer.grading import ExamReport, Outcome
from trainer.grading.exam_export import attempt_line, points_text, task_line, verdict_line
from trainer.grading.exam_report import ExamGroup
from trainer.grading.exam_texts import exam_text, in_words, minutes
from trainer.session.exam import TaskSheet
from trainer.session.exam_folder import task_folder
from trainer.session.exam_store import ExamAttempt, ExamState

_STATE_COLOUR = {"passed": "green", "tried": "yellow", "running": "cyan"}
_OUTCOME_COLOUR = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.SKIPPED: "bright_black",
    Outcome.ERROR: "yellow",
}


def title_of(attempt: ExamAttempt, lang: str) -> str:
    return visible(in_words(attempt.title, lang))


def print_exams(rows: Sequence[Row], lang: str) -> None:
    """One line per exam."""
    width = max((len(str(row["name"])) for row in rows), default=0)
    for row in rows:
        state = str(row["state"])
        facts = tell(lang, "exam.line", minutes=row["duration_minutes"], tasks=row["tasks"], percent=row["pass_percent"])
        best = row["best_percent"]
        result = "" if best is None else "  " + tell(lang, "exam.best", percent=best, count=row["attempts"])
        title = row["title"]
        words = visible(in_words(title, lang)) if isinstance(title, Mapping) else ""
        mark = paint(state_word(lang, "fresh" if state == "new" else state), fg=_STATE_COLOUR.get(state))
        click.echo(f"{mark} {row['name']!s:<{width}}  {facts}  {words}{result}")


def print_attempts(attempts: Sequence[ExamAttempt], lang: str) -> None:
    """One line per attempt, the newest first."""
    if attempts:
        click.echo("\n" + tell(lang, "attempts"))
    for attempt in attempts:
        click.echo(f"{attempt.id:>4}  {visible(attempt.exam)}: {_state_line(attempt, lang)}")


def _state_line(attempt: ExamAttempt, lang: str) -> str:
    if attempt.state is ExamState.RUNNING:
        name = "attempt.running" if attempt.counting else "attempt.paused"
        return tell(lang, name, left=minutes(attempt.seconds_left))
    ended = tell(lang, attempt.state.value)
    if attempt.percent is None:
        return tell(lang, "attempt.ungraded", ended=ended, number=attempt.id)
    verdict = tell(lang, "passed" if attempt.passed else "not passed")
    return tell(lang, "attempt.graded", ended=ended, percent=attempt.percent, verdict=verdict)


def print_tasks(attempt: ExamAttempt, sheets: Sequence[TaskSheet], lang: str) -> None:
    """One line per task: points, state, time, title."""
    titles = {sheet.number: visible(in_words(sheet.exercise.title, lang)) for sheet in sheets}
    folders = {task.number: task_folder(task.number, task.exercise) for task in attempt.tasks}
    width = max((len(name) for name in folders.values()), default=0)
    for task in attempt.tasks:
        state = tell(lang, "edited" if task.edited else "untouched")
        state += f", {tell(lang, 'flagged')}" if task.flagged else ""
        mark = paint(padded(state, 18), fg="green" if task.edited else None)
        head = f"{folders[task.number]:<{width}}  {tell(lang, 'points', points=task.points)}"
        click.echo(f"{head}  {mark} {minutes(task.seconds):>7}  {titles.get(task.number, '')}".rstrip())


def print_exam_report(report: ExamReport, lang: str) -> None:
    """The whole report."""

    def said(name: str) -> str:
        return exam_text(lang, name)

    click.echo(visible(in_words(report.title, lang)))
    click.echo(paint(verdict_line(report, lang), fg="green" if report.passed else "red", bold=True))
    click.echo(attempt_line(report, lang))
    for task in report.tasks:
        click.echo(f"\n{task.number}. {visible(in_words(task.title, lang))}")
        click.echo(f"   {visible(task_line(task, lang))}")
        for one in task.criteria:
            word = exam_text(lang, f"outcome.{one.outcome.value}")
            mark = paint(padded(word, 8), fg=_OUTCOME_COLOUR[one.outcome])
            click.echo(f"   {mark} {one.points:>2}/{one.max_points:<2} {visible(in_words(one.text, lang))}")
            if one.outcome is not Outcome.PASSED:
                for name, text in (("expected", one.expected), ("actual", one.actual), ("reason", one.reason)):
                    if text:
                        click.echo(f"                 {said(name)}: {visible(text)}")
    _print_groups(said("by skill"), report.by_skill, lang, "")
    _print_groups(said("by difficulty"), report.by_difficulty, lang, "difficulty.")


def _print_groups(title: str, groups: Sequence[ExamGroup], lang: str, prefix: str) -> None:
    click.echo(f"\n{title}")
    names = [visible(exam_text(lang, prefix + group.name) if prefix else group.name) for group in groups]
    width = max((display_width(name) for name in names), default=0)
    for name, group in zip(names, groups, strict=True):
        points = f"{points_text(group.score)}/{points_text(group.max_score)}"
        time = f"{minutes(group.seconds)} ({exam_text(lang, 'target')} {minutes(group.target_seconds)})"
        click.echo(f"  {padded(name, width)}  {group.percent:>5.1f} %  {points:>11}  {time}")
