"""What a pack must hold besides being readable: tasks name what is graded, hints keep the solution to themselves, rules load."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from trainer.content.exercises import answer_names
from trainer.content.loader import recordings_by_seed
from trainer.content.model import Criterion, Exercise, Pack
from trainer.content.reading import Fields, Problems, read_mapping
from trainer.content.rule_lints import lint_base, lint_rules
from trainer.content.scenario_lints import lint_scenario
from trainer.content.scenarios import read_scenario
from trainer.content.variables import fill_exercise
from trainer.diagnostics import Diagnostic
from trainer.source import SourceFile, Span, YamlMapping, YamlScalar, YamlSequence, compose

LEAK = 40
"""So many characters in a row of the reference are no hint but the solution."""
_SHORT_CONDITION = 12
_WORDLY = re.compile(r"[A-Za-z0-9_]")


def lint_pack(pack: Pack) -> tuple[Diagnostic, ...]:
    """Beside what reading the pack found."""
    problems = Problems()
    for name in pack.scenarios:
        lint_scenario(pack, name, problems)
    base = lint_base(pack, problems)
    for exercise in pack.exercises:
        _lint_exercise(pack, exercise, base, problems)
    return tuple(problems.found)


def _lint_exercise(pack: Pack, exercise: Exercise, base: frozenset[str] | None, problems: Problems) -> None:
    """``base``: the names of the base rules; None where they do not load."""
    folder = exercise.folder
    fields = read_mapping(folder / "exercise.yaml", Problems()) if folder is not None else None
    if folder is None or fields is None:
        return
    for language, task in exercise.task.items():
        if unnamed := unnamed_words(exercise, language):
            what = ", ".join(repr(word) for word in unnamed)
            place = SourceFile(str(folder / f"task.{language}.md"), task)
            problems.error(place.span(0, 0), f"the task does not name what is graded: {what}", "write it as it is graded")
    scenario, _ = read_scenario(pack.folder / "scenarios" / exercise.scenario, 0, pack.languages)
    filled = exercise if scenario is None else fill_exercise(exercise, scenario.variables)
    for number, language in hint_leaks(filled):
        problems.error(
            _hint_place(fields, number, language),
            f"this hint holds a part of the reference ({LEAK} characters in a row, or a whole condition)",
            "say where to look, not what to write",
        )
    if base is not None:
        lint_rules(pack, filled, fields, base, problems)
    _lint_files(exercise, folder, problems)
    if not exercise.decoys:
        problems.warning(fields.span, "the exercise has no decoys", "add the wrong answers that learners give")


def _lint_files(exercise: Exercise, folder: Path, problems: Problems) -> None:
    """Files that nothing names: a slip in a name, or a decoy that was never tried."""
    named = {Path(file.name).resolve() for decoy in exercise.decoys for file in (decoy.file, *decoy.answers.values())}
    decoys = folder / "decoys"
    for path in sorted(decoys.rglob("*")) if decoys.is_dir() else []:
        if path.is_file() and not path.name.startswith(".") and path.resolve() not in named:
            advice = "name it under decoys: in exercise.yaml, or remove it"
            problems.warning(SourceFile(str(path), "").whole, "no decoy names this file", advice)
    asked = answer_names(exercise.criteria) | {"falco.yaml"}
    for kept in (exercise.starter_answers, exercise.reference_answers):
        for name, file in kept.items():
            if name not in asked:
                known = f"files that criteria look at: {', '.join(sorted(asked))}"
                problems.warning(SourceFile(file.name, "").whole, f"no criterion looks at a file {name!r}", known)


def _hint_place(fields: Fields, number: int, language: str) -> Span:
    hints = fields.node.get("hints")
    hint = hints.items[number - 1] if isinstance(hints, YamlSequence) else None
    text = hint.get("text") if isinstance(hint, YamlMapping) else None
    place = text.get(language) if isinstance(text, YamlMapping) else None
    return place.span if place is not None else fields.at("hints")


def unnamed_words(exercise: Exercise, language: str) -> list[str]:
    """What is graded and not in the task of a language. Where a variable holds what is graded, the task names the same variable, so
    both are compared as written."""
    task = exercise.task.get(language, "")
    words = [word for criterion in exercise.criteria if not criterion.hidden for word in _graded_words(criterion)]
    return [word for word in dict.fromkeys(words) if not _stands_in(word, task)]


def _stands_in(word: str, text: str) -> bool:
    """Whether a word or line is in a text as it is, and not only as a part of a longer word (``opened`` for ``open``).

    A letter of another script may follow at once, as Korean particles do.
    """
    before = r"(?<![A-Za-z0-9_])" if _WORDLY.match(word[:1]) else ""
    after = r"(?![A-Za-z0-9_]|[.-][A-Za-z0-9])" if _WORDLY.match(word[-1:]) else ""
    return re.search(before + re.escape(word) + after, text, re.IGNORECASE) is not None


def _graded_words(criterion: Criterion) -> list[str]:
    """What a learner could not guess."""
    words: list[str] = []
    for key in ("rule", "name", "line", "file", "path", "priority"):
        if isinstance(value := criterion.params.get(key), str):
            words.append(value)
    for key in ("fields", "tags"):
        value = criterion.params.get(key)
        words += [str(item) for item in value] if isinstance(value, (list, tuple)) else []
    keys = criterion.params.get("keys")
    return words + ([str(key).rsplit(".", 1)[-1] for key in keys] if isinstance(keys, Mapping) else [])


def hint_leaks(exercise: Exercise) -> list[tuple[int, str]]:
    """Number and language of the hints that hold the solution. What the task or the starter shows anyway is no secret."""
    conditions = _conditions(exercise.reference)
    shown = [_plain(text) for text in (exercise.starter.text, *exercise.task.values())]
    secret = _runs(_plain(exercise.reference.text)).difference(*(_runs(text) for text in shown))
    found = []
    for number, hint in enumerate(exercise.hints, 1):
        for language, text in hint.text.items():
            plain = _plain(text)
            told = any(condition in plain and not any(condition in one for one in shown) for condition in conditions)
            if told or not secret.isdisjoint(_runs(plain)):
                found.append((number, language))
    return found


def _runs(text: str) -> set[str]:
    return {text[start : start + LEAK] for start in range(max(0, len(text) - LEAK + 1))}


def _conditions(file: SourceFile) -> list[str]:
    """The conditions of a rules file, as written, that are too long to be in a hint by chance."""
    found = []
    for document in compose(file).documents:
        for item in document.items if isinstance(document, YamlSequence) else ():
            condition = item.get("condition") if isinstance(item, YamlMapping) else None
            if isinstance(condition, YamlScalar) and len(text := _plain(condition.value)) >= _SHORT_CONDITION:
                found.append(text)
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


def unrecorded(pack: Pack) -> list[str]:
    """Scenarios without a recording of seed 0."""
    return [name for name in pack.scenarios if 0 not in recordings_by_seed(pack.folder / "scenarios" / name)]
