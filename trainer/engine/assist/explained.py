"""The hovers themselves: a field, a name, a constant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from trainer.engine.assist.examples import example
from trainer.engine.assist.fields import event_detail, type_name
from trainer.engine.assist.items import Definition
from trainer.engine.assist.model import Hover, Kind, Named
from trainer.engine.assist.operands import operand_of, operators_of
from trainer.engine.assist.scope import Scope
from trainer.engine.assist.texts import described, say, shortened, word
from trainer.engine.assist.values import value_items
from trainer.engine.evaluate.operands import Operand
from trainer.engine.fields import FieldInfo
from trainer.source import Span

_SHOWN_VALUES = 20
_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Words:
    """What is known at the place, and the language to say it in."""

    scope: Scope

    @property
    def language(self) -> str:
        return self.scope.language


def plain_hover(start: int, end: int, title: str, kind: Kind, body: str) -> Hover:
    return Hover(start, end, title, kind, body)


def field_hover(words: Words, written: str, start: int, end: int) -> Hover | None:
    """A field as it is written, or a transformer of fields; None where Falco knows none."""
    scope, language = words.scope, words.language
    info = _info(scope, written)
    if info is None:
        return None
    operand = operand_of(written, scope.sources, scope.known.plugins)
    type_ = operand.type if operand is not None else info.type
    shown = word("hidden_type", language) if type_ == "DYN" else f"{type_} ({type_name(type_, language)})"
    lines = [described(info.description, language), word("type", language, type=shown + _listed(info, language))]
    if info.deprecated:
        lines.insert(0, f"({word('deprecated', language)})")
    if info.argument != "none" and "[" not in written and (operand is None or info.argument == "optional"):
        lines.append(word(f"argument_{info.argument}", language))
    if info.filter_only:
        lines.append(word("filter_only", language))
    lines.append(word("operators", language, names=" ".join(operators_of(operand))))
    values = [item.label for item in value_items(scope, written, operand, [])]
    if 0 < len(values) <= _SHOWN_VALUES:
        lines.append(word("values", language, names=", ".join(values)))
    if operand is not None:
        lines.append(word("example", language, text=example(written, info, operand)))
    return Hover(start, end, written, "field", "\n".join(line for line in lines if line))


def _listed(info: FieldInfo, language: str) -> str:
    return f", {word('list', language)}" if info.is_list else ""


def _info(scope: Scope, written: str) -> FieldInfo | None:
    """The field behind a name with argument or suffix, also where a needed argument is still missing."""
    name, bracket, argument = written.partition("[")
    for source in scope.sources:
        found = scope.catalogue.lookup(name, argument.removesuffix("]").strip("\"'") if bracket else None, source)
        if isinstance(found, FieldInfo):
            return found
        known = scope.catalogue.get(name)
        if known is not None and not bracket and known.argument == "required" and "nonexistent" not in found.message:
            return known
    return None


def name_hover(words: Words, kind: Kind, name: str, start: int, end: int) -> Hover | None:
    """A macro, list or rule, and where it was defined; for a macro without definition, that there is none."""
    scope, language = words.scope, words.language
    known = {"macro": scope.known.macros, "list": scope.known.lists, "rule": scope.known.rules}[kind].get(name)
    own = [found for found in scope.own if found.kind == kind and found.name == name]
    if known is None and not own:
        return Hover(start, end, name, kind, word("unknown_macro", language)) if kind == "macro" else None
    lines: list[str] = []
    last = own[-1] if own else None
    if known is None or (last is not None and scope.redefines(last)):
        assert last is not None  # one of the two is there
        span: Span | None = scope.file.span(last.start, last.end)
        lines.append(_meaning(words, kind, _own(scope, kind, name, last)))
        lines.append(_place(words, scope.file_name, scope.text.count("\n", 0, last.start) + 1))
    else:
        span = known.span
        lines.append(_meaning(words, kind, known))
        if last is not None and scope.appends(last) and (added := _text(kind, _own(scope, kind, name, last), language)):
            lines.append(word("appended", language, text=added))
        if span is not None:
            lines.append(_place(words, span.file.name, span.position.line))
    return Hover(start, end, name, kind, "\n".join(line for line in lines if line), span)


def _place(words: Words, file: str, line: int) -> str:
    # Its name alone: where a pack lies on this machine says nothing to a learner, and pushes the line out of a narrow window.
    return word("defined", words.language, file=PurePath(file).name, line=line)


def _own(scope: Scope, kind: str, name: str, definition: Definition) -> Named:
    """The file's own definition of a name, without what it is appended to."""
    if kind == "list":
        return Named(name, items=scope.own_items(definition))
    return Named(name, scope.whole_condition(definition), detail=scope.own_value(definition, "desc"))


def _meaning(words: Words, kind: str, named: Named) -> str:
    text = _text(kind, named, words.language)
    if kind == "list":
        return word("list_items", words.language, items=text)
    condition = word("condition", words.language, text=text) if text else ""
    return "\n".join(line for line in (shortened(named.detail, _LENGTH), condition) if line)


def _text(kind: str, named: Named, language: str) -> str:
    if kind == "list":
        return shortened(", ".join(named.items), _LENGTH) if named.items else word("empty", language)
    return shortened(named.text, _LENGTH)


def value_hover(words: Words, left: str, operand: Operand | None, text: str, start: int, end: int) -> Hover | None:
    """A constant that the field is known to have."""
    scope, language = words.scope, words.language
    if left in ("evt.type", "syscall.type") and text in scope.catalogue.event_names:
        event = scope.catalogue.events.get(text)
        body = event_detail(scope.catalogue, text, language)
        if event is not None:
            body += "\n" + word("category", language, name=event.category.partition("|")[0])
        return Hover(start, end, text, "event_type", body)
    found = next((item for item in value_items(scope, left, operand, []) if item.label == text), None)
    body = found.detail or say("booleans", text, language) if found is not None else ""
    return Hover(start, end, text, "value", body) if body else None
