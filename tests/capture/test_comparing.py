"""The comparison with golden files notices what differs."""

from __future__ import annotations

import copy
import json

import pytest

from tests.capture.golden import Comparison, Line, differences
from tests.capture.oracle import cases, scenario_of
from tests.capture.trace_files import load
from tests.capture_agreement import Figures, fields_by_type, main, read_by_rules
from tests.conformance_data import conformance_path
from trainer.capture import DockerStatus

CASE = "proc-01"


def golden(case: str = CASE) -> list[Line]:
    text = conformance_path("capture", "events", f"{case}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def found(lines: list[Line], case: str = CASE) -> list[str]:
    head, events = load(case)
    return list(differences(lines, events, trim=head["trim"], full=False))


def at(lines: list[Line], kind: str) -> Line:
    return next(line for line in lines if line["evt.type"] == kind and not line.get("_light"))


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("execve", "proc.name", "perl"),
        ("openat", "fd.name", "/etc/other"),
        ("openat", "evt.args", "fd=9"),
        ("clone", "evt.rawres", -11),
        ("procexit", "proc.vpid", 4321),
        ("execve", "fd.types", ["file"]),
    ],
)
def test_another_value_is_a_difference(kind: str, key: str, value: object) -> None:
    lines = golden()
    assert found(lines) == []
    at(lines, kind)[key] = value
    assert any(f" {key}: " in text for text in found(lines))


def test_numbers_of_processes_stand_for_each_other_one_to_one() -> None:
    lines = golden()
    for line in lines:
        if line.get("proc.vpid"):
            line["proc.vpid"] = 77  # of all processes of the case
    assert any(" proc.vpid: " in text for text in found(lines))


def test_another_value_of_a_second_run_is_none() -> None:
    lines = golden()
    line = at(lines, "openat")
    line["fd.name"], line["_alt"] = "/etc/other", {"fd.name": "/etc/hostname"}
    assert not any(" fd.name: " in text for text in found(lines))


def test_an_event_that_is_missing() -> None:
    lines = golden()
    extra = copy.deepcopy(at(lines, "openat")) | {"evt.type": "chroot", "_p": "0"}
    assert [text for text in found([*lines, extra]) if "missing: chroot" in text]
    assert not [text for text in found([*lines, extra | {"_unstable": True}]) if "missing" in text]


def test_figures_count_what_differs_and_what_is_more() -> None:
    lines = golden()
    at(lines, "openat")["fd.name"] = "/etc/other"
    del at(lines, "openat")["fs.path.name"]
    head, events = load(CASE)
    figures = Figures()
    figures.add(CASE, Comparison(lines, events, trim=head["trim"], full=False), fields_by_type([CASE]))
    assert [(value.key, read_by_rules(value.key)) for _, value in figures.different] == [("fd.name", True)]
    assert [value.key for _, value in figures.surplus] == ["fs.path.name"]
    percent = figures.percent()
    assert percent["events"] == percent["other fields"] == 100
    assert 99 < percent["rule fields"] < 100


def test_every_case_is_a_scenario() -> None:
    conformance_path("capture")
    found = [scenario_of(case) for case in cases().values()]
    assert len(found) > 100
    assert {scenario.actions[0].starts for scenario in found} == {True, False}
    with pytest.raises(ValueError, match="--gpus"):
        scenario_of(cases()[CASE] | {"container_options": ["--gpus", "all"]})


def test_without_docker_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    conformance_path("capture")
    monkeypatch.setattr("tests.capture_agreement.docker_status", lambda: DockerStatus(False, problem="nobody answers"))
    assert main([]) == 2
    assert capsys.readouterr().err == "capture_agreement needs Docker: nobody answers\n"
