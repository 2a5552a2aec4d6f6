"""Files that a task asks for beside the rules: answers, and falco.yaml."""

from __future__ import annotations

from collections.abc import Mapping

import re2

from trainer.grading.report import Submission
from trainer.grading.sentences import say
from trainer.source import SourceFile
from trainer.source.yaml import YamlMapping, compose, plain

CONFIG_FILE = "falco.yaml"
_SHOWN = 200
Found = tuple[bool | None, str, str, str]
"""Passed, actual, expected, reason."""


def _handed_in(submission: Submission, name: str) -> str | None:
    if name in submission.answers:
        return submission.answers[name]
    file = submission.files.get(name)
    return file.text if file is not None else None


def _lines(text: str) -> list[str]:
    """Lines without spaces at their ends and without empty lines at the end of the file."""
    return [line.rstrip() for line in text.replace("\r\n", "\n").rstrip().split("\n")] if text.strip() else []


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def check_answer(submission: Submission, params: Mapping[str, object], lang: str) -> Found:
    file = str(params["file"])
    text = _handed_in(submission, file)
    if "line_pattern" in params:
        return _check_lines(text, file, str(params["line_pattern"]), params.get("min_lines"), lang)
    accepted = params.get("accept", ())
    choices = [str(item) for item in accepted] if isinstance(accepted, (list, tuple)) else []
    expected = say(lang, "answer.expected", file=file, text=_short(choices[0] if choices else ""))
    if text is None:
        missing = say(lang, "answer.missing", file=file)
        return False, missing, expected, missing
    lines = _lines(text)
    actual = _short("\n".join(lines)) or say(lang, "answer.empty")
    right = any(lines == _lines(choice) for choice in choices)
    return right, actual, expected, "" if right else say(lang, "rule.differs", what=actual)


def _check_lines(text: str | None, file: str, pattern: str, least: object, lang: str) -> Found:
    count = max(1, least if isinstance(least, int) else 1)
    expected = say(lang, "answer.pattern", file=file, pattern=pattern, count=count)
    if text is None:
        missing = say(lang, "answer.missing", file=file)
        return False, missing, expected, missing
    lines = _lines(text)
    wanted = re2.compile(pattern)
    for number, line in enumerate(lines, 1):
        if not wanted.fullmatch(line):
            sentence = say(lang, "answer.line", number=number, text=_short(line))
            return False, _short(line), expected, sentence
    if len(lines) < count:
        few = say(lang, "answer.few", count=len(lines)) if lines else say(lang, "answer.empty")
        return False, few, expected, few
    return True, say(lang, "answer.lines", count=len(lines)), expected, ""


def check_config(submission: Submission, params: Mapping[str, object], lang: str) -> Found:
    keys = params.get("keys")
    wanted = dict(keys) if isinstance(keys, Mapping) else {}
    expected = say(lang, "config.expected", what=_settings(wanted))
    text = _handed_in(submission, CONFIG_FILE)
    if text is None:
        missing = say(lang, "answer.missing", file=CONFIG_FILE)
        return False, missing, expected, missing
    composed = compose(SourceFile(CONFIG_FILE, text))
    if composed.error is not None:
        position = composed.error.span.position
        error = f"{position.line}:{position.column}: {composed.error.message}"
        sentence = say(lang, "config.invalid", error=error)
        return False, sentence, expected, sentence
    document = composed.documents[0] if composed.documents else None
    data = plain(document) if isinstance(document, YamlMapping) else {}
    found = {key: _dotted(data, str(key), say(lang, "absent")) for key in wanted}
    bad = {key: value for key, value in found.items() if value != wanted[key] or type(value) is not type(wanted[key])}
    actual = _settings(found)
    return not bad, actual, expected, say(lang, "config.differs", what=_settings(bad)) if bad else ""


def _dotted(data: object, key: str, absent: str) -> object:
    for part in key.split("."):
        if not isinstance(data, Mapping) or part not in data:
            return absent
        data = data[part]
    return data


def _settings(settings: Mapping[object, object]) -> str:
    return "; ".join(f"{key}: {str(value).lower() if isinstance(value, bool) else value}" for key, value in settings.items())
