"""A condition's tree compiled to closures, with Falco's type checks. The explanation walks the same compiled nodes."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field

from trainer.diagnostics import Code
from trainer.engine.evaluate import predicates
from trainer.engine.evaluate.constants import BadConstant, Constant, convert, kind_of
from trainer.engine.evaluate.evttypes import TOO_MANY, event_types, table_count, uncountable
from trainer.engine.evaluate.operands import CompileError, Operand, left_operand, right_operand
from trainer.engine.evaluate.operators import refusal, regex_problem
from trainer.engine.evaluate.predicates import Once, Predicate
from trainer.engine.fields import FieldCatalogue, FieldInfo, load_catalogue
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
    TransformerListExpr,
    UnaryCheckExpr,
    ValueExpr,
)
from trainer.source import Span, frozen

MAX_LEVELS = 400
"""How deep connectives may nest: far below what matching and explaining can recurse through."""

_MOST_MACROS = 5_000


@frozen
class CheckWarning:
    """A warning of Falco's about a condition or an output."""

    code: Code
    message: str
    span: Span
    deprecated_field: str | None = None


@frozen
class Node:
    """A compiled node: the tree's node, its predicate, and for a check the operand that gives the field's value."""

    expr: Expr
    matches: Predicate
    children: tuple[Node, ...] = ()
    operand: Operand | None = None


@frozen
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


class SharedMacros:
    """Predicates of macros, so that conditions compiled with the same SharedMacros run a macro once an event between them."""

    def __init__(self) -> None:
        self._by_shape: dict[tuple[str, Hashable], Once] = {}

    def once(self, source: str, body: Expr, test: Predicate) -> Once:
        """The one predicate of all macro bodies that look the same; where they stand in the files does not matter."""
        if len(self._by_shape) > _MOST_MACROS:
            # Of a file that is edited for hours; what was compiled before goes on with its own.
            self._by_shape.clear()
        return self._by_shape.setdefault((source, shape(body)), Once(test))


def shape(expr: Expr) -> Hashable:
    """What a tree says, without places and without the names of the macros that it came from."""
    parts: list[Hashable] = []
    for node in walk(expr):
        if isinstance(node, AndExpr | OrExpr):
            parts.append((type(node).__name__, len(node.children)))
        elif isinstance(node, ListExpr | TransformerListExpr):
            parts.append((type(node).__name__, len(node.items)))
        elif isinstance(node, FieldTransformerExpr):
            parts.append((node.transformer, node.argument, len(node.arguments)))
        elif isinstance(node, BinaryCheckExpr):
            parts.append(("check", node.operator, node.modifier))
        elif isinstance(node, UnaryCheckExpr):
            parts.append(("check", node.operator))
        elif isinstance(node, ValueExpr):
            parts.append(("value", node.text))
        elif isinstance(node, FieldExpr):
            parts.append(("field", node.name, node.argument))
        elif isinstance(node, NotExpr):
            parts.append("not")
    return tuple(parts)


class _Stop(Exception):
    """Carries the first CompileError out of the recursion; never leaves this module."""

    def __init__(self, error: CompileError) -> None:
        super().__init__(error.message)
        self.error = error


def _stop(message: str, node: Expr | ValueExpr, fatal: bool = False) -> _Stop:
    return _Stop(CompileError(message, node.span, node.pos, fatal))


def compile_condition(
    expr: Expr, source: str = "syscall", catalogue: FieldCatalogue | None = None, macros: SharedMacros | None = None
) -> Compiled | CompileError:
    """Compiles a rule's resolved condition (no IdentifierExpr left). The first thing Falco would refuse is returned."""
    compiled = compile_filter(expr, source, catalogue, macros)
    if source == "syscall" and isinstance(compiled, Compiled) and (problem := uncountable(expr)) is not None:
        return problem
    return compiled


def compile_filter(
    expr: Expr, source: str = "syscall", catalogue: FieldCatalogue | None = None, macros: SharedMacros | None = None
) -> Compiled | CompileError:
    """As libsinsp compiles a filter, without Falco's search for the event types of a rule."""
    table = catalogue or load_catalogue()
    compiler = _Compiler(table, source, macros or SharedMacros())
    try:
        root = compiler.node(expr, 0)
    except _Stop as stop:
        return stop.error
    types = event_types(expr, table) if source == "syscall" else None
    return Compiled(root, source, tuple(compiler.warnings), types, table_count(types, table))


@dataclass(slots=True)
class _Compiler:
    catalogue: FieldCatalogue
    source: str
    macros: SharedMacros
    warnings: list[CheckWarning] = field(default_factory=list)

    def node(self, expr: Expr, level: int) -> Node:
        if level > MAX_LEVELS:
            raise _stop("exceeded max depth limit of 1000", expr)
        if isinstance(expr, AndExpr | OrExpr):
            children = tuple(self.node(child, level + 1) for child in expr.children)
            tests = tuple(child.matches for child in children)
            return Node(expr, predicates.all_of(tests) if isinstance(expr, AndExpr) else predicates.any_of(tests), children)
        if isinstance(expr, NotExpr):
            child = self.node(expr.child, level + 1)
            return Node(expr, predicates.negated(child.matches), (child,))
        if isinstance(expr, MacroExpr):
            child = self.node(expr.body, level + 1)
            return Node(expr, self.macros.once(self.source, expr.body, child.matches), (child,))
        if isinstance(expr, IdentifierExpr):
            raise _stop(f"Undefined macro '{expr.name}' used in filter.", expr)
        operand = left_operand(expr.left, self.source, self.catalogue)
        if isinstance(operand, CompileError):
            raise _Stop(operand)
        for name in operand.deprecated:
            self.warnings.append(CheckWarning(Code.LOAD_DEPRECATED_ITEM, deprecation(name), expr.left.span, name))
        if isinstance(expr, UnaryCheckExpr):
            return Node(expr, predicates.exists(operand), (), operand)
        return Node(expr, self.binary(expr, operand), (), operand)

    def binary(self, expr: BinaryCheckExpr, operand: Operand) -> Predicate:
        operator = "=" if expr.operator == "==" else expr.operator
        kind = kind_of(operand.type)
        right: Operand | None = None
        if isinstance(expr.right, FieldExpr | FieldTransformerExpr):
            found = right_operand(expr.right, operand, expr, self.source, self.catalogue)
            if isinstance(found, CompileError):
                raise _Stop(found)
            right = found
        problem = refusal(kind, expr.operator, expr.modifier is not None, operand.is_list, operand.type)
        if problem is not None and operand.type != "DYN":
            raise _stop(problem, expr)
        if right is not None:
            return predicates.with_field(operand, operator, right)
        if operand.name == "evt.around" and operator != "=":
            raise _stop("evt.around supports only '=' comparison operator", expr)
        return self.with_constants(expr, operand, operator)

    def with_constants(self, expr: BinaryCheckExpr, operand: Operand, operator: str) -> Predicate:
        is_list = isinstance(expr.right, ListExpr)
        values = expr.right.items if isinstance(expr.right, ListExpr) else (expr.right,)
        constants: list[Constant] = []
        for value in values:
            assert isinstance(value, ValueExpr)  # fields on the right are handled before
            constants.append(self.constant(value, operand, operator))
            self.warn_misuse(value)
            if operator == "regex" and simple_regex(value.text):
                message = (
                    f"regex check with '{value.text}' may be optimized with simpler operators "
                    "such as '=', 'contains', 'startswith', 'endswith'"
                )
                self.warnings.append(CheckWarning(Code.LOAD_COMPILE_CONDITION, message, value.span))
        if operand.name.startswith("evt.rawarg"):
            texts = [value.text for value in values if isinstance(value, ValueExpr)]
            return predicates.by_run_time_type(operand, operator, expr.modifier, texts, tuple(constants), is_list)
        return predicates.with_constants(operand, operator, expr.modifier, tuple(constants), is_list)

    def constant(self, value: ValueExpr, operand: Operand, operator: str) -> Constant:
        if operand.name == "evt.type" and value.text not in self.catalogue.event_names:
            raise _stop(f"unknown event type {value.text}", value)
        if operand.type == "DYN":
            return value.text
        converted = convert(value.text, operand.type, operator)
        if isinstance(converted, BadConstant):
            raise _stop(converted.message, value, converted.fatal)
        if operator == "regex" and (problem := regex_problem(value.text)) is not None:
            raise _stop(f"invalid regex pattern: {problem}", value)
        return converted

    def warn_misuse(self, value: ValueExpr) -> None:
        if "." not in value.text and "(" not in value.text:
            return
        text = re.sub(r"\s+", "", value.text)
        if self._is_field(text):
            message = f"'{value.text}' may be a valid field misused as a const string value"
        elif _LIKE_TRANSFORMER.fullmatch(text):
            message = f"'{value.text}' may be a valid field transformer misused as a const string value"
        else:
            return
        self.warnings.append(CheckWarning(Code.LOAD_COMPILE_CONDITION, message, value.span))

    def _is_field(self, text: str) -> bool:
        if self.catalogue.get(text) is not None:
            return True
        found = _LIKE_FIELD.fullmatch(text)
        return found is not None and isinstance(self.catalogue.lookup(found.group(1), found.group(2), self.source), FieldInfo)


_LIKE_FIELD = re.compile(r"([a-zA-Z]\w*(?:\.[a-zA-Z]\w*)+)(?:\[(.+)\])?", re.ASCII)
_LIKE_TRANSFORMER = re.compile(r"(tolower|toupper|b64|basename|len|join|concat|getopt|val)\(.*\)")


def simple_regex(pattern: str) -> bool:
    """True when a plain string operator would do: only anchors, ``.*``, ``.+`` or ``.?`` at the ends, no other metacharacter."""
    inner = re.sub(r"^\^?(\.[*+?])?", "", pattern)
    inner = re.sub(r"(\.[*+?])?\$?$", "", inner)
    return not re.search(r"[\\^$.|?*+()\[\]{}]", inner)


def deprecation(name: str) -> str:
    """Falco's text about a field that lost its meaning with the enter events."""
    if name == "evt.dir":
        return (
            "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always evaluates to false. "
            "The rule expression can be simplified by removing the condition on 'evt.dir'"
        )
    return "field is not available due to the drop of enter events."


__all__ = ["CheckWarning", "CompileError", "Compiled", "Node", "SharedMacros", "compile_condition", "compile_filter"]
