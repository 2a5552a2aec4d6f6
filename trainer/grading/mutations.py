"""Small mistakes in a reference's conditions: each changes one place that the tree knows, and says which event would show it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from trainer.engine import CompiledRule, ParseError, Ruleset, parse_condition
from trainer.engine.evaluate.compile import Node
from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    IdentifierExpr,
    ListExpr,
    MacroExpr,
    NotExpr,
    OrExpr,
    ValueExpr,
)
from trainer.events import Event
from trainer.grading.audit_mutations import audit_changes
from trainer.grading.equal_mutants import always_in_container, same_values
from trainer.source import MappedText, SourceFile, Span

TRUE = "evt.num >= 0"
FALSE = "evt.num < 0"
Facet = Literal["condition", "priority", "output", "tags", "enabled"]
_TWINS = {"open_read": "open_write", "open_write": "open_read", "inbound": "outbound", "outbound": "inbound"}
_SCOPES = (
    "container.name",
    "container.image",
    "container.image.repository",
    "container.image.tag",
    "k8s.ns.name",
    "k8s.pod.name",
)
_NEXT_TO = {">=": ">", ">": ">=", "<=": "<", "<": "<="}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A reference with one mistake. ``needed`` describes an event that would tell the two apart."""

    rule: str
    what: str
    text: str
    needed: str
    facet: Facet = "condition"
    equal: str = ""
    """Why no event at all can tell them apart, where that is known."""

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node of a condition that stands in the reference, with what stands around it."""

    node: Node
    span: Span
    rule: CompiledRule
    siblings: tuple[Expr, ...] = ()
    """The other parts of the ``and`` that the node is a part of."""

    @property
    def expr(self) -> Expr:
        return self.node.expr

    @property
    def text(self) -> str:
        return " ".join(self.span.text.split())


def condition_mutants(
    file: SourceFile, ruleset: Ruleset, events: Sequence[Event], caught: Collection[str] = ()
) -> Iterator[Mutant]:
    """``caught`` names the actions that are to be caught: what else they do is no near miss."""
    harmless = [event for event in events if event.action not in caught and not ruleset.match(event)]
    for place in _places(file, ruleset):
        for what, start, end, text, needed, equal in _changes(place, ruleset, events, harmless):
            changed = file.text[:start] + text + file.text[end:]
            yield Mutant(place.rule.name, what, changed, needed, equal=equal)


_Change = tuple[str, int, int, str, str, str]
"""What it does in words, the range of the file and its new text, the event that is needed, and why it is equal."""


def _places(file: SourceFile, ruleset: Ruleset) -> Iterator[_Place]:
    """The nodes of all conditions that stand in ``file``, each once, wherever they are used."""
    seen: set[tuple[int, int, str]] = set()
    for rule in ruleset.rules:
        stack: list[tuple[Node, tuple[Expr, ...]]] = [(rule.condition.root, ())]
        while stack:
            node, siblings = stack.pop()
            expr = node.expr
            span = ruleset.place(expr.span)
            key = (span.start, span.end, type(expr).__name__)
            if span.file == file and key not in seen and _is_whole(span.text):
                seen.add(key)
                yield _Place(node, span, rule, siblings)
            for child in reversed(node.children):
                others: tuple[Expr, ...] = siblings
                if isinstance(expr, AndExpr):
                    others = (*siblings, *(other for other in expr.children if other is not child.expr))
                elif isinstance(expr, OrExpr | NotExpr):
                    others = siblings if isinstance(expr, OrExpr) else ()
                stack.append((child, others))


def _is_whole(text: str) -> bool:
    """A place whose text is a condition by itself. Where YAML's escapes hide single places, it is the whole scalar with its quotes."""
    return not text.startswith(('"', "'", "|")) and not isinstance(parse_condition(MappedText.plain(text)), ParseError)


def _changes(place: _Place, ruleset: Ruleset, events: Sequence[Event], harmless: Sequence[Event]) -> Iterator[_Change]:
    span, expr, text = place.span, place.expr, place.text
    if isinstance(expr, AndExpr | OrExpr):
        yield from _connective(place, ruleset, events)
        return
    start, end = span.start, span.end
    if isinstance(expr, NotExpr):
        inner = ruleset.place(expr.child.span)
        if inner.file == span.file and span.start < inner.start:
            opens = span.text.count("(", 0, inner.start - span.start) > 0
            bare = f"({inner.text})" if opens else inner.text
            yield (
                f"`{text}` loses its `not`",
                start,
                end,
                bare,
                f"an action on which `{text}` is false and all else is true",
                "",
            )
        return
    needed = f"a harmless action on which `{text}` is false and all else is true"
    yield (f"`{text}` is negated", start, end, f"not ({span.text})", needed, "")
    if isinstance(expr, MacroExpr | IdentifierExpr) and (twin := _TWINS.get(expr.name)):
        if twin in ruleset.macros:
            yield (
                f"`{text}` becomes `{twin}`",
                start,
                end,
                twin,
                f"an action for which `{expr.name}` is true and `{twin}` is not",
                "",
            )
    if isinstance(expr, BinaryCheckExpr) and isinstance(expr.left, FieldExpr) and expr.modifier is None:
        yield from _check(place, expr, expr.left, ruleset, events, harmless)


def _connective(place: _Place, ruleset: Ruleset, events: Sequence[Event]) -> Iterator[_Change]:
    span, expr = place.span, place.expr
    assert isinstance(expr, AndExpr | OrExpr)
    is_and = isinstance(expr, AndExpr)
    parts = [(child, ruleset.place(child.span)) for child in expr.children]
    for child, part in parts:
        if part.file != span.file or not _is_whole(part.text):
            continue
        shown = " ".join(part.text.split())
        if is_and:
            others = tuple(other for other, _ in parts if other is not child)
            needed = f"a harmless action on which `{shown}` is false and all else is true"
            equal = always_in_container(child, (*others, *place.siblings), events)
            yield (f"without `{shown}`", part.start, part.end, TRUE, needed, equal)
        else:
            needed = f"an attack on which, of `{place.text}`, only `{shown}` is true"
            yield (f"without the alternative `{shown}`", part.start, part.end, FALSE, needed, "")
    word, other = ("and", "or") if is_and else ("or", "and")
    if all(part.file == span.file for _, part in parts) and span.start <= parts[0][1].start:
        pieces, at = [], span.start
        for (_, one), (_, following) in pairwise(parts):
            between = span.file.text[one.end : following.start]
            if word not in between:
                return
            pieces.append(span.file.text[at : one.end] + between.replace(word, other, 1))
            at = following.start
        whole = "".join(pieces) + span.file.text[at : span.end]
        kind = "a harmless action" if is_and else "an attack"
        needed = f"{kind} on which only one part of `{place.text}` is true"
        yield (f"`{word}` becomes `{other}` in `{place.text}`", span.start, span.end, f"({whole})", needed, "")


def _check(
    place: _Place, expr: BinaryCheckExpr, left: FieldExpr, ruleset: Ruleset, events: Sequence[Event], harmless: Sequence[Event]
) -> Iterator[_Change]:
    span, text = place.span, place.text
    at = ruleset.place(expr.operator_span)
    field, operator = left.full_name, expr.operator
    right = ruleset.place(expr.right.span) if isinstance(expr.right, ValueExpr | ListExpr) else None
    if at.file != span.file or right is None or right.file != span.file:
        return
    if operator in _NEXT_TO:
        new = _NEXT_TO[operator]
        yield _swapped(text, at, new, f"an action for which {field} is exactly {right.text}")
    elif operator in ("startswith", "endswith"):
        value = right.text.strip("\"'")
        yield _swapped(text, at, "contains", f"a harmless action for which {field} has `{value}` in its middle")
    elif operator in ("=", "==") and isinstance(expr.right, ValueExpr):
        value = expr.right.text
        if place.node.operand is not None and place.node.operand.type in ("CHARBUF", "FSPATH", "FSRELPATH", "STRING"):
            yield from _wider(text, at, field, value)
            if value.startswith("/") and value.rstrip("/").count("/") > 1:
                folder = value.rstrip("/").rsplit("/", 1)[0] + "/"
                needed = f"a harmless action for which {field} is another file below `{folder}`"
                yield (
                    f"`{text}` becomes `{field} startswith {folder}`",
                    span.start,
                    span.end,
                    f"{field} startswith {folder}",
                    needed,
                    "",
                )
    elif operator in ("in", "intersects") and isinstance(expr.right, ListExpr):
        yield from _in_list(place, field, expr.right, right, ruleset, events, harmless)
    for what, new, needed in audit_changes(expr, text):
        yield (what, span.start, span.end, new, needed, "")
    if operator in ("=", "==", "in", "startswith") and field in _SCOPES:
        needed = f"a harmless action, the same in another container, for which {field} is not {right.text}"
        yield (f"`{text}` becomes `container`", span.start, span.end, "container.id != host", needed, "")


def _swapped(text: str, at: Span, new: str, needed: str, equal: str = "") -> _Change:
    return (f"`{text}` with `{new}` instead of `{at.text}`", at.start, at.end, new, needed, equal)


def _wider(text: str, at: Span, field: str, value: str) -> Iterator[_Change]:
    longer = f"{value}2" if "/" in value else f"{value}-2"
    before = f"/tmp{value}" if value.startswith("/") else f"my-{value}"
    for new, example in (("startswith", longer), ("contains", f"{before} or {longer}")):
        needed = f"a harmless action, the same but for {field}, which is for instance `{example}`"
        yield _swapped(text, at, new, needed, same_values(field, value, new))


def _in_list(
    place: _Place, field: str, items: ListExpr, right: Span, ruleset: Ruleset, events: Sequence[Event], harmless: Sequence[Event]
) -> Iterator[_Change]:
    text = place.text
    own = [(item, ruleset.place(item.span)) for item in items.items if item.list_name is None]
    if len(own) > 1 and len(own) == len(items.items):
        for item, at in own:
            other = next(span for one, span in own if one is not item)
            needed = f"an attack for which {field} is `{item.text}`"
            yield (f"`{item.text}` taken out of `{text}`", at.start, at.end, other.text, needed, "")
    names = {item.list_name for item in items.items if item.list_name is not None}
    seen = _values(place, events, matched=True)
    texts = [item.text for item in items.items]
    if len(names) == 1 and len(set(texts)) > 1 and right.text.startswith("("):
        for value in (value for value in seen if value in texts):
            rest = ", ".join(_quoted(one) for one in dict.fromkeys(texts) if one != value)
            needed = f"an attack for which {field} is `{value}`"
            yield (f"`{text}` with all names but `{value}`", right.start, right.end, f"({rest})", needed, "")
    extra = next((value for value in _values(place, harmless, matched=False) if value not in texts), None)
    if extra is not None and right.text.endswith(")"):
        needed = f"a harmless action for which {field} is `{extra}`"
        end = right.end - 1
        yield (f"`{extra}` added to `{text}`", end, end, f", {_quoted(extra)}", needed, "")


def _quoted(word: str) -> str:
    return word if word.replace("_", "").replace("-", "").replace(".", "").replace("/", "").isalnum() else f"'{word}'"


def _values(place: _Place, events: Sequence[Event], *, matched: bool) -> list[str]:
    """Values that the place's field has on events where the rule fires, or where this check alone keeps it from firing."""
    operand = place.node.operand
    if operand is None:
        return []
    root = place.rule.condition.root
    found: dict[str, None] = {}
    for event in events:
        if place.node.matches(event) is matched and (root.matches(event) if matched else _would_fire(root, place.node, event)):
            value = operand.get(event)
            if isinstance(value, str | int) and not isinstance(value, bool):
                found.setdefault(str(value))
    return list(found)


def _would_fire(root: Node, flipped: Node, event: Event) -> bool:
    """Whether the condition is true when one of its checks is taken for true."""
    if root is flipped:
        return True
    if not root.children:
        return root.matches(event)
    if isinstance(root.expr, NotExpr):
        return not _would_fire(root.children[0], flipped, event)
    results = (_would_fire(child, flipped, event) for child in root.children)
    return any(results) if isinstance(root.expr, OrExpr) else all(results)
