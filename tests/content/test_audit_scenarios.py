"""Scenarios of audit events: what is read, what is filled in, what is refused and where, and recordings that are always the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.audit_pack import EXERCISE, SCENARIO, write_audit_pack
from tests.content.json_schema import problems
from trainer.content import Scenario, load_pack, load_scenario
from trainer.content.audit import MAX_DEPTH, MAX_VALUES
from trainer.content.footprint import footprint, footprint_json, footprint_lines
from trainer.content.given import given_recording
from trainer.content.scenarios import read_scenario
from trainer.events import Event, read_recording, write_recording
from trainer.events.audit import request_of
from trainer.events.recording import format_recording

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "scenario.json").read_text(encoding="utf-8"))
HEAD = (
    "title: {en: A, ko: 가}\nsource: k8s_audit\nactions:\n  - id: a\n    kind: attack\n    why: {en: A., ko: 가.}\n    audit:\n"
)
USER = "      user: {username: alice}\n"


def read(folder: Path, text: str, seed: int = 0) -> tuple[Scenario | None, list[tuple[int, str]]]:
    """The scenario, and the errors with their lines."""
    folder.mkdir(exist_ok=True)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    scenario, found = read_scenario(folder, seed)
    return scenario, [(item.span.position.line, item.message) for item in found if item.is_error and item.span]


def events(folder: Path, event: str) -> tuple[Event, ...]:
    scenario, found = read(folder, HEAD + event)
    assert found == []
    assert scenario is not None
    return given_recording(scenario).events


def test_a_short_event_is_filled_up_as_the_api_server_has_it(tmp_path: Path) -> None:
    (event,) = events(
        tmp_path,
        USER
        + "      verb: get\n      objectRef: {resource: pods, namespace: shop, name: web}\n      responseStatus: {code: 200}\n",
    )
    whole: dict[str, Any] = json.loads(str(event.fields["evt.plugininfo"]))
    assert list(whole) == [
        *("kind", "apiVersion", "level", "auditID", "stage", "requestURI", "verb", "user", "objectRef", "responseStatus"),
        *("requestReceivedTimestamp", "stageTimestamp", "annotations"),
    ]  # fmt: skip
    assert (whole["kind"], whole["apiVersion"], whole["level"], whole["stage"]) == (
        "Event",
        "audit.k8s.io/v1",
        "Metadata",
        "ResponseComplete",
    )
    assert whole["requestURI"] == "/api/v1/namespaces/shop/pods/web"
    assert whole["annotations"]["authorization.k8s.io/decision"] == "allow"
    assert whole["stageTimestamp"] == "2026-01-01T00:00:00.004000Z"
    assert (event.action, event.type, event.source, request_of(event)) == (
        "a",
        "pluginevent",
        "k8s_audit",
        "get pods shop/web (200)",
    )


@pytest.mark.parametrize(
    "event, field, value",
    [
        ("verb: create\n      objectRef: {resource: pods, namespace: s, name: web}\n      responseStatus: {code: 201}", "ka.uri", "/api/v1/namespaces/s/pods"),
        ("verb: create\n      objectRef: {resource: pods, namespace: s, name: web, subresource: exec}\n      responseStatus: {code: 101}", "ka.uri", "/api/v1/namespaces/s/pods/web/exec"),
        ("verb: list\n      objectRef: {resource: roles, apiGroup: rbac.authorization.k8s.io, apiVersion: v1}\n      responseStatus: {code: 200}", "ka.uri", "/apis/rbac.authorization.k8s.io/v1/roles"),
        ("verb: patch\n      objectRef: {resource: pods}\n      responseStatus: {code: 200}\n      requestObject: [{op: add, path: /a, value: 1}]", "jevt.value[/requestObject/0/op]", "add"),
        ("verb: get\n      requestURI: /livez?a=1\n      responseStatus: {code: 200}", "ka.uri.param[a]", "1"),
        ("verb: get\n      requestURI: /\n      responseStatus: {code: 403}", "ka.auth.decision", "forbid"),
        ("verb: get\n      requestURI: /\n      responseStatus: {code: 401}", "ka.auth.decision", None),
        ("verb: get\n      requestURI: /\n      stage: RequestReceived", "ka.stage", "RequestReceived"),
        ("verb: get\n      requestURI: /\n      responseStatus: {code: 200}\n      annotations: {a: b}", "ka.auth.decision", None),
        ("verb: create\n      objectRef: {resource: configmaps}\n      responseStatus: {code: 201}\n      requestObject: {data: {a: \"<b>\", n: 1}}", "ka.req.configmap.obj", '{"a":"\\u003cb\\u003e","n":1}'),
        ("verb: create\n      objectRef: {resource: pods}\n      responseStatus: {code: 201}\n      requestObject: {spec: {hostNetwork: true}}", "ka.req.pod.host_network", "true"),
    ],
)  # fmt: skip
def test_fields_of_given_events(tmp_path: Path, event: str, field: str, value: str | None) -> None:
    (found,) = events(tmp_path, f"{USER}      {event}\n")
    assert found.fields.get(field) == value


def test_variables_stand_for_texts_numbers_and_truth(tmp_path: Path) -> None:
    text = f"""\
title: {{en: A, ko: 가}}
source: k8s_audit
variables:
  port: ["80"]
  host: ["true"]
actions:
  - id: a
    kind: attack
    why: {{en: A., ko: 가.}}
    audit:
{USER}      verb: create
      objectRef: {{resource: pods}}
      responseStatus: {{code: 201}}
      requestObject:
        spec:
          hostNetwork: ${{host}}
          "key-${{port}}": "${{port}}"
          port: ${{port}}
"""
    scenario, found = read(tmp_path, text)
    assert (found, scenario is not None) == ([], True)
    assert scenario is not None
    assert scenario.actions[0].audit[0]["requestObject"] == {"spec": {"hostNetwork": True, "key-80": "80", "port": 80}}


def test_a_pasted_event_is_taken_with_new_times(tmp_path: Path) -> None:
    pasted = (ROOT / "scenarios" / "audit-access" / "recordings" / "seed-0.jsonl").read_text(encoding="utf-8").splitlines()[1]
    event = json.loads(json.loads(pasted)["audit"]) | {"stageTimestamp": "2020-05-05T05:05:05.000000Z", "auditID": "of-my-own"}
    (found,) = events(tmp_path, f"      {json.dumps(event)}\n")
    assert found.fields["ka.auditid"] == "of-my-own"
    assert "2020" not in str(found.fields["evt.plugininfo"])


@pytest.mark.parametrize(
    "event, line, message",
    [
        ("      verb: get\n      objectRef: {resource: pods}\n      responseStatus: {code: 200}\n", 8, "key 'user' is missing or empty"),
        (USER + "      objectRef: {resource: pods}\n      responseStatus: {code: 200}\n", 8, "key 'verb' is missing or empty"),
        (USER + "      verb: get\n      responseStatus: {code: 200}\n", 8, "an audit event needs an 'objectRef', or a 'requestURI' where it is about no object"),
        (USER + "      verb: get\n      objectRef: {resource: pods}\n", 8, "key 'responseStatus' is missing or empty"),
        (USER + "      verb: get\n      objectRef: {resource: pods}\n      responseStatus: {code: 42}\n", 11, "'code' must be between 100 and 599"),
        (USER + "      verb: get\n      objectRef: {resource: pods, names: x}\n      responseStatus: {code: 200}\n", 10, "an objectRef has no key 'names'"),
        (USER + "      verb: get\n      objectRef: {resource: pods}\n      responseStatus: {code: 200}\n      stage: Done\n", 12, "'stage' is 'Done'; it must be one of: RequestReceived, ResponseStarted, ResponseComplete, Panic"),
        (USER + "      verb: get\n      objectRef: {resource: pods}\n      responseStatus: {code: 200}\n      request: {}\n", 12, "an audit event has no key 'request'"),
        (USER + "      verb: get\n      requestURI: ${nothing}\n      responseStatus: {code: 200}\n", 10, "there is no variable 'nothing'"),
        (USER + "      verb: get\n      requestURI: /\n      responseStatus: {code: 200}\n      requestObject: {a: {b: 1, b: 2}}\n", 12, "key 'b' stands here twice"),
        (USER + "      verb: get\n      requestURI: /\n      responseStatus: {code: 200}\n      requestObject: text\n", 12, "'requestObject' must be a mapping, or the list of a JSON patch"),
        (USER + "      verb: get\n      requestURI: /\n      responseStatus: {code: 200}\n      requestObject: {a: 1}\n      level: Metadata\n", 13, "the level Metadata logs no requestObject and no responseObject"),
        ("      []\n", 8, "'audit' must hold at least one event"),
        ("      [get]\n", 8, "'audit' must be an event of audit.k8s.io/v1, or a list of them (key: value)"),
        (USER + "      verb: get\n      requestURI: /\n      responseStatus: {code: 200}\n    run: [id]\n", 12, "'run' is for commands: actions of source: k8s_audit run nothing"),
    ],
)  # fmt: skip
def test_mistakes_come_with_their_place(tmp_path: Path, event: str, line: int, message: str) -> None:
    scenario, found = read(tmp_path, HEAD + event)
    assert scenario is None
    assert (line, message) in found


def test_an_event_stays_small(tmp_path: Path) -> None:
    wide = f"        a: [{', '.join(['1'] * MAX_VALUES)}]\n"
    event = USER + "      verb: get\n      requestURI: /\n      responseStatus: {code: 200}\n      requestObject:\n"
    deep = f"        a: {'[' * (MAX_DEPTH + 2)}{']' * (MAX_DEPTH + 2)}\n"
    for more in (wide, deep):
        scenario, found = read(tmp_path, HEAD + event + more)
        assert scenario is None
        assert [message for _, message in found] == [f"an audit event holds at most {MAX_VALUES} values, {MAX_DEPTH} levels deep"]


def test_containers_and_audit_events_do_not_mix(tmp_path: Path) -> None:
    _, found = read(tmp_path, SCENARIO.replace("actions:", "containers: [{name: web, image: nginx}]\nactions:"))
    assert [message for _, message in found] == ["a scenario with source: k8s_audit has no containers: nothing is run"]
    _, found = read(tmp_path, SCENARIO.replace("source: k8s_audit", "containers: [{name: web, image: nginx}]"))
    assert "'audit' holds events that are given; this scenario runs commands" in [message for _, message in found]
    _, found = read(tmp_path, SCENARIO.replace("source: k8s_audit", "source: aws"))
    assert found[0][1] == "'source' is 'aws'; it must be one of: syscall, k8s_audit"


def test_two_recordings_are_the_same_bytes(tmp_path: Path) -> None:
    folder = write_audit_pack(tmp_path) / "scenarios" / "execs"
    first = (folder / "recordings" / "seed-0.jsonl").read_bytes()
    write_recording(given_recording(load_scenario(folder)), tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == first
    recording = read_recording(tmp_path / "again.jsonl")
    assert format_recording(recording) == format_recording(given_recording(load_scenario(folder)))
    assert [event.action for event in recording.events] == ["exec-in-prod", "exec-in-prod", "attach-in-prod", "refused"]
    times = [event.time_ns for event in recording.events]
    assert times == sorted(set(times))
    assert len({event.fields["ka.auditid"] for event in recording.events}) == 4
    assert [result.exit_code for result in recording.actions] == [0, 0, 0]


def test_the_shipped_recordings_are_those_of_their_scenarios() -> None:
    for name in ("audit-access", "audit-changes"):
        for path in sorted((ROOT / "scenarios" / name / "recordings").glob("seed-*.jsonl")):
            scenario = load_scenario(name, int(path.stem.removeprefix("seed-")), ROOT)
            assert format_recording(read_recording(path)) == format_recording(given_recording(scenario)), path


def test_an_exercise_knows_its_scenarios_source(tmp_path: Path) -> None:
    pack, found = load_pack(write_audit_pack(tmp_path))
    assert (pack is not None, [item.message for item in found if item.is_error]) == (True, [])
    assert pack is not None
    assert (pack.exercises[0].source, pack.exercises[0].is_given) == ("k8s_audit", True)


def test_the_summary_says_that_nothing_is_run(tmp_path: Path) -> None:
    pack, _ = load_pack(write_audit_pack(tmp_path))
    assert pack is not None
    uses = footprint(pack)
    lines = list(footprint_lines(uses))
    assert lines[0] == "In throwaway containers, and nowhere else, it runs: commands 0, containers 0, scenarios 0"
    assert lines[1] == "  audit events       4, in scenarios 1: given, nothing is run for them"
    assert "  given refused: create /api/v1/namespaces/prod-x/pods/web-0/exec by bob" in lines
    (data,) = footprint_json(uses)
    assert data["commands"] == []
    assert data["given"][0] == {"action": "exec-in-prod", "request": "create /api/v1/namespaces/prod/pods/web-0/exec by alice"}  # type: ignore[index]


def test_the_schema_takes_what_the_reader_takes() -> None:
    assert problems(yaml.safe_load(SCENARIO), SCHEMA) == []
    for old, new in (
        ("source: k8s_audit", "source: syscall"),
        ("source: k8s_audit\n", ""),
        ("source: k8s_audit", "source: k8s_audit\ncontainers: []"),
        ("verb: create", "verbs: create"),
        ("code: 101", "code: 99"),
        ("    audit:\n      verb", "    run: [id]\n    audit:\n      verb"),
        ("stage: ResponseStarted", "stage: Started"),
        ("user: {username: alice}", "user: {name: alice}"),
        ("resource: pods, subresource: attach", "subresource: attach"),
    ):
        assert old in SCENARIO
        assert problems(yaml.safe_load(SCENARIO.replace(old, new, 1)), SCHEMA), (old, new)


def test_the_schema_refuses_nothing_that_the_reader_takes(tmp_path: Path) -> None:
    """And both refuse what is refused above."""
    for old, new in (
        ("source: k8s_audit", "source: k8s_audit\ncontainers: []"),
        ("code: 101", "code: 99"),
        ("verb: create", "verbs: create"),
    ):
        assert read(tmp_path, SCENARIO.replace(old, new, 1))[0] is None


def test_the_documentations_example_is_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "writing-packs.md").read_text(encoding="utf-8")
    (example,) = [block for block in text.split("```")[1::2] if block.startswith("\n") and "source: k8s_audit" in block]
    scenario, found = read(tmp_path, example)
    assert found == []
    assert scenario is not None
    assert problems(yaml.safe_load(example), SCHEMA) == []
    assert [event.action for event in given_recording(scenario).events] == ["exec-in-pod", "new-pod"]


def test_an_exercise_that_names_another_action_is_told(tmp_path: Path) -> None:
    _, found = load_pack(write_audit_pack(tmp_path, exercise=EXERCISE.replace("actions: [exec-in-prod]", "actions: [exec]")))
    assert "the scenario has no action 'exec'" in [item.message for item in found]
