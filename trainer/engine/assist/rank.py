"""Which proposals fit what was typed, and in what order."""

from __future__ import annotations

from collections.abc import Iterable

from trainer.engine.assist.model import Item

_BORDERS = "._- /:(["


def rank(typed: str, label: str) -> int | None:
    """0 the same, 1 begins so, 2 a part of the name begins so, 3 is somewhere in it; None does not fit. ``typed`` is in lower case."""
    lowered = label.lower()
    if lowered.startswith(typed):
        return 0 if lowered == typed else 1
    at = lowered.find(typed)
    if at < 0:
        return None
    while at > 0:
        if lowered[at - 1] in _BORDERS:
            return 2
        at = lowered.find(typed, at + 1)
    return 3


def ranked(typed: str, items: Iterable[Item]) -> tuple[Item, ...]:
    """What fits, best first; items that fit alike keep their order, deprecated ones come last."""
    lowered = typed.lower()
    found = [(item.deprecated, fit, item) for item in items if (fit := rank(lowered, item.label)) is not None]
    found.sort(key=lambda entry: entry[:2])
    return tuple(item for _, _, item in found)
