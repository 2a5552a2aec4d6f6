"""What falco -L and -l say of rules."""

from __future__ import annotations

import pytest

from trainer.engine import Ruleset, load_rules
from trainer.engine.rules.describe import NoSuchRule, describe_json, describe_text
from trainer.source import SourceFile

RULES = """\
- list: shells
  items: [sh, bash]
- macro: started
  condition: evt.type in (execve, execveat)
- rule: A shell
  desc: {desc}
  condition: started and not proc.name in (shells) and fd.name exists
  output: "%proc.name"
  priority: NOTICE
  tags: [one, two]
- rule: Off
  desc: Short.
  condition: evt.type = open
  output: x
  priority: INFO
  enabled: false
"""


def ruleset(desc: str = "Something.") -> Ruleset:
    result = load_rules([SourceFile("r.yaml", RULES.format(desc=desc))], mode="falco")
    assert result.ok
    return result.ruleset


def test_two_columns_with_the_description_wrapped_under_its_own() -> None:
    words = ["word"] * 20
    lines = describe_text(ruleset(" ".join(words)), "A shell").splitlines()
    assert lines[0] == f"{'Rule':<50} Description"
    assert lines[2].startswith(f"{'A shell':<50} word word ")
    assert lines[3].startswith(" " * 51 + "word ")
    assert sum(line.count("word") for line in lines) == 20
    assert max(map(len, lines)) <= 110
    assert lines[-1] == ""


def test_all_rules_in_order() -> None:
    text = describe_text(ruleset())
    assert [line[:50].strip() for line in text.splitlines() if line and line[0] != " "] == ["Rule", "----", "A shell", "Off"]


def test_details() -> None:
    whole = describe_json(ruleset())
    shell, off = whole["rules"]
    assert shell["info"] == {
        "name": "A shell",
        "condition": "started and not proc.name in (shells) and fd.name exists",
        "description": "Something.",
        "output": "%proc.name",
        "priority": "Notice",
        "source": "syscall",
        "enabled": True,
        "tags": ["one", "two"],
    }
    assert shell["details"]["condition_compiled"] == (
        "(evt.type in (execve, execveat) and not proc.name in (sh, bash) and fd.name exists)"
    )
    assert shell["details"]["condition_fields"] == ["evt.type", "fd.name", "proc.name"]
    assert shell["details"]["condition_operators"] == ["exists", "in"]
    assert shell["details"]["macros"] == ["started"]
    assert {"execve", "execveat"} <= set(shell["details"]["events"])
    assert (off["info"]["enabled"], off["info"]["priority"]) == (False, "Informational")
    assert [macro["info"]["name"] for macro in whole["macros"]] == ["started"]
    assert whole["lists"][0]["info"] == {"name": "shells", "items": ["sh", "bash"]}
    assert list(describe_json(ruleset(), "Off")) == ["rules"]


def test_an_unknown_rule() -> None:
    for describe in (describe_text, describe_json):
        with pytest.raises(NoSuchRule, match="No such"):
            describe(ruleset(), "No such")
