"""From a place inside a macro back to the rule: the macros in between, and where each is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trainer.diagnostics import Annotation, say
from trainer.engine.filter import checks, walk
from trainer.engine.filter.ast import Expansion, Expr
from trainer.source import Span


@dataclass(frozen=True, slots=True)
class Trail:
    """What a diagnostic shows beside the place itself."""

    annotations: tuple[Annotation, ...] = ()
    notes: tuple[str, ...] = ()


def trail(origin: Expansion | None, rule: str) -> Trail:
    """The uses of the macros that a place in a rule came out of, innermost first."""
    if origin is None:
        return Trail()
    uses: list[Annotation] = []
    names: list[str] = []
    link: Expansion | None = origin
    while link is not None:
        uses.append(Annotation(link.used_at, say("macro `{macro}` is used here", macro=link.macro), primary=False))
        names.append(link.macro)
        link = link.parent
    *others, first = names
    text = say("rule `{rule}` uses macro `{macro}`", rule=rule, macro=first)
    return Trail(tuple(uses), (_and_so_on(text, reversed(others)),))


def loop(path: Sequence[str]) -> Trail:
    """A row of macros each of which uses the next."""
    text = say("macro `{first}` uses macro `{macro}`", first=path[0], macro=path[1])
    return Trail(notes=(_and_so_on(text, path[2:]),))


def _and_so_on(text: str, names: Iterable[str]) -> str:
    for name in names:
        text += say(", which uses macro `{macro}`", macro=name)
    return text


def origin_at(expr: Expr, span: Span) -> Expansion | None:
    """The macros that the first check with something at ``span`` came out of."""
    for check in checks(expr):
        if check.span == span or any(part.span == span for part in walk(check)):
            return check.origin
    return None
