"""The field catalogue: lookups with Falco's words, and every field of the matrix that a real Falco was asked about."""

from __future__ import annotations

import pytest

from tests.conformance_report import problems
from trainer.engine.fields import FieldInfo, FieldProblem, load_catalogue
from trainer.events.audit_fields import AUDIT_FIELDS


def test_matrix_of_fields_forms_and_operators() -> None:
    assert problems("fields-matrix", {"arguments": 897, "conditions": 5980, "outputs": 897}) == []


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
        ("jevt.value", "/verb", "filter_check called with nonexistent field jevt.value[/verb]"),
        ("jevt.values", None, "filter_check called with nonexistent field jevt.values"),
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


@pytest.mark.parametrize(
    "name, argument, message",
    [
        ("proc.name", None, "filter_check called with nonexistent field proc.name"),
        ("evt.type", None, "filter_check called with nonexistent field evt.type"),
        ("evt.arg.flags", None, "filter_check called with nonexistent field evt.arg.flags"),
        ("container.id", None, "filter_check called with nonexistent field container.id"),
        ("k8s.pod.label.app", None, "filter_check called with nonexistent field k8s.pod.label.app"),
        ("jevt.time", None, "filter_check called with nonexistent field jevt.time"),
        ("ka.verbs", None, "filter_check called with nonexistent field ka.verbs"),
        ("ka.verb", "0", "filter 'ka.verb[0]': ka.verb does not allow nor require an argument but one is provided: 0"),
        ("ka.uri.param", None, "filter 'ka.uri.param': ka.uri.param requires an argument but none provided"),
        ("ka.uri.parameter", None, "filter 'ka.uri.parameter': ka.uri.param requires an argument but none provided"),
        ("jevt.value", None, "filter 'jevt.value': jevt.value requires an argument but none provided"),
        (
            "ka.sourceips",
            "first",
            "filter ka.sourceips[first] ka.sourceips has an invalid index argument not composed only by digits: first",
        ),
        ("ka.sourceips", "01", "filter ka.sourceips[01] ka.sourceips has an invalid index argument starting with 0: 01"),
        (
            "ka.sourceips",
            "9" * 20,
            "filter ka.sourceips[{0}] ka.sourceips has an invalid index argument not representable on 64 bit: {0}",
        ),
    ],
)
def test_lookups_that_fail_in_audit_rules(name: str, argument: str | None, message: str) -> None:
    assert load_catalogue().lookup(name, argument, "k8s_audit") == FieldProblem(message.format(argument))


@pytest.mark.parametrize(
    "name, argument, is_list",
    [
        ("ka.verb", None, False),
        ("ka.user.groups", None, True),
        ("ka.req.pod.containers.image", None, True),
        ("ka.req.pod.containers.image", "0", True),
        ("ka.uri.param", "command", False),
        ("ka.req.volume.hostpath", "/etc*", False),
        ("jevt.value", "/objectRef/name", False),
        ("json.value", "objectRef/name", False),
        ("evt.num", None, False),
        ("evt.plugininfo", None, False),
    ],
)
def test_lookups_that_succeed_in_audit_rules(name: str, argument: str | None, is_list: bool) -> None:
    found = load_catalogue().lookup(name, argument, "k8s_audit")
    assert isinstance(found, FieldInfo)
    assert (found.type, found.is_list) == ("UINT64" if name == "evt.num" else "CHARBUF", is_list)


def test_json_reads_the_events_of_every_source_or_is_not_there() -> None:
    for source in ("syscall", "k8s_audit"):
        assert isinstance(load_catalogue().with_plugins({"json"}).lookup("jevt.obj", None, source), FieldInfo)
        assert isinstance(load_catalogue().with_plugins({"k8saudit"}).lookup("jevt.obj", None, source), FieldProblem)


def test_every_audit_field_is_extracted_from_events() -> None:
    assert sorted(AUDIT_FIELDS) == sorted(info.name for info in load_catalogue().all() if info.provider == "k8saudit")


def test_every_field_is_described_in_both_languages() -> None:
    missing = [info.name for info in load_catalogue().all() if not all(info.description.get(lang) for lang in ("en", "ko"))]
    assert missing == []


def test_event_table() -> None:
    catalogue = load_catalogue()
    assert catalogue.events["openat"].params[0][0] == "fd"
    assert "creates_fd" in catalogue.events["openat"].fd_flags
    assert {"getpid", "openat", "procexit", "container"} <= catalogue.event_names
