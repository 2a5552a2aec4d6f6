"""Completion of a rules file at a place, whatever state the text is in."""

from __future__ import annotations

import re
from dataclasses import replace

from trainer.engine.assist.condition import Proposal, propose, propose_output
from trainer.engine.assist.keys import key_items, start_items, value_items_of
from trainer.engine.assist.model import FILE_NAME, Completions, Item, Known, as_known
from trainer.engine.assist.place import Place, place_at
from trainer.engine.assist.rank import ranked
from trainer.engine.assist.scalar import Scalar
from trainer.engine.assist.scope import Scope
from trainer.engine.assist.texts import DEFAULT
from trainer.engine.rules.definitions import Definitions
from trainer.engine.rules.ruleset import Ruleset

_WHOLE_LINE = re.compile(r"[^\n]*")


def complete(text: str, offset: int, known: Known | Definitions | Ruleset | None = None, language: str = DEFAULT) -> Completions:
    """What may stand at ``offset`` (a code point's index) of a rules file; ``known`` are the names that other files define.

    Never raises, and takes well under 10 ms: only the item around the offset is read.
    """
    offset = max(0, min(offset, len(text)))
    place = place_at(text, offset)
    if place.role == "none":
        return Completions(offset, offset)
    scope = Scope(text, as_known(known), language, place.item, FILE_NAME)
    if place.role == "start":
        return Completions(place.start, place.end, ranked(_after_dash(text[place.start : offset]), start_items(scope)))
    if place.role == "key":
        end = place.end if text[place.start : offset].strip() or place.end == offset else offset
        typed = text[place.start : offset].strip()
        return Completions(place.start, end, ranked(typed, key_items(scope, place)))
    assert place.scalar is not None  # a value's place has one
    return _value(scope, place, place.scalar)


def _after_dash(typed: str) -> str:
    return typed.lstrip("- \t")


def _value(scope: Scope, place: Place, scalar: Scalar) -> Completions:
    kind = place.item.kind if place.item is not None else ""
    if place.path == ("condition",) and kind in ("rule", "macro"):
        return _placed(scalar, propose(scope, scalar.text, scalar.cursor))
    if place.path == ("output",) and kind == "rule":
        return _placed(scalar, propose_output(scope, scalar.text, scalar.cursor))
    return _whole(scope, place, scalar)


def _placed(scalar: Scalar, proposal: Proposal) -> Completions:
    """A proposal for a part of the scalar's text, put in the file's offsets and the scalar's way of writing."""
    cursor = scalar.cursor
    start = scalar.starts[proposal.start] if proposal.start < cursor else scalar.offset
    end = scalar.ends[proposal.end - 1] if proposal.end > cursor else scalar.offset
    return Completions(start, end, tuple(_written(scalar, item) for item in proposal.items))


def _written(scalar: Scalar, item: Item) -> Item:
    insert = scalar.written(item.insert)
    return item if insert == item.insert else replace(item, insert=insert)


def _whole(scope: Scope, place: Place, scalar: Scalar) -> Completions:
    """A value that is replaced as a whole: of a priority, a name, an element of a sequence."""
    before, after = scalar.text[: scalar.cursor], scalar.text[scalar.cursor :]
    if "\n" in before.strip():
        return Completions(scalar.offset, scalar.offset)
    typed = before.strip()
    line = _WHOLE_LINE.match(after)
    rest = line.group().rstrip() if line is not None else ""
    start = scalar.cursor - len(before.lstrip())
    end = scalar.cursor + len(rest) if typed else scalar.cursor
    return _placed(scalar, Proposal(start, end, ranked(typed, value_items_of(scope, place, typed))))
