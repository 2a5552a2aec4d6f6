"""falco.yaml: what its keys do to a rule set and its alerts."""

from __future__ import annotations

import json

import pytest

from trainer.engine import FalcoSettings, Priority, Ruleset, SettingsProblem, load_rules, read_settings
from trainer.events import Event
from trainer.source import SourceFile

RULES = """\
- rule: Shell
  desc: d
  condition: evt.type = execve and proc.name in (sh, bash)
  output: Shell %proc.name
  priority: WARNING
  tags: [shell, cks]
- rule: Any program
  desc: d
  condition: evt.type = execve
  output: Program %proc.name
  priority: NOTICE
  tags: [cks]
"""
SH = Event(1, 0, "execve", fields={"proc.name": "sh", "proc.pid": 7, "container.id": "0123456789ab", "container.name": "web"})


def settings(text: str) -> FalcoSettings:
    return read_settings(SourceFile("falco.yaml", text))


def rules(text: str) -> Ruleset:
    return settings(text).apply(load_rules([SourceFile("r.yaml", RULES)]).ruleset)


def outputs(text: str) -> list[str]:
    return [alert.output for alert in rules(text).match(SH, matching="all")]


def test_without_keys_nothing_changes() -> None:
    assert settings("") == settings("other: 1\n") == FalcoSettings()
    assert outputs("") == ["Shell sh", "Program sh"]


@pytest.mark.parametrize(
    "text, left",
    [
        ("rules: [{disable: {rule: Shell}}]", ["Program sh"]),
        ("rules: [{disable: {rule: She}}]", ["Shell sh", "Program sh"]),
        ("rules: [{disable: {rule: '*program'}}]", ["Shell sh"]),
        ("rules: [{disable: {tag: cks}}]", []),
        ("rules: [{disable: {rule: '*'}}, {enable: {tag: shell}}]", ["Shell sh"]),
        ("rules: [{enable: {tag: shell}}, {disable: {rule: '*'}}]", []),
        ("rules: [{disable: {rule: '[S]hell'}}]", ["Shell sh", "Program sh"]),
    ],
)
def test_rules_are_switched_in_the_order_of_the_entries(text: str, left: list[str]) -> None:
    assert outputs(text) == left


@pytest.mark.parametrize(
    "text, expected",
    [
        ("append_output: [{extra_output: 'pid=%proc.pid'}]", ["Shell sh pid=7", "Program sh pid=7"]),
        ("append_output: [{match: {rule: Shell}, extra_output: x}]", ["Shell sh x", "Program sh"]),
        ("append_output: [{match: {tags: [cks, shell]}, extra_output: x}]", ["Shell sh x", "Program sh"]),
        ("append_output: [{match: {source: k8s_audit}, extra_output: x}]", ["Shell sh", "Program sh"]),
        ("append_output: [{extra_output: x}, {extra_output: y}]", ["Shell sh x y", "Program sh x y"]),
    ],
)
def test_outputs_are_extended(text: str, expected: list[str]) -> None:
    assert outputs(text) == expected


def test_suggested_output_is_what_the_container_plugin_suggests() -> None:
    (line, _) = outputs("append_output: [{suggested_output: true}]")
    assert line == (
        "Shell sh container_id=0123456789ab container_name=web container_image_repository=<NA> container_image_tag=<NA>"
        " k8s_pod_name=<NA> k8s_ns_name=<NA>"
    )


def test_extra_fields_are_in_the_json_only() -> None:
    found = rules("append_output: [{extra_fields: [proc.pid, {who: 'pid %proc.pid'}]}]").match(SH)[0]
    assert found.output == "Shell sh"
    fields = json.loads(found.json_line())["output_fields"]
    assert (fields["proc.pid"], fields["who"]) == (7, "pid 7")


def test_values_of_every_key() -> None:
    found = settings(
        "rules_files: [a.yaml, d]\njson_output: true\ntime_format_iso_8601: true\npriority: Warning\nrule_matching: all\n"
        "stdout_output: {enabled: false}\nfile_output: {enabled: true, keep_alive: false, filename: /tmp/x}\nload_plugins: [k8saudit]\n"
    )
    assert found == FalcoSettings(
        rules_files=("a.yaml", "d"),
        json_output=True,
        iso_time=True,
        priority=Priority.WARNING,
        rule_matching="all",
        stdout_enabled=False,
        file_enabled=True,
        file_name="/tmp/x",
        plugins=("k8saudit",),
    )


@pytest.mark.parametrize(
    "text, line, words",
    [
        ("a: [", 1, "end of"),
        ("- a\n", 1, "mapping"),
        ("x: 1\njson_output: 'maybe'\n", 2, "json_output"),
        ("\n\nrule_matching: some\n", 3, "rule_matching"),
        ("priority: loud\n", 1, "loud"),
        ("rules:\n  - enable: {}\n", 2, "enable or disable"),
        ("rules: {}\n", 1, "list"),
        ("file_output: {enabled: true}\n", 1, "filename"),
        ("file_output: yes\n", 1, "mapping"),
        ("rules_files: [{}]\n", 1, "texts"),
        ("append_output: [x]\n", 1, "mapping"),
    ],
)
def test_mistakes_name_the_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsProblem, match=words) as raised:
        settings(text)
    assert raised.value.line == line
    assert raised.value.help


def test_an_appended_output_that_does_not_compile() -> None:
    with pytest.raises(SettingsProblem, match=r"Shell.*unknown filter"):
        rules("append_output: [{extra_output: '%no.such'}]")
