from __future__ import annotations

import json
from dataclasses import replace

import pytest

from trainer.engine import Priority, Ruleset, load_rules
from trainer.events import Event
from trainer.source import SourceFile

RULES = """\
- rule: First
  desc: d
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name opened %fd.name (%user.name)"
  priority: WARNING
  tags: [b, a]
- rule: Second
  desc: d
  condition: evt.type in (openat, close) and proc.name = cat
  output: "second"
  priority: INFO
- rule: Any
  desc: d
  condition: proc.pname = never
  output: "any"
  priority: DEBUG
  warn_evttypes: false
- rule: Off
  desc: d
  condition: evt.type = openat
  output: "off"
  priority: EMERGENCY
  enabled: false
"""
EVENT = Event(7, 1_700_000_000_123_456_789, "openat", fields={"evt.type": "openat", "fd.name": "/etc/shadow", "proc.name": "cat"})


@pytest.fixture
def ruleset() -> Ruleset:
    return load_rules([SourceFile("r.yaml", RULES)]).ruleset


def test_first_and_all(ruleset: Ruleset) -> None:
    assert [alert.rule for alert in ruleset.match(EVENT)] == ["First"]
    assert [alert.rule for alert in ruleset.match(EVENT, "all")] == ["First", "Second"]
    closing = Event(8, 1, "close", fields={"evt.type": "close", "proc.name": "cat", "proc.pname": "never"})
    assert [alert.rule for alert in ruleset.match(closing, "all")] == ["Second", "Any"]
    assert [alert.rule for alert in ruleset.match(replace(closing, type="dup", fields={"proc.pname": "never"}))] == ["Any"]
    assert ruleset.match(replace(EVENT, source="k8s_audit")) == []


def test_lines_as_falco_prints_them(ruleset: Ruleset) -> None:
    (alert,) = ruleset.match(EVENT)
    assert alert.text_line(iso=True) == "2023-11-14T22:13:20.123456789+0000: Warning cat opened /etc/shadow (<NA>)"
    line = json.loads(replace(alert, hostname="h").json_line(iso=True))
    assert line == {
        "hostname": "h",
        "output": "2023-11-14T22:13:20.123456789+0000: Warning cat opened /etc/shadow (<NA>)",
        "output_fields": {
            "evt.num": 7,
            "evt.time": 1_700_000_000_123_456_789,
            "fd.name": "/etc/shadow",
            "proc.name": "cat",
            "user.name": None,
        },
        "priority": "Warning",
        "rule": "First",
        "source": "syscall",
        "tags": ["a", "b"],
        "time": "2023-11-14T22:13:20.123456789Z",
    }
    assert list(line) == sorted(line)
    assert "evt.num" not in json.loads(alert.json_line(event_num=False))["output_fields"]


def test_minimum_priority_leaves_rules_out() -> None:
    ruleset = load_rules([SourceFile("r.yaml", RULES)], min_priority=Priority.WARNING).ruleset
    assert [rule.name for rule in ruleset.rules] == ["First", "Off"]


def test_explain_agrees_with_match(ruleset: Ruleset) -> None:
    assert ruleset.explain("First", EVENT).matched
    assert not ruleset.explain("First", replace(EVENT, fields={"evt.type": "openat"})).matched
    with pytest.raises(KeyError):
        ruleset.explain("No", EVENT)
