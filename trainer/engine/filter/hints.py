"""Our own words beside Falco's parse messages: what probably was meant."""

from __future__ import annotations

import difflib
import re
from typing import TypeAlias

from trainer.diagnostics.said import say
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
_BLANKS = " \t\b\r\n"
_NEEDS_BLANK = re.compile(r"i?glob|[ib]?contains|b?startswith|endswith|regex")
_GLUED = re.compile(r"(?:in|pmatch|exists)[a-z]+")
_LONGEST_SLIP = 40
"""Characters; a longer word is no slip of the pen."""


def nearest(word: str, choices: tuple[str, ...]) -> str | None:
    """The choice that was probably meant by ``word``."""
    lowered = word.lower()
    if lowered in _SPELLINGS and _SPELLINGS[lowered] in choices:
        return _SPELLINGS[lowered]
    if len(word) > _LONGEST_SLIP:
        return None
    found = difflib.get_close_matches(lowered, choices, n=1, cutoff=0.6)
    return found[0] if found else None


def _word_before(text: str, pos: int) -> str:
    """The last word before ``pos``, with nothing but blanks between; found from behind, for a search from the front takes the square of the time."""
    head = text[:pos].rstrip(_BLANKS)
    found = _WORD.match(head[::-1])
    return found.group()[::-1] if found else ""


def _glued(text: str) -> str:
    """An operator with a word stuck to it at the end of the text."""
    head = text.rstrip(_BLANKS)
    start = len(head.rstrip("abcdefghijklmnopqrstuvwxyz"))
    alone = not start or head[start - 1].isspace() or head[start - 1] in "])"
    return head[start:] if alone and _GLUED.fullmatch(head, start) else ""


def hint_for(fault: Fault, text: str) -> Hint:
    """A hint in plain words and the tokens that could stand at the fault."""
    message, pos = fault.message, fault.pos
    found = _WORD.match(text, pos)
    word = found.group() if found else ""
    if not text.strip():
        return say("the condition is empty"), ()
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
            unequal = text[pos - 1 : pos + 1] == "<>"
            return say("did you mean `!=`?") if unequal else say("write `<=` or `>=` in one piece"), ("!=", "<=", ">=")
        if word:
            return say("`{word}` is no number: <, <=, > and >= compare with a number", word=word), ()
        return say("<, <=, > and >= compare with a number"), ()
    if message.startswith("expected a list"):
        return say("write the list in parentheses, as in (a, b)"), ("(",)
    if message.startswith("expected blank or"):
        joint = message.rpartition(" ")[2].strip("'")
        return _after_joint(text, pos, joint)
    if message.startswith("expected field transformer argument") and word.startswith("val"):
        return say("val() stands only on the right side, with a field alone in it"), ()
    if message.startswith(("expected field transformer", "expected transformer list")):
        return _unclosed_quote(text, pos) or say("write a field here, or a constant in quotes"), ()
    if message.startswith("expected a field within"):
        return say("val() takes one field"), ()
    if message.startswith(("expected a ')' token closing", "expected ')'")):
        return say("a parenthesis is not closed, or a comma between two arguments is missing"), (")", ",")
    if message.startswith("expected a ']'"):
        return say("a field's argument has no blanks and ends with `]`, as in proc.aname[2]"), ("]",)
    if message.startswith("expected a valid field argument"):
        return _unclosed_quote(text, pos) or say("a field's argument stands between the brackets, as in proc.aname[2]"), ()
    if "escape" in message:
        return say("write a backslash in a quoted string twice, or leave the quotes away"), ()
    if message.startswith("exceeded max depth"):
        return say("there are too many parentheses inside one another"), ()
    return "", ()


def _operator(text: str, pos: int, word: str) -> Hint:
    symbols = _SYMBOLS.match(text, pos)
    token = word or (symbols.group() if symbols else "")
    if not token:
        if text[pos : pos + 1] in ("'", '"', "("):
            return say("an operator is missing between the field and the value"), OPERATORS
        return say("a field alone is no check: write an operator and a value behind it, or `exists`"), OPERATORS
    if token.startswith(("[", "]")):
        return say("a field's argument is written directly behind it, as in proc.aname[2]"), OPERATORS
    if token.startswith("."):
        return say("each part of a field's name starts with a letter"), OPERATORS
    if token in ("and", "or"):
        return say("a field alone is no check: write an operator and a value behind it, or `exists`"), OPERATORS
    if token in ("not", "notin", "not_in", "!in"):
        return say("`not` stands before the field, as in `not proc.name in (a, b)`"), OPERATORS
    needs_blank = _NEEDS_BLANK.match(token)
    if needs_blank and nearest(token, OPERATORS) == needs_blank.group():
        return say("`{word}` needs a blank and a value behind it", word=needs_blank.group()), OPERATORS
    if pos and text[pos - 1] not in " \t\b\r\n])":
        return say("a field's name has only letters, digits, `_` and dots"), OPERATORS
    if token.lower() in OPERATORS:
        return say("operators are written in lower case: `{word}`", word=token.lower()), OPERATORS
    return _no_operator(token)


def _no_operator(token: str) -> Hint:
    meant = nearest(token, OPERATORS)
    if meant is None:
        return say("`{word}` is no operator", word=token), OPERATORS
    return say("`{word}` is no operator; did you mean `{meant}`?", word=token, meant=meant), OPERATORS


def _joint(text: str, pos: int, word: str) -> Hint:
    """Behind a complete check, where only ``and`` and ``or`` can follow."""
    char = text[pos : pos + 1]
    glued = _glued(text[:pos] + word if pos and text[pos - 1 : pos].isalpha() else text[:pos])
    if glued and glued not in OPERATORS:
        return _no_operator(glued)
    before = _word_before(text, pos)
    if meant := nearest(word, _JOINTS):
        if word in _JOINTS:
            return say("put the whole part with `{word}` in parentheses", word=word), _JOINTS
        return say("did you mean `{meant}` instead of `{word}`?", meant=meant, word=word), _JOINTS
    if char == ")":
        return say("this closing parenthesis has no opening one"), _JOINTS
    if char in ("'", '"'):
        return _unclosed_quote(text, pos) or say("a value with a quote in it is written in quotes of the other kind"), _JOINTS
    if char == ",":
        return say("a list of values is written in parentheses: in (a, b)"), _JOINTS
    if char == "(" and before and text[pos - 1] not in " \t\b\r\n)":
        name = before
        if name in ("oneof", "anyof", "allof"):
            return say("put a blank before and behind `{word}`", word=name), _JOINTS
        return say("`{word}` takes no parentheses", word=name), _JOINTS
    if word.startswith("#"):
        return say("a condition has no comments; put them on a line of their own in the YAML"), _JOINTS
    if before in ("in", "intersects", "pmatch", "exists"):
        return say("a field is missing before `{word}`", word=before), _JOINTS
    if before in _JOINTS:
        return say("`{word}` stands twice, or a check is missing before it", word=before), _JOINTS
    if char in ("=", "<", ">", "!") or nearest(word, OPERATORS) == word:
        return say("only a field with a dot in its name can be compared; a macro stands alone"), _JOINTS
    if before == "~":
        return say("did you mean `regex`?"), _JOINTS
    return say("join two checks with `and` or `or`; put a value with blanks in quotes"), _JOINTS


def _closing(fault: Fault, text: str, word: str) -> Hint:
    opened = text[fault.opened :][:24].split("\n")[0] if fault.opened is not None else "("
    if fault.pos >= len(text):
        return say("the parenthesis is not closed: `{text}`", text=opened), (")",)
    if quote := _unclosed_quote(text, fault.pos):
        return quote, (")",)
    if text[fault.pos] == ",":
        return say("a comma stands only between two items of a list"), (")",)
    if meant := nearest(word, _JOINTS):
        return say("did you mean `{meant}` instead of `{word}`?", meant=meant, word=word), (")", *_JOINTS)
    if text[fault.pos] == "(":
        return say("a list holds plain values, no parentheses and no transformers"), (")", ",")
    return say("a comma between two items is missing, or the parenthesis is not closed; put a value with blanks in quotes"), (
        ")",
        ",",
    )


def _string(text: str, pos: int) -> Hint:
    if quote := _unclosed_quote(text, pos):
        return quote, ()
    char = text[pos : pos + 1]
    if char == "(":
        return say("a list needs the operator `in` (or intersects, pmatch), or a modifier such as `anyof`"), ("in",)
    if char == ",":
        return say("a value is missing before this comma"), ()
    if char == ")" and text[:pos].rstrip().endswith(","):
        return say("there is a comma too many before this parenthesis"), ()
    if char == "=":
        return say("there is one `=` too many"), ()
    return say("a value is missing here"), ()


def _check(text: str, pos: int, word: str) -> Hint:
    if word.startswith("!"):
        return say("did you mean `not` instead of `!`?"), _STARTS
    if word.startswith("#"):
        return say("a condition has no comments; put them on a line of their own in the YAML"), _STARTS
    if text[pos : pos + 1] in ("'", '"'):
        return say("a field or a macro is written without quotes, and the whole condition too"), _STARTS
    before = _word_before(text, pos)
    if before in (*_JOINTS, "not"):
        return say("a check is missing behind `{word}`", word=before), _STARTS
    if text[pos : pos + 1] == ")":
        return say("there is nothing between these parentheses"), _STARTS
    return say("a field, a macro or a parenthesis must stand here"), _STARTS


def _after_joint(text: str, pos: int, joint: str) -> Hint:
    if not text[pos:].strip():
        return say("a check is missing behind `{word}`", word=joint), (" ",)
    return say("put a blank behind `{word}`", word=joint), (" ",)


def _unclosed_quote(text: str, pos: int) -> str:
    return say("this quote is not closed") if text[pos : pos + 1] in ("'", '"') else ""
