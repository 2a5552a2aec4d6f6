"""The report of an exam as CSV, Markdown and HTML. What a learner or a pack wrote is data there: it never becomes markup or a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from html import escape
from typing import Final

from trainer.grading.exam_report import ExamGroup, ExamReport, ExamTaskResult, shown
from trainer.grading.exam_texts import exam_text, in_words, minutes
from trainer.grading.report import Outcome

CSV_COLUMNS: Final = (
    *("attempt", "exam", "task", "exercise", "title", "difficulty", "skills", "task_points", "task_score", "task_max_score"),
    *(
        "seconds",
        "target_seconds",
        "criterion",
        "kind",
        "text",
        "outcome",
        "points",
        "max_points",
        "expected",
        "actual",
        "reason",
    ),
)


def to_csv(report: ExamReport, language: str) -> str:
    """One line per criterion; a task that could not be graded has one line without a criterion."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(CSV_COLUMNS)
    for task in report.tasks:
        head = [report.attempt, report.exam, task.number, task.exercise, in_words(task.title, language), task.difficulty]
        head += [" ".join(task.skills), task.points, shown(task.score), shown(task.max_score), round(task.seconds, 1)]
        head.append(task.target_seconds)
        rows = [
            [
                *(one.id, one.kind, in_words(one.text, language), one.outcome.value, one.points, one.max_points),
                *(one.expected, one.actual, one.reason),
            ]
            for one in task.criteria
        ]
        for row in rows or [["", "", "", Outcome.ERROR.value, "", "", "", "", task.problem]]:
            writer.writerow([_cell(value) for value in (*head, *row)])
    return stream.getvalue()


def to_markdown(report: ExamReport, language: str) -> str:
    """Headings and tables."""
    said = _words_of(language)
    lines = [f"# {_md(in_words(report.title, language))}", "", f"**{_md(verdict_line(report, language))}**", ""]
    lines += [_md(attempt_line(report, language)), "", f"## {said('tasks')}", ""]
    lines += _md_table(_task_table(report, language))
    for name, groups in (("by skill", report.by_skill), ("by difficulty", report.by_difficulty)):
        lines += ["", f"## {said(name)}", "", *_md_table(_group_table(name, groups, language))]
    for task in report.tasks:
        lines += ["", f"## {task.number}. {_md(in_words(task.title, language))}", "", _md(task_line(task, language))]
        if task.criteria:
            lines += ["", *_md_table(_criteria_table(task, language))]
    return "\n".join(lines) + "\n"


def to_html(report: ExamReport, language: str) -> str:
    """One page that needs nothing else: no script, no picture, no font from anywhere."""
    said = _words_of(language)
    title = escape(in_words(report.title, language))
    colour = "good" if report.passed else "bad"
    parts = [
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>",
        f'<p class="verdict {colour}">{escape(verdict_line(report, language))}</p>',
        f"<p>{escape(attempt_line(report, language))}</p>\n<h2>{escape(said('tasks'))}</h2>",
        *_html_table(_task_table(report, language)),
    ]
    for name, groups in (("by skill", report.by_skill), ("by difficulty", report.by_difficulty)):
        parts += [f"<h2>{escape(said(name))}</h2>", *_html_table(_group_table(name, groups, language))]
    for task in report.tasks:
        parts.append(f"<h2>{task.number}. {escape(in_words(task.title, language))}</h2>")
        parts.append(f"<p>{escape(task_line(task, language))}</p>")
        if task.criteria:
            parts += _html_table(_criteria_table(task, language), [one.outcome.value for one in task.criteria])
    return "\n".join([*parts, "</body>\n</html>\n"])


def verdict_line(report: ExamReport, language: str) -> str:
    """Percent, passed or not, points."""
    word = exam_text(language, "passed" if report.passed else "not passed")
    score, whole = points_text(report.score), points_text(report.max_score)
    return exam_text(
        language,
        "verdict",
        percent=f"{report.percent:g}",
        verdict=word,
        score=score,
        max_score=whole,
        pass_percent=report.pass_percent,
    )


def attempt_line(report: ExamReport, language: str) -> str:
    """Which attempt, and the time that it took."""
    used, duration = minutes(report.elapsed), minutes(report.duration)
    ended = exam_text(language, report.ended)
    return exam_text(language, "attempt", attempt=report.attempt, seed=report.seed, used=used, duration=duration, ended=ended)


def task_line(task: ExamTaskResult, language: str) -> str:
    """Points, time and whatever else is to be said of one task."""
    said = _words_of(language)
    parts = [
        f"{said('points')}: {points_text(task.score)} / {points_text(task.max_score)}",
        f"{said('time')}: {minutes(task.seconds)} ({said('target')} {minutes(task.target_seconds)})",
        f"{said('skills')}: {', '.join(task.skills)}",
    ]
    if not task.edited:
        parts.append(said("untouched"))
    if task.problem:
        parts.append(exam_text(language, "ungraded", problem=task.problem))
    return "; ".join(parts)


def points_text(points: Fraction) -> str:
    """``7`` or ``4.67``."""
    return f"{shown(points):g}"


Table = list[list[str]]
"""Rows of cells as plain text; the first row is the head."""


def _words_of(language: str) -> Callable[[str], str]:
    return lambda name: exam_text(language, name)


def _task_table(report: ExamReport, language: str) -> Table:
    said = _words_of(language)
    head = ["#", said("task"), said("difficulty"), said("points"), said("time"), said("target")]
    rows = [
        [
            str(task.number),
            in_words(task.title, language),
            exam_text(language, f"difficulty.{task.difficulty}"),
            f"{points_text(task.score)} / {points_text(task.max_score)}",
            minutes(task.seconds),
            minutes(task.target_seconds),
        ]
        for task in report.tasks
    ]
    return [head, *rows]


def _group_table(name: str, groups: Sequence[ExamGroup], language: str) -> Table:
    said = _words_of(language)
    first = "skill" if name == "by skill" else "difficulty"
    head = [said(first), "%", said("points"), said("tasks"), said("time"), said("target")]
    rows = [
        [
            exam_text(language, f"difficulty.{group.name}") if first == "difficulty" else group.name,
            f"{group.percent:g}",
            f"{points_text(group.score)} / {points_text(group.max_score)}",
            f"{group.passed} / {group.tasks}",
            minutes(group.seconds),
            minutes(group.target_seconds),
        ]
        for group in groups
    ]
    return [head, *rows]


def _criteria_table(task: ExamTaskResult, language: str) -> Table:
    said = _words_of(language)
    head = [said("outcome"), said("points"), said("criterion"), said("expected"), said("actual"), said("reason")]
    rows = [
        [
            exam_text(language, f"outcome.{one.outcome.value}"),
            f"{one.points} / {one.max_points}",
            in_words(one.text, language),
            one.expected,
            one.actual,
            one.reason,
        ]
        for one in task.criteria
    ]
    return [head, *rows]


def _cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula is made a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _md(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    marked = re.sub(r"([\\`*_\[\]#|~<>])", r"\\\1", text.replace("&", "&amp;"))
    return re.sub(r"\r\n|[\r\n\v\f\x85\u2028\u2029]", "<br>", marked)


def _md_table(table: Table) -> Iterator[str]:
    for index, row in enumerate(table):
        yield "| " + " | ".join(_md(cell) for cell in row) + " |"
        if index == 0:
            yield "|" + "---|" * len(row)


def _html_table(table: Table, classes: Sequence[str] = ()) -> Iterator[str]:
    head, *rows = table
    yield "<table>\n<thead><tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr></thead>\n<tbody>"
    for index, row in enumerate(rows):
        kind = f' class="{classes[index]}"' if classes else ""
        yield f"<tr{kind}>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody>\n</table>"


_STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; font-size: .9rem; }
th, td { border: 1px solid #8888; padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td { white-space: pre-wrap; }
.verdict { font-size: 1.4rem; font-weight: 600; }
.good, .passed td:first-child { color: #0a7d33; }
.bad, .failed td:first-child { color: #c4201d; }
.error td:first-child { color: #96690a; }
"""
