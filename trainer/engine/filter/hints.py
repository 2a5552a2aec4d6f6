"""Our own words beside Falco's parse messages: what probably was meant."""

from __future__ import annotations

import difflib
import re
from typing import TypeAlias

from trainer.engine.filter.diagnose import OPERATORS, Fault

Hint: TypeAlias = tuple[str, tuple[str, ...]]
"""A sentence, and the tokens that could stand at the fault."""

_JOINTS = ("and", "or")
_STARTS = ("not", "(")
_SPELLINGS = {
    "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "equals": "=", "equal": "=", "is": "=", "eq": "=", "ne": "!=",
    "<>": "!=", "isnt": "!=", "gt": ">", "lt": "<", "ge": ">=", "le": "<=", "like": "glob", "matches": "regex", "match": "regex",
    "starts": "startswith", "ends": "endswith", "includes": "contains", "has": "contains", "iequals": "=", "ibcontains": "bcontains",
}  # fmt: skip
_WORD = re.compile(r"[^\s()=,\"']+")
_SYMBOLS = re.compile(r"[&|!<>=~]+")
_BEFORE = re.compile(r"([^\s()=,\"']+)[ \t\b\r\n]*$")
_NEEDS_BLANK = re.compile(r"i?glob|[ib]?contains|b?startswith|endswith|regex")
_GLUED = re.compile(r"(?:^|[\s\])])((?:in|pmatch|exists)[a-z]+)[ \t\b\r\n]*$")


def nearest(word: str, choices: tuple[str, ...]) -> str | None:
    """The choice that was probably meant by ``word``."""
    lowered = word.lower()
    if lowered in _SPELLINGS and _SPELLINGS[lowered] in choices:
        return _SPELLINGS[lowered]
    found = difflib.get_close_matches(lowered, choices, n=1, cutoff=0.6)
    return found[0] if found else None


def hint_for(fault: Fault, text: str) -> Hint:
    """A hint in plain words and the tokens that could stand at the fault."""
    message, pos = fault.message, fault.pos
    found = _WORD.match(text, pos)
    word = found.group() if found else ""
    if not text.strip():
        return "the condition is empty", ()
    if message.startswith("expected a valid check operator"):
        return _operator(text, pos, word)
    if message.startswith("unexpected token"):
        return _joint(text, pos, word)
    if message == "expected a ')' token":
        return _closing(fault, text, word)
    if message.startswith("expected a string value"):
        return _string(text, pos)
    if message.startswith("expected a '(' token, a field"):
        return _check(text, pos, word)
    if message.startswith("expected a number"):
        if text[pos : pos + 1] in ("=", ">") and pos and text[pos - 1] in "<>":
            return "did you mean `!=`?" if text[pos - 1 : pos + 1] == "<>" else "write `<=` or `>=` in one piece", (
                "!=",
                "<=",
                ">=",
            )
        what = f"`{word}` is no number: " if word else ""
        return f"{what}<, <=, > and >= compare with a number", ()
    if message.startswith("expected a list"):
        return "write the list in parentheses, as in (a, b)", ("(",)
    if message.startswith("expected blank or"):
        joint = message.rpartition(" ")[2].strip("'")
        return _after_joint(text, pos, joint)
    if message.startswith("expected field transformer argument") and word.startswith("val"):
        return "val() stands only on the right side, with a field alone in it", ()
    if message.startswith(("expected field transformer", "expected transformer list")):
        return _unclosed_quote(text, pos) or "write a field here, or a constant in quotes", ()
    if message.startswith("expected a field within"):
        return "val() takes one field", ()
    if message.startswith(("expected a ')' token closing", "expected ')'")):
        return "a parenthesis is not closed, or a comma between two arguments is missing", (")", ",")
    if message.startswith("expected a ']'"):
        return "a field's argument has no blanks and ends with `]`, as in proc.aname[2]", ("]",)
    if message.startswith("expected a valid field argument"):
        return _unclosed_quote(text, pos) or "a field's argument stands between the brackets, as in proc.aname[2]", ()
    if "escape" in message:
        return "write a backslash in a quoted string twice, or leave the quotes away", ()
    if message.startswith("exceeded max depth"):
        return "there are too many parentheses inside one another", ()
    return "", ()


def _operator(text: str, pos: int, word: str) -> Hint:
    symbols = _SYMBOLS.match(text, pos)
    token = word or (symbols.group() if symbols else "")
    if not token:
        if text[pos : pos + 1] in ("'", '"', "("):
            return "an operator is missing between the field and the value", OPERATORS
        return "a field alone is no check: write an operator and a value behind it, or `exists`", OPERATORS
    if token.startswith(("[", "]")):
        return "a field's argument is written directly behind it, as in proc.aname[2]", OPERATORS
    if token.startswith("."):
        return "each part of a field's name starts with a letter", OPERATORS
    if token in ("and", "or"):
        return "a field alone is no check: write an operator and a value behind it, or `exists`", OPERATORS
    if token in ("not", "notin", "not_in", "!in"):
        return "`not` stands before the field, as in `not proc.name in (a, b)`", OPERATORS
    needs_blank = _NEEDS_BLANK.match(token)
    if needs_blank and nearest(token, OPERATORS) == needs_blank.group():
        return f"`{needs_blank.group()}` needs a blank and a value behind it", OPERATORS
    if pos and text[pos - 1] not in " \t\b\r\n])":
        return "a field's name has only letters, digits, `_` and dots", OPERATORS
    if token.lower() in OPERATORS:
        return f"operators are written in lower case: `{token.lower()}`", OPERATORS
    return _no_operator(token)


def _no_operator(token: str) -> Hint:
    meant = nearest(token, OPERATORS)
    return f"`{token}` is no operator" + (f"; did you mean `{meant}`?" if meant else ""), OPERATORS


def _joint(text: str, pos: int, word: str) -> Hint:
    """Behind a complete check, where only ``and`` and ``or`` can follow."""
    char = text[pos : pos + 1]
    glued = _GLUED.search(text[:pos] + word if pos and text[pos - 1 : pos].isalpha() else text[:pos])
    if glued and glued.group(1) not in OPERATORS:
        return _no_operator(glued.group(1))
    before = _BEFORE.search(text[:pos])
    if meant := nearest(word, _JOINTS):
        if word in _JOINTS:
            return f"put the whole part with `{word}` in parentheses", _JOINTS
        return f"did you mean `{meant}` instead of `{word}`?", _JOINTS
    if char == ")":
        return "this closing parenthesis has no opening one", _JOINTS
    if char in ("'", '"'):
        return _unclosed_quote(text, pos) or "a value with a quote in it is written in quotes of the other kind", _JOINTS
    if char == ",":
        return "a list of values is written in parentheses: in (a, b)", _JOINTS
    if char == "(" and before and text[pos - 1] not in " \t\b\r\n)":
        name = before.group(1)
        if name in ("oneof", "anyof", "allof"):
            return f"put a blank before and behind `{name}`", _JOINTS
        return f"`{name}` takes no parentheses", _JOINTS
    if word.startswith("#"):
        return "a condition has no comments; put them on a line of their own in the YAML", _JOINTS
    if before and before.group(1) in ("in", "intersects", "pmatch", "exists"):
        return f"a field is missing before `{before.group(1)}`", _JOINTS
    if before and before.group(1) in _JOINTS:
        return f"`{before.group(1)}` stands twice, or a check is missing before it", _JOINTS
    if char in ("=", "<", ">", "!") or nearest(word, OPERATORS) == word:
        return "only a field with a dot in its name can be compared; a macro stands alone", _JOINTS
    if before and before.group(1) == "~":
        return "did you mean `regex`?", _JOINTS
    return "join two checks with `and` or `or`; put a value with blanks in quotes", _JOINTS


def _closing(fault: Fault, text: str, word: str) -> Hint:
    opened = text[fault.opened :][:24].split("\n")[0] if fault.opened is not None else "("
    if fault.pos >= len(text):
        return f"the parenthesis is not closed: `{opened}`", (")",)
    if quote := _unclosed_quote(text, fault.pos):
        return quote, (")",)
    if text[fault.pos] == ",":
        return "a comma stands only between two items of a list", (")",)
    if meant := nearest(word, _JOINTS):
        return f"did you mean `{meant}` instead of `{word}`?", (")", *_JOINTS)
    if text[fault.pos] == "(":
        return "a list holds plain values, no parentheses and no transformers", (")", ",")
    return "a comma between two items is missing, or the parenthesis is not closed; put a value with blanks in quotes", (")", ",")


def _string(text: str, pos: int) -> Hint:
    if quote := _unclosed_quote(text, pos):
        return quote, ()
    char = text[pos : pos + 1]
    if char == "(":
        return "a list needs the operator `in` (or intersects, pmatch), or a modifier such as `anyof`", ("in",)
    if char == ",":
        return "a value is missing before this comma", ()
    if char == ")" and text[:pos].rstrip().endswith(","):
        return "there is a comma too many before this parenthesis", ()
    if char == "=":
        return "there is one `=` too many", ()
    return "a value is missing here", ()


def _check(text: str, pos: int, word: str) -> Hint:
    if word.startswith("!"):
        return "did you mean `not` instead of `!`?", _STARTS
    if word.startswith("#"):
        return "a condition has no comments; put them on a line of their own in the YAML", _STARTS
    if text[pos : pos + 1] in ("'", '"'):
        return "a field or a macro is written without quotes, and the whole condition too", _STARTS
    before = _BEFORE.search(text[:pos])
    if before and before.group(1) in (*_JOINTS, "not"):
        return f"a check is missing behind `{before.group(1)}`", _STARTS
    if text[pos : pos + 1] == ")":
        return "there is nothing between these parentheses", _STARTS
    return "a field, a macro or a parenthesis must stand here", _STARTS


def _after_joint(text: str, pos: int, joint: str) -> Hint:
    if not text[pos:].strip():
        return f"a check is missing behind `{joint}`", (" ",)
    return f"put a blank behind `{joint}`", (" ",)


def _unclosed_quote(text: str, pos: int) -> str:
    return "this quote is not closed" if text[pos : pos + 1] in ("'", '"') else ""
