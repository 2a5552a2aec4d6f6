"""A rule's exceptions, written into its condition as text."""

from __future__ import annotations

from trainer.diagnostics import Code
from trainer.engine.rules.context import error
from trainer.engine.rules.definitions import Entry, ExceptionDef, RuleDef
from trainer.engine.rules.operators import is_list_operator
from trainer.source import MappedText, Span


def with_exceptions(rule: RuleDef) -> MappedText:
    """The condition in parentheses, and ``and not`` each exception that has values. Raises Refused for a misshapen value."""
    if not rule.exceptions:
        return rule.condition
    start, end = rule.condition.span(0, 0), rule.condition.span(len(rule.condition.text), len(rule.condition.text))
    pieces = [MappedText.at("(", start), rule.condition, MappedText.at(")", end)]
    for exception in rule.exceptions:
        built = _single(exception) if exception.fields is not None and not exception.fields.is_list else _tuples(exception)
        if built:
            pieces.append(MappedText.at(" and not ", exception.context.span))
            pieces.extend(built)
    return MappedText.join(pieces)


def _extent(entry: Entry) -> Span | None:
    """From the first to the last word of an entry; None where it has none."""
    if entry.text is not None:
        return entry.text.whole
    places = [place for item in entry.items if (place := _extent(item)) is not None]
    if not places or any(place.file != places[0].file for place in places):
        return None
    return Span(places[0].file, places[0].start, places[-1].end)


def _quoted(entry: Entry) -> list[MappedText]:
    text = entry.text
    if text is None:
        return []
    if " " in text.text and text.text[:1] not in ("'", '"'):
        return _around(text, '"', '"')
    return [text]


def _parenthesised(entry: Entry) -> list[MappedText]:
    text = entry.text
    if text is None or text.text.startswith("("):
        return [text] if text is not None else []
    return _around(text, "(", ")")


def _around(text: MappedText, before: str, after: str) -> list[MappedText]:
    return [MappedText.at(before, text.span(0, 0)), text, MappedText.at(after, text.span(len(text.text), len(text.text)))]


def _single(exception: ExceptionDef) -> list[MappedText]:
    place = exception.context.span
    fields, comps = exception.fields, exception.comps
    assert fields is not None
    pieces: list[MappedText] = []
    for value in exception.values:
        if value.is_list:
            message = "Expected values array to contain a list of strings"
            raise error(Code.LOAD_ERR_VALIDATE, message, exception.context, _extent(value))
        if pieces:
            pieces.append(MappedText.at(", ", place))
        else:
            comp = comps.text if comps is not None and comps.text is not None else MappedText.at("", place)
            field = fields.text or MappedText.at("", place)
            pieces += [MappedText.at("(", place), field, MappedText.at(" ", place), comp, MappedText.at(" (", place)]
        pieces += _quoted(value)
    return [*pieces, MappedText.at("))", place)] if pieces else []


def _tuples(exception: ExceptionDef) -> list[MappedText]:
    place = exception.context.span
    fields = exception.fields.items if exception.fields is not None else ()
    comps = exception.comps.items if exception.comps is not None else ()
    pieces: list[MappedText] = []
    for values in exception.values:
        if len(values.items) != len(fields):
            message = "Fields and values lists must have equal length"
            raise error(Code.LOAD_ERR_VALIDATE, message, exception.context, _extent(values))
        pieces.append(MappedText.at(" or (" if pieces else "((", place))
        for index, (field, value) in enumerate(zip(fields, values.items, strict=True)):
            comp = comps[index].text if index < len(comps) else None
            comp = comp if comp is not None else MappedText.at("=", place)
            name = field.text if field.text is not None else MappedText.at("", place)
            pieces += [MappedText.at(" and " if index else "", place), MappedText.at(" ", place), name, MappedText.at(" ", place)]
            pieces += [comp, MappedText.at(" ", place)]
            if value.is_list:
                pieces.append(MappedText.at("(", place))
                for number, item in enumerate(value.items):
                    if number:
                        pieces.append(MappedText.at(", ", place))
                    pieces += _quoted(item)
                pieces.append(MappedText.at(")", place))
            elif is_list_operator(comp.text):
                pieces += _parenthesised(value)
            else:
                pieces += _quoted(value)
        pieces.append(MappedText.at(")", place))
    return [*pieces, MappedText.at(")", place)] if pieces else []
