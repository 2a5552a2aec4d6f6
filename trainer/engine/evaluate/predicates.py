"""Checks and connectives as functions of the event, made once when a condition is compiled.

What a check does with one value and one constant stands in the operators table; here is how many values and constants it looks at.
No predicate raises: a value that the field's type cannot hold counts as absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from trainer.engine.evaluate import extract
from trainer.engine.evaluate.constants import Constant, kind_of
from trainer.engine.evaluate.operands import Operand
from trainer.engine.evaluate.operators import OPERATORS, Test, typed
from trainer.events import Event

Predicate: TypeAlias = Callable[[Event], bool]
ValueTest: TypeAlias = Callable[[Any], bool]
"""Outcome for one typed value."""


def all_of(tests: tuple[Predicate, ...]) -> Predicate:
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) and second(event)

    def run(event: Event) -> bool:
        for test in tests:  # noqa: SIM110 -- a generator would be made for every event
            if not test(event):
                return False
        return True

    return run


def any_of(tests: tuple[Predicate, ...]) -> Predicate:
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) or second(event)

    def run(event: Event) -> bool:
        for test in tests:  # noqa: SIM110
            if test(event):
                return True
        return False

    return run


def negated(test: Predicate) -> Predicate:
    return lambda event: not test(event)


def never(event: Event) -> bool:
    return False


class Once:
    """A macro's predicate, run at most once an event however many conditions use it; remembers the last event of either outcome."""

    __slots__ = ("_matched", "_missed", "_test")

    def __init__(self, test: Predicate) -> None:
        self._test = test
        self._matched: Event | None = None
        self._missed: Event | None = None

    def __call__(self, event: Event) -> bool:
        if event is self._missed:
            return False
        if event is self._matched:
            return True
        if self._test(event):
            self._matched = event
            return True
        self._missed = event
        return False


def exists(operand: Operand) -> Predicate:
    name = operand.name
    if name in extract.SIDES:
        return extract.has_descriptor
    if operand.any_ancestor:
        return lambda event: bool(extract.ancestors(event, name))
    get = operand.get
    return lambda event: get(event) is not None


def with_constants(
    operand: Operand, operator: str, modifier: str | None, constants: tuple[Constant, ...], is_list: bool
) -> Predicate:
    """``operand operator [modifier] constants``; ``is_list`` when the constants stand in parentheses."""
    name, kind = operand.name, kind_of(operand.type)
    if name == "evt.around":
        return _around(operand, constants)
    if operand.is_list:
        return _list_check(operand, operator, constants)
    test = OPERATORS[kind][operator]
    if name in extract.SIDES:
        return _sides_check(name, kind, operator, modifier, test, constants)
    if operand.any_ancestor:
        if name == "proc.apid" and operator == "in":
            return never  # upstream bug (language.md 10.1)
        # Upstream: a modifier compares with the first constant only (language.md 4.2).
        return _ancestor_check(name, kind, _one(test, operator, modifier, constants[:1] if modifier else constants, is_list))
    one = _one(test, operator, modifier, constants, is_list)
    get = operand.get
    if kind == "string":

        def check_text(event: Event) -> bool:
            value = get(event)
            if value is None:
                return False
            return one(value if type(value) is str else typed(value, "string"))

        return check_text

    def check(event: Event) -> bool:
        value = get(event)
        if value is None:
            return False
        value = typed(value, kind)
        return value is not None and one(value)

    return check


def _one(test: Test, operator: str, modifier: str | None, constants: tuple[Constant, ...], is_list: bool) -> ValueTest:
    """One value against all constants."""
    if modifier == "oneof":
        return lambda value: sum(1 for constant in constants if test(value, constant)) == 1
    if modifier == "allof":
        return lambda value: bool(constants) and all(test(value, constant) for constant in constants)
    if not is_list:
        constant = constants[0]
        return lambda value: test(value, constant)
    if modifier is None and operator in ("in", "intersects") and all(isinstance(c, str | bytes | int | float) for c in constants):
        wanted = frozenset(constants)
        return lambda value: value in wanted

    def any_constant(value: Any) -> bool:
        for constant in constants:  # noqa: SIM110
            if test(value, constant):
                return True
        return False

    return any_constant


def _around(operand: Operand, constants: tuple[Constant, ...]) -> Predicate:
    """``evt.around[T] = N``: the event is within N milliseconds of the time T."""
    moment = int(operand.text[len("evt.around[") : -1])
    spans = [constant * 1_000_000 for constant in constants if isinstance(constant, int)]
    return lambda event: any(abs(event.time_ns - moment) <= span for span in spans)


def _ancestor_check(name: str, kind: str, one: ValueTest) -> Predicate:
    def check(event: Event) -> bool:
        for value in extract.ancestors(event, name):
            held = typed(value, kind)
            if held is not None and one(held):
                return True
        return False

    return check


def _list_check(operand: Operand, operator: str, constants: tuple[Constant, ...]) -> Predicate:
    # upstream bug: a transformed list of strings equals no constant (conformance opx-list-0037)
    wanted = frozenset() if operand.transformed else frozenset(constants)
    get = operand.get

    def check(event: Event) -> bool:
        values = get(event)
        if values is None:
            return False
        return all(v in wanted for v in values) if operator == "in" else any(v in wanted for v in values)

    return check


def _sides_check(
    name: str, kind: str, operator: str, modifier: str | None, test: Test, constants: tuple[Constant, ...]
) -> Predicate:
    """fd.ip and its relatives: one or both ends, with upstream's bugs (language.md 4.2, 10.1 to 10.3)."""
    either = name in ("fd.ip", "fd.port", "fd.net", "fd.proto")
    if not constants or (name == "fd.ip" and operator == "in") or (modifier is not None and not either):
        return never
    if name == "fd.net" and operator == "intersects":
        return never
    if (modifier is not None) or (name == "fd.net" and operator == "in"):
        constants = constants[:1]

    def check(event: Event) -> bool:
        found = False
        for raw in extract.sides(event, name):
            value = typed(raw, kind)
            if value is None:
                continue
            matched = any(test(value, constant) for constant in constants)
            if operator == "!=" and not all(test(value, constant) for constant in constants):
                return False
            if matched and operator != "!=":
                return True
            found = True
        return found and operator == "!="

    return check


def by_run_time_type(
    operand: Operand, operator: str, modifier: str | None, texts: Sequence[str], constants: tuple[Constant, ...], is_list: bool
) -> Predicate:
    """evt.rawarg: the event decides the type; the constants were converted to the type that the table gives the parameter."""
    ones: dict[str, ValueTest] = {}
    if operator in OPERATORS["string"]:
        ones["string"] = _one(OPERATORS["string"][operator], operator, modifier, tuple(texts), is_list)
    if operator in OPERATORS["numeric"] and kind_of(operand.type) == "numeric":
        ones["numeric"] = _one(OPERATORS["numeric"][operator], operator, modifier, constants, is_list)
    if operator in OPERATORS["buffer"] and kind_of(operand.type) == "buffer":
        ones["buffer"] = _one(OPERATORS["buffer"][operator], operator, modifier, constants, is_list)
    get = operand.get

    def check(event: Event) -> bool:
        value = get(event)
        if value is None:
            return False
        kind = "numeric" if isinstance(value, int | float) else "buffer" if isinstance(value, bytes) else "string"
        one = ones.get(kind)
        held = typed(value, kind)
        return one is not None and held is not None and one(held)

    return check


def with_field(operand: Operand, operator: str, right: Operand) -> Predicate:
    """``operand operator val(right)``."""
    get, other, kind = operand.get, right.get, kind_of(operand.type)
    test = OPERATORS[kind][operator]

    def check(event: Event) -> bool:
        value, wanted = get(event), other(event)
        if value is None or wanted is None:
            return False
        wanted_all = wanted if isinstance(wanted, tuple) else (wanted,)
        if isinstance(value, tuple):
            return all(v in wanted_all for v in value) if operator == "in" else any(v in wanted_all for v in value)
        held = typed(value, kind)
        if held is None:
            return False
        for item in wanted_all:
            constant = typed(item, kind)
            if constant is not None and test(held, constant):
                return True
        return False

    return check
