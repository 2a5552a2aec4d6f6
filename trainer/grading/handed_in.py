"""Answer files that a task asks for beside the rules. What would be right is told only where the solution may be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import re2

from trainer.grading.report import Submission
from trainer.grading.sentences import say

_SHOWN = 200


class Found(NamedTuple):
    passed: bool | None
    actual: str
    expected: str
    """What is asked for. Until the file is right it never holds the solution."""
    reason: str = ""
    solution: str = ""
    """What would be right, for those who may see it: an ended exam's report."""


def handed_in(submission: Submission, name: str) -> str | None:
    """The text of a file; None where it was not handed in."""
    if name in submission.answers:
        return submission.answers[name]
    file = submission.files.get(name)
    return file.text if file is not None else None


def check_answer(submission: Submission, params: Mapping[str, object], lang: str) -> Found:
    file = str(params["file"])
    text = handed_in(submission, file)
    if "line_pattern" in params:
        return _check_pattern(text, file, params, lang)
    accepted = params.get("accept", ())
    choices = [str(item) for item in accepted] if isinstance(accepted, (list, tuple)) else []
    solution = say(lang, "answer.expected", file=file, text=_short(choices[0] if choices else ""))
    wanted = [_lines(choice) for choice in choices] or [[]]
    asked = say(lang, "answer.asked", file=file)
    if text is None:
        missing = say(lang, "answer.missing", file=file)
        return Found(False, missing, asked, missing, solution)
    lines = _lines(text)
    if lines in wanted:
        return Found(True, _short("\n".join(lines)) or say(lang, "answer.empty"), solution)
    if not lines:
        empty = say(lang, "answer.empty")
        return Found(False, empty, asked, empty, solution)
    # Of several right answers the one that the learner came nearest to.
    actual, reason = max((_difference(lines, choice, lang) for choice in wanted), key=lambda one: one[0])[1:]
    return Found(False, actual, asked, reason, solution)


def _difference(lines: Sequence[str], wanted: Sequence[str], lang: str) -> tuple[int, str, str]:
    """How many lines are right, the learner's own line, and what is wrong with it, without a word of what is right."""
    length = min(len(lines), len(wanted))
    at = next((index for index in range(length) if lines[index] != wanted[index]), length)
    if at < length:
        return at, _short(lines[at]), say(lang, "answer.differs", number=at + 1)
    if len(lines) > len(wanted):
        return at, _short(lines[at]), say(lang, "answer.more", count=len(lines), number=at + 1)
    return at, _short("\n".join(lines)), say(lang, "answer.less", count=len(lines))


def _check_pattern(text: str | None, file: str, params: Mapping[str, object], lang: str) -> Found:
    least, most = params.get("min_lines"), params.get("max_lines")
    count = max(1, least if isinstance(least, int) else 1)
    pattern = str(params["line_pattern"])
    expected = say(lang, "answer.pattern", file=file, pattern=pattern, count=count)
    if isinstance(most, int):
        expected += say(lang, "answer.pattern.most", count=most)
    if params.get("distinct"):
        expected += say(lang, "answer.pattern.distinct")
    if text is None:
        missing = say(lang, "answer.missing", file=file)
        return Found(False, missing, expected, missing)
    lines = _lines(text)
    wanted = re2.compile(pattern)
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not wanted.fullmatch(line):
            sentence = say(lang, "answer.line", number=number, text=_short(line))
            return Found(False, _short(line), expected, sentence)
        if params.get("distinct") and line in first:
            sentence = say(lang, "answer.twice", number=number, first=first[line])
            return Found(False, _short(line), expected, sentence)
        first.setdefault(line, number)
    if len(lines) < count:
        few = say(lang, "answer.few", count=len(lines)) if lines else say(lang, "answer.empty")
        return Found(False, few, expected, few)
    if isinstance(most, int) and len(lines) > most:
        many = say(lang, "answer.many", count=len(lines))
        return Found(False, many, expected, many)
    return Found(True, say(lang, "answer.lines", count=len(lines)), expected)


def _lines(text: str) -> list[str]:
    """Lines without spaces at their ends and without empty lines at the end of the file."""
    return [line.rstrip() for line in text.replace("\r\n", "\n").rstrip().split("\n")] if text.strip() else []


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
