"""The condition's syntax tree. Node names are libsinsp's (filter/ast.h); nodes hold no behaviour.

``span`` is the place in the learner's file (through YAML, lists and macros); ``pos`` is the index in the text that was parsed, after
Falco's textual list substitution, which is what Falco's own positions count.
"""

from __future__ import annotations

from typing import TypeAlias

from trainer.source import Span, frozen


@frozen
class Expansion:
    """How a node came out of a macro: the macro, where its name stands, and the expansion that held that name."""

    macro: str
    used_at: Span
    parent: Expansion | None = None


@frozen
class ValueExpr:
    """A constant; ``quoted`` when it was written in quotes; ``list_name`` when a list's items were put here."""

    text: str
    span: Span
    pos: int = 0
    quoted: bool = False
    list_name: str | None = None


@frozen
class ListExpr:
    """``(a, b)``; ``bare`` for an identifier without parentheses (``in name``), which is a one-item list."""

    items: tuple[ValueExpr, ...]
    span: Span
    pos: int = 0
    bare: bool = False


@frozen
class FieldExpr:
    """``proc.aname[2]`` is ``FieldExpr("proc.aname", "2")``."""

    name: str
    argument: str | None
    span: Span
    pos: int = 0

    @property
    def full_name(self) -> str:
        return self.name if self.argument is None else f"{self.name}[{self.argument}]"


@frozen
class TransformerListExpr:
    """``(a.b, "x")`` as a transformer's argument."""

    items: tuple[TransformerArg, ...]
    span: Span
    pos: int = 0


@frozen
class FieldTransformerExpr:
    """``tolower(proc.name)``; ``val(f)`` is the transformer named ``val``; ``argument`` is getopt's ``[c]``."""

    transformer: str
    arguments: tuple[TransformerArg, ...]
    argument: str | None
    span: Span
    pos: int = 0


@frozen
class UnaryCheckExpr:
    left: FieldExpr | FieldTransformerExpr
    operator: str
    span: Span
    pos: int = 0
    origin: Expansion | None = None


@frozen
class BinaryCheckExpr:
    """``left operator [modifier] right``; ``operator`` keeps its spelling (``=`` or ``==``)."""

    left: FieldExpr | FieldTransformerExpr
    operator: str
    modifier: str | None
    right: ValueExpr | ListExpr | FieldExpr | FieldTransformerExpr
    span: Span
    operator_span: Span
    pos: int = 0
    origin: Expansion | None = None


@frozen
class IdentifierExpr:
    """A macro's name, before it is resolved."""

    name: str
    span: Span
    pos: int = 0
    origin: Expansion | None = None


@frozen
class NotExpr:
    child: Expr
    span: Span
    pos: int = 0
    origin: Expansion | None = None


@frozen
class AndExpr:
    children: tuple[Expr, ...]
    span: Span
    pos: int = 0
    origin: Expansion | None = None


@frozen
class OrExpr:
    children: tuple[Expr, ...]
    span: Span
    pos: int = 0
    origin: Expansion | None = None


@frozen
class MacroExpr:
    """A resolved macro: ``name`` as written, ``body`` its condition. Evaluation and printing go through it."""

    name: str
    body: Expr
    span: Span
    pos: int = 0
    origin: Expansion | None = None


TransformerArg: TypeAlias = FieldExpr | FieldTransformerExpr | ValueExpr | TransformerListExpr
Expr: TypeAlias = AndExpr | OrExpr | NotExpr | UnaryCheckExpr | BinaryCheckExpr | IdentifierExpr | MacroExpr
