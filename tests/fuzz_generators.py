"""Texts for the fuzzer, made from a seed: conditions and outputs by their grammar, and what breaks any text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from trainer.engine import load_catalogue

ROOT = Path(__file__).resolve().parent.parent
MAX_TEXT = 40_000
"""Characters after all mutations; what is bigger belongs to tests/fuzz_big.py."""

_ODD = ["\0", "\x04", "\x07", "\b", "\v", "\f", "\r", "\t", "\x1b", "\x7f", "\x85", "\xa0", "\u200b", "\u2028", "\u202e", "\ufeff", "\ufffd",
        "é", "가", "한", "😀", "e\u0301", "\udc80", "\udcff", "\U000e0001"]  # fmt: skip
_PIECES = ["(", ")", "[", "]", "{", "}", ",", ":", ": ", "- ", "? ", "#", " #", "&a ", "*a", "!", "!!str ", "!<x>", "|", ">", "|-", ">+", "%", "@", "`", "'", '"',
           "\\", "\\n", "\\x41", "\\u0000", "---", "...", "<<: ", "\n", "\r\n", "\n\n", "  ", "=", "!=", "<", ">=", "in", "not ", "and ", "or ", "or(", "exists",
           "val(", "len(", "~", "null", "true", "-1", "0x1f", "1e+5", "99999999999999999999", "9" * 4500, "<NA>", "%YAML 1.2", "proc.name", "evt.type", "%proc.name",
           '{"a":', "NaN", "Infinity"]  # fmt: skip


def raw(rng: Random) -> str:
    """Anything at all, mostly the characters that mean something."""
    size = rng.choice((0, 1, 3, 10, 40, 200, 1000))
    kind = rng.randrange(4)
    if kind == 0:
        return "".join(chr(rng.randrange(128)) for _ in range(size))
    if kind == 1:
        return "".join(rng.choice(_PIECES) for _ in range(size))
    if kind == 2:
        return "".join(rng.choice(_ODD) if rng.random() < 0.4 else rng.choice(_PIECES) for _ in range(size))
    return "".join(chr(code) for code in (rng.randrange(0x110000) for _ in range(size)) if not 0xD800 <= code < 0xE000)


def mutated(rng: Random, text: str, times: int | None = None) -> str:
    """The text with one to a few things wrong."""
    for _ in range(times if times is not None else rng.choice((1, 1, 1, 2, 3, 6))):
        text = rng.choice(_MUTATIONS)(rng, text)[:MAX_TEXT]
    return text


def _range(rng: Random, text: str, most: int = 30) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + rng.randrange(1, most))


def _delete(rng: Random, text: str) -> str:
    start, end = _range(rng, text)
    return text[:start] + text[end:]


def _insert(rng: Random, text: str) -> str:
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice(_ODD if rng.random() < 0.3 else _PIECES) + text[place:]


def _replace(rng: Random, text: str) -> str:
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice(_ODD if rng.random() < 0.3 else _PIECES) + text[place + 1 :]


def _repeat(rng: Random, text: str) -> str:
    start, end = _range(rng, text, 80)
    return text[:end] + text[start:end] * rng.choice((1, 1, 2, 5, 50)) + text[end:]


def _move(rng: Random, text: str) -> str:
    start, end = _range(rng, text, 80)
    rest = text[:start] + text[end:]
    place = rng.randrange(len(rest) + 1)
    return rest[:place] + text[start:end] + rest[place:]


def _lines(rng: Random, text: str) -> str:
    """A line is lost, said twice, put elsewhere, or indented otherwise."""
    lines = text.split("\n")
    place = rng.randrange(len(lines))
    line = lines[place]
    match rng.randrange(6):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, line)
        case 2:
            lines.insert(rng.randrange(len(lines)), lines.pop(place))
        case 3:
            lines[place] = " " * rng.randrange(1, 5) + line
        case 4:
            lines[place] = line[rng.randrange(1, 4) :] if line[:1] == " " else "\t" + line
        case _:
            lines[place] = line + rng.choice((" ", "\t", ":", " |", " >", " # x", ' "', "\r"))
    return "\n".join(lines)


def _truncate(rng: Random, text: str) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _breaks(rng: Random, text: str) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r", "\n\n", " \n", "\n\t")), rng.choice((1, 3, -1)))


def _swap_case(rng: Random, text: str) -> str:
    start, end = _range(rng, text)
    return text[:start] + text[start:end].swapcase() + text[end:]


_MUTATIONS: list[Callable[[Random, str], str]] = [
    _delete, _delete, _insert, _insert, _replace, _replace, _repeat, _move, _lines, _lines, _lines, _truncate, _breaks, _swap_case,
]  # fmt: skip

# Conditions.

_MACROS = ("m0", "m1", "m2", "m3", "spawned_process", "container", "never_true", "open_read")
LISTS = ("l0", "l1", "l2", "l3", "shell_binaries", "l.x", "proc")
_WORDS = ("bash", "sh", "/etc/shadow", "/etc", "nginx", "a b", "x=y", "", "a(b", "a,b", "*.conf", "^a+$", "[a-z]*", "(", "evt.type", "proc.name", "l0", "m1",
          "0", "<NA>", "and", "oneof", "가", "\t", "it's", 'say "x"', "back\\slash", "\\d+", "root", "ESRCH", "file", "4", "tolower(proc.name)")  # fmt: skip
_NUMBERS = ("0", "1", "-1", "4294967296", "0x1F", "3.5", "1e+3", "99999999999999999999999", "65535", "007", "+5")
_ADDRESSES = ("127.0.0.1", "10.0.0.0/8", "::1", "fe80::/10", "256.1.1.1", "1.2.3", "0.0.0.0/0", "10.0.0.1/33")
_TIMES = ("1s", "100ms", "5", "0", "1h")
_TYPES = ("open", "openat", "execve", "connect", "read", "clone3", "nonsense", "procexit", "dup")


@cache
def _fields() -> tuple[tuple[str, str, str, bool], ...]:
    return tuple((info.name, info.type, info.argument, info.is_list) for info in load_catalogue().all())


def field(rng: Random) -> tuple[str, str]:
    """A field as written, and its type."""
    if rng.random() < 0.4:
        return rng.choice((
            ("proc.name", "CHARBUF"), ("evt.type", "CHARBUF"), ("fd.name", "CHARBUF"), ("proc.aname[2]", "CHARBUF"), ("proc.args", "CHARBUF"), ("fd.sip", "IPADDR"),
            ("fd.net", "IPNET"), ("fd.sport", "PORT"), ("user.uid", "UINT32"), ("evt.rawres", "INT64"), ("evt.arg.flags", "CHARBUF"), ("proc.duration", "RELTIME"),
            ("evt.rawarg.res", "DYN"), ("proc.env[PATH]", "CHARBUF"), ("container.id", "CHARBUF"), ("evt.is_open_read", "BOOL"), ("proc.aname", "CHARBUF"),
        ))  # fmt: skip
    name, type_, argument, _ = rng.choice(_fields())
    if argument != "none" and rng.random() < 0.7:
        name += rng.choice(("[0]", "[1]", "[PATH]", '["a b"]', "[-1]", "[res]", "[99999999999]", "['x']", "[a/b*]"))
    elif rng.random() < 0.04:
        name += rng.choice(("[0]", ".x", "[", "[]", "x"))
    return name, type_


def left(rng: Random, depth: int = 0) -> tuple[str, str]:
    name, type_ = field(rng)
    if depth > 3 or rng.random() > 0.18:
        return name, type_
    inner, type_ = left(rng, depth + 1)
    match rng.randrange(4):
        case 0 | 1:
            word = rng.choice(("tolower", "toupper", "b64", "basename", "len"))
            return f"{word}({inner})", "UINT64" if word == "len" else "CHARBUF"
        case 2:
            return f'{rng.choice(("join", "concat", "getopt"))}({rng.choice(_QUOTED)}, ({inner}, "x", 1))', "CHARBUF"
        case _:
            return f'getopt({inner}, "ab:c"){rng.choice(("", "[a]", "[b]"))}', "CHARBUF"


_QUOTED = ('","', '""', "'-'", '"a b"', "1")


def quoted(rng: Random, text: str) -> str:
    if text and not set(text) & set("()\"' \t\n=,\\") and rng.random() < 0.8:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n") + '"'


def value(rng: Random, type_: str) -> str:
    if rng.random() < 0.06:
        type_ = rng.choice(("CHARBUF", "UINT64", "IPADDR", "BOOL"))
    if type_ in ("IPADDR", "IPNET"):
        return rng.choice(_ADDRESSES)
    if type_ in ("BOOL",):
        return rng.choice(("true", "false", "1", "maybe"))
    if type_ == "RELTIME":
        return rng.choice(_TIMES)
    if type_.startswith(("UINT", "INT", "PORT", "DOUBLE", "ABSTIME")):
        return rng.choice(_NUMBERS)
    return rng.choice(_TYPES) if rng.random() < 0.2 else quoted(rng, rng.choice(_WORDS))


def _values(rng: Random, type_: str) -> str:
    if rng.random() < 0.15:
        return rng.choice((*LISTS, *(f"({name})" for name in LISTS)))
    return "(" + ", ".join(value(rng, type_) for _ in range(rng.choice((0, 1, 2, 3, 8)))) + ")"


def check(rng: Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(_MACROS)
    if rng.random() < 0.12:
        return (
            "evt.type " + rng.choice(("= ", "!= ", "in ")).rstrip() + " " + rng.choice(("execve", "(open, openat)", "(execve)"))
        )
    name, type_ = left(rng)
    match rng.randrange(10):
        case 0:
            return f"{name} exists"
        case 1 | 2:
            return f"{name} {rng.choice(('<', '<=', '>', '>='))} {rng.choice(_NUMBERS) if rng.random() < 0.8 else f'val({field(rng)[0]})'}"
        case 3 | 4 | 5:
            return f"{name} {rng.choice(('in', 'in', 'intersects', 'pmatch'))} {_values(rng, type_)}"
        case 6:
            operator = rng.choice(
                ("=", "contains", "startswith", "endswith", "glob", "regex", "icontains", "iglob", "bcontains", "!=")
            )
            return f"{name} {operator} {rng.choice(('oneof', 'anyof', 'allof'))} {_values(rng, type_)}"
        case 7:
            return f"{name} {rng.choice(('=', '!=', 'in', 'contains'))} {rng.choice((f'val({field(rng)[0]})', left(rng)[0]))}"
        case _:
            operator = rng.choice(
                (
                    "=",
                    "==",
                    "!=",
                    "=",
                    "contains",
                    "icontains",
                    "bcontains",
                    "startswith",
                    "bstartswith",
                    "endswith",
                    "glob",
                    "iglob",
                    "regex",
                )
            )
            return f"{name} {operator} {value(rng, type_)}"


def condition(rng: Random, depth: int = 0) -> str:
    """Right by the grammar; most compile."""
    match rng.randrange(8 if depth < 4 else 2):
        case 0 | 1:
            return check(rng)
        case 2:
            return f"not {check(rng)}"
        case 3:
            return f"not ({condition(rng, depth + 1)})"
        case 4 | 5:
            return " and ".join(_operand(rng, depth) for _ in range(rng.randrange(2, 5)))
        case 6:
            return " or ".join(_operand(rng, depth) for _ in range(rng.randrange(2, 5)))
        case _:
            return f"({condition(rng, depth + 1)})"


def _operand(rng: Random, depth: int) -> str:
    return f"({condition(rng, depth + 1)})" if rng.random() < 0.3 else check(rng)


def deep(rng: Random) -> str:
    """Nested, chained or long far beyond what anybody writes."""
    count = rng.choice((10, 100, 399, 400, 401, 999, 1000, 1001, 5000)) + rng.randrange(3)
    close = rng.choice((count, count, count - 1, count + 1))
    inner = check(rng)
    match rng.randrange(9):
        case 0:
            return "(" * count + inner + ")" * close
        case 1:
            return "not(" * count + inner + ")" * close
        case 2:
            return "not " * count + inner
        case 3:
            return rng.choice(("len(", "tolower(", "join(")) * count + "proc.name" + ")" * close + " = 1"
        case 4:
            return f"{inner} or (" * (count // 8) + inner + ")" * (close // 8)
        case 5:
            return "not (a and " * (count // 4) + inner + ")" * (count // 4)
        case 6:
            return f" {rng.choice(('and', 'or'))} ".join([check(rng)] * (count // 8 + 1))
        case 7:
            return "proc.name in (" + ", ".join([quoted(rng, rng.choice(_WORDS))] * count) + ")"
        case _:
            return (
                f"proc.name {rng.choice(('=', 'regex', 'glob', 'contains'))} "
                + rng.choice(('"', "'", "", "a("))
                + rng.choice("a*\\([?.") * count
            )


def any_condition(rng: Random) -> str:
    chance = rng.random()
    if chance < 0.5:
        return condition(rng)
    if chance < 0.88:
        return mutated(rng, condition(rng))
    return raw(rng) if chance < 0.985 else deep(rng)


# Outputs.


def output(rng: Random) -> str:
    parts = []
    for _ in range(rng.choice((0, 1, 2, 4, 8))):
        token = rng.choice((field(rng)[0], field(rng)[0], left(rng)[0], "evt.time", "container.info", "proc.namex"))
        parts.append(
            rng.choice(("%", "%", "%10", "%0", "% ", "%%", "*%", "%999999999999")) + token
            if rng.random() < 0.85
            else rng.choice(_WORDS)
        )
    return rng.choice((" ", "", ",", "=")).join(parts)


def any_output(rng: Random) -> str:
    chance = rng.random()
    if chance < 0.5:
        return output(rng)
    if chance < 0.9:
        return mutated(rng, output(rng))
    if chance < 0.995:
        return raw(rng)
    return rng.choice(("%", "%len(", "%proc.name[", "%a.", "%tolower(b64(", "%evt.arg[", "%9", "%proc.a")) * rng.choice(
        (10, 100, 1000)
    )
