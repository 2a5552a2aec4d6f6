"""Law: loading a file after other texts of the same name gives what loading it for the first time gives, with the same places."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.conformance_data import conformance_path
from trainer.content import core_pack_folder
from trainer.diagnostics import Diagnostic
from trainer.engine import LoadResult, load_rules
from trainer.engine.rules import loader
from trainer.source import SourceFile, read_source

BASE = (core_pack_folder() / "exercises" / "base" / "falco_rules.yaml").read_text()
LEARNER = """\
# My rules.
- list: tools
  items: [nc, nmap]

- macro: in_shop
  condition: k8s.ns.name = shop
- macro: tool_started
  condition: spawned_process and proc.name in (tools)
- rule: Tool in shop
  desc: d
  condition: >
    tool_started and
    in_shop
  output: Tool %proc.name %evt.dir
  priority: WARNING
- rule: Tool in shop 2
  desc: d
  condition: tool_started and not in_shop and evt.dir = <
  output: Tool %proc.name
  priority: NOTICE
- list: tools
  items: [socat]
  override: {items: append}
- rule: Tool in shop
  condition: and proc.pid != 1
  override: {condition: append}
- rule: Read below etc
  desc: d
  condition: open_read and fd.name startswith /etc
  output: x
  priority: INFO
"""
PARTS = (
    "- macro: in_shop\n  condition: container.name = shop\n",
    "- macro: in_shop\n  condition: and container\n  override: {condition: append}\n",
    "- list: tools\n  items: [curl]\n",
    "- macro: spawned_process\n  condition: evt.type = execve\n",
    "- list: shell_binaries\n  items: [fish]\n  override: {items: append}\n",
    "- rule: New\n  desc: d\n  condition: evt.type = open and no_such_macro\n  output: x\n  priority: INFO\n",
    "- rule: New\n  desc: d\n  condition: proc.nme = x\n  output: x\n  priority: INFO\n",
    "- macro: late\n  condition: in_shop or tool_started\n",
    "- rule: Tool in shop\n  enabled: false\n  override: {enabled: replace}\n",
    "# a comment\n",
    "\n",
    "- nonsense: 1\n",
    "- rule: [\n",
)


def shown(found: Diagnostic) -> tuple[Any, ...]:
    places = [(a.span.file.name, a.span.start, a.span.end, a.span.text, a.message) for a in found.annotations]
    fix = [(e.span.start, e.span.end, e.text) for e in found.fix.edits] if found.fix else None
    links = [(link.item_type, link.item_name, link.file_name, link.mark) for link in found.context]
    return (found.code, found.severity, found.message, found.help, found.notes, places, fix, links)


def summary(result: LoadResult) -> list[Any]:
    """Everything of a load that somebody may look at, the places of conditions' parts included."""
    rules = []
    for rule in result.ruleset.rules:
        place = result.ruleset.place
        parts = []
        stack: list[Any] = [rule.condition.root]
        while stack:
            node = stack.pop()
            stack.extend(node.children)
            if not node.children:  # a connective may reach over two items of a file, which excerpts do not
                span = place(node.expr.span)
                parts.append((span.file.name, span.start, span.end, span.text))
        whole = (rule.span.file.name, rule.span.start, rule.span.end)
        rules.append((rule.name, whole, rule.file.text, rule.condition_text, rule.output_text, rule.index, rule.enabled, parts))
    macros = [(m.name, m.condition, m.span.start, m.span.text) for m in result.ruleset.macros.values()]
    lists = [(found.name, found.items, found.span.start) for found in result.ruleset.lists.values()]
    files = [[list(map(shown, file.errors)), list(map(shown, file.warnings)), file.successful] for file in result.files]
    return [result.ok, sorted(map(repr, map(shown, result.diagnostics))), files, rules, macros, lists]


def forget() -> None:
    loader._after.cache_clear()
    loader._last_time.cache_clear()


def uncut(files: list[SourceFile], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    with monkeypatch.context() as patch:
        patch.setattr(loader, "cut", lambda file: None)
        forget()
        found = summary(load_rules(files))
        forget()
    return found


def rules_files() -> list[Path]:
    official = sorted(conformance_path("official").glob("*.yaml"))
    return [
        *official,
        *sorted(conformance_path("loader").rglob("*.yaml")),
        *sorted(conformance_path("validation").rglob("*.yaml")),
    ]


def test_a_file_in_pieces_is_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_ones = 0
    for path in rules_files():
        file = read_source(path, path.name)
        forget()
        found = summary(load_rules([file]))
        cut_ones += loader.cut(file) is not None
        assert found == uncut([file], monkeypatch), path.name
    assert cut_ones > 300


def changed(text: str, random: random.Random) -> str:
    """One change as an editor makes it."""
    lines = text.splitlines(keepends=True)
    items = [index for index, line in enumerate(lines) if line.startswith("- ")] or [0]
    match random.randrange(8):
        case 0:
            lines.insert(random.choice([*items, len(lines)]), random.choice(PARTS))
        case 1 if lines:
            del lines[random.randrange(len(lines))]
        case 2:
            start = random.choice(items)
            end = next((index for index in items if index > start), len(lines))
            part = lines[start:end]
            del lines[start:end]
            place = random.randrange(len(lines) + 1)
            lines[place:place] = part
        case 3:
            start = random.choice(items)
            end = next((index for index in items if index > start), len(lines))
            lines[end:end] = lines[start:end]
        case 4 if lines:
            index = random.randrange(len(lines))
            place = random.randrange(len(lines[index]))
            lines[index] = lines[index][:place] + random.choice(["x", " ", "'", "(", ""]) + lines[index][place + 1 :]
        case 5:
            return LEARNER
        case _:
            lines.insert(0, random.choice(["# grown\n", "\n", PARTS[2]]))
    return "".join(lines)


@pytest.mark.parametrize("seed", range(12))
def test_an_edited_file_is_as_if_loaded_for_the_first_time(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random_ = random.Random(seed)
    text, base = LEARNER, BASE
    for _ in range(25):
        text = changed(text, random_)
        if random_.random() < 0.1:
            base = BASE if base != BASE else changed(BASE, random_)
        files = [SourceFile("falco_rules.yaml", base), SourceFile("falco_rules.local.yaml", text)]
        found = summary(load_rules(files))
        with monkeypatch.context() as patch:
            for name in ("_last_time", "_after"):
                patch.setattr(loader, name, lru_cache(maxsize=16)(getattr(loader, name).__wrapped__))
            patch.setattr(loader, "cut", lambda file: None)
            expected = summary(load_rules(files))
        assert found == expected, text


def test_places_move_with_what_stands_above() -> None:
    for above in ("", "# one\n", "\n\n# three\n\n"):
        result = load_rules(
            [
                SourceFile("b.yaml", BASE),
                SourceFile("r.yaml", above + LEARNER.replace("    in_shop\n  output", "    no_such\n  output")),
            ]
        )
        (found,) = [d for d in result.diagnostics if "no_such" in d.message]
        assert found.span is not None
        assert found.span.text == "no_such"
        assert found.span.position.line == 13 + above.count("\n")
