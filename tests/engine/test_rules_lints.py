from __future__ import annotations

import pytest

from trainer.diagnostics import Code, Diagnostic
from trainer.engine import load_rules
from trainer.source import SourceFile

BASE = """\
- macro: spawned_process
  condition: evt.type in (execve, execveat)
- macro: container
  condition: container.id != host
- rule: Terminal shell in container
  desc: d
  condition: spawned_process and container and proc.tty != 0
  output: "%proc.name"
  priority: NOTICE
"""


def found(text: str) -> list[Diagnostic]:
    return list(load_rules([SourceFile("base.yaml", BASE), SourceFile("local.yaml", text)]).diagnostics)


def rule(condition: str, output: str = "x", name: str = "R", extra: str = "") -> str:
    return f"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: '{output}'\n  priority: INFO\n{extra}"


def fixed(text: str, diagnostic: Diagnostic) -> str:
    assert diagnostic.fix is not None
    for edit in sorted(diagnostic.fix.edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


CASES = [
    (Code.TRN_NO_CONTAINER, rule("spawned_process"), "rule: R", None),
    (Code.TRN_ONLY_OPEN, rule("evt.type = openat and container"), "evt.type = openat", "evt.type in (open, openat, openat2)"),
    (Code.TRN_ONLY_EXECVE, rule("evt.type = execve and container"), "evt.type = execve", "evt.type in (execve, execveat)"),
    (
        Code.TRN_PREFIX_TRAP,
        rule("evt.type in (open, openat, openat2) and container and fd.name startswith /etc"),
        "/etc",
        "startswith /etc/",
    ),
    (Code.TRN_FIELD_CLIENT_SIDE, rule("evt.type = connect and container", "to %fd.cip"), "%fd.cip", "to %fd.sip"),
    (Code.TRN_EVT_DIR, rule("spawned_process and evt.dir = < and container"), "evt.dir = <", "spawned_process and container"),
    (Code.TRN_APPEND_KEY, "- macro: container\n  condition: and evt.num > 0\n  append: true\n", "append", "condition: append"),
    (Code.TRN_MACRO_AS_EVTTYPE, rule("evt.type = spawned_process"), "spawned_process", "condition: spawned_process\n"),
    (Code.TRN_NEVER_MATCHES, rule("spawned_process and container and proc.name = /bin/sh"), "/bin/sh", None),
    (Code.TRN_NEVER_MATCHES, rule("spawned_process and container and proc.name = abcdefghijklmnop"), "abcdefghijklmnop", None),
    (Code.TRN_NEVER_MATCHES, rule("evt.type = open and evt.type = close and container"), "rule: R", None),
    (
        Code.TRN_RULE_NAME_TYPO,
        rule("spawned_process and container", name="Terminal shell in containr"),
        "Terminal shell in containr",
        "Terminal shell in container",
    ),
    (
        Code.TRN_REDEFINES,
        rule("spawned_process and container", name="Terminal shell in container"),
        "Terminal shell in container",
        None,
    ),
    (
        Code.TRN_FD_NET_FIRST_ONLY,
        rule("evt.type = connect and container and fd.net in (10.0.0.0/8, 172.16.0.0/12)"),
        "fd.net in (10.0.0.0/8, 172.16.0.0/12)",
        None,
    ),
]


@pytest.mark.parametrize("code, text, marked, after", CASES, ids=[f"{code}-{number}" for number, (code, *_) in enumerate(CASES)])
def test_lint(code: Code, text: str, marked: str, after: str | None) -> None:
    notes = [diagnostic for diagnostic in found(text) if diagnostic.code is code]
    assert len(notes) == 1
    (note,) = notes
    assert note.span is not None
    assert note.span.text == marked
    assert note.span.file.name == "local.yaml"
    assert note.help
    assert not note.is_error
    if after is not None:
        assert after in fixed(text, note)
        assert code not in [diagnostic.code for diagnostic in found(fixed(text, note))]


def test_a_good_rule_has_no_notes() -> None:
    text = rule("spawned_process and container and proc.name in (bash, sh)", "%proc.name %container.id")
    text += rule("evt.type = connect and container and fd.sip = 1.1.1.1", "%fd.cip %fd.sip", name="S")
    text += rule("evt.type in (open, openat, openat2) and container and fd.name startswith /etc/", name="T")
    assert found(text) == []


def test_base_rules_are_not_looked_at() -> None:
    assert [d for d in load_rules([SourceFile("a", rule("evt.type = openat")), SourceFile("b", "")]).diagnostics] == []


@pytest.mark.parametrize(
    "text, word, after",
    [
        (rule("evt.type = open and proc.nam = x"), "proc.name", "proc.name = x"),
        (rule("evt.type = opena"), "open", None),
        (rule("spawned_proces and container"), "spawned_process", "condition: spawned_process and"),
        ("- rule: R\n  condition: spawned_process\n  output: x\n  priority: INFO\n", "desc", "  desc: What"),
        (rule("spawned_process").replace("INFO", "warn"), "WARNING", "priority: WARNING"),
        (rule("spawned_process", extra="  tag: [a]\n"), "tags", "  tags: [a]"),
        ("- rule: Terminal shell\n  condition: and x\n  override: {condition: append}\n", "letter by letter", None),
        (rule("evt.type = open", "100 % sure"), "per cent", None),
        ("- rule: a: b\n", "quotes", None),
    ],
)
def test_help_for_errors(text: str, word: str, after: str | None) -> None:
    diagnostics = [d for d in found(text) if d.code.startswith("LOAD_") and d.help]
    assert word in diagnostics[0].help
    if after is not None:
        assert after in fixed(text, diagnostics[0])
