"""Changes of a condition that no event can show, and why."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from functools import lru_cache

from trainer.engine import CompiledRule, Ruleset, load_catalogue
from trainer.engine.filter.ast import AndExpr, BinaryCheckExpr, Expr, FieldExpr, MacroExpr, ValueExpr
from trainer.engine.filter.printer import to_string
from trainer.events import Event
from trainer.grading.audit_mutations import DOMAINS

_OF_CONTAINERS = ("container.name", "container.image", "k8s.", "container.label", "container.ip")


def always_in_container(part: Expr, others: Sequence[Expr], events: Sequence[Event]) -> str:
    """For ``container.id != host``: beside a check that only a container's event can pass, and where nothing but containers is seen."""
    inner = part.body if isinstance(part, MacroExpr) else part
    if not (
        isinstance(inner, BinaryCheckExpr)
        and isinstance(inner.left, FieldExpr)
        and (inner.left.full_name, inner.operator) == ("container.id", "!=")
        and isinstance(inner.right, ValueExpr)
        and inner.right.text == "host"
    ):
        return ""
    for check in _ands(others):
        if (
            isinstance(check.left, FieldExpr)
            and check.left.name.startswith(_OF_CONTAINERS)
            and check.operator in ("=", "==", "in")
        ):
            if "host" not in _texts(check):
                return f"an event with a {check.left.full_name} of that kind is always a container's"
    if all(event.fields.get("container.id", "") != "host" for event in events):
        return "a scenario's actions run in containers: no event of the node itself is ever graded"
    return ""


_OPENING = frozenset({"open", "openat", "openat2", "open_by_handle_at"})
_COMMON_OPENING = frozenset({"open", "openat", "openat2"})
_OF_OPENING = ("evt.is_open_write", "evt.is_open_read")
_SUCCEEDED = frozenset({"evt.rawres >= 0", "fd.num >= 0", "fd.typechar = f"})
"""What is true of every call that opened a file with success."""


def only_opens(part: Expr, others: Sequence[Expr]) -> str:
    """For a list of all opening calls: beside a flag that no other call has."""
    if not (isinstance(part, BinaryCheckExpr) and isinstance(part.left, FieldExpr) and part.left.full_name == "evt.type"):
        return ""
    if part.operator == "in" and _COMMON_OPENING <= set(_texts(part)) <= _OPENING and (flag := _opening_flag(others)):
        return f"{flag} is true for calls that open files only"
    return ""


def never_opens(event_type: str, others: Sequence[Expr]) -> str:
    """For another call in such a list."""
    flag = _opening_flag(others)
    return f"{flag} is never true for {event_type}" if flag and event_type not in _OPENING else ""


def _opening_flag(others: Sequence[Expr]) -> str:
    """The field that is to be true only when a file was opened, where there is one."""
    for check in _ands(others):
        if isinstance(check.left, FieldExpr) and check.left.full_name in _OF_OPENING:
            if check.operator in ("=", "==") and _texts(check) == ["true"]:
                return check.left.full_name
    return ""


def taken_before(part: Expr, others: Sequence[Expr], rule: CompiledRule, ruleset: Ruleset) -> str:
    """For ``evt.rawres < 0``: behind a rule that takes the calls that succeeded, all else being the same."""
    if not isinstance(part, BinaryCheckExpr) or to_string(part) != "evt.rawres < 0":
        return ""
    known = {to_string(one) for one in _parts(others)} | _SUCCEEDED
    for earlier in ruleset.rules:
        if earlier.name == rule.name:
            break
        if earlier.enabled and earlier.source == rule.source:
            if {to_string(one) for one in _parts([earlier.condition.root.expr])} <= known:
                return f"what succeeded is taken by `{earlier.name}`, which stands before"
    return ""


def _parts(parts: Sequence[Expr]) -> Iterator[Expr]:
    """What is and-ed together, macros opened."""
    stack = list(parts)
    while stack:
        part = stack.pop()
        if isinstance(part, AndExpr):
            stack.extend(part.children)
        elif isinstance(part, MacroExpr):
            stack.append(part.body)
        else:
            yield part


def _ands(parts: Sequence[Expr]) -> Iterator[BinaryCheckExpr]:
    """The checks that are all true when the parts are."""
    yield from (part for part in _parts(parts) if isinstance(part, BinaryCheckExpr))


def _texts(check: BinaryCheckExpr) -> list[str]:
    if isinstance(check.right, ValueExpr):
        return [check.right.text]
    return [item.text for item in getattr(check.right, "items", ()) if isinstance(item, ValueExpr)]


def same_values(field: str, value: str, operator: str) -> str:
    """For a field whose values are all known: whether ``=`` and a wider operator choose the same ones."""
    known = _domain(field)
    tests = {"startswith": str.startswith, "endswith": str.endswith, "contains": str.__contains__}
    chosen = {one for one in known if tests[operator](one, value)}
    if value in known and chosen == {value}:
        if field in ("ka.target.resource", "ka.target.subresource"):
            return f"of all well-known values of {field}, only {value} fits"
        return f"of all values that {field} can have, only {value} fits"
    return ""


@lru_cache(maxsize=8)
def _domain(field: str) -> frozenset[str]:
    if field in DOMAINS:
        return DOMAINS[field]
    if field == "evt.type":
        return load_catalogue().event_names
    if field == "evt.res":
        return frozenset({"SUCCESS", *errno.errorcode.values()})
    if field == "fd.l4proto":
        return frozenset({"tcp", "udp", "icmp", "raw"})
    return frozenset("fdupeielst46ox") if field == "fd.typechar" else frozenset()
