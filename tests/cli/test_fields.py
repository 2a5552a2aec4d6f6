"""cks-trainer fields: a line a field, or all that is known of one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Done
from trainer.cli import fields
from trainer.engine import load_catalogue

Cli = Callable[..., Done]


def test_a_list_has_one_line_a_field(cli: Cli) -> None:
    lines = cli("fields", "^user").out.splitlines()
    assert [line.split()[0] for line in lines] == [info.name for info in load_catalogue().all() if info.name.startswith("user")]
    assert len(cli("fields").out.splitlines()) == len(load_catalogue().all())


@pytest.mark.parametrize("pattern", ["proc.aname", "aname"])
def test_one_field_is_told_with_an_example(cli: Cli, pattern: str) -> None:
    lines = cli("fields", pattern).out.splitlines()
    assert lines[0] == "proc.aname"
    for line in (
        "  type: CHARBUF",
        "  written: proc.aname, proc.aname[N] (argument optional)",
        "  example value: sudo bash sshd systemd",
        "  example condition: proc.aname = sshd",
    ):
        assert line in lines


def test_a_whole_name_is_told_before_the_longer_ones(cli: Cli) -> None:
    block, _, others = cli("fields", "fd.sip").out.partition("\n\n")
    assert block.startswith("fd.sip\n")
    assert "example condition: fd.sip = 10.77.0.11" in block
    assert [line.split()[0] for line in others.splitlines()] == ["fd.sip.name"]


def test_long_tells_each(cli: Cli) -> None:
    blocks = cli("fields", "^user", "--long").out.split("\n\n")
    assert len(blocks) == len(cli("fields", "^user").out.splitlines())
    assert all("example condition: user." in block for block in blocks)
    assert cli("fields", "no.such.field", "--long").out == ""


@pytest.mark.parametrize(
    "name, shown",
    [
        ("evt.arg", "example value: evt.arg.flags = O_TRUNC|O_CREAT|O_WRONLY|FD_UPPER_LAYER"),
        ("evt.time.iso8601", "example output: %evt.time.iso8601"),
        ("evt.num", "class: evt (in rules of the source: syscall, k8s_audit)"),
        ("fd.snet", "example output: none (the field is for conditions only)"),
        ("ka.sourceips", "example condition: none (the field never has a useful value)"),
        ("k8s.rc.name", "example condition: none (no rule should use the field any more)"),
        ("ka.verb", "class: ka (in rules of the source: k8s_audit)"),
        ("fd.types", "type: CHARBUF, list"),
        ("jevt.obj", '    {\n      "verb": "delete",'),
    ],
)
def test_what_a_field_has_of_its_own(cli: Cli, name: str, shown: str) -> None:
    assert shown in cli("fields", f"^{name}$").out


def test_in_korean(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKS_TRAINER_LANG", "ko")
    out = cli("fields", "proc.aname").out
    assert "조건 예시: proc.aname = sshd" in out
    assert "조상의 proc.name" in out
    assert "사용 중단" in cli("fields", "^evt").out
    assert fields._WORDS["en"].keys() == fields._WORDS["ko"].keys()


def test_json_carries_the_example(cli: Cli) -> None:
    every = json.loads(cli("fields", "--json").out)
    assert len(every) == len(load_catalogue().all())
    assert all(entry["example"] for entry in every)
    (entry,) = json.loads(cli("fields", "^fd.sip$", "--json").out)
    assert entry["example"] == {
        "field": "fd.sip",
        "value": "10.77.0.11",
        "condition": "fd.sip = 10.77.0.11",
        "output": None,
    }
