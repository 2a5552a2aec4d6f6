"""Command lines of kubectl, crictl and systemctl: flags anywhere among the words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class UsageProblem(Exception):
    """What the command says of a command line that it does not take."""


@dataclass(frozen=True, slots=True)
class Words:
    words: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


def read_words(arguments: Sequence[str], valued: Mapping[str, str], flags: Mapping[str, str]) -> Words:
    """``valued`` and ``flags`` map each spelling (``-n``, ``--namespace``) to one name. Raises UsageProblem for another option."""
    words: list[str] = []
    values: dict[str, str] = {}
    seen: set[str] = set()
    left = list(arguments)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            words += left
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
        elif name in valued:
            if not equals and not left:
                raise UsageProblem(f"flag needs an argument: {word}")
            values[valued[name]] = value if equals else left.pop(0)
        elif name in flags:
            if value.lower() not in ("false", "0"):
                seen.add(flags[name])
        elif not word.startswith("--") and word[:2] in valued:
            values[valued[word[:2]]] = word[2:].removeprefix("=")
        elif word.startswith("--"):
            raise UsageProblem(f"unknown flag: {name}")
        else:
            raise UsageProblem(f"unknown shorthand flag: {word[1]!r} in {word}")
    return Words(tuple(words), values, frozenset(seen))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their heads, three spaces apart, as kubectl prints them."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)
    )


def pretty(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
