"""Seeded variables: which choice a seed takes, and putting them into texts (``${name}``; ``$${`` writes ``${``)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from trainer.content.model import Criterion, Decoy, Exercise, Hint
from trainer.source import SourceFile

_USE = re.compile(r"\$(\$?)\{([^{}\n]*)\}?")


def draw(choices: Mapping[str, tuple[str, ...]], seed: int) -> dict[str, str]:
    """Seed 0 takes every first choice. The draw hangs on seed and name only, so a new variable changes no other."""
    drawn = {}
    for name, options in choices.items():
        index = 0
        if seed:
            digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
            index = int.from_bytes(digest[:8]) % len(options)
        drawn[name] = options[index]
    return drawn


def fill(text: str, variables: Mapping[str, str], unknown: Callable[[str], None] | None = None) -> str:
    """``text`` with the variables put in; an unknown one stays as written and is told to ``unknown``."""

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        if match[2] in variables:
            return variables[match[2]]
        if unknown is not None:
            unknown(match[2])
        return match[0]

    return _USE.sub(one, text) if "${" in text else text


def unknown_uses(text: str, variables: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Each use of a variable that there is not: its name, and its place in ``text``."""
    for match in _USE.finditer(text):
        if not match[1] and match[2] not in variables:
            yield match[2], match.start(), match.end()


def fill_exercise(exercise: Exercise, variables: Mapping[str, str]) -> Exercise:
    """The exercise as one seed's learner sees it."""

    def texts(mapping: Mapping[str, str]) -> dict[str, str]:
        return {language: fill(text, variables) for language, text in mapping.items()}

    def any_value(value: object) -> object:
        if isinstance(value, str):
            return fill(value, variables)
        if isinstance(value, tuple):
            return tuple(any_value(item) for item in value)
        if isinstance(value, Mapping):
            return {any_value(key): any_value(item) for key, item in value.items()}
        return value

    def file(source: SourceFile) -> SourceFile:
        return SourceFile(source.name, fill(source.text, variables))

    def criterion(one: Criterion) -> Criterion:
        params = {key: any_value(value) for key, value in one.params.items()}
        return replace(one, text=texts(one.text), params=params)

    return replace(
        exercise,
        title=texts(exercise.title),
        criteria=tuple(criterion(one) for one in exercise.criteria),
        hints=tuple(Hint(hint.when, texts(hint.text)) for hint in exercise.hints),
        decoys=tuple(
            Decoy(file(decoy.file), decoy.fails, texts(decoy.why), {name: file(one) for name, one in decoy.answers.items()})
            for decoy in exercise.decoys
        ),
        task=texts(exercise.task),
        starter=file(exercise.starter),
        reference=file(exercise.reference),
        learned=texts(exercise.learned),
        starter_answers={name: file(source) for name, source in exercise.starter_answers.items()},
        reference_answers={name: file(source) for name, source in exercise.reference_answers.items()},
    )
