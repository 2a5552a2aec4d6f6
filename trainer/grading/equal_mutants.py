"""Changes of a condition that no event can show, and why."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from functools import lru_cache

from trainer.engine import load_catalogue
from trainer.engine.filter.ast import AndExpr, BinaryCheckExpr, Expr, FieldExpr, MacroExpr, ValueExpr
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


def _ands(parts: Sequence[Expr]) -> Iterator[BinaryCheckExpr]:
    """The checks that are all true when the parts are."""
    stack = list(parts)
    while stack:
        part = stack.pop()
        if isinstance(part, AndExpr):
            stack.extend(part.children)
        elif isinstance(part, MacroExpr):
            stack.append(part.body)
        elif isinstance(part, BinaryCheckExpr):
            yield part


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
