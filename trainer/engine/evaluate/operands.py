"""The two sides of a check: fields and transformers resolved to a type and a getter, with Falco's refusals."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from trainer.engine.evaluate import extract, transform
from trainer.engine.evaluate.constants import kind_of, to_text
from trainer.engine.evaluate.extract import Getter
from trainer.engine.fields import FieldCatalogue, FieldProblem
from trainer.engine.filter.ast import (
    BinaryCheckExpr,
    FieldExpr,
    FieldTransformerExpr,
    TransformerArg,
    TransformerListExpr,
    ValueExpr,
)
from trainer.events import Event
from trainer.source import Span, frozen

DEPRECATED = ("evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human", "evt.wait_latency")

MAX_TRANSFORMERS = 40
"""How deep transformers may nest: each level takes frames of the interpreter's stack, at every event."""


@frozen
class CompileError:
    """What Falco refuses: its message, the place, and whether the real program would end there."""

    message: str
    span: Span
    pos: int = 0
    fatal: bool = False


@frozen
class Operand:
    """One side of a check: ``name`` is the field as written, without its argument."""

    name: str
    text: str
    type: str
    is_list: bool
    get: Getter
    any_ancestor: bool = False
    deprecated: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    transformed: bool = False


def left_operand(expr: FieldExpr | FieldTransformerExpr, source: str, catalogue: FieldCatalogue) -> Operand | CompileError:
    if isinstance(expr, FieldExpr):
        return field_operand(expr, source, catalogue)
    return transformer_operand(expr, source, catalogue)


def field_operand(expr: FieldExpr, source: str, catalogue: FieldCatalogue) -> Operand | CompileError:
    found = _field(expr.name, expr.argument, source, catalogue)
    return CompileError(found.message, expr.span, expr.pos) if isinstance(found, FieldProblem) else found


@lru_cache(maxsize=2048)
def _field(name: str, argument: str | None, source: str, catalogue: FieldCatalogue) -> Operand | FieldProblem:
    """Rules use the same few fields again and again."""
    info = catalogue.lookup(name, argument, source)
    if isinstance(info, FieldProblem):
        return info
    negative = argument is not None and argument.startswith("-")
    any_ancestor = info.name in extract.ANY_ANCESTOR and (argument is None or negative)
    type_ = info.type
    if type_ == "DYN":
        type_ = catalogue.param_types.get(name.removeprefix("evt.rawarg."), "DYN")
    return Operand(
        name,
        name if argument is None else f"{name}[{argument}]",
        type_,
        info.is_list,
        extract.getter(name, argument),
        any_ancestor,
        (name,) if name in DEPRECATED else (),
        info.flags,
    )


def transformer_operand(expr: FieldTransformerExpr, source: str, catalogue: FieldCatalogue) -> Operand | CompileError:
    name = expr.transformer

    def refuse(message: str, fatal: bool = False) -> CompileError:
        return CompileError(message, expr.span, expr.pos, fatal)

    if _too_deep(expr):
        return refuse("exceeded max depth limit of 1000")
    if name in transform.SINGLE:
        if len(expr.arguments) != 1:
            return refuse("unknown multivalue transformer", fatal=True)
        if expr.argument is not None:
            return refuse(f"filter error: transformer '{name}' does not support field arguments")
        return _single(expr, expr.arguments[0], source, catalogue)
    if len(expr.arguments) == 1:
        return refuse(f"unknown field transfomer '{name}'")
    parts: list[Operand] = []
    for argument in expr.arguments:
        part = _argument(argument, source, catalogue)
        if isinstance(part, CompileError):
            return part
        parts.append(part)
    deprecated = tuple(found for part in parts for found in part.deprecated)
    text = name
    if expr.argument is not None and name != "getopt":
        return refuse(f"filter error: transformer '{name}' does not support field arguments")
    if name == "concat":
        if any(part.is_list or kind_of(part.type) != "string" for part in parts):
            return refuse("concat() arguments must be strings")
        return Operand(
            text, text, "CHARBUF", False, lambda event: transform.join("", [part.get(event) for part in parts]), False, deprecated
        )
    if len(parts) != 2:
        wanted = "separator and list" if name == "join" else "args list and optstring"
        return refuse(f"{name}() requires exactly 2 arguments: {wanted}")
    first, second = parts[0], parts[1]
    if name == "join":
        if first.is_list:
            return refuse("join() first argument (separator) must be a single value, not a list")
        if not second.is_list:
            return refuse("join() second argument must be a list")
        return Operand(
            text, text, "CHARBUF", False, lambda event: transform.join(first.get(event), second.get(event)), False, deprecated
        )
    if not first.is_list:
        return refuse("getopt() first argument must be a list")
    if second.is_list:
        return refuse("getopt() second argument (optstring) must be a single value")
    if expr.argument is not None and len(expr.argument) != 1:
        return refuse("getopt() field argument must be a single option character")
    option = expr.argument

    def options(event: Any) -> Any:
        pairs = transform.getopt(first.get(event), str(second.get(event)))
        if pairs is None:
            return None
        if option is None:
            # an option whose value is missing shows as the empty value alone
            return tuple(dict.fromkeys(text for pair in pairs for text in (pair if pair[1] else pair[1:])))
        values = [value for found, value in pairs if found == option]
        return values[-1] if values else None

    return Operand(text, text, "CHARBUF", option is None, options, False, deprecated)


def _too_deep(expr: FieldTransformerExpr) -> bool:
    inside: list[FieldTransformerExpr | TransformerListExpr] = [expr]
    for _ in range(MAX_TRANSFORMERS):
        inside = [
            argument
            for outer in inside
            for argument in (outer.items if isinstance(outer, TransformerListExpr) else outer.arguments)
            if isinstance(argument, FieldTransformerExpr | TransformerListExpr)
        ]
        if not inside:
            return False
    return True


def _single(
    expr: FieldTransformerExpr, argument: TransformerArg, source: str, catalogue: FieldCatalogue
) -> Operand | CompileError:
    inner = _argument(argument, source, catalogue)
    if isinstance(inner, CompileError):
        return inner
    if isinstance(argument, FieldExpr) and ("NO_TRANSFORMER" in inner.flags):
        name = "evt.rawarg" if inner.name.startswith("evt.rawarg.") else inner.name
        return CompileError(f"field '{name}' does not support transformers", expr.span, expr.pos)
    result = transform.result_type(expr.transformer, inner.type, inner.is_list)
    if result is None:
        subject = f"list field '{inner.name}'" if inner.is_list else f"field '{inner.name}'"
        message = f"can't add field transformer: type '{inner.type}' is not supported by '{expr.transformer}' transformer applied on {subject}"
        return CompileError(message, expr.span, expr.pos)
    transformer = expr.transformer
    get = inner.get
    return Operand(
        inner.name,
        f"{transformer}({inner.text})",
        result[0],
        result[1],
        lambda event: transform.apply_single(transformer, get(event)),
        False,
        inner.deprecated,
        frozenset(),
        True,
    )


def _argument(argument: TransformerArg, source: str, catalogue: FieldCatalogue) -> Operand | CompileError:
    if isinstance(argument, FieldExpr):
        return field_operand(argument, source, catalogue)
    if isinstance(argument, FieldTransformerExpr):
        return transformer_operand(argument, source, catalogue)
    if isinstance(argument, TransformerListExpr):
        parts: list[Operand] = []
        for item in argument.items:
            part = _argument(item, source, catalogue)
            if isinstance(part, CompileError):
                return part
            parts.append(part)
        deprecated = tuple(found for part in parts for found in part.deprecated)
        getters = [_as_c_string(part.get) if part.type == "UINT32" else part.get for part in parts]
        return Operand("list", "list", "CHARBUF", True, lambda event: tuple(get(event) for get in getters), False, deprecated)
    text = argument.text
    return Operand(text, _quote(argument), "CHARBUF", False, lambda event: text)


def _as_c_string(get: Getter) -> Getter:
    """upstream bug: join() takes the four bytes of a UINT32 for a text, so that user.uid 0 is empty (conformance, rules-02 Y5)."""

    def text(event: Event) -> Any:
        value = get(event)
        return to_text((value & 0xFFFFFFFF).to_bytes(4, "little").split(b"\0")[0]) if type(value) is int else value

    return text


def _quote(value: ValueExpr) -> str:
    return f'"{value.text}"' if value.quoted else value.text


def right_operand(
    right: FieldExpr | FieldTransformerExpr, left: Operand, check: BinaryCheckExpr, source: str, catalogue: FieldCatalogue
) -> Operand | CompileError:
    """A field or transformer on the right side of an operator."""
    if left.is_list and check.operator not in ("in", "intersects"):
        return CompileError(f"filter error: '{check.operator}' operator not supported list filters", check.span, check.pos)
    if kind_of(left.type) == "network":
        return CompileError(f"field type '{left.type}' doesn't support right-hand side fields", check.span, check.pos)
    if check.operator in ("pmatch", "regex"):
        return CompileError(f"operator '{check.operator.upper()}' doesn't support right-hand side fields", check.span, check.pos)
    if "NO_RHS" in left.flags:
        return CompileError(f"field '{left.name}' doesn't support right-hand side fields", check.span, check.pos)
    inner: Operand | CompileError
    if isinstance(right, FieldTransformerExpr) and right.transformer == "val":
        if right.argument is not None:
            return CompileError("filter error: transformer 'val' does not support field arguments", right.span, right.pos)
        field = right.arguments[0]
        assert isinstance(field, FieldExpr)
        inner = field_operand(field, source, catalogue)
    else:
        inner = left_operand(right, source, catalogue)
    if isinstance(inner, CompileError):
        return inner
    if "NO_RHS" in inner.flags:
        return CompileError(f"field '{inner.name}' can't be used as a right-hand side field", check.span, check.pos)
    if inner.type != left.type:
        message = f"field '{left.name}' has type '{left.type}' while the right-hand side field '{inner.name}' has incompatible type '{inner.type}'"
        return CompileError(message, check.span, check.pos)
    return inner
