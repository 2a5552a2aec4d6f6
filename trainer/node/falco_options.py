"""The options of ``falco``, read as cxxopts reads them, with its words for what is wrong.

Source: falco's app/options.cpp and the cxxopts library (short options in one word, a value in the same word or the next one,
``--long=value``; an argument that belongs to no option is ignored).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_FLAGS = {
    "h": "help",
    "L": "L",
    "N": "N",
    "U": "unbuffered",
    "v": "v",
    "i": "i",
    "help": "help",
    "dry-run": "dry-run",
    "unbuffered": "unbuffered",
    "version": "version",
    "markdown": "markdown",
    "support": "support",
    "list-events": "list-events",
    "list-plugins": "list-plugins",
    "page-size": "page-size",
    "config-schema": "config-schema",
    "rule-schema": "rule-schema",
    "fast": "fast",
}
_VALUES = {
    "c": "c",
    "l": "l",
    "M": "M",
    "o": "option",
    "r": "r",
    "V": "validate",
    "p": "print",
    "P": "pidfile",
    "option": "option",
    "validate": "validate",
    "print": "print",
    "pidfile": "pidfile",
    "disable-source": "disable-source",
    "enable-source": "enable-source",
    "plugin-info": "plugin-info",
}
_NOT_HERE = frozenset(
    {"i", "support", "list-events", "list-plugins", "page-size", "config-schema", "rule-schema", "plugin-info"}
    | {"disable-source", "enable-source", "print", "pidfile"}
)


class OptionProblem(Exception):
    """A command line that Falco refuses; the text is what it says behind ``Error: ``."""


@dataclass(frozen=True, slots=True)
class FalcoOptions:
    """One command line. Paths are as they were written."""

    config: str | None = None
    rules: tuple[str, ...] = ()
    validate: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    """``key=value`` of -o, in order."""
    seconds: int = 0
    """Of -M; 0: until it is stopped."""
    describe: str | None = None
    """The rule of -l."""
    list_source: str | None = None
    """The source of --list; empty for all."""
    flags: frozenset[str] = field(default_factory=frozenset)

    def has(self, flag: str) -> bool:
        return flag in self.flags


def read_options(arguments: Sequence[str]) -> FalcoOptions:
    """Raises OptionProblem."""
    values: dict[str, list[str]] = {}
    flags: set[str] = set()
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            break
        if word.startswith("--") and len(word) > 2:
            _read_long(word[2:], left, values, flags)
        elif word.startswith("-") and len(word) > 1:
            _read_short(word[1:], left, values, flags)
    for name in [*values, *flags]:
        if name in _NOT_HERE:
            shown = name if len(name) > 1 else f"-{name}"
            raise OptionProblem(f"this node's falco has no {shown if shown[0] == '-' else '--' + shown}; see falco --help")
    return FalcoOptions(
        config=values["c"][-1] if "c" in values else None,
        rules=tuple(values.get("r", ())),
        validate=tuple(values.get("validate", ())),
        overrides=tuple(values.get("option", ())),
        seconds=_seconds(values["M"][-1]) if "M" in values else 0,
        describe=values["l"][-1] if "l" in values else None,
        list_source=values["list"][-1] if "list" in values else None,
        flags=frozenset(flags),
    )


def _read_long(word: str, left: list[str], values: dict[str, list[str]], flags: set[str]) -> None:
    name, equals, value = word.partition("=")
    if name == "list":
        # Its value is optional, so it stands in the same word; the next word is taken where it can be nothing else.
        known = not equals and left and left[0] in ("syscall", "k8s_audit")
        values.setdefault("list", []).append(left.pop(0) if known else value)
    elif len(name) > 1 and name in _VALUES:
        values.setdefault(_VALUES[name], []).append(value if equals else _next(name, left))
    elif len(name) > 1 and name in _FLAGS:
        flags.add(_FLAGS[name])
    else:
        raise OptionProblem(f"Option ‘{name}’ does not exist")


def _read_short(word: str, left: list[str], values: dict[str, list[str]], flags: set[str]) -> None:
    for at, letter in enumerate(word):
        if letter in _VALUES:
            rest = word[at + 1 :]
            values.setdefault(_VALUES[letter], []).append(rest if rest else _next(letter, left))
            return
        if letter not in _FLAGS:
            raise OptionProblem(f"Option ‘{letter}’ does not exist")
        flags.add(_FLAGS[letter])


def _next(name: str, left: list[str]) -> str:
    if not left:
        raise OptionProblem(f"Option ‘{name}’ is missing an argument")
    return left.pop(0)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise OptionProblem(f"Argument ‘{text}’ failed to parse")
    return int(text)
