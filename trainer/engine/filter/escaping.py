"""Escapes of quoted strings (libsinsp filter/escaping.cpp) and the canonical quoting of constants."""

from __future__ import annotations

_UNESCAPE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "/": "/"}
_ESCAPE = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}


def escape(text: str) -> str:
    """The constant as ``condition_compiled`` prints it: in double quotes only where it has blanks, ``=``, quotes or escapes."""
    quoted = any(char in "\b\f\n\r\t =\"'\\" for char in text)
    if not quoted:
        return text
    return '"' + "".join(_ESCAPE.get(char, char) for char in text) + '"'


def unescape(body: str, quote: str) -> tuple[str, str | None]:
    """The text of a quoted string's inside, and Falco's message when an escape is wrong."""
    if "\\" not in body:
        return body, None
    out: list[str] = []
    index = 0
    while index < len(body):
        char = body[index]
        if char != "\\":
            out.append(char)
            index += 1
            continue
        if index + 1 >= len(body):
            out.append(char)
            break
        follower = body[index + 1]
        index += 2
        if follower in _UNESCAPE:
            out.append(_UNESCAPE[follower])
        elif follower == quote:
            out.append(follower)
        elif follower in "\"'":
            return "", f"invalid \\{follower} escape in {quote}-quoted string"
        elif follower == " ":
            out.append("\\")  # kept by Falco for legacy rules: the blank goes
        else:
            return "", f"unsupported string escape sequence: \\{follower}"
    return "".join(out), None
