"""A grade's report for people, on stdout, in the languages of the trainer."""

from __future__ import annotations

from typing import Final

import click

from trainer.cli.console import paint, use_color
from trainer.content.footprint import visible
from trainer.diagnostics.render import padded, render_plain
from trainer.grading import GradeReport, Outcome
from trainer.grading.exam_texts import exam_text, in_words

_OUTCOME_COLOR = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.SKIPPED: "bright_black", Outcome.ERROR: "yellow"}
_VERDICT_COLOR = {"caught": "green", "missed": "red", "false alarm": "red"}
_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "expected": ("expected", "기대"),
    "actual": ("actual", "실제"),
    "why": ("why", "이유"),
    "help": ("help", "도움말"),
    "caught": ("caught", "탐지"),
    "missed": ("missed", "놓침"),
    "false alarm": ("false alarm", "거짓 경보"),
    "silent": ("silent", "조용함"),
    "passed": ("passed", "통과"),
    "not passed": ("not passed", "통과하지 못함"),
    "live": ("live", "실시간"),
    "recorded": ("recorded", "녹화"),
    "given": ("given", "주어진 이벤트"),
    "sum": (
        "{verdict}: {score} of {max_score} points ({source}, variant {seed})",
        "{verdict}: {max_score}점 중 {score}점 ({source}, 변형 {seed})",
    ),
}


def grade_text(language: str, name: str, **words: object) -> str:
    """The text ``name`` in ``language``, or in English."""
    english, korean = _TEXTS[name]
    return (korean if language == "ko" else english).format(**words)


def print_report(report: GradeReport, lang: str) -> None:
    """Problems of the file, each criterion with expected against actual, each action, and the sum."""
    for diagnostic in report.diagnostics:
        click.echo(render_plain(diagnostic, color=use_color(), language=lang))
    words = {outcome: exam_text(lang, f"outcome.{outcome.value}") for outcome in Outcome}
    for result in report.criteria:
        mark = paint(padded(words[result.outcome], 8), fg=_OUTCOME_COLOR[result.outcome])
        click.echo(f"{mark} {result.points:>2}/{result.max_points:<2} {visible(in_words(result.text, lang))}")
        if result.outcome is not Outcome.PASSED:
            said = {"expected": result.expected, "actual": result.actual, "why": result.reason, "help": result.help}
            for label, text in said.items():
                if text:
                    click.echo(f"             {grade_text(lang, label)}: {text}")
    if report.actions:
        click.echo("")
        if report.refused:
            click.echo(paint(report.refused, fg="yellow"))
    for action in report.actions:
        word = paint(padded(grade_text(lang, action.verdict), 12), fg=_VERDICT_COLOR.get(action.verdict))
        click.echo(f"  {word} {action.action_id}" + (f": {action.reason}" if action.reason else ""))
    if report.note:
        click.echo(f"\n{report.note}")
    passed = report.passed
    verdict = paint(grade_text(lang, "passed" if passed else "not passed"), fg="green" if passed else "red", bold=True)
    source = grade_text(lang, report.source)
    total = grade_text(
        lang, "sum", verdict=verdict, score=report.score, max_score=report.max_score, source=source, seed=report.seed
    )
    click.echo(f"\n{total}")
