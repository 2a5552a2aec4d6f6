"""Texts with ``|`` for the cursor, and the names that the tests' other file defines."""

from __future__ import annotations

from hypothesis import strategies as st

from trainer.engine.assist import Completions, Hover, Known, complete, hover
from trainer.engine.evaluate import CompileError, compile_condition
from trainer.engine.filter import ParseError, parse_condition
from trainer.engine.rules.loader import load_rules
from trainer.engine.rules.plugins import catalogue_of
from trainer.source import MappedText, SourceFile

BASE = SourceFile(
    "falco_rules.yaml",
    """\
- list: shell_binaries
  items: [bash, sh]
- list: opens
  items: [open, openat]
- list: ports
  items: [80, 443]
- macro: spawned_process
  condition: (evt.type in (execve, execveat))
- macro: in_container
  condition: container.id != host
- rule: Shell in container
  desc: A shell was started
  condition: spawned_process and in_container and proc.name in (shell_binaries)
  output: shell %proc.name
  priority: NOTICE
  tags: [container, shell]
- rule: "Odd: name"
  desc: d
  condition: evt.type in (opens) and fd.sport in (ports)
  output: o
  priority: DEBUG
""",
)
KNOWN = Known.of_ruleset(load_rules([BASE]).ruleset)
AUDIT = frozenset({"k8saudit", "json"})
RULE = "- rule: x\n  desc: d\n  condition: "
BODY = RULE + "evt.type = open\n"
EXCEPTION = BODY + "  exceptions:\n    - name: a\n"

FRAGMENTS = st.sampled_from([
    "- rule: x\n", "- macro: m\n", "- list: l\n", "  condition: ", "  condition: >\n    ", "  output: ", "  priority: ", "  override:\n    ",
    "  exceptions:\n    - name: a\n      ", "fields: [", "comps: ", "values:\n        - [", "  items: [", "  tags:\n    - ", "- ", "-", "  ",
    "\n", "\n    ", "\r\n", "\t", "'", '"', '\\"', "\\", "''", "{", "}", "[", "]", "(", ")", ":", ": ", ",", "#", " # ", "|", "> ", "%", "%1",
    "evt.type", "evt.arg.", "evt.arg[", "proc.name", "proc.aname[1", " in ", " = ", "!", " and ", " or ", "not ", "tolower(", "val(", "join(",
    "getopt(fd.types, 'a')[", " oneof ", "exists", "---\n", "<", ">=", "é", "\0", "\ud800", " ", "&a", "*a", "? ", "!!str ", "- {rule: x, ",
])  # fmt: skip
TEXTS = st.text(max_size=60) | st.lists(FRAGMENTS, max_size=24).map("".join)


def split(marked: str) -> tuple[str, int]:
    offset = marked.index("|")
    return marked[:offset] + marked[offset + 1 :], offset


def completed(marked: str, language: str = "en") -> Completions:
    text, offset = split(marked)
    return complete(text, offset, KNOWN, language)


def labels(marked: str) -> list[str]:
    return [item.label for item in completed(marked).items]


def hovered(marked: str, language: str = "en") -> Hover | None:
    text, offset = split(marked)
    return hover(text, offset, KNOWN, language)


def taken(marked: str, label: str) -> str:
    """The text after the proposal of that label was taken."""
    text, _ = split(marked)
    found = completed(marked)
    item = next(item for item in found.items if item.label == label)
    return text[: found.start] + item.insert + text[found.end :]


def compiles(condition: str, source: str = "syscall", plugins: frozenset[str] = frozenset()) -> bool:
    parsed = parse_condition(MappedText.plain(condition))
    return not isinstance(parsed, ParseError) and not isinstance(
        compile_condition(parsed, source, catalogue_of(plugins)), CompileError
    )
