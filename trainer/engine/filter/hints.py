"""Our own words beside Falco's parse messages: what probably was meant."""

from __future__ import annotations

import difflib
import re

_OPERATORS = (
    "exists", "=", "!=", "<", "<=", ">", ">=", "glob", "iglob", "contains", "icontains", "bcontains",
    "startswith", "bstartswith", "endswith", "regex", "intersects", "in", "pmatch",
)  # fmt: skip
_SPELLINGS = {
    "&&": "and", "||": "or", "!": "not", "equals": "=", "equal": "=", "is": "=", "eq": "=", "ne": "!=", "<>": "!=", "===": "=",
    "like": "glob", "matches": "regex", "match": "regex", "starts": "startswith", "ends": "endswith", "includes": "contains",
}  # fmt: skip
_BEFORE = re.compile(r"(\S+)\s*$")
_WORD = re.compile(r"[^\s()=,]+")


def nearest(word: str, choices: tuple[str, ...]) -> str | None:
    """The choice that was probably meant by ``word``."""
    lowered = word.lower()
    if lowered in _SPELLINGS and _SPELLINGS[lowered] in choices:
        return _SPELLINGS[lowered]
    found = difflib.get_close_matches(lowered, choices, n=1, cutoff=0.6)
    return found[0] if found else None


def hint_for(message: str, text: str, pos: int) -> tuple[str, tuple[str, ...]]:
    """A hint in plain words and the tokens that could stand at ``pos``."""
    found = _WORD.match(text, pos)
    word = found.group() if found else ""
    if message.startswith("expected a valid check operator"):
        meant = nearest(word, _OPERATORS)
        if not word:
            return "the condition ends after a field: an operator and a value are missing", _OPERATORS
        if word.startswith(("]", "[")):
            return "a field's argument is written directly behind it, as in proc.aname[2]", _OPERATORS
        return (f"`{word}` is no operator; did you mean `{meant}`?" if meant else f"`{word}` is no operator"), _OPERATORS
    if message.startswith("unexpected token"):
        before = _BEFORE.search(text[:pos])
        glued = before.group(1) if before else ""
        if glued.startswith("in") and glued not in _OPERATORS and (operator := nearest(glued, _OPERATORS)):
            return f"`{glued}` is no operator; did you mean `{operator}`?", _OPERATORS
        meant = nearest(word, ("and", "or"))
        if word and meant:
            return f"did you mean `{meant}` instead of `{word}`?", ("and", "or")
        if text[pos : pos + 1] == ")":
            return "this closing parenthesis has no opening one", ("and", "or")
        if text[pos : pos + 1] in ("=", "<", ">", "!"):
            return "only a field with a dot in its name can be compared; a macro stands alone", ("and", "or")
        return "join two checks with `and` or `or`; put a value with blanks in quotes", ("and", "or")
    if message.startswith("expected a ')'"):
        return "a parenthesis is not closed, or a comma between two items is missing", (")", ",")
    if message.startswith("expected a string value"):
        if text[pos : pos + 1] in ("'", '"'):
            return "this quote is not closed", ()
        if text[pos : pos + 1] == "(":
            return "a list needs the operator `in` (or intersects, pmatch), or a modifier such as `anyof`", ("in",)
        return "a value is missing here", ()
    if message.startswith("expected a number"):
        return "<, <=, > and >= take a number", ()
    if message.startswith("expected a list"):
        return "write the list in parentheses: (a, b)", ("(",)
    if message.startswith("expected blank or"):
        return "put a blank behind `and` and `or`", (" ",)
    if message.startswith("expected a '(' token, a field"):
        if word.startswith("#"):
            return "a condition has no comments; put them on a line of their own in the YAML", ()
        return "a field, a macro or a parenthesis must stand here", ("(",)
    if "escape" in message:
        return "write a backslash in a quoted string twice, or leave the quotes away", ()
    if message.startswith("filter input string is empty"):
        return "the condition is empty", ()
    return "", ()
