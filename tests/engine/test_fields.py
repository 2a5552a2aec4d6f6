"""The field catalogue: lookups with Falco's words, and every field of the matrix that a real Falco was asked about."""

from __future__ import annotations

import pytest

from tests.conformance_data import conformance_cases
from tests.engine.conditions import figure, refused
from trainer.engine.evaluate import CompileError, compile_output
from trainer.engine.fields import FieldInfo, FieldProblem, load_catalogue


def test_matrix_of_fields_forms_and_operators() -> None:
    differing: list[object] = []
    cases = 0
    for case in conformance_cases("fields-matrix.jsonl"):
        conditions = {f"{form} exists": answer for form, answer in case["exists"].items()}
        conditions |= {text.replace("{}", case["used_as"]): answer for text, answer in case["conditions"].items()}
        for condition, answer in conditions.items():
            cases += 1
            message = refused(condition)
            # Where Falco ended, its log line holds the message.
            same = message == answer if not str(answer).startswith("FATAL") else message is not None and message in answer
            if not (same or (message is None and answer is True)):
                differing.append((condition, message, answer))
        for text, answer in case["outputs"].items():
            cases += 1
            output = compile_output(text)
            found = output.message if isinstance(output, CompileError) else True
            if found != answer:
                differing.append((text, found, answer))
    assert figure("fields-matrix", differing, cases) >= 7773
    assert cases >= 7773


@pytest.mark.parametrize(
    "name, argument, message",
    [
        ("proc.namex", None, "filter_check called with nonexistent field proc.namex"),
        ("proc.name", "1", "filter_check called with nonexistent field proc.name[1]"),
        ("proc.aname", "x", "filter_check called with nonexistent field proc.aname[x]"),
        ("container.idx", None, "filter_check called with nonexistent field container.idx"),
        ("syslog.message", None, "filter_check called with nonexistent field syslog.message"),
        ("ka.verb", None, "filter_check called with nonexistent field ka.verb"),
        ("evt.arg", None, "filter syntax error: evt.arg"),
        ("evt.arg.nosuch", None, "unknown event argument nosuch"),
        ("evt.arg", "x", "x is not a valid number"),
        ("evt.rawarg", "0", "evt.arg fields must be expressed explicitly"),
        ("thread.cgroup", "cpu", "filter syntax error: thread.cgroup[cpu]"),
        ("container.mount", None, "filter 'container.mount': container.mount requires an argument but none provided"),
        ("k8s.pod.label.app", None, "filter 'k8s.pod.label.app': k8s.pod.label requires an argument but none provided"),
    ],
)
def test_lookups_that_fail(name: str, argument: str | None, message: str) -> None:
    assert load_catalogue().lookup(name, argument) == FieldProblem(message)


@pytest.mark.parametrize(
    "name, argument, type_",
    [
        ("proc.aname", "-1", "CHARBUF"),
        ("proc.aname", "2", "CHARBUF"),
        ("evt.arg.flags", None, "CHARBUF"),
        ("evt.abspath.src", None, "CHARBUF"),
        ("k8s.pod.label", "app", "CHARBUF"),
        ("container.start_ts", None, "ABSTIME"),
        ("fd.sport", None, "PORT"),
    ],
)
def test_lookups_that_succeed(name: str, argument: str | None, type_: str) -> None:
    found = load_catalogue().lookup(name, argument)
    assert isinstance(found, FieldInfo)
    assert found.type == type_


def test_audit_fields_belong_to_their_source() -> None:
    assert isinstance(load_catalogue().lookup("ka.verb", None, "k8s_audit"), FieldInfo)
    assert isinstance(load_catalogue().lookup("evt.num", None, "k8s_audit"), FieldInfo)
    assert isinstance(load_catalogue().lookup("proc.name", None, "k8s_audit"), FieldProblem)


def test_every_field_is_described_in_both_languages() -> None:
    missing = [info.name for info in load_catalogue().all() if not all(info.description.get(lang) for lang in ("en", "ko"))]
    assert missing == []


def test_event_table() -> None:
    catalogue = load_catalogue()
    assert catalogue.events["openat"].params[0][0] == "fd"
    assert "creates_fd" in catalogue.events["openat"].fd_flags
    assert {"getpid", "openat", "procexit", "container"} <= catalogue.event_names
