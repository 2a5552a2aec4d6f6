"""Which clauses let a rule fire: the sentence for a false alarm, where every clause was true and none is to blame alone."""

from __future__ import annotations

from collections.abc import Iterator

from trainer.engine import Explanation
from trainer.engine.evaluate import shown
from trainer.grading.sentences import say

_SHOWN = 6
_LONG = 70


def true_clauses(explanation: Explanation, lang: str) -> str:
    """``every clause was true: spawned_process (evt.type was `execve`), proc.name in (shells) (proc.name was `sh`)``."""
    parts = list(dict.fromkeys(_clause(clause, lang) for clause in _tops(explanation)))
    if len(parts) > _SHOWN:
        parts = [*parts[: _SHOWN - 1], f"(+{len(parts) - _SHOWN + 1})"]
    return say(lang, "clauses.one" if len(parts) == 1 else "clauses.all", clauses=", ".join(parts))


def _tops(explanation: Explanation) -> Iterator[Explanation]:
    """The parts of a true condition that a reader sees side by side; of an ``or`` the branch that was true."""
    if explanation.kind == "and":
        for child in explanation.children:
            yield from _tops(child)
    elif explanation.kind == "or":
        yield from _tops(next(child for child in explanation.children if child.matched))
    else:
        yield explanation


def _clause(clause: Explanation, lang: str) -> str:
    name = f"`{_short(clause)}`"
    leaf = _leaf(clause)
    if leaf is None or leaf.field is None:
        return name
    if not leaf.has_value:
        return name + say(lang, "clauses.none", field=leaf.field)
    return name + say(lang, "clauses.value", field=leaf.field, value=shown(leaf.actual))


def _short(clause: Explanation) -> str:
    if clause.kind == "macro":
        return clause.text
    if clause.kind == "not" and clause.children:
        return f"not {_short(clause.children[0])}"
    if clause.list_name is not None:
        return f"{clause.field} {clause.operator} ({clause.list_name})"
    text = clause.text if clause.kind == "check" else clause.span.text
    text = " ".join(text.split())
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _leaf(clause: Explanation) -> Explanation | None:
    """The check whose value tells most: a single one, or the first that holds a macro up."""
    if not clause.children:
        return clause
    same = [child for child in clause.children if child.matched is clause.matched] or list(clause.children)
    return _leaf(same[0])
