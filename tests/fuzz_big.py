"""Inputs made to be slow or big: alias bombs, depth, 10 MB files. Fixed, so that each run answers for the same ones."""

from __future__ import annotations

import json
from collections.abc import Callable

MEGABYTE = 1_000_000
_RULE = "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o %proc.name\n  priority: INFO\n"


def _rule(condition: str = "evt.type=open", name: str = "r", **more: str) -> str:
    return _RULE.format(name=name, condition=condition) + "".join(f"  {key}: {text}\n" for key, text in more.items())


def _levels(width: int, depth: int, leaf: str = "x") -> str:
    """Anchors, each a list of the one before: the last stands for width ** depth leaves."""
    lines = [f"- &a0 [{leaf}]", *(f"- &a{level} [{', '.join([f'*a{level - 1}'] * width)}]" for level in range(1, depth))]
    return "\n".join(lines) + "\n"


def _exceptions(fields: str, values: str) -> str:
    return f"\n    - name: e\n      fields: {fields}\n      values: {values}"


def _filled(line: str, size: int) -> str:
    return line * (size // len(line) + 1)


def _lists(width: int, levels: int) -> str:
    text = f"- list: l0\n  items: [{', '.join(['x'] * width)}]\n"
    for level in range(1, levels):
        text += f"- list: l{level}\n  items: [{', '.join([f'l{level - 1}'] * width)}]\n"
    return text + _rule(f"proc.name in (l{levels - 1}) and proc.name in (l{levels - 1}, l{levels - 1})")


def _appended(width: int, levels: int) -> str:
    """Appending makes a list visible to itself: the text doubles with each."""
    text = "- list: l0\n  items: [x]\n"
    for level in range(1, levels):
        text += f"- list: l{level}\n  items: [{', '.join([f'l{level - 1}'] * width)}]\n"
    return text + _rule(" and ".join(f"proc.name in (l{level})" for level in range(levels)))


def _macros(width: int, levels: int) -> str:
    text = "- macro: m0\n  condition: proc.name=x\n"
    for level in range(1, levels):
        text += f"- macro: m{level}\n  condition: {' or '.join([f'm{level - 1}'] * width)}\n"
    return text + _rule(f"evt.type=open and m{levels - 1}")


BIG_RULES: dict[str, Callable[[], str]] = {
    "alias bomb, 10 wide and 12 deep": lambda: _levels(10, 12),
    "alias bomb, 100 wide and 5 deep": lambda: _levels(100, 5),
    "alias bomb as exceptions": lambda: _levels(10, 8) + _rule(exceptions="*a7"),
    "alias bomb as an exception's values": lambda: _levels(60, 6) + _rule(exceptions=_exceptions("[fd.name]", "*a5")),
    "alias bomb as one exception's values": lambda: _levels(60, 6) + _rule(exceptions=_exceptions("fd.name", "*a5")),
    "alias bomb as an exception's fields": lambda: _levels(60, 6) + _rule(exceptions=_exceptions("*a5", "[]")),
    "one exception's row, 500 times": lambda: _rule(
        exceptions=_exceptions("[fd.name]", "[&v [[" + "x," * 500 + "x]], " + "*v," * 500 + "*v]")
    ),
    "one rule, 1,000 times": lambda: (
        "- &r\n"
        + _rule("evt.type=open and (" + "proc.name=x or " * 100 + "proc.name=y)").replace("- ", "  ", 1)
        + "- *r\n" * 1000
    ),
    "one rule with exceptions, 1,000 times": lambda: (
        "- &r\n" + _rule(exceptions=_exceptions("[fd.name]", "[" + "[x]," * 200 + "]")).replace("- ", "  ", 1) + "- *r\n" * 1000
    ),
    "an appended condition, 500 times": lambda: (
        _rule()
        + "- &r\n  rule: r\n  condition: and ("
        + "proc.name=x or " * 100
        + "proc.name=y)\n  append: true\n"
        + "- *r\n" * 500
    ),
    "an appended list, 2,000 times": lambda: (
        "- &l\n  list: l\n  items: ["
        + "x," * 50
        + "y]\n"
        + "- list: l\n  items: ["
        + "x," * 50
        + "y]\n  append: true\n" * 1
        + "- &k\n  list: l\n  items: ["
        + "z," * 50
        + "z]\n  append: true\n"
        + "- *k\n" * 2000
        + _rule("proc.name in (l)")
    ),
    "an appended condition, written 500 times": lambda: (
        _rule() + "- rule: r\n  condition: and proc.name=x\n  append: true\n" * 500
    ),
    "an appended list, written 1,000 times": lambda: (
        "- list: l\n  items: [x]\n" + "- list: l\n  items: [x, y]\n  append: true\n" * 1000 + _rule("proc.name in (l)")
    ),
    "versions of 5,000 digits": lambda: (
        f"- required_engine_version: {'9' * 5000}\n- required_engine_version: 0.{'9' * 5000}.0\n"
        f"- required_plugin_versions: [{{name: container, version: 0.{'0' * 5000}.1}}]\n" + _rule(capture_duration="9" * 5000)
    ),
    "a merge key bomb": lambda: (
        "- &a0 {a: x}\n" + "".join(f"- &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 9))
    ),
    "lists of lists, 40 wide": lambda: _lists(40, 5),
    "lists of lists, 300 wide": lambda: _lists(300, 3),
    "lists of lists, 2 wide": lambda: _appended(2, 60),
    "macros of macros, 2 wide": lambda: _macros(2, 40),
    "macros of macros, 100 wide": lambda: _macros(100, 4),
    "a long chain of macros": lambda: _macros(1, 2000),
    "a circle of macros": lambda: (
        "".join(f"- macro: m{n}\n  condition: m{(n + 1) % 300} or m{(n + 7) % 300}\n" for n in range(300)) + _rule("m0")
    ),
    "flow depth, open": lambda: "[" * MEGABYTE,
    "flow depth of 10 MB": lambda: "[" * (10 * MEGABYTE - 10),
    "flow map depth of 10 MB": lambda: "{a: " * (10 * MEGABYTE // 4 - 10),
    "flow depth, closed": lambda: "[" * 200_000 + "]" * 200_000,
    "flow map depth": lambda: "{a: " * 200_000,
    "block depth": lambda: "- " * 100_000 + "x",
    "block depth by lines": lambda: "".join(" " * n + "-\n" for n in range(1000)),
    "condition depth 5,000": lambda: _rule("(" * 5000 + "evt.type=open" + ")" * 5000),
    "nots 100,000": lambda: _rule("not " * 100_000 + "evt.type=open"),
    "20,000 checks": lambda: _rule(" or ".join(f"proc.name=x{n}" for n in range(20_000))),
    "one list of 50,000": lambda: _rule("proc.name in (" + ", ".join(f"x{n}" for n in range(50_000)) + ")"),
    "2,000 rules": lambda: "".join(_rule(name=f"r{n}") for n in range(2000)),
    "2,000 wrong rules": lambda: "".join(_rule("evt.type=", name=f"r{n}") for n in range(2000)),
    "2,000 rules of an unknown field": lambda: "".join(_rule("proc.nam=x", name=f"r{n}") for n in range(2000)),
    "2,000 rules without an event type": lambda: "".join(_rule("proc.name=x", name=f"r{n}") for n in range(2000)),
    "2,000 unused lists": lambda: "".join(f"- list: l{n}\n  items: [a, b]\n" for n in range(2000)),
    "2,000 unused macros": lambda: "".join(f"- macro: m{n}\n  condition: proc.name=x\n" for n in range(2000)),
    "2,000 lists in 200 rules": lambda: (
        "".join(f"- list: l{n}\n  items: [a, b]\n" for n in range(2000))
        + "".join(_rule(f"evt.type=open and proc.name in (l{n})", name=f"r{n}") for n in range(200))
    ),
    "2,000 unknown keys": lambda: _rule() + "".join(f"  key{n}: x\n" for n in range(2000)),
    "one key 5,000 times": lambda: _rule() + "  desc: x\n" * 5000,
    "10,000 unknown items": lambda: "- a: b\n" * 10_000,
    "10,000 items that are no maps": lambda: "- a\n" * 10_000,
    "5,000 documents": lambda: "---\n- a: b\n" * 5000,
    "10,000 anchors": lambda: "".join(f"- &a{n} x\n" for n in range(10_000)),
    "a quote not closed, 1 MB": lambda: '- rule: "' + "a b\n" * (MEGABYTE // 4),
    "a folded scalar of 1 MB": lambda: "- rule: >\n" + "    a b c\n" * (MEGABYTE // 10),
    "a block of empty lines of 1 MB": lambda: "- rule: |\n" + "\n" * MEGABYTE,
    "blanks of 1 MB": lambda: "- rule: a" + " " * MEGABYTE + "\n",
    "blanks inside of 1 MB": lambda: "- rule: a" + " " * MEGABYTE + "b\n",
    "tabs of 1 MB": lambda: "\t" * MEGABYTE,
    "comments of 1 MB": lambda: "# c\n" * (MEGABYTE // 4),
    "colons of 1 MB": lambda: "- a" + ": b" * (MEGABYTE // 3),
    "dashes of 1 MB": lambda: "---\n" * (MEGABYTE // 4),
    "carriage returns of 1 MB": lambda: "- a\r" * (MEGABYTE // 4),
    "wide letters of 200 KB": lambda: _filled("- a: 가나다\n", MEGABYTE // 12),
    "wrong bytes of 200 KB": lambda: _filled("- \udcff: \udc80\n", MEGABYTE // 12),
    "an output of 100,000 percent signs": lambda: _rule().replace("o %proc.name", "'" + "%proc.name " * 9000 + "'"),
    "an output that is one long word": lambda: _rule().replace("o %proc.name", "'%" + "a." * 50_000 + "'"),
    "an output that is one long transformer": lambda: _rule().replace("o %proc.name", "'%tolower(" + "a" * 20_000 + "'"),
    "1 MB of rules": lambda: _filled(_rule(), MEGABYTE),
    "10 MB of one scalar": lambda: "- rule: " + "x" * (10 * MEGABYTE - 20),
    "10 MB of nothing": lambda: "\n" * (10 * MEGABYTE),
    "10,000 wrong items in one line": lambda: "[" + "a, " * 10_000 + "]",
    "10 MB of comments": lambda: _filled("# a comment\n", 10 * MEGABYTE - 20),
    "more than is read": lambda: "a" * (10 * MEGABYTE + 1),
}
"""Rules files, by what they are."""

_HEAD = {
    "format": "cks-trainer recording",
    "format_version": 1,
    "scenario": "s",
    "seed": 0,
    "origin": "cks-trainer",
    "engine": "",
    "start_ns": 0,
}


def _states(count: int) -> str:
    """Each state is like the one before and has one field more: what is written grows with the square."""
    lines = [json.dumps(_HEAD), json.dumps({"state": "s0", "fields": {"proc.name": "x"}})]
    lines += [json.dumps({"state": f"s{n}", "like": f"s{n - 1}", "fields": {f"a.b{n}": n}}) for n in range(1, count)]
    lines += [
        json.dumps({"event": 1, "at": 0, "type": "open", "state": [f"s{count - 1}"]}),
        json.dumps({"end": True, "events": 1, "actions": 0}),
    ]
    return "\n".join(lines)


BIG_RECORDINGS: dict[str, Callable[[], str]] = {
    "a chain of 2,000 states": lambda: _states(2000),
    "JSON depth": lambda: "[" * MEGABYTE,
    "JSON object depth": lambda: '{"a.b":' * 100_000,
    "JSON depth in a value": lambda: '{"a.b": ' + "[" * 900 + "]" * 900 + "}",
    "a long number": lambda: '{"evt.num": ' + "9" * 100_000 + ', "a.b": 1}',
    "a long text": lambda: json.dumps({"evt.type": "open", "proc.name": "x" * MEGABYTE, "fd.name": "/" * MEGABYTE}),
    "20,000 flat maps": lambda: '{"evt.type": "open", "proc.name": "sh"}\n' * 20_000,
    "one state for 5,000 events": lambda: "\n".join(
        [json.dumps(_HEAD), json.dumps({"state": "s", "fields": {f"a.b{n}": n for n in range(100)}})]
        + [json.dumps({"event": n, "at": n, "type": "open", "state": ["s"] * 3}) for n in range(5000)]
        + [json.dumps({"end": True, "events": 5000, "actions": 0})]
    ),
    "blank lines of 10 MB": lambda: "\n" * (10 * MEGABYTE),
    "10 MB of flat maps": lambda: _filled('{"evt.type": "open", "proc.name": "sh", "fd.name": "/etc/shadow"}\n', 10 * MEGABYTE),
    "an audit log of 1 MB": lambda: _filled(
        '{"kind":"Event","auditID":"a","stageTimestamp":"2026-01-02T03:04:05Z","verb":"get"}\n', MEGABYTE
    ),
    "audit depth": lambda: (
        '{"kind":"Event","auditID":"a","stageTimestamp":"2026-01-02T03:04:05Z","requestObject":' + "[" * 50_000
    ),
}


def _digits(count: int) -> list[str]:
    """Fields whose index has more digits than Python reads."""
    names = (
        "proc.aname",
        "proc.args",
        "evt.arg",
        "evt.rawarg",
        "proc.env",
        "evt.around",
        "thread.cgroup",
        "container.label",
        "fd.types",
    )
    return [f"{name}[{sign}{'9' * count}]" for name in names for sign in ("", "-")]


BIG_CONDITIONS: dict[str, Callable[[], str]] = {
    "parentheses": lambda: "(" * 5000 + "a" + ")" * 5000,
    "and-chain": lambda: "evt.type=open and " * 20_000 + "evt.type=open",
    "alternation": lambda: "a.b=c and (evt.type=open or " * 300 + "a" + ")" * 300,
    "levels": lambda: "not (a and " * 400 + "a" + ")" * 400,
    "quotes": lambda: '"' * 100_000,
    "opened quotes": lambda: "a.b = '" + "\\'" * 50_000,
    "backslashes": lambda: "proc.name = " + "\\" * 100_000,
    "a long regex": lambda: "proc.name regex " + "[a-z]*x?" * 10_000,
    "nested repeats": lambda: 'proc.name regex "' + "(" * 500 + "a" + ")+" * 500 + '"',
    "a regex that backtracks": lambda: 'proc.name regex "(a*)*(a|aa)+$"',
    "big repeats": lambda: 'proc.name regex "((a{1000}){1000}){1000}"',
    "stars": lambda: "proc.name glob " + "*a" * 5000,
    "pmatch": lambda: "fd.name pmatch (" + ", ".join(f"/a/{'b/' * (n % 50)}{n}" for n in range(5000)) + ")",
    "a long word": lambda: "a" * 100_000,
    "dots": lambda: "a." * 50_000,
    "a long field": lambda: "proc.name" + ".a" * 50_000 + " exists",
    "a long argument": lambda: "proc.env[" + "a" * 100_000 + "] exists",
    "blanks": lambda: "a " + " " * 100_000 + "and b",
    "numbers": lambda: "evt.num > " + "9" * 100_000,
    "hexadecimal": lambda: "evt.num > 0x" + "f" * 100_000,
    "one string of 100 KB": lambda: 'proc.name = "' + "x " * 50_000 + '"',
    "wrong word behind a long text": lambda: "evt.type=open and " * 5000 + "proc.name xyz",
    "transformers": lambda: "tolower(" * 999 + "proc.name" + ")" * 999 + " = x",
    **{f"digits, {index}": lambda index=index: _digits(5000)[index] + " = 1" for index in range(18)},  # type: ignore[misc]
    "a port of 200 digits": lambda: "fd.sport = " + "9" * 200,
    "network list": lambda: "fd.net in (" + ", ".join(f"10.{n % 250}.0.0/16" for n in range(5000)) + ")",
}

BIG_OUTPUTS: dict[str, Callable[[], str]] = {
    "tokens": lambda: "%proc.name " * 10_000,
    "a long word": lambda: "%" + "a" * 100_000,
    "dots": lambda: "%proc.name" + ".a" * 50_000,
    "words": lambda: "%proc.aaa.bbb" * 10_000,
    "brackets": lambda: "%proc.aname[" * 10_000 + "1]",
    "an open bracket": lambda: "%proc.env[" + "a" * 100_000,
    "an argument": lambda: "%proc.env[" + "a" * 100_000 + "]",
    "open transformers": lambda: "%tolower(" * 10_000,
    "a transformer": lambda: "%tolower(proc.name" + " " * 100_000 + ")",
    "a transformer and text": lambda: "%tolower(proc.name) " + "x" * 100_000,
    "an open transformer and text": lambda: "%tolower(proc.name " + "x" * 100_000,
    "width": lambda: "%" + "9" * 5000 + "proc.name",
    "wide": lambda: "%99999999999proc.name",
    "widths": lambda: "%999999proc.name" * 600,
    "percent signs": lambda: "%" * 100_000,
    **{f"digits, {index}": lambda index=index: "%" + _digits(5000)[index] for index in range(18)},  # type: ignore[misc]
}

BIG: dict[str, dict[str, Callable[[], str]]] = {
    "rules": BIG_RULES,
    "recording": BIG_RECORDINGS,
    "condition": BIG_CONDITIONS,
    "output": BIG_OUTPUTS,
}
