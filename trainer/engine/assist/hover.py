"""What the word at a place of a rules file means."""

from __future__ import annotations

import re

from trainer.engine.assist.explained import Words, field_hover, name_hover, plain_hover, value_hover
from trainer.engine.assist.items import line_end
from trainer.engine.assist.keys import BOOLEANS, OVERRIDES
from trainer.engine.assist.model import FILE_NAME, Hover, Kind, Known, as_known
from trainer.engine.assist.operands import operand_of
from trainer.engine.assist.place import Place, place_at
from trainer.engine.assist.scalar import Scalar
from trainer.engine.assist.scan import TRANSFORMERS, Scan, Token, scan
from trainer.engine.assist.scope import Scope
from trainer.engine.assist.texts import DEFAULT, say
from trainer.engine.rules.definitions import Definitions, Priority
from trainer.engine.rules.ruleset import Ruleset

_OUTPUT = re.compile(rf"""(?P<call>(?:{"|".join(TRANSFORMERS)})\()|(?P<field>[a-zA-Z]\w*(?:\.[a-zA-Z]\w*)+(?:\[[^\]\s]*\])?)""")


def hover(
    text: str,
    offset: int,
    known: Known | Definitions | Ruleset | None = None,
    language: str = DEFAULT,
    file_name: str = FILE_NAME,
) -> Hover | None:
    """The meaning of the word at ``offset``; None where there is nothing to say. Never raises.

    ``definition`` of a name that the text itself defines is a span of a file of the name ``file_name``.
    """
    offset = max(0, min(offset, len(text)))
    place = place_at(text, offset)
    if place.item is None:
        return None
    words = Words(Scope(text, as_known(known), language, place.item, file_name))
    found = _key(words, place, text) if place.role == "key" else _value(words, place, place.item.kind)
    return found if found is not None and found.start <= offset <= found.end else None


def _value(words: Words, place: Place, kind: str) -> Hover | None:
    path, scalar = place.path, place.scalar
    if scalar is None or not path:
        return None
    if path == ("condition",) and kind in ("rule", "macro"):
        return _condition(words, scalar)
    if path == ("output",) and kind == "rule":
        return _output(words, scalar)
    return _whole(words, place, scalar, kind)


def _key(words: Words, place: Place, text: str) -> Hover | None:
    name = text[place.start : place.end].strip("\"'")
    body = say("keys", name, words.language)
    if not body or (place.path and place.path[0] not in ("override", "exceptions", "required_plugin_versions")):
        return None
    return plain_hover(place.start, place.end, name, "key", body)


def _condition(words: Words, scalar: Scalar) -> Hover | None:
    found = scan(scalar.text)
    token = _at(found.tokens, scalar.cursor)
    if token is None:
        return None
    start, end = scalar.span(token.start, token.end)
    return _token(words, found, token, start, end)


def _at(tokens: list[Token], cursor: int) -> Token | None:
    """The token that the cursor is on, else the one that it stands behind."""
    on = next((token for token in tokens if token.start <= cursor < token.end), None)
    return on or next((token for token in tokens if token.end == cursor), None)


def _token(words: Words, found: Scan, token: Token, start: int, end: int) -> Hover | None:
    said, language = found.word(token), words.language
    if token.role == "field":
        return field_hover(words, said, start, end)
    if token.role == "transformer":
        name = said.removesuffix("(")
        return plain_hover(start, end - 1, name, "transformer", say("transformers", name, language))
    if token.role in ("operator", "keyword"):
        body = say("operators", said, language)
        return plain_hover(start, end, said, "operator", body) if body else None
    if token.role == "macro":
        return name_hover(words, "macro", said, start, end)
    if token.role in ("value", "list"):
        bare = said.strip("\"'")
        if said == bare and (listed := name_hover(words, "list", bare, start, end)):
            return listed
        operand = operand_of(token.check.left, words.scope.sources, words.scope.known.plugins) if token.check.left else None
        return value_hover(words, token.check.left, operand, bare, start, end)
    return None


def _output(words: Words, scalar: Scalar) -> Hover | None:
    for found in _OUTPUT.finditer(scalar.text):
        if not found.start() <= scalar.cursor <= found.end():
            continue
        before = scalar.text[: found.start()].rstrip("0123456789")
        if (
            before[-1:] not in ("%", "(", ",", " ")
            or "%" not in before
            or (before[-1:] == " " and "(" not in before.rpartition("%")[2])
        ):
            continue
        start, end = scalar.span(found.start(), found.end())
        if found["call"] is not None:
            name = found["call"].removesuffix("(")
            return plain_hover(start, end - 1, name, "transformer", say("transformers", name, words.language))
        return _longest(words, scalar, found.start(), found.end())
    return None


def _longest(words: Words, scalar: Scalar, start: int, end: int) -> Hover | None:
    """Falco takes the longest beginning of the word that is a field."""
    for cut in range(end, start, -1):
        shown = scalar.text[start:cut]
        if "." not in shown:
            return None
        place = scalar.span(start, cut)
        if (found := field_hover(words, shown, *place)) is not None:
            return found if scalar.cursor <= cut else None
    return None


def _whole(words: Words, place: Place, scalar: Scalar, kind: str) -> Hover | None:
    """A value of one word or name."""
    path, language = place.path, words.language
    raw = scalar.text
    at = line_end(raw, scalar.cursor)
    first = raw.rfind("\n", 0, scalar.cursor) + 1
    line = raw[first:at]
    name = line.strip()
    if not name or scalar.style == "block":
        return None
    begin = first + len(line) - len(line.lstrip())
    start, end = scalar.span(begin, begin + len(name))
    if path == (kind,) and kind in ("rule", "macro", "list"):
        return name_hover(words, _NAMES[kind], name, start, end)
    if path == ("priority",) and (level := Priority.parse(name)) is not None:
        return plain_hover(start, end, level.label, "priority", say("priorities", level.label, language))
    if path == ("source",) and (body := say("sources", name, language)):
        return plain_hover(start, end, name, "source", body)
    if len(path) == 1 and path[0] in BOOLEANS:
        return plain_hover(start, end, path[0], "key", say("keys", path[0], language))
    if len(path) == 2 and path[0] == "override" and kind in OVERRIDES and (body := say("verbs", name, language)):
        return plain_hover(start, end, name, "value", body)
    if path == ("items", "*"):
        return name_hover(words, "list", name, start, end)
    if path[:2] == ("exceptions", "*") and len(path) > 2:
        return _exception(words, path[2], name, start, end)
    return None


_NAMES: dict[str, Kind] = {"rule": "rule", "macro": "macro", "list": "list"}


def _exception(words: Words, key: str, name: str, start: int, end: int) -> Hover | None:
    if key == "fields":
        return field_hover(words, name, start, end)
    if key == "comps":
        base, _, modifier = name.partition(" ")
        bodies = [say("operators", word, words.language) for word in (base, modifier) if word]
        return plain_hover(start, end, name, "operator", "\n".join(bodies)) if all(bodies) else None
    return name_hover(words, "list", name, start, end) if key == "values" else None
