"""Completion: what is proposed where, that it can be taken, and that no text makes it fail."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.assisting import AUDIT, BASE, BODY, EXCEPTION, KNOWN, RULE, TEXTS, compiles, completed, labels, split, taken
from trainer.engine.assist import Known, complete
from trainer.engine.assist.keys import KEYS, OVERRIDES
from trainer.engine.assist.operands import ORDER
from trainer.engine.evaluate import CompileError, compile_output
from trainer.engine.fields import FieldInfo, load_catalogue
from trainer.engine.filter import OPERATORS
from trainer.engine.rules.loader import load_rules
from trainer.engine.rules.read_rule import RULE_KEYS
from trainer.engine.rules.reader import APPENDABLE, REPLACEABLE
from trainer.source import SourceFile

STARTS = ["- rule:", "- macro:", "- list:", "- required_engine_version:", "- required_plugin_versions:"]
PRIORITIES = ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"]

# The cursor, and the first labels in order.
FIRST = [
    (RULE + "proc.na|", ["proc.name"]),
    (RULE + "proc.n|ame = x", ["proc.name"]),
    (RULE + "PROC.NA|", ["proc.name"]),
    (RULE + "proc.pn|", ["proc.pname"]),
    (RULE + "typec|", ["fd.typechar"]),
    (RULE + "(not sp|", ["spawned_process", "fd.sport"]),
    (RULE + "evt.type = open and proc.na|", ["proc.name"]),
    (RULE + "process.na|", ["proc.name", "fd.name", "container.name", "user.name"]),
    (RULE + "evt.is_open_read |", ["=", "!=", "in", "intersects", "exists", "=="]),
    (RULE + "fd.sport |", ["=", "!=", "in", "intersects", "exists", "<", "<=", ">", ">=", "=="]),
    (RULE + "fd.types |", ["in", "intersects", "exists"]),
    (RULE + "proc.name st|", ["startswith"]),
    (RULE + "proc.name !|", ["!="]),
    (RULE + "proc.name i|", ["in", "iglob", "icontains", "intersects"]),
    (RULE + "len(proc.name) >|", []),
    (RULE + "spawned_process |", ["and", "or"]),
    (RULE + "spawned_process an|", ["and"]),
    (RULE + "proc.name = x |", ["and", "or"]),
    (RULE + "proc.name in (a, b) o|", ["or"]),
    (RULE + "(proc.name exists |", ["and", "or"]),
    (RULE + "evt.type = op|", ["open", "open_by_handle_at", "openat", "openat2"]),
    (RULE + "evt.type=opena|", ["openat", "openat2"]),
    (RULE + "evt.type in (openat, opena|)", ["openat2"]),
    (RULE + 'evt.type = "opena|', ["openat", "openat2"]),
    (RULE + "evt.is_open_read = |", ["true", "false"]),
    (RULE + "evt.is_open_read = t|", ["true"]),
    (RULE + "fd.typechar = |", ["f", "d", "4", "6"]),
    (RULE + "fd.l4proto in (tcp, |)", ["udp", "icmp", "raw"]),
    (RULE + "evt.res = S|", ["SUCCESS"]),
    (RULE + "evt.category = ne|", ["net"]),
    (RULE + "container.type = |", ["host", "docker", "containerd", "cri-o"]),
    (RULE + "evt.type = openat and evt.arg.flags contains O_CR|", ["O_CREAT"]),
    (RULE + "evt.type = mount and evt.arg.flags contains O_CR|", []),
    (RULE + "proc.name = |", []),
    (RULE + "proc.name = any|", ["anyof"]),
    (RULE + "proc.name = va|", ["val("]),
    (RULE + "proc.name regex va|", []),
    (RULE + "proc.name = 'x'|", []),
    (RULE + "proc.name in |", ["shell_binaries", "opens", "ports"]),
    (RULE + "proc.name in (sh|)", ["shell_binaries"]),
    (RULE + "fd.sport in (|)", ["ports"]),
    (RULE + "fd.net in (|)", []),
    (RULE + "evt.type in (ope|)", ["open", "open_by_handle_at", "openat", "openat2", "open_tree"]),
    (RULE + "proc.aname[|", ["0", "1", "2", "3"]),
    (RULE + "proc.aname[2|] = x", ["2"]),
    (RULE + "proc.aname[2]|", []),
    (RULE + "evt.type = openat and evt.arg.|", ["evt.arg.fd", "evt.arg.dirfd", "evt.arg.name", "evt.arg.flags"]),
    (RULE + "evt.type = open and evt.arg[|", ["0", "1", "2", "3", "4", "5"]),
    (RULE + "evt.rawarg.fl|", ["evt.rawarg.flags"]),
    (RULE + "tol|", ["tolower("]),
    (RULE + "tolower(proc.na|", ["proc.name"]),
    (RULE + "tolower(proc.anam|", []),
    (RULE + "tolower(proc.vpi|", []),
    (RULE + "proc.name = val(proc.pn|", ["proc.pname"]),
    (RULE + "proc.name = val(proc.vpi|", []),
    (RULE + "tolower(proc.name) sta|", ["startswith"]),
    (RULE + "evt.laten|", ["evt.latency", "evt.latency.human"]),
    # However the condition is written.
    (RULE + ">\n    evt.type = open and\n    proc.na|\n  output: x", ["proc.name"]),
    (RULE + ">-\n    evt.type = open\n    |", ["and", "or"]),
    (RULE + ">\n    evt.type = open\n\n|\n    and x\n", ["and", "or"]),
    (RULE + "evt.type = open\n    and proc.na|\n  output: x", ["proc.name"]),
    (RULE + '"fd.name = \\"/a b\\" and proc.na|"', ["proc.name"]),
    (RULE + "'fd.name = ''/a b'' and proc.na|'", ["proc.name"]),
    (RULE + "'evt.type = open and proc.na|\n  output: b", ["proc.name"]),
    (RULE + "((evt.type = open or (proc.na|\n  output: b", ["proc.name"]),
    (RULE + "evt.type = open # proc.na|", []),
    (RULE.replace("\n", "\r\n") + "proc.na|\r\n  output: b\r\n", ["proc.name"]),
    # Outputs.
    (BODY + "  output: a %proc.na|", ["proc.name"]),
    (BODY + "  output: a %10proc.na|", ["proc.name"]),
    (BODY + "  output: 'a %proc.na|", ["proc.name"]),
    (BODY + "  output: >\n    a\n    %proc.na|", ["proc.name"]),
    (BODY + "  output: a %proc.aname[|", ["0", "1", "2", "3"]),
    (BODY + "  output: a %evt.arg.fl|", ["evt.arg.flags"]),
    (BODY + "  output: a %tolower(proc.na|)", ["proc.name"]),
    (BODY + "  output: a %fd.ip|", ["container.ip", "k8s.pod.ip"]),
    (BODY + "  output: a %| b", ["evt.type", "proc.name"]),
    (BODY + "  output: proc.na|", []),
    (BODY + "  desc: %proc.na|", []),
    # Items and keys.
    ("|", STARTS),
    ("- |", STARTS),
    ("- ma|", ["- macro:"]),
    ("rul|", ["- rule:"]),
    (BODY + "|", STARTS),
    (BODY + "- li|", ["- list:"]),
    ("- rule: a\n  |", ["desc", "condition", "output", "priority", "tags"]),
    (BODY + "  |", ["output", "priority", "tags", "source", "enabled"]),
    (BODY + "  pri|", ["priority"]),
    (BODY + "  pri|: x", ["priority"]),
    ("  - rule: a\n    cond|", ["condition"]),
    ("-\n  rule: a\n  cond|", ["condition"]),
    ("- desc: x\n  ru|", ["rule"]),
    ("- macro: a\n  |", ["condition", "override", "append"]),
    ("- list: a\n  |", ["items", "override", "append"]),
    ("- rule: a\n  cond|\n  condition: x", []),
    ("# con|", []),
    # Their values.
    (BODY + "  priority: |", PRIORITIES),
    (BODY + "  priority: wa|", ["Warning"]),
    (BODY + "  priority: 'wa|'", ["Warning"]),
    (BODY + "  source: |", ["syscall"]),
    (BODY + "  enabled: |", ["true", "false"]),
    (BODY + "  warn_evttypes: f|", ["false"]),
    (BODY + "  tags: [|", ["container", "shell"]),
    (BODY + "  tags: [shell, co|]", ["container"]),
    (BODY + "  tags:\n    - co|", ["container"]),
    ("- rule: Sh|", ["Shell in container"]),
    ("- macro: sp|", ["spawned_process"]),
    ("- list: sh|", ["shell_binaries"]),
    ("- list: a\n  items: [sh|]", ["shell_binaries"]),
    ("- list: a\n  items:\n    - sh|", ["shell_binaries"]),
    ("- list: a\n  items:\n  - sh|", ["shell_binaries"]),
    ("- required_engine_version: |", ["0.62.0"]),
    ("- required_plugin_versions:\n    - |", ["name", "version", "alternatives"]),
    ("- required_plugin_versions:\n    - name: co|", ["container"]),
    # Overrides.
    (BODY + "  override:\n    |", ["desc", "condition", "output"]),
    (BODY + "  override:\n    desc: append\n    |", ["condition", "output"]),
    (BODY + "  override:\n    condition: |", ["append", "replace"]),
    (BODY + "  override:\n    priority: |\n  priority: ERROR", ["replace"]),
    (BODY + "  override:\n    source: |", []),
    (BODY + "  override: {condition: |", ["append", "replace"]),
    (BODY + "  override: {condition: append, pri|}", ["priority"]),
    ("- list: a\n  items: [b]\n  override:\n    |", ["items"]),
    ("- macro: a\n  condition: b\n  override:\n    condition: r|", ["replace"]),
    # Exceptions.
    (BODY + "  exceptions:\n    |", ["- name:"]),
    (BODY + "  exceptions:\n    - |", ["name", "fields", "comps", "values"]),
    (EXCEPTION + "      |", ["fields", "comps", "values"]),
    (EXCEPTION + "      fields: proc.na|", ["proc.name"]),
    (EXCEPTION + "      fields: [proc.name, fd.na|]", ["fd.name"]),
    (EXCEPTION + "      fields:\n        - fd.na|", ["fd.name"]),
    (EXCEPTION + "      comps: i|", ["in", "intersects", "iglob oneof"]),
    (EXCEPTION + "      comps: [startsw|]", ["startswith", "startswith oneof"]),
    (EXCEPTION + "      comps: in\n    - |\n    - name: b\n", ["name", "fields"]),
    (EXCEPTION + "      values:\n        - [a, sh|]", ["shell_binaries"]),
    (BODY + "  exceptions: [{name: a, fi|}]", ["fields"]),
]


@pytest.mark.parametrize(("marked", "wanted"), FIRST)
def test_the_first_proposals(marked: str, wanted: list[str]) -> None:
    found = labels(marked)
    assert found[: len(wanted)] == wanted
    if not wanted or len(wanted) == 1:
        assert bool(found) == bool(wanted)


def test_deprecated_proposals_come_last_and_are_marked() -> None:
    items = completed(RULE + "evt.|").items
    marks = [item.deprecated for item in items]
    assert marks == sorted(marks)
    assert {item.label for item in items if item.deprecated} >= {"evt.dir", "evt.latency"}
    assert all("deprecated" in item.detail for item in items if item.deprecated)


def test_a_macro_sees_only_macros_before_it_and_not_itself() -> None:
    text = "- macro: first\n  condition: a\n- macro: second\n  condition: {}\n- macro: third\n  condition: b\n"
    assert {"first", "spawned_process"} <= set(labels(text.format("|")))
    assert not {"second", "third"} & set(labels(text.format("|")))
    assert {"first", "second", "third"} <= set(labels(text.format("x") + RULE + "|"))


def test_details_are_one_line_in_both_languages() -> None:
    for marked in (RULE + "|", RULE + "evt.type = |", RULE + "proc.name |", RULE + "fd.typechar = |", "- rule: a\n  |", "|"):
        for language in ("en", "ko"):
            items = completed(marked, language).items
            assert items
            assert not any("\n" in item.detail for item in items)
        assert completed(marked, "en").items != completed(marked, "ko").items
    flags = next(item for item in completed(RULE + "evt.type = openat and evt.arg.flag|").items)
    assert flags.detail == "FLAGS32 · parameter of openat"
    assert next(item for item in completed(RULE + "spaw|").items).detail == "(evt.type in (execve, execveat))"


@pytest.mark.parametrize(
    ("marked", "label", "wanted"),
    [
        (RULE + "proc.n|ame = x", "proc.name", RULE + "proc.name = x"),
        (RULE + "proc.name in |", "shell_binaries", RULE + "proc.name in (shell_binaries)"),
        (RULE + "proc.aname[|", "2", RULE + "proc.aname[2]"),
        (RULE + "proc.aname[|] = x", "2", RULE + "proc.aname[2] = x"),
        (RULE + "container.mou|", "container.mount[", RULE + "container.mount["),
        ("- rule: x\n  condition:|", "proc.name", "- rule: x\n  condition: proc.name"),
        (BODY + "  priority:|", "Error", BODY + "  priority: Error"),
        (BODY + "  priority: War|ning", "Warning", BODY + "  priority: Warning"),
        (BODY + "  pri|", "priority", BODY + "  priority: "),
        (BODY + "  pri|: x", "priority", BODY + "  priority: x"),
        (BODY + "  |", "override", BODY + "  override:\n    "),
        (BODY + "  |", "exceptions", BODY + "  exceptions:\n    - name: "),
        ("- ru|", "- rule:", "- rule: "),
        ("- rule: Od|", "Odd: name", '- rule: "Odd: name"'),
        ("- rule: 'Od|'", "Odd: name", "- rule: 'Odd: name'"),
        (BODY + "  override: {condition:|}", "append", BODY + "  override: {condition: append}"),
        (BODY + "  output: a %proc.n|.", "proc.name", BODY + "  output: a %proc.name"),
    ],
)
def test_a_proposal_takes_the_place_of_what_was_typed(marked: str, label: str, wanted: str) -> None:
    assert taken(marked, label) == wanted


# Laws.

SUFFIXES = {"evt.arg.": "name", "evt.rawarg.": "name", "evt.type.is.": "open", "thread.cgroup.": "cpu"}
KEYED = ("/a", "0", "a")


def _whole(insert: str) -> list[str]:
    """A proposed field with the argument that it still needs."""
    if insert.endswith("["):
        return [f"{insert}{argument}]" for argument in KEYED]
    return [insert + SUFFIXES.get(insert, "")]


@pytest.mark.parametrize(("source", "plugins"), [("syscall", frozenset()), ("k8s_audit", AUDIT), ("syscall", AUDIT)])
def test_every_proposed_field_compiles(source: str, plugins: frozenset[str]) -> None:
    for tail in ("", "evt.arg.", "evt.rawarg.", "evt.abspath."):
        text = f"- rule: x\n  source: {source}\n  condition: {tail}"
        items = complete(text, len(text), Known(plugins=plugins)).items
        fields = [item.insert for item in items if item.kind == "field"]
        assert fields or source != "syscall"
        for insert in fields:
            assert any(compiles(f"{whole} exists", source, plugins) for whole in _whole(insert)), insert


def test_every_proposed_field_of_an_output_compiles() -> None:
    items = completed(BODY + "  output: a %|").items
    for item in items:
        if item.kind == "field":
            found = [compile_output(f"a %{whole}") for whole in _whole(item.insert)]
            assert any(not isinstance(output, CompileError) for output in found), item


CONSTANTS = ("text", "1", "true", "127.0.0.1", "127.0.0.0/8", "61", "open", "openat")


def _every_left_side() -> list[tuple[str, str]]:
    lefts: list[tuple[str, str]] = []
    for info in load_catalogue().all():
        source = info.source
        for name in (info.name, f"{info.name}[0]", f"{info.name}[/a]", f"{info.name}.name", f"{info.name}.open"):
            if compiles(f"{name} exists", source, AUDIT):
                lefts.append((name, source))
                break
    return [*lefts, ("tolower(proc.name)", "syscall"), ("len(proc.name)", "syscall"), ("basename(fd.name)", "syscall")]


def test_exactly_the_operators_that_compile_are_proposed() -> None:
    lefts = _every_left_side()
    assert len(lefts) > 340
    for left, source in lefts:
        document = f"- rule: x\n  source: {source}\n  condition: {left} "
        proposed = {item.label for item in complete(document, len(document), Known(plugins=AUDIT)).items}
        compile_: set[str] = set()
        for operator in OPERATORS:
            listed = operator in ("in", "intersects", "pmatch")
            rights = [""] if operator == "exists" else [f"({text})" if listed else text for text in CONSTANTS]
            if any(compiles(f"{left} {operator} {right}", source, AUDIT) for right in rights):
                compile_.add(operator)
        assert proposed == compile_, left


def test_every_proposed_value_compiles() -> None:
    for info in load_catalogue().all():
        if info.source != "syscall" or info.argument == "required":
            continue
        left = info.name
        for item in completed(f"{RULE}{left} in (|").items:
            if item.kind in ("value", "event_type"):
                assert compiles(f"{left} in ({item.insert})"), (left, item.label)


def test_keys_are_those_that_falco_knows() -> None:
    assert {*KEYS["rule"], "rule"} == set(RULE_KEYS)
    assert OVERRIDES["rule"] == (APPENDABLE, REPLACEABLE)
    assert set(ORDER) == set(OPERATORS)


def test_a_proposed_name_is_read_as_the_rule_that_it_names() -> None:
    for name in KNOWN.rules:
        text = taken("- rule: |\n  enabled: false\n", name)
        loaded = load_rules([BASE, SourceFile("local", text)])
        assert loaded.ok
        rule = loaded.ruleset.rule(name)
        assert rule is not None
        assert not rule.enabled


@settings(max_examples=600, deadline=None)
@given(text=TEXTS, data=st.data())
def test_no_text_makes_it_fail(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(-2, len(text) + 2))
    found = complete(text, offset, KNOWN)
    inside = max(0, min(offset, len(text)))
    assert 0 <= found.start <= inside <= found.end <= len(text)
    assert len({(item.label, item.kind) for item in found.items}) == len(found.items)
    assert found == complete(text, offset, KNOWN)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_every_place_of_a_real_file_can_be_completed(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(BASE.text)))
    end = data.draw(st.integers(start, len(BASE.text)))
    text = BASE.text[:start] + BASE.text[end:]
    found = complete(text, start, KNOWN)
    assert found.start <= start <= found.end <= len(text)


def test_a_field_that_is_typed_letter_by_letter_stays_proposed() -> None:
    for info in load_catalogue().all():
        if isinstance(load_catalogue().lookup(info.name, None), FieldInfo) and not info.flags & {"TABLE_ONLY", "PRINT_ONLY"}:
            for length in {1, 3, 5, len(info.name) // 2, len(info.name) - 1, len(info.name)}:
                assert info.name in labels(f"{RULE}{info.name[:length]}|"), info.name[:length]


def test_it_is_fast_in_a_long_file() -> None:
    marked = BASE.text * 65 + RULE + "evt.type = open and |"
    text, offset = split(marked)
    assert text.count("\n") > 1300
    complete(text, offset, KNOWN)
    times: list[float] = []
    for _ in range(7):
        before = time.perf_counter()
        complete(text, offset, KNOWN)
        times.append(time.perf_counter() - before)
    assert min(times) < 0.010
