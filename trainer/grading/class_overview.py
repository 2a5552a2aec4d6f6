"""A class's results on one page: hardest criteria, common mistakes, look-alike submissions, and everybody's points.

The page needs nothing else and runs nothing; whatever a learner or a pack wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from trainer.grading.class_report import ClassReport, hardest, mistakes, summary_rows, titles

_MOST = 25


def to_html(report: ClassReport) -> str:
    name = titles(report.tasks, report.lang)
    parts = [
        f'<!doctype html>\n<html lang="{escape(report.lang)}">\n<head>\n<meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report.name)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{escape(report.name)}</h1>",
        f"<p>{len(report.learners)} learners, {len(report.tasks)} exercises, {_graded(report)} submissions graded.</p>",
        "<h2>Exercises</h2>",
        *_table(
            ("exercise", "title", "graded", "passed", "mean"),
            ([slug, name[slug], graded, passed, _percent(mean)] for slug, graded, passed, mean in summary_rows(report)),
        ),
        "<h2>Hardest criteria</h2>",
        *_table(
            ("exercise", "criterion", "not passed by", "of graded"),
            (
                [one.exercise, one.text, _percent(one.failed / one.graded), f"{one.failed} / {one.graded}"]
                for one in hardest(report)[:_MOST]
            ),
        ),
        "<h2>Common mistakes</h2>",
        *_table(("exercise", "what", "learners"), ([one.exercise, one.text, one.learners] for one in mistakes(report)[:_MOST])),
        "<h2>Look-alike submissions</h2>",
        "<p>Pairs that share much that hardly anybody else wrote, and that neither task nor reference gives. A reason to look, no proof.</p>",
        *_table(
            ("learner", "learner", "exercises"),
            (
                [pair.one, pair.other, ", ".join(f"{slug} {_percent(alike)}" for slug, alike in pair.exercises)]
                for pair in report.alike
            ),
        ),
        "<h2>Learners</h2>",
        *_table(("learner", "points", "of", "passed", "not handed in", "unreadable"), _learners(report)),
    ]
    if report.stray:
        parts += ["<h2>Files that belong to no exercise</h2>", *_table(("file",), ([path] for path in report.stray))]
    return "\n".join([*parts, "</body>\n</html>\n"])


def _graded(report: ClassReport) -> int:
    return sum(row.state == "graded" for row in report.rows)


def _learners(report: ClassReport) -> Iterator[list[object]]:
    for learner in sorted(report.learners, key=lambda one: (-report.total(one)[0], one)):
        rows = report.by_learner[learner]
        points, whole = report.total(learner)
        states = [row.state for row in rows]
        passed = f"{sum(row.passed for row in rows)} / {len(rows)}"
        yield [learner, f"{points:g}", f"{whole:g}", passed, states.count("missing"), states.count("unreadable")]


def _percent(share: float) -> str:
    return f"{round(share * 100)} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    body = ["<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows]
    if not body:
        yield "<p>None.</p>"
        return
    yield "<table>\n<thead><tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr></thead>\n<tbody>"
    yield from body
    yield "</tbody>\n</table>"


_STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; font-size: .9rem; }
th, td { border: 1px solid #8888; padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
"""
