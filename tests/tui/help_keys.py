"""The keys of the help pages, as a test presses them, and the record of which keys have a test."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable
from typing import ParamSpec

from textual.pilot import Pilot

from trainer.tui.text import HELP

P = ParamSpec("P")
Key = tuple[str, str]
"""A help page, and a key as that page names it."""

COVERED: dict[Key, str] = {}
"""The test of each key."""
_PRESSED: set[Key] = set()
_NAMES = {
    "↑": ("up",),
    "↓": ("down",),
    "PgUp": ("pageup",),
    "PgDn": ("pagedown",),
    # As a terminal sends them, and as the newer keyboard protocol does.
    "Ctrl+Space": ("ctrl+@", "ctrl+space"),
    "Ctrl+/": ("ctrl+underscore", "ctrl+slash"),
    "Shift+F8": ("shift+f8", "f20"),
    "Ctrl+\\": ("ctrl+backslash",),
    "/": ("slash",),
    "a-z": ("o",),
}


def labels(page: str) -> list[str]:
    """Every key that a help page names; a range of digits is each of them."""
    found = []
    for keys, _, _ in HELP[page]:
        if digits := re.fullmatch(r"(\d) … (\d)", keys):
            found += [str(number) for number in range(int(digits[1]), int(digits[2]) + 1)]
        else:
            found += re.split(r", | ", keys)
    return found


def names(label: str) -> tuple[str, ...]:
    """Textual's names of a key."""
    return _NAMES.get(label, (label.lower(),))


def covers(*keys: Key) -> Callable[[Callable[P, Awaitable[None]]], Callable[P, Awaitable[None]]]:
    """Says which keys a test is about; it fails when it has not pressed one of them (of its ``page``, where it has that parameter)."""

    def mark(test: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
        COVERED.update(dict.fromkeys(keys, test.__name__))

        @functools.wraps(test)
        async def checked(*args: P.args, **kwargs: P.kwargs) -> None:
            wanted = {key for key in keys if key[0] == kwargs.get("page", key[0])}
            _PRESSED.difference_update(wanted)
            await test(*args, **kwargs)
            assert wanted <= _PRESSED, f"never pressed: {wanted - _PRESSED}"

        return checked

    return mark


def keys_of(page: str, *pressed: str) -> tuple[Key, ...]:
    return tuple((page, label) for label in pressed)


async def press(pilot: Pilot[int], page: str, label: str, way: int = 0) -> None:
    """Presses one key of a help page; ``way``: which of its names, where a terminal may send it in several ways."""
    _PRESSED.add((page, label))
    await pilot.press(names(label)[way])
