"""The one table of operators. The compiled predicate and the explanation both take their test from here."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from trainer.engine.evaluate.constants import Address, Network, to_bytes, to_text

Test: TypeAlias = Callable[[Any, Any], bool]
"""(value of the field, constant) to outcome; both as `typed` gives them."""


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else to_bytes(str(value))


def _lower(text: str) -> str:
    """ASCII only, as strcasestr in the C locale."""
    if text.isascii():
        return text.lower()
    return re.sub("[A-Z]+", lambda found: found.group().lower(), text)


@functools.lru_cache(maxsize=512)
def _glob(pattern: str, fold: bool) -> re.Pattern[bytes]:
    """fnmatch(3) without flags on bytes: ``*`` crosses ``/``, a backslash escapes."""
    out: list[str] = []
    text = to_bytes(pattern).decode("latin-1")
    index = 0
    while index < len(text):
        char = text[index]
        index += 1
        if char == "*":
            out.append(".*")
        elif char == "?":
            out.append(".")
        elif char == "\\" and index < len(text):
            out.append(re.escape(text[index]))
            index += 1
        elif char == "[" and (end := _bracket_end(text, index)) > 0:
            body = text[index:end]
            negated = body[:1] in ("!", "^")
            body = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found.group(1), ""), body[negated:])
            out.append(
                "["
                + ("^" if negated else "")
                + body.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("^", "\\^")
                + "]"
            )
            index = end + 1
        else:
            out.append(re.escape(char))
    try:
        return re.compile("".join(out).encode("latin-1"), re.DOTALL | (re.IGNORECASE if fold else 0))
    except re.error:
        return re.compile(re.escape(to_bytes(pattern)))


_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "space": " \\t\\n\\r\\f\\v",
    "xdigit": "0-9a-fA-F",
}


def _bracket_end(text: str, start: int) -> int:
    """Index of the ``]`` that closes a bracket expression opened before ``start``; -1 if none does."""
    index = start + (text[start : start + 1] in ("!", "^"))
    index += text[index : index + 1] == "]"
    while (index := text.find("]", index)) >= 0 and text[index - 1] == ":" and "[:" in text[start:index]:
        index += 1
    return index


def glob_match(value: str, pattern: str, fold: bool = False) -> bool:
    return _glob(pattern, fold).fullmatch(_bytes(value)) is not None


@functools.lru_cache(maxsize=256)
def regex_for(pattern: str) -> Any:
    """RE2 in POSIX syntax, leftmost-longest. Of UTF-8 text, as Falco gives it (language.md 1.6)."""
    import re2  # late: few conditions need it

    options = re2.Options()
    options.posix_syntax = True
    options.longest_match = True
    options.log_errors = False
    return re2.compile(to_bytes(pattern), options)


def regex_problem(pattern: str) -> str | None:
    """Why RE2 refuses the pattern, or None."""
    import re2

    try:
        regex_for(pattern)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
    return None


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _path_prefix(value: str, prefix: str) -> bool:
    """True when ``prefix`` is a prefix of ``value`` component by component; wildcards per component."""
    have, want = _parts(value), _parts(prefix)
    if len(want) > len(have):
        return False
    return all(
        part == wanted or (any(c in wanted for c in "?*[") and glob_match(part, wanted))
        for part, wanted in zip(have, want, strict=False)
    )


@functools.lru_cache(maxsize=4096)
def _parse_address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def typed(value: object, kind: str) -> Any:
    """The value as its comparison family holds it; None when the event has something that the family cannot hold."""
    if kind == "string":
        if isinstance(value, str):
            return value
        if isinstance(value, bytes):
            return to_text(value)
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    if kind == "buffer":
        return _bytes(value)
    if kind in ("address", "network"):
        if isinstance(value, str):
            return _parse_address(value)
        return value if isinstance(value, ipaddress.IPv4Address | ipaddress.IPv6Address) else None
    if isinstance(value, str):
        if kind == "bool":
            return value == "true"
        try:
            return int(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) else None


def _in_network(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


_STRING: dict[str, Test] = {
    "=": lambda value, constant: bool(value == constant),
    "!=": lambda value, constant: bool(value != constant),
    "<": lambda value, constant: _bytes(value) < _bytes(constant),
    "<=": lambda value, constant: _bytes(value) <= _bytes(constant),
    ">": lambda value, constant: _bytes(value) > _bytes(constant),
    ">=": lambda value, constant: _bytes(value) >= _bytes(constant),
    "contains": lambda value, constant: constant in value,
    "icontains": lambda value, constant: _lower(constant) in _lower(value),
    "startswith": lambda value, constant: bool(value.startswith(constant)),
    "endswith": lambda value, constant: bool(value.endswith(constant)),
    "glob": lambda value, constant: glob_match(value, constant),
    "iglob": lambda value, constant: glob_match(value, constant, fold=True),
    "regex": lambda value, constant: regex_for(constant).fullmatch(_bytes(value)) is not None,
    "pmatch": _path_prefix,
    "in": lambda value, constant: bool(value == constant),
    "intersects": lambda value, constant: bool(value == constant),
}
_NUMERIC: dict[str, Test] = {
    "=": lambda value, constant: bool(value == constant),
    "!=": lambda value, constant: bool(value != constant),
    "<": lambda value, constant: bool(value < constant),
    "<=": lambda value, constant: bool(value <= constant),
    ">": lambda value, constant: bool(value > constant),
    ">=": lambda value, constant: bool(value >= constant),
    "in": lambda value, constant: bool(value == constant),
    "intersects": lambda value, constant: bool(value == constant),
}
_EQUAL: dict[str, Test] = {name: _NUMERIC[name] for name in ("=", "!=", "in", "intersects")}
_NETWORK: dict[str, Test] = {
    "=": _in_network,
    "!=": lambda value, constant: not _in_network(value, constant),
    "in": _in_network,
    "intersects": _in_network,
}
_BUFFER: dict[str, Test] = {
    **_EQUAL,
    "contains": lambda value, constant: constant in value,
    "startswith": lambda value, constant: bool(value.startswith(constant)),
    "endswith": lambda value, constant: bool(value.endswith(constant)),
    "bcontains": lambda value, constant: constant in value,
    "bstartswith": lambda value, constant: bool(value.startswith(constant)),
}

OPERATORS: dict[str, dict[str, Test]] = {
    "string": _STRING,
    "numeric": _NUMERIC,
    "bool": _EQUAL,
    "address": _EQUAL,
    "network": _NETWORK,
    "buffer": _BUFFER,
    "other": {},
}
"""Comparison family (constants.kind_of) to operator to test; an operator that is absent is not supported for the family."""

_FAMILY_NAMES = {"string": "string", "numeric": "numeric", "bool": "numeric", "buffer": "buffer"}


def refusal(kind: str, operator: str, modifier: bool, is_list: bool, type_: str) -> str | None:
    """Falco's message when the operator cannot be used on the family, or None."""
    spelled = operator
    operator = "=" if operator == "==" else operator
    if is_list:
        return None if operator in ("in", "intersects") else f"filter error: '{spelled}' operator not supported list filters"
    if kind in ("address", "network") and modifier and operator not in ("=", "!="):
        return f"filter error: '{spelled}' with modifier not supported for ip address and network filters"
    if operator in OPERATORS[kind]:
        return None
    if kind == "other":
        return f"filter error: '{spelled}' operator not supported for type '{type_}'"
    return f"filter error: '{spelled}' operator not supported for {_FAMILY_NAMES.get(kind, 'ip address and network')} filters"
