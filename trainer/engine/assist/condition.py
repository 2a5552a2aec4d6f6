"""What may stand at a place of a condition or an output."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from trainer.engine.assist import operands
from trainer.engine.assist.fields import argument_items, field_items, suffix_items
from trainer.engine.assist.model import Item
from trainer.engine.assist.rank import ranked
from trainer.engine.assist.scan import MODIFIERS, TRANSFORMERS, Check, Scan, State, Token, event_types, scan
from trainer.engine.assist.scope import Scope
from trainer.engine.assist.texts import say, shortened, word
from trainer.engine.assist.values import value_items
from trainer.engine.evaluate.operands import Operand

_NAME_REST = re.compile(r"[\w.]*")
_VALUE_REST = re.compile(r"[^()\"'\s=,]*")
_ARGUMENT_REST = re.compile(r"""[^\]\["'\s()=,]*\]?""")
_SHOWN_ITEMS = 80


@dataclass(frozen=True, slots=True)
class Proposal:
    """Items for ``text[start:end]`` of the condition."""

    start: int
    end: int
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spot:
    """What was typed, what is expected there, and the check that it belongs to."""

    start: int
    typed: str
    state: State
    check: Check
    quoted: bool = False


def propose(scope: Scope, text: str, cursor: int) -> Proposal:
    """Items for the cursor in a condition's text."""
    found = scan(text[:cursor])
    last = found.tokens[-1] if found.tokens else None
    if last is not None and last.role == "field" and last.end == cursor and "[" in found.word(last):
        return _argument(scope, found, last, text, cursor)
    spot = _spot(found, last, text, cursor)
    if spot is None:
        return Proposal(cursor, cursor)
    end = cursor
    if spot.typed and not spot.quoted:
        rest = _VALUE_REST if spot.state in ("value", "number", "list", "item", "separator") else _NAME_REST
        match = rest.match(text, cursor)
        end = match.end() if match is not None else cursor
    return Proposal(spot.start, end, _items(scope, found, spot, text))


def _spot(found: Scan, last: Token | None, text: str, cursor: int) -> _Spot | None:
    """The word that the cursor stands behind; None behind a closed quote."""
    if last is None or last.end != cursor:
        return _Spot(cursor, "", found.state, found.check)
    said = found.word(last)
    if said[:1] in ("'", '"'):
        return _Spot(last.start + 1, said[1:], last.state, last.check, quoted=True) if last.is_open else None
    if last.role in ("punct", "transformer") or (last.role == "operator" and not said.isalpha() and said != "!"):
        return _Spot(cursor, "", found.state, found.check)
    return _Spot(last.start, said, last.state, last.check)


def _argument(scope: Scope, found: Scan, token: Token, text: str, cursor: int) -> Proposal:
    """Inside the brackets behind a field."""
    name, _, typed = found.word(token).partition("[")
    if not token.is_open:
        return Proposal(cursor, cursor)
    rest = _ARGUMENT_REST.match(text, cursor)
    items = argument_items(scope, name, event_types(scan(text)))
    return Proposal(cursor - len(typed), rest.end() if rest else cursor, ranked(typed, items))


def _items(scope: Scope, found: Scan, spot: _Spot, text: str) -> tuple[Item, ...]:
    events = event_types(scan(text))
    if spot.state == "check":
        return () if spot.quoted else _checks(scope, spot.typed, events)
    if spot.state == "argument":
        return () if spot.quoted else _arguments(scope, found, spot, events)
    if spot.state == "join":
        return () if spot.quoted else ranked(spot.typed, [operator_item(name, scope.language) for name in ("and", "or")])
    operand = _operand(scope, spot.check.left)
    if spot.state == "operator":
        return () if spot.quoted else _operators(scope, spot.typed, operand)
    if spot.state in ("value", "number", "list", "item"):
        return _values(scope, found, spot, operand, events)
    return ()


def _operand(scope: Scope, left: str) -> Operand | None:
    return operands.operand_of(left, scope.sources, scope.known.plugins) if left else None


def _checks(scope: Scope, typed: str, events: list[str]) -> tuple[Item, ...]:
    others = [*macro_items(scope), *_transformers(scope, TRANSFORMERS), operator_item("not", scope.language)]
    return _by_name(typed, field_items(scope), suffix_items(scope, typed, events), others)


def _by_name(typed: str, fields: list[Item], suffixed: list[Item], others: list[Item]) -> tuple[Item, ...]:
    """Fields and what may stand in their place. Where the part before the dot fits none, the part behind it decides."""
    items = tuple(
        item
        for item in ranked(typed, [*fields, *suffixed, *others])
        if not (item.insert == typed and typed.endswith((".", "[", "(")))
    )
    if not items and "." in typed and (segment := typed.rpartition(".")[2]):
        items = tuple(item for item in ranked(segment, fields) if f".{segment.lower()}" in item.label.lower())
    return items


def _arguments(scope: Scope, found: Scan, spot: _Spot, events: list[str]) -> tuple[Item, ...]:
    """Inside a transformer's parentheses."""
    transformer = found.innermost() or "concat"
    operand = _operand(scope, found.check.left) if transformer == "val" else None
    fields = field_items(scope, takes=lambda info: operands.takes(transformer, info, operand))
    nested = [] if transformer == "val" else _transformers(scope, TRANSFORMERS)
    return _by_name(spot.typed, fields, suffix_items(scope, spot.typed, events) if transformer != "val" else [], nested)


def _operators(scope: Scope, typed: str, operand: Operand | None) -> tuple[Item, ...]:
    return ranked(typed, [operator_item(name, scope.language) for name in operands.operators_of(operand)])


def operator_item(name: str, language: str) -> Item:
    return Item(name, name, "operator", say("operators", name, language))


def _transformers(scope: Scope, names: Iterable[str]) -> list[Item]:
    return [Item(f"{name}(", f"{name}(", "transformer", say("transformers", name, scope.language)) for name in names]


def macro_items(scope: Scope) -> list[Item]:
    return [Item(name, name, "macro", shortened(found.text)) for name, found in scope.macros.items()]


def list_items(scope: Scope, operand: Operand | None = None) -> list[Item]:
    """Lists whose items the left side can be compared with."""
    names = frozenset(scope.lists)
    return [
        Item(name, name, "list", list_detail(found.items, scope.language))
        for name, found in scope.lists.items()
        if operands.fits(operand, found.items, scope.catalogue.event_names, names)
    ]


def list_detail(items: tuple[str, ...], language: str) -> str:
    if not items:
        return word("empty", language)
    return word("items", language, count=len(items), items=shortened(", ".join(items), _SHOWN_ITEMS))


def _values(scope: Scope, found: Scan, spot: _Spot, operand: Operand | None, events: list[str]) -> tuple[Item, ...]:
    """Constants, lists, and where something was typed also modifiers and fields of the right side."""
    check = spot.check
    constants = () if spot.state == "number" else value_items(scope, check.left, operand, events)
    if spot.quoted:
        return ranked(spot.typed, constants)
    if spot.state == "item":
        there = _there(found, spot)
        return ranked(spot.typed, [item for item in (*constants, *list_items(scope, operand)) if item.label not in there])
    others: list[Item] = []
    if spot.state == "list":
        constants = tuple(replace(item, insert=f"({item.insert})") for item in constants)
        others = [replace(item, insert=f"({item.insert})") for item in list_items(scope, operand)]
    if spot.typed:
        if spot.state == "value" and (operand is None or operands.allowed(operand, check.operator, modifier=True)):
            others.extend(operator_item(name, scope.language) for name in MODIFIERS)
        if not check.modifier and operands.takes_fields(operand, check.operator):
            others.extend(_transformers(scope, ("val", *TRANSFORMERS)))
    return ranked(spot.typed, (*constants, *others))


def _there(found: Scan, spot: _Spot) -> set[str]:
    """Items of the list that stand before the cursor."""
    items: set[str] = set()
    for token in reversed(found.tokens):
        if token.role == "punct" and found.word(token) == "(":
            break
        if token.role == "value" and token.start != spot.start:
            items.add(found.word(token).strip("\"'"))
    return items


# Outputs.

_TOKEN = re.compile(r"%\d*([a-zA-Z][\w.]*)?$")
_BRACKET = re.compile(r"""%\d*([a-zA-Z][\w.]*)\[([^\]\["'\s]*)$""")
_CALL = re.compile(rf"\d*(?=(?:{'|'.join(TRANSFORMERS)})\()")


def propose_output(scope: Scope, text: str, cursor: int) -> Proposal:
    """Items behind a ``%`` of an output."""
    before = text[:cursor]
    events = event_types(scan(scope.item_condition()))
    if found := _TOKEN.search(before):
        typed = found.group(1) or ""
        fields, suffixed = field_items(scope, output=True), suffix_items(scope, typed, events)
        rest = _NAME_REST.match(text, cursor) if typed else None
        items = _by_name(typed, fields, suffixed, _transformers(scope, TRANSFORMERS))
        return Proposal(cursor - len(typed), rest.end() if rest else cursor, items)
    if found := _BRACKET.search(before):
        rest = _ARGUMENT_REST.match(text, cursor)
        items = ranked(found.group(2), argument_items(scope, found.group(1), events))
        return Proposal(found.start(2), rest.end() if rest else cursor, items)
    percent = before.rfind("%")
    call = _CALL.match(before, percent + 1) if percent >= 0 else None
    if call is None:
        return Proposal(cursor, cursor)
    inner = scan(before[call.end() :])
    if not inner.innermost():
        return Proposal(cursor, cursor)
    moved = propose(scope, before[call.end() :] + text[cursor:], cursor - call.end())
    return Proposal(moved.start + call.end(), moved.end + call.end(), moved.items)
