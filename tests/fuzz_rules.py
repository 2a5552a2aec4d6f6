"""Rules files for the fuzzer: items put together from pieces, written as YAML in every style, and then broken."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from tests.fuzz_generators import LISTS, ROOT, condition, field, mutated, output, raw, value

_RULES = ("r0", "r1", "r2", "Terminal shell in container", "r 4")
_PRIORITIES = ("WARNING", "info", "Notice", "DEBUG", "critical", "nonsense", "")
_WRONG: tuple[Any, ...] = (
    None,
    "",
    "x",
    0,
    True,
    [],
    {},
    ["a"],
    [["a"]],
    [None],
    {"a": "b"},
    {"name": "e"},
    [{"name": "e"}],
    "append",
    "replace",
    [[[[["deep"]]]]],
)
_COMPS = (
    "=",
    "in",
    "startswith",
    "pmatch",
    "intersects",
    "contains",
    "nonsense",
    "",
    "= oneof",
    "startswith anyof",
    "exists",
    "not in",
    " in ",
)


def _exception(rng: Random) -> Any:
    if rng.random() < 0.08:
        return rng.choice(_WRONG)
    found: dict[str, Any] = {"name": rng.choice(("e0", "e1", "e 2"))}
    single = rng.random() < 0.35
    names = [field(rng) for _ in range(1 if single else rng.randrange(1, 4))]
    if rng.random() < 0.9:
        found["fields"] = names[0][0] if single else [name for name, _ in names]
    if rng.random() < 0.7:
        found["comps"] = (
            rng.choice(_COMPS) if single else [rng.choice(_COMPS[:5]) for _ in range(len(names) + (rng.random() < 0.05))]
        )
    if rng.random() < 0.85:
        rows = range(rng.randrange(4))
        found["values"] = (
            [_plain(rng, names[0][1]) for _ in rows]
            if single
            else [
                [_plain(rng, kind) if rng.random() < 0.8 else [_plain(rng, kind)] * rng.randrange(3) for _, kind in names]
                for _ in rows
            ]
        )
    if rng.random() < 0.06:
        found[rng.choice(("values", "fields", "comps", "name", "extra"))] = rng.choice(_WRONG)
    return found


def _plain(rng: Random, kind: str) -> str:
    return value(rng, kind).strip('"')


def _rule(rng: Random) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rule": rng.choice(_RULES),
        "desc": "d",
        "condition": condition(rng),
        "output": output(rng) or "x",
        "priority": rng.choice(_PRIORITIES[:5]),
    }
    for key, values in (
        ("tags", (["a", "b"], [], "x")),
        ("enabled", (True, False, "no", "maybe")),
        ("source", ("syscall", "k8s_audit", "x")),
        ("warn_evttypes", (False, True)),
        ("skip-if-unknown-filter", (True, False)),
        ("capture", (True, False)),
        ("capture_duration", (0, "0x10", -1, "08")),
        ("priority", _PRIORITIES),
    ):
        if rng.random() < 0.08:
            found[key] = rng.choice(values)
    if rng.random() < 0.25:
        found["exceptions"] = [_exception(rng) for _ in range(rng.randrange(1, 4))]
    return found


def _override(rng: Random) -> dict[str, Any]:
    found = {key: item for key, item in _rule(rng).items() if key in ("rule", "source") or rng.random() < 0.35}
    found["rule"] = rng.choice(_RULES)
    if rng.random() < 0.25:
        found["append"] = rng.choice((True, True, False, "x"))
    else:
        keys = [key for key in found if key not in ("rule", "source") or rng.random() < 0.05]
        found["override"] = {
            key: rng.choice(("append", "replace", "replace", "x") if rng.random() < 0.1 else ("append", "replace"))
            for key in keys
        }
    return found


def _item(rng: Random) -> Any:
    match rng.randrange(14):
        case 0 | 1 | 2 | 3 | 4:
            return _rule(rng)
        case 5 | 6:
            return _override(rng)
        case 7 | 8 | 9:
            found: dict[str, Any] = {"macro": rng.choice(("m0", "m1", "m2", "m3", "1bad", "l0")), "condition": condition(rng)}
        case 10 | 11 | 12:
            items = [
                rng.choice((*LISTS, value(rng, "CHARBUF"), value(rng, "UINT64"))).strip('"') for _ in range(rng.randrange(6))
            ]
            found = {"list": rng.choice(LISTS), "items": items}
        case _:
            return rng.choice((
                {"required_engine_version": rng.choice(("0.62.0", 26, "0.63.0", "x", None, "1.0.0", [1]))},
                {"required_plugin_versions": [{"name": rng.choice(("container", "json", "k8saudit", "x")), "version": rng.choice(("0.4.0", "0.6", "9.9.9", ""))}]},
                {"required_plugin_versions": [{"name": "x", "version": "0.1.0", "alternatives": [{"name": "container", "version": "0.1.0"}]}]},
                {"nonsense": 1}, {}, None, "text", ["a"], {"rule": "r0", "enabled": False},
            ))  # fmt: skip
    chance = rng.random()
    if chance < 0.1:
        found["append"] = rng.choice((True, False))
    elif chance < 0.25:
        found["override"] = {"items" if "list" in found else "condition": rng.choice(("append", "replace", "x"))}
    return found


def items(rng: Random) -> list[Any]:
    found = [_item(rng) for _ in range(rng.choice((1, 1, 2, 2, 3, 5)))]
    if rng.random() < 0.12:
        holder = rng.choice(found)
        if isinstance(holder, dict) and holder:
            holder[rng.choice(list(holder))] = rng.choice(_WRONG)
    return found


class Writer:
    """Values as YAML; each scalar and collection in a style of its own, some with anchors, tags and comments."""

    def __init__(self, rng: Random, odd: float) -> None:
        self.rng = rng
        self.odd = odd
        self.anchors: list[str] = []

    def document(self, value: Any) -> str:
        return self.block(value, 0).lstrip("\n") + "\n"

    def block(self, value: Any, indent: int) -> str:
        """Text that goes behind ``key:`` or ``-``."""
        lead, pad = self._lead(), " " * indent
        if lead is None:
            return " *" + self.rng.choice(self.anchors)
        if isinstance(value, dict | list) and (not value or self.rng.random() < 0.12):
            return f"{lead} {self.flow(value)}"
        if isinstance(value, dict):
            merge = f"\n{pad}<<: *{self.rng.choice(self.anchors)}" if self.anchors and self.rng.random() < self.odd else ""
            return (
                lead
                + merge
                + "".join(f"\n{pad}{key}:{self.block(inner, indent + 2)}{self._comment()}" for key, inner in value.items())
            )
        if isinstance(value, list):
            return lead + "".join(f"\n{pad}-{self._in_item(inner, indent + 2)}" for inner in value)
        return f"{lead} {self.scalar(value, indent)}"

    def _in_item(self, value: Any, indent: int) -> str:
        text = self.block(value, indent)
        # `- key: ...` in one line, as everybody writes it.
        return text[indent:] if text.startswith("\n" + " " * indent) else text

    def flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self.flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(inner) for inner in value) + "]"
        return self.scalar(value, -1)

    def scalar(self, value: Any, indent: int) -> str:
        if value is None:
            return self.rng.choice(("~", "null", ""))
        if isinstance(value, bool):
            return str(value).lower()
        text = str(value)
        style = self.rng.randrange(6)
        if indent >= 0 and style in (0, 1):
            header = self.rng.choice(("|", ">", "|-", ">-", "|+", ">+", ">2")) if self.rng.random() < 0.3 else ">"
            broken = text.replace(" and ", f" and\n{' ' * indent}") if self.rng.random() < 0.5 else text
            return f"{header}\n{' ' * max(1, indent)}{broken}"
        if style == 2:
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
        if style == 3:
            return "'" + text.replace("'", "''") + "'"
        return text if text and (indent >= 0 or not set(text) & set("[]{},")) else f"'{text}'"

    def _lead(self) -> str | None:
        """An anchor or a tag; None for an alias in place of the value."""
        if self.rng.random() >= self.odd:
            return ""
        match self.rng.randrange(4):
            case 0 if self.anchors:
                return None
            case 1:
                return self.rng.choice((" !", " !!str", " !!int", " !x", " !<y>", " !a!b"))
            case _:
                self.anchors.append(self.rng.choice(("a", "b", "c")))
                return f" &{self.anchors[-1]}"

    def _comment(self) -> str:
        return " # c" if self.rng.random() < self.odd else ""


@cache
def _real() -> tuple[str, ...]:
    """Items of the core pack's rules files, as written."""
    found: list[str] = []
    for path in (*sorted(ROOT.glob("exercises/*/*.yaml")), ROOT / "exercises/base/falco_rules.yaml"):
        text = path.read_text(encoding="utf-8")
        if (path.name != "exercise.yaml" and text.lstrip("# \n").startswith("- ")) or "falco_rules" in path.name:
            found.extend("- " + part for part in ("\n" + text).split("\n- ")[1:])
    return tuple(found)


def _bomb(rng: Random) -> str:
    """Aliases of aliases, loops, depth: small here, big in tests/fuzz_big.py."""
    width, depth = rng.randrange(2, 12), rng.randrange(2, 9)
    lines = ["- &a0 [x, y]", *(f"- &a{level} [{', '.join([f'*a{level - 1}'] * width)}]" for level in range(1, depth))]
    match rng.randrange(6):
        case 0:
            return "\n".join(lines)
        case 1:
            body = "\n".join("  " + line for line in lines)
            return f"{body}\n- rule: r\n  desc: d\n  condition: evt.type=open\n  output: o\n  priority: INFO\n  exceptions: *a{depth - 1}\n"
        case 2:
            return (
                "- rule: r\n  desc: d\n  condition: evt.type=open\n  output: o\n  priority: INFO\n  exceptions:\n    - name: e\n      fields: [fd.name]\n"
                + f"      values:\n        - {'[' * depth}x{']' * depth}\n        - &s [x]\n        - [*s, *s]\n"
            )
        case 3:
            return "- &a [*a, *a]\n- &b {rule: *b}\n"
        case 4:
            return rng.choice("[{") * rng.choice((50, 499, 500, 501, 3000)) + rng.choice(("", "]", "}")) * rng.choice((50, 500))
        case _:
            return "".join("- " * level + "x\n" for level in range(rng.choice((3, 40))))


def document(rng: Random) -> str:
    """One file's text."""
    chance = rng.random()
    if chance < 0.06:
        return raw(rng)
    if chance < 0.1:
        return _bomb(rng)
    if chance < 0.22:
        text = "\n".join(rng.sample(_real(), rng.randrange(1, 4)))
    else:
        documents = [
            Writer(rng, rng.choice((0, 0, 0, 0.05, 0.3))).document(items(rng)) for _ in range(2 if rng.random() < 0.06 else 1)
        ]
        text = "---\n".join(documents)
        if rng.random() < 0.05:
            text = (
                rng.choice(("%YAML 1.2\n---\n", "%TAG ! x\n---\n", "---\n", "\ufeff", "# c\n", "...\n", "%YAML 2.0\n---\n"))
                + text
            )
    return mutated(rng, text) if rng.random() < 0.5 else text


def files(rng: Random) -> tuple[str, ...]:
    """What is loaded together: mostly one file, or one after another that defines or breaks some of the same names."""
    return tuple(document(rng) for _ in range(rng.choice((1, 1, 1, 2))))
