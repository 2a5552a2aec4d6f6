"""A condition's tree compiled to closures, with Falco's type checks. The explanation walks the same compiled nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from trainer.diagnostics import Code
from trainer.engine.evaluate import extract
from trainer.engine.evaluate.constants import BadConstant, Constant, convert, kind_of
from trainer.engine.evaluate.evttypes import TOO_MANY, event_types, table_count
from trainer.engine.evaluate.operands import CompileError, Operand, left_operand, right_operand
from trainer.engine.evaluate.operators import OPERATORS, refusal, regex_for
from trainer.engine.fields import FieldCatalogue, load_catalogue
from trainer.engine.filter import walk
from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    FieldTransformerExpr,
    IdentifierExpr,
    ListExpr,
    MacroExpr,
    NotExpr,
    OrExpr,
    UnaryCheckExpr,
    ValueExpr,
)
from trainer.events import Event
from trainer.source import Span

Predicate: TypeAlias = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class CheckWarning:
    """A warning of Falco's about a condition or an output."""

    code: Code
    message: str
    span: Span
    deprecated_field: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A compiled node: the tree's node, its predicate, and for a check the operand that gives the field's value."""

    expr: Expr
    matches: Predicate
    children: tuple[Node, ...] = ()
    operand: Operand | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to run. ``event_types`` None means that every type is tried."""

    root: Node
    source: str
    warnings: tuple[CheckWarning, ...]
    event_types: frozenset[str] | None
    event_code_count: int

    @property
    def expr(self) -> Expr:
        return self.root.expr

    @property
    def matches(self) -> Predicate:
        return self.root.matches

    @property
    def too_many_event_types(self) -> bool:
        """What raises LOAD_NO_EVTTYPE for a rule of the syscall source."""
        return self.event_types is None or not self.event_types or self.event_code_count > TOO_MANY


class _Stop(Exception):
    """Carries the first CompileError out of the recursion; never leaves this module."""

    def __init__(self, error: CompileError) -> None:
        super().__init__(error.message)
        self.error = error


def compile_condition(expr: Expr, source: str = "syscall", catalogue: FieldCatalogue | None = None) -> Compiled | CompileError:
    """Compiles a resolved condition (no IdentifierExpr left). The first thing Falco would refuse is returned."""
    table = catalogue or load_catalogue()
    warnings: list[CheckWarning] = []
    compiler = _Compiler(table, source, warnings)
    try:
        root = compiler.node(expr)
    except _Stop as stop:
        return stop.error
    except RecursionError:
        return CompileError("exceeded max depth limit of 1000", expr.span, expr.pos)
    if source == "syscall":
        uncountable = not_countable(expr)
        if uncountable is not None:
            return uncountable
    types = event_types(expr, table) if source == "syscall" else None
    return Compiled(root, source, tuple(warnings), types, table_count(types, table))


def not_countable(expr: Expr) -> CompileError | None:
    """Checks that end a real Falco while it looks for a rule's event types (language.md 10.11)."""
    for node in walk(expr):
        if not isinstance(node, UnaryCheckExpr | BinaryCheckExpr):
            continue
        if isinstance(node.left, FieldTransformerExpr):
            inner = node.left.arguments[0]
            while isinstance(inner, FieldTransformerExpr):
                inner = inner.arguments[0]
            if isinstance(inner, FieldExpr) and inner.name in ("evt.type", "syscall.type"):
                return CompileError(
                    f"transformers on `{inner.name}` are not supported by event code search", node.span, node.pos, fatal=True
                )
        elif isinstance(node, BinaryCheckExpr) and node.left.name in ("evt.type", "syscall.type"):
            if isinstance(node.right, FieldExpr | FieldTransformerExpr):
                message = (
                    "right-hand field comparisons on `evt.type`/`syscall.type` checks are not supported by event code search"
                )
                return CompileError(message, node.span, node.pos, fatal=True)
    return None


@dataclass(slots=True)
class _Compiler:
    catalogue: FieldCatalogue
    source: str
    warnings: list[CheckWarning]

    def node(self, expr: Expr) -> Node:
        if isinstance(expr, AndExpr | OrExpr):
            children = tuple(self.node(child) for child in expr.children)
            tests = tuple(child.matches for child in children)
            return Node(expr, _all(tests) if isinstance(expr, AndExpr) else _any(tests), children)
        if isinstance(expr, NotExpr):
            child = self.node(expr.child)
            return Node(expr, _not(child.matches), (child,))
        if isinstance(expr, MacroExpr):
            child = self.node(expr.body)
            return Node(expr, child.matches, (child,))
        if isinstance(expr, IdentifierExpr):
            raise _Stop(CompileError(f"Undefined macro '{expr.name}' used in filter.", expr.span, expr.pos))
        operand = self.left(expr)
        if isinstance(expr, UnaryCheckExpr):
            return Node(expr, _exists(operand), (), operand)
        return Node(expr, self.binary(expr, operand), (), operand)

    def left(self, expr: UnaryCheckExpr | BinaryCheckExpr) -> Operand:
        operand = left_operand(expr.left, self.source, self.catalogue)
        if isinstance(operand, CompileError):
            raise _Stop(operand)
        for name in operand.deprecated:
            self.warnings.append(CheckWarning(Code.LOAD_DEPRECATED_ITEM, deprecation(name), expr.left.span, name))
        return operand

    def binary(self, expr: BinaryCheckExpr, operand: Operand) -> Predicate:
        operator = "=" if expr.operator == "==" else expr.operator
        kind = kind_of(operand.type)
        if isinstance(expr.right, ValueExpr | ListExpr):
            problem = (
                refusal(kind, expr.operator, expr.modifier is not None, operand.is_list, operand.type)
                if operand.type != "DYN"
                else None
            )
            if problem is not None:
                raise _Stop(CompileError(problem, expr.span, expr.pos))
            return self.with_constants(expr, operand, operator, kind)
        right = right_operand(expr.right, operand, expr, self.source, self.catalogue)
        if isinstance(right, CompileError):
            raise _Stop(right)
        problem = refusal(kind, expr.operator, expr.modifier is not None, operand.is_list, operand.type)
        if problem is not None:
            raise _Stop(CompileError(problem, expr.span, expr.pos))
        return _with_field(operand, OPERATORS[kind][operator], right, operator)

    def with_constants(self, expr: BinaryCheckExpr, operand: Operand, operator: str, kind: str) -> Predicate:
        values = (
            (expr.right,) if isinstance(expr.right, ValueExpr) else expr.right.items if isinstance(expr.right, ListExpr) else ()
        )
        constants: list[Constant] = []
        for value in values:
            constant = self.constant(value, operand, operator)
            constants.append(constant)
            self.warn_misuse(value)
            if operator == "regex":
                self.warn_simple_regex(value)
        if operand.name.startswith("evt.rawarg"):
            return _dynamic(operand, operator, tuple(v.text for v in values))
        return predicate(operand, operator, expr.modifier, kind, tuple(constants), isinstance(expr.right, ListExpr))

    def constant(self, value: ValueExpr, operand: Operand, operator: str) -> Constant:
        if operand.name in ("evt.type",) and value.text not in self.catalogue.event_names:
            raise _Stop(CompileError(f"unknown event type {value.text}", value.span, value.pos))
        if operand.type == "DYN":
            return value.text
        converted = convert(value.text, operand.type, operator)
        if isinstance(converted, BadConstant):
            raise _Stop(CompileError(converted.message, value.span, value.pos, converted.fatal))
        if operator == "regex":
            try:
                regex_for(value.text)
            except Exception as error:  # google-re2 raises its own error type, which is not exported
                detail = error.args[0] if error.args else ""
                text = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
                raise _Stop(CompileError(f"invalid regex pattern: {text}", value.span, value.pos)) from error
        return converted

    def warn_misuse(self, value: ValueExpr) -> None:
        text = re.sub(r"\s+", "", value.text)
        bare = re.sub(r"\[.*\]$", "", text)
        if self.catalogue.get(text) or ("." in bare and self.catalogue.get(bare) and text.endswith("]")):
            message = f"'{value.text}' may be a valid field misused as a const string value"
            self.warnings.append(CheckWarning(Code.LOAD_COMPILE_CONDITION, message, value.span))
        elif re.fullmatch(r"(tolower|toupper|b64|basename|len|join|concat|getopt|val)\(.*\)", text):
            message = f"'{value.text}' may be a valid field transformer misused as a const string value"
            self.warnings.append(CheckWarning(Code.LOAD_COMPILE_CONDITION, message, value.span))

    def warn_simple_regex(self, value: ValueExpr) -> None:
        if simple_regex(value.text):
            message = f"regex check with '{value.text}' may be optimized with simpler operators such as '=', 'contains', 'startswith', 'endswith'"
            self.warnings.append(CheckWarning(Code.LOAD_COMPILE_CONDITION, message, value.span))


def simple_regex(pattern: str) -> bool:
    """True when a plain string operator would do: only anchors or ``.*`` at the ends, no other metacharacter."""
    inner = pattern
    for prefix in ("^", ".*"):
        inner = inner.removeprefix(prefix)
    for suffix in ("$", ".*"):
        inner = inner.removesuffix(suffix)
    return not re.search(r"[\\^$.|?*+()\[\]{}]", inner)


def deprecation(name: str) -> str:
    """Falco's text about a field that lost its meaning with the enter events."""
    if name == "evt.dir":
        return (
            "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always evaluates to false. "
            "The rule expression can be simplified by removing the condition on 'evt.dir'"
        )
    return "field is not available due to the drop of enter events."


def _all(tests: tuple[Predicate, ...]) -> Predicate:
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) and second(event)

    def run(event: Event) -> bool:
        return all(test(event) for test in tests)

    return run


def _any(tests: tuple[Predicate, ...]) -> Predicate:
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) or second(event)

    def run(event: Event) -> bool:
        return any(test(event) for test in tests)

    return run


def _not(test: Predicate) -> Predicate:
    return lambda event: not test(event)


def _exists(operand: Operand) -> Predicate:
    if operand.name in extract.SIDES:
        return extract.has_descriptor
    if operand.any_ancestor:
        return lambda event: bool(extract.ancestors(event, operand.name))
    get = operand.get
    return lambda event: get(event) is not None


def _typed(value: Any, kind: str) -> Any:
    """The value as the family compares it; None when the event holds something of another family."""
    if kind == "string":
        return (
            value
            if isinstance(value, str)
            else value.decode("utf-8", "surrogateescape")
            if isinstance(value, bytes)
            else str(value)
        )
    if kind == "buffer":
        return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    if kind == "numeric" and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return None
    if kind == "bool" and isinstance(value, str):
        return value == "true"
    return value


def predicate(
    operand: Operand, operator: str, modifier: str | None, kind: str, constants: tuple[Constant, ...], is_list: bool
) -> Predicate:
    """The check as a function of the event, from the operators table."""
    test = OPERATORS[kind][operator]
    many = operand.name in extract.SIDES or operand.any_ancestor
    if modifier is not None and many and not operand.name.startswith(("fd.s", "fd.c", "fd.l", "fd.r")):
        constants = constants[:1]  # upstream: modifiers look at the first constant only (language.md 4.2)
    one = _one(test, operator, modifier, constants, is_list)
    get = operand.get
    if operand.is_list and modifier is None:
        return _list_check(operand, operator, constants)
    if operand.name in extract.SIDES:
        return _sides_check(operand.name, operator, modifier, test, constants)
    if operand.any_ancestor:
        if operand.name == "proc.apid" and operator == "in":
            return lambda event: False  # upstream bug (language.md 10.1)
        name = operand.name
        return lambda event: any(one(_typed(value, kind)) for value in extract.ancestors(event, name))
    if kind == "string":

        def check_text(event: Event) -> bool:
            value = get(event)
            if value is None:
                return False
            return one(value if type(value) is str else _typed(value, "string"))

        return check_text

    def check(event: Event) -> bool:
        value = get(event)
        if value is None:
            return False
        value = _typed(value, kind)
        return value is not None and one(value)

    return check


def _one(test: Any, operator: str, modifier: str | None, constants: tuple[Constant, ...], is_list: bool) -> Callable[[Any], bool]:
    """One value against all constants."""
    if modifier == "anyof":
        return lambda value: any(test(value, constant) for constant in constants)
    if modifier == "allof":
        return lambda value: bool(constants) and all(test(value, constant) for constant in constants)
    if modifier == "oneof":
        return lambda value: sum(1 for constant in constants if test(value, constant)) == 1
    if is_list:
        if operator in ("in", "intersects") and all(isinstance(c, str | bytes | int | float) for c in constants):
            wanted = frozenset(constants)
            return lambda value: value in wanted
        return lambda value: any(test(value, constant) for constant in constants)
    constant = constants[0]
    return lambda value: test(value, constant)


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


def _sides_check(name: str, operator: str, modifier: str | None, test: Any, constants: tuple[Constant, ...]) -> Predicate:
    """fd.ip and its relatives: one or both ends, with upstream's bugs (language.md 4.2, 10.1 to 10.3)."""
    if name == "fd.ip" and operator == "in":
        return lambda event: False
    if modifier is not None and name not in ("fd.ip", "fd.port", "fd.net", "fd.proto"):
        return lambda event: False
    if name == "fd.net" and operator in ("in", "intersects"):
        constants = constants[:1]
        if operator == "intersects":
            return lambda event: False
    if not constants:
        return lambda event: False

    def check(event: Event) -> bool:
        values = [int(v) if isinstance(v, str) and v.isdigit() else v for v in extract.sides(event, name)]
        if not values:
            return False
        if operator == "!=":
            return all(test(value, constant) for value in values for constant in constants)
        return any(test(value, constant) for value in values for constant in constants)

    return check


def _dynamic(operand: Operand, operator: str, texts: tuple[str, ...]) -> Predicate:
    """evt.rawarg: compares by the type that the value has at run time."""
    get = operand.get

    def check(event: Event) -> bool:
        value = get(event)
        if value is None:
            return False
        kind = "numeric" if isinstance(value, int | float) and not isinstance(value, bool) else "string"
        test = OPERATORS[kind].get(operator)
        if test is None:
            return False
        constants: list[Any] = []
        for text in texts:
            try:
                constants.append(int(text) if kind == "numeric" else text)
            except ValueError:
                return False
        return any(test(value, constant) for constant in constants)

    return check


def _with_field(operand: Operand, test: Any, right: Operand, operator: str) -> Predicate:
    get, other = operand.get, right.get
    kind = kind_of(operand.type)

    def check(event: Event) -> bool:
        value, wanted = get(event), other(event)
        if value is None or wanted is None:
            return False
        if operand.is_list or isinstance(value, tuple):
            wanted_all = wanted if isinstance(wanted, tuple) else (wanted,)
            return all(v in wanted_all for v in value) if operator == "in" else any(v in wanted_all for v in value)
        if isinstance(wanted, tuple):
            return any(test(_typed(value, kind), _typed(item, kind)) for item in wanted)
        return bool(test(_typed(value, kind), _typed(wanted, kind)))

    return check


__all__ = ["CheckWarning", "CompileError", "Compiled", "Node", "compile_condition"]
