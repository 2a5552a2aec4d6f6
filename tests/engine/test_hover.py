"""Hover: what a word means, where it was defined, and that no text makes it fail."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.assisting import AUDIT, BASE, BODY, EXCEPTION, KNOWN, RULE, TEXTS, compiles, hovered
from trainer.engine.assist import Known, hover
from trainer.engine.assist.examples import example
from trainer.engine.assist.operands import operand_of
from trainer.engine.fields import load_catalogue
from trainer.engine.rules.loader import load_rules
from trainer.source import SourceFile

# The cursor; title and kind; a part of the text.
SAID = [
    (RULE + "proc.na|me = x", "proc.name", "field", "Type: CHARBUF (text)"),
    (RULE + "|proc.name = x", "proc.name", "field", "Example: proc.name in (bash, sh)"),
    (RULE + "proc.name| = x", "proc.name", "field", "Operators: = !="),
    (RULE + "proc.aname[2|] = x", "proc.aname[2]", "field", "ancestor"),
    (RULE + "evt.arg.fl|ags contains x", "evt.arg.flags", "field", "O_CREAT"),
    (RULE + "evt.ar|g = x", "evt.arg", "field", "Argument: must be given"),
    (RULE + "evt.late|ncy > 1", "evt.latency", "field", "deprecated"),
    (RULE + "fd.ne|t = 10.0.0.0/8", "fd.net", "field", "In conditions only"),
    (RULE + "fd.type|s exists", "fd.types", "field", "list"),
    (RULE + "proc.name star|tswith x", "startswith", "operator", "begins with"),
    (RULE + "proc.name |= x", "=", "operator", "equals"),
    (RULE + "proc.name = any|of (a, b)", "anyof", "operator", "at least one"),
    (RULE + "n|ot x", "not", "operator", "around"),
    (RULE + "a an|d b", "and", "operator", "both"),
    (RULE + "tolo|wer(proc.name) = x", "tolower", "transformer", "lower case"),
    (RULE + "proc.name = v|al(proc.pname)", "val", "transformer", "another field"),
    (RULE + "spawned_|process and a", "spawned_process", "macro", "Condition: (evt.type in (execve, execveat))"),
    (RULE + "not nowhe|re", "nowhere", "macro", "No macro"),
    (RULE + "proc.name in (shell_|binaries)", "shell_binaries", "list", "Items: bash, sh"),
    (RULE + "evt.type in (open, ope|nat)", "openat", "event_type", "fd, dirfd, name, flags"),
    (RULE + "evt.type = 'op|en'", "open", "event_type", "Category: file"),
    (RULE + "evt.type = acc|t", "acct", "event_type", ""),
    (RULE + "fd.typechar = |f", "f", "value", "file"),
    (RULE + ">\n    a and\n    proc.na|me = x\n", "proc.name", "field", "Type"),
    (RULE + '"fd.name = \\"a\\" and proc.na|me = x"', "proc.name", "field", "Type"),
    (BODY + "  output: a %proc.na|me b", "proc.name", "field", "Type"),
    (BODY + "  output: a %proc.na|mex b", "proc.name", "field", "Type"),
    (BODY + "  output: a %tolo|wer(proc.name)", "tolower", "transformer", "lower"),
    (BODY + "  output: a %tolower(proc.n|ame)", "proc.name", "field", "Type"),
    (BODY + "  prio|rity: ERROR", "priority", "key", "severe"),
    (BODY + "  priority: ERR|OR", "Error", "priority", "3"),
    (BODY + "  source: sys|call", "syscall", "source", "System calls"),
    (BODY + "  enabled: tr|ue", "enabled", "key", "switches"),
    (BODY + "  override:\n    cond|ition: append", "condition", "key", "match"),
    (BODY + "  override:\n    condition: app|end", "append", "value", "Adds"),
    (EXCEPTION + "      fie|lds: [proc.name]", "fields", "key", "field"),
    (EXCEPTION + "      fields: [proc.na|me]", "proc.name", "field", "Type"),
    (EXCEPTION + "      comps: [startswith an|yof]", "startswith anyof", "operator", "at least one"),
    ("- list: a\n  items: [shell_bi|naries]", "shell_binaries", "list", "bash"),
    ("- rule: Shell in con|tainer\n  enabled: false", "Shell in container", "rule", "A shell was started"),
]


@pytest.mark.parametrize(("marked", "title", "kind", "part"), SAID)
def test_what_is_said(marked: str, title: str, kind: str, part: str) -> None:
    found = hovered(marked)
    assert found is not None
    assert (found.title, found.kind) == (title, kind)
    assert part in found.body
    text = marked.replace("|", "", 1)
    offset = marked.index("|")
    assert found.start <= offset <= found.end
    assert text[found.start : found.end].strip("\"'").lower() in (title.lower(), "true")


@pytest.mark.parametrize(
    "marked",
    ["|", "- |", RULE + "x = 1 # no|te", BODY + "  desc: some w|ords", RULE + "proc.name = wha|tever", RULE + "no.fie|ld = x",
     BODY + "  output: proc.na|me", BODY + "  throttle|: 5", "# comm|ent"],
)  # fmt: skip
def test_nothing_is_said(marked: str) -> None:
    assert hovered(marked) is None


@pytest.mark.parametrize(
    ("marked", "file", "text"),
    [
        (RULE + "spawned_pro|cess", "falco_rules.yaml", "macro: spawned_process"),
        (RULE + "proc.name in (shell_bin|aries)", "falco_rules.yaml", "list: shell_binaries"),
        ("- macro: mine\n  condition: a\n" + RULE + "mi|ne", "falco_rules.local.yaml", "mine"),
        ("- list: l1\n  items: [a]\n" + RULE + "proc.name in (l|1)", "falco_rules.local.yaml", "l1"),
        ("- macro: spawned_process\n  condition: a\n" + RULE + "spawned_pro|cess", "falco_rules.local.yaml", "spawned_process"),
        (
            "- macro: spawned_pro|cess\n  condition: or a\n  override: {condition: append}\n",
            "falco_rules.yaml",
            "macro: spawned_process",
        ),
        ("- rule: Shell in con|tainer\n  enabled: false", "falco_rules.yaml", "rule: Shell in container"),
    ],
)
def test_where_it_was_defined(marked: str, file: str, text: str) -> None:
    found = hovered(marked)
    assert found is not None
    assert found.definition is not None
    assert found.definition.file.name == file
    assert found.definition.text.startswith(text)
    assert found.definition.file.name in found.body


def test_an_append_shows_both_parts() -> None:
    found = hovered("- macro: in_con|tainer\n  condition: and not a\n  append: true\n")
    assert found is not None
    assert "Condition: container.id != host" in found.body
    assert "Added here: and not a" in found.body


def test_it_speaks_korean() -> None:
    for marked, *_ in SAID:
        english, korean = hovered(marked), hovered(marked, "ko")
        assert korean is not None
        assert english is not None
        assert (korean.start, korean.end, korean.kind) == (english.start, english.end, english.kind)
        assert korean.body != english.body


def test_definitions_serve_as_well_as_a_rule_set() -> None:
    text = RULE + "spawned_process"
    loaded = load_rules([BASE])
    assert hover(text, len(text), loaded.ruleset) == hover(text, len(text), KNOWN)
    assert hover(text, len(text), None) != hover(text, len(text), KNOWN)


def test_every_example_compiles() -> None:
    for info in load_catalogue().all():
        for written in (info.name, f"{info.name}[0]", f"{info.name}.name"):
            operand = operand_of(written, (info.source,), AUDIT)
            if operand is not None:
                assert compiles(example(written, info, operand), info.source, AUDIT), written
                break


def test_every_field_is_explained() -> None:
    for info in load_catalogue().all():
        text = f"- rule: x\n  source: {info.source}\n  condition: {info.name}"
        found = hover(text, len(text), Known(plugins=AUDIT))
        assert found is not None, info.name
        assert found.body.count("\n") >= 1


@settings(max_examples=600, deadline=None)
@given(text=TEXTS, data=st.data())
def test_no_text_makes_it_fail(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(-2, len(text) + 2))
    found = hover(text, offset, KNOWN, data.draw(st.sampled_from(["en", "ko", "xx"])))
    if found is not None:
        assert 0 <= found.start <= max(0, min(offset, len(text))) <= found.end <= len(text)
        assert found.title
        assert found.body


def test_every_text_is_there_in_both_languages() -> None:
    for group in json.loads(resources.files("trainer.engine.assist").joinpath("texts.json").read_text(encoding="utf-8")).values():
        for entry in group.values():
            assert set(entry) == {"en", "ko"}
            assert all(entry.values())


def test_a_place_is_told_by_the_files_name_alone() -> None:
    base = SourceFile("/somewhere/long/falco_rules.yaml", "- macro: quiet\n  condition: evt.type = setns\n")
    known = Known.of_ruleset(load_rules([base]).ruleset, without="falco_rules.local.yaml", plugins=())
    text = "- rule: r\n  condition: quiet\n"
    found = hover(text, text.index("quiet") + 1, known, "en")
    assert found is not None
    assert "Defined in falco_rules.yaml, line 1" in found.body
    assert "/somewhere" not in found.body
