"""Kubernetes audit logs: the shapes of the file, and each field as the k8saudit and json plugins extract it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit_events import (
    ANONYMOUS,
    BINDING,
    CLUSTER_ROLE,
    CONFIG_MAP,
    EXEC,
    FORBIDDEN,
    HOST_PATH,
    NODE_PORT,
    PRIVILEGED,
    TIME_NS,
    audit_event,
    create_pod,
    lines,
)
from trainer.errors import RecordingError
from trainer.events import Event, parse_recording, read_recording, write_recording


def read(text: str) -> tuple[Event, ...]:
    return parse_recording(text.encode(), "audit.log").events


def value(event: dict[str, Any], field: str) -> Any:
    """None where the plugin gives no value."""
    (read_event,) = read(lines(event))
    return read_event.fields.get(field)


@pytest.mark.parametrize(
    "text",
    [
        lines(EXEC, ANONYMOUS),
        "\n" + lines(EXEC) + "\n\n" + lines(ANONYMOUS),
        json.dumps([EXEC, ANONYMOUS]),
        json.dumps([EXEC, ANONYMOUS], indent=2),
        json.dumps({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [EXEC, ANONYMOUS]}),
        json.dumps({"items": [EXEC, {**ANONYMOUS, "kind": None}], "kind": "EventList", "metadata": {}}, indent=1),
        json.dumps([EXEC]) + "\n" + json.dumps({"kind": "EventList", "items": [ANONYMOUS]}) + "\n",
    ],
)
def test_shapes_of_an_audit_log(text: str) -> None:
    first, second = read(text)
    assert (first.num, second.num) == (1, 2)
    assert first.time_ns == second.time_ns == TIME_NS
    assert (first.type, first.source, first.action) == ("pluginevent", "k8s_audit", None)
    assert first.fields["ka.target.subresource"] == "exec"
    assert second.fields["ka.user.name"] == "system:anonymous"


def test_one_event_over_many_lines_and_packed(tmp_path: Path) -> None:
    path = tmp_path / "audit.json.gz"
    path.write_bytes(gzip.compress(json.dumps(EXEC, indent=4).encode()))
    recording = read_recording(path)
    assert recording.header.origin == "k8s-audit"
    assert recording.header.start_ns == TIME_NS
    assert recording.events[0].fields["ka.verb"] == "create"


def test_the_time_falls_back_to_that_of_the_request() -> None:
    (event,) = read(lines(audit_event(stageTimestamp=None)))
    assert event.time_ns == TIME_NS - 23_456_000
    (event,) = read(lines(audit_event(stageTimestamp="2026-01-02T05:04:05.123456789+02:00")))
    assert event.time_ns == TIME_NS + 789


@pytest.mark.parametrize(
    "text, message",
    [
        (lines(EXEC) + "nonsense\n", "line 2 is not JSON"),
        (lines(EXEC) + '{"a": NaN}\n', "line 2 is not JSON"),
        (lines(EXEC) + lines({"kind": "Pod"}), "line 2 is no Kubernetes audit event: kind is Pod"),
        (lines(EXEC) + '{"auditID": "x"}\n', "line 2 is no Kubernetes audit event: kind is missing"),
        (lines(EXEC) + "3\n", "line 2 is no Kubernetes audit event"),
        (lines(audit_event(stageTimestamp=None, requestReceivedTimestamp=5)), "without stageTimestamp"),
        (lines(audit_event(stageTimestamp="soon", requestReceivedTimestamp="2026-13-01T00:00:00Z")), "without stageTimestamp"),
        ('{"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": []}', "holds no audit event"),
        ('[{"auditID": "x"},', "is not JSON"),
        ('{"kind": "Event", "auditID": "x", "a": ' + "[" * 400 + "]" * 400 + "}", "nested deeper than 300"),
        ('{"kind": "Event", "auditID": "x", "a": ' + "[" * 90_000, "not JSON"),
    ],
)
def test_what_is_no_audit_log_is_refused(text: str, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        read(text)


def test_other_recordings_that_speak_of_audit_events_stay_what_they_are() -> None:
    (event,) = read('{"evt.type": "execve", "proc.cmdline": "grep \\"auditID\\" audit.k8s.io"}\n')
    assert event.source == "syscall"
    alert = {
        "source": "k8s_audit",
        "output_fields": {"ka.auditid": "1", "ka.user.groups": ["a", "b"], "jevt.value[/auditID]": "1"},
    }
    (event,) = read(json.dumps(alert) + "\n")
    assert (event.source, event.fields["ka.user.groups"]) == ("k8s_audit", ("a", "b"))


def test_a_recording_of_audit_events_keeps_all_that_can_be_asked(tmp_path: Path) -> None:
    before = parse_recording((lines(CONFIG_MAP, EXEC)).encode(), "audit.log")
    write_recording(before, tmp_path / "copy.jsonl")
    after = read_recording(tmp_path / "copy.jsonl")
    assert after == before
    assert after.events[0].fields["jevt.obj"] == before.events[0].fields["jevt.obj"]
    assert after.events[1].fields["ka.uri.param[command]"] == "sh"


# Fields.


@pytest.mark.parametrize(
    "field, expected",
    [
        ("ka.auditid", "7e0f2c1e-0000-4000-8000-000000000001"),
        ("ka.stage", "ResponseComplete"),
        ("ka.auth.decision", "allow"),
        ("ka.auth.reason", "RBAC: allowed"),
        ("ka.user.name", "alice"),
        ("ka.user.groups", ("devs", "system:authenticated")),
        ("ka.verb", "get"),
        ("ka.uri", "/api/v1/namespaces/shop/pods"),
        ("ka.target.name", "web"),
        ("ka.target.namespace", "shop"),
        ("ka.target.resource", "pods"),
        ("ka.response.code", "200"),
        ("ka.useragent", "kubectl/v1.34.0"),
        ("evt.pluginname", "k8saudit"),
        ("evt.reltime", 0),
        ("jevt.rawtime", str(TIME_NS)),
        ("json.rawtime", str(TIME_NS)),
        ("ka.req.binding.subject.has_name[x]", "true"),
    ],
)
def test_fields_of_a_plain_request(field: str, expected: object) -> None:
    assert value(audit_event(), field) == expected


@pytest.mark.parametrize(
    "field",
    [
        "ka.impuser.name",
        "ka.target.subresource",
        "ka.target.pod.name",
        "ka.req.binding.subjects",
        "ka.req.binding.subjects.user_names",
        "ka.req.configmap.obj",
        "ka.req.pod.containers.image",
        "ka.req.container.image",
        "ka.req.container.privileged",
        "ka.req.pod.host_network",
        "ka.req.role.rules",
        "ka.req.role.rules.verbs",
        "ka.req.service.ports",
        "ka.req.volume.hostpath[/etc]",
        "ka.req.pod.volumes.volume_type",
        "ka.resp.name",
        "ka.response.reason",
        "ka.cluster.name",
        "ka.uri.param[command]",
        "ka.uri.param",
        "jevt.value",
        "jevt.value[]",
        "jevt.value[/nothing]",
        "jevt.value[/verb/x]",
        "jevt.value[/user/groups/2]",
        "jevt.time",
        "ka.nothing",
        "proc.name",
        "ka.verb[",
    ],
)
def test_what_a_plain_request_lacks_is_absent(field: str) -> None:
    (event,) = read(lines(audit_event()))
    assert event.fields.get(field) is None
    assert field not in event.fields
    with pytest.raises(KeyError):
        event.fields[field]


def test_source_addresses_are_only_in_the_json() -> None:
    # The plugin looks for them among a role's rules.
    assert value(audit_event(), "ka.sourceips") is None
    assert value(audit_event(), "ka.sourceips[0]") is None
    assert value(audit_event(), "jevt.value[/sourceIPs/0]") == "10.0.0.7"


def test_json_without_an_audit_id_has_only_json_fields() -> None:
    event = audit_event(auditID=None, requestURI="/a?b=c")
    assert value(event, "ka.verb") is None
    assert value(event, "ka.uri.param[b]") is None
    assert value(event, "jevt.value[/verb]") == "get"


@pytest.mark.parametrize(
    "field, expected",
    [
        ("ka.req.pod.containers.image", ("nginx:1.29", "reg.local:5000/tools/shell:2")),
        ("ka.req.pod.containers.image[1]", ("reg.local:5000/tools/shell:2",)),
        ("ka.req.pod.containers.image[2]", None),
        ("ka.req.pod.containers.image.repository", ("nginx", "reg.local")),
        ("ka.req.pod.containers.image.repository[0]", ("nginx",)),
        ("ka.req.container.image", "nginx:1.29"),
        ("ka.req.container.image.repository", "nginx"),
        ("ka.req.pod.containers.name", ("web", "shell")),
        ("ka.req.pod.containers.privileged", ("true",)),
        ("ka.req.pod.containers.privileged[0]", None),
        ("ka.req.pod.containers.privileged[1]", ("true",)),
        ("ka.req.container.privileged", "true"),
        ("ka.req.pod.containers.run_as_user", ("0",)),
        ("ka.req.pod.containers.eff_run_as_user", ("0", "0")),
        ("ka.req.pod.containers.eff_run_as_user[1]", None),
        ("ka.req.pod.containers.allow_privilege_escalation", None),
        ("ka.req.pod.containers.command", None),
        ("ka.req.pod.containers.host_port", None),
        ("ka.req.pod.host_network", None),
    ],
)
def test_fields_of_a_privileged_pod(field: str, expected: object) -> None:
    assert value(PRIVILEGED, field) == expected


def test_one_container_without_an_image_hides_all_images() -> None:
    pod = create_pod({"name": "a", "image": "nginx"}, {"name": "b"})
    assert value(pod, "ka.req.pod.containers.image") is None
    assert value(pod, "ka.req.pod.containers.image[0]") == ("nginx",)
    assert value(pod, "ka.req.pod.containers.name") == ("a", "b")
    assert value(create_pod({"image": ""}), "ka.req.pod.containers.image") == ("",)


def test_fields_of_containers_with_all_that_can_be_set() -> None:
    context = {
        "privileged": False,
        "allowPrivilegeEscalation": True,
        "readOnlyRootFilesystem": True,
        "runAsUser": 1000,
        "runAsGroup": 3000,
        "procMount": "Unmasked",
        "capabilities": {"add": ["NET_ADMIN", "SYS_TIME"]},
    }
    ports = [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 443}, {"name": "none"}]
    pod = create_pod(
        {"image": "a", "command": ["sh", "-c"], "args": ["sleep", "1 h"], "securityContext": context, "ports": ports},
        {"image": "b", "command": ["true"]},
        securityContext={"runAsUser": 7, "runAsGroup": 8, "fsGroup": 9, "supplementalGroups": [10, 11]},
        hostPID=True,
        hostIPC=False,
    )
    expected = {
        "containers.command": ("sh -c", "true"),
        "containers.command[1]": ("true",),
        "containers.args": ("sleep 1 h",),
        "containers.privileged": ("false",),
        "containers.allow_privilege_escalation": ("true",),
        "containers.read_only_fs": ("true",),
        "containers.run_as_user": ("1000",),
        "containers.run_as_group": ("3000",),
        "containers.proc_mount": ("Unmasked",),
        "containers.add_capabilities": ('["NET_ADMIN","SYS_TIME"]',),
        "containers.host_port": ("8080", "443"),
        "containers.host_port[1]": None,
        "run_as_user": "7",
        "run_as_group": "8",
        "fs_group": "9",
        "supplemental_groups": ("10", "11"),
        "host_pid": "true",
        "host_ipc": "false",
    }
    assert {name: value(pod, f"ka.req.pod.{name}") for name in expected} == expected
    assert value(pod, "ka.req.container.privileged") == "false"
    assert value(create_pod({"image": "a", "command": [1]}), "ka.req.pod.containers.command") is None
    assert value(create_pod({"image": "a", "ports": {}}), "ka.req.pod.containers.host_port") is None


@pytest.mark.parametrize(
    "field, expected",
    [
        ("ka.req.pod.volumes.hostpath", ("/etc", "/var/log")),
        ("ka.req.pod.volumes.hostpath[0]", None),
        ("ka.req.pod.volumes.hostpath[1]", ("/etc",)),
        ("ka.req.pod.volumes.volume_type", ("configMap", "hostPath", "hostPath")),
        ("ka.req.pod.volumes.volume_type[2]", ("hostPath",)),
        ("ka.req.pod.volumes.volume_type[3]", None),
        ("ka.req.pod.volumes.flexvolume_driver", None),
        ("ka.req.volume.hostpath[/etc]", "true"),
        ("ka.req.volume.hostpath[/var*]", "true"),
        ("ka.req.volume.hostpath[/var]", "false"),
        ("ka.req.volume.hostpath[/root*]", "false"),
        ("ka.req.volume.hostpath[]", None),
        ("ka.req.pod.host_network", "true"),
        ("ka.req.container.host_network", "true"),
        ("ka.req.pod.containers.image.repository", ("nginx",)),
    ],
)
def test_fields_of_volumes(field: str, expected: object) -> None:
    assert value(HOST_PATH, field) == expected


@pytest.mark.parametrize(
    "field, expected",
    [
        ("ka.uri.param[command]", "sh"),
        ("ka.uri.param[container]", "web"),
        ("ka.uri.param[label]", "a/b c"),
        ("ka.uri.param[nothing]", None),
        ("ka.target.subresource", "exec"),
        ("ka.target.pod.name", None),
        ("ka.response.code", "101"),
    ],
)
def test_fields_of_an_exec(field: str, expected: object) -> None:
    assert value(EXEC, field) == expected


@pytest.mark.parametrize(
    "uri, expected",
    [
        ("/a?k=1&k=2", "1"),
        ("/a?k", ""),
        ("/a?k=", ""),
        ("/a?x=1#?k=1", None),
        ("/a?k=%zz", None),
        ("/a?k=1;l=2", None),
        ("/a", None),
    ],
)
def test_parameters_of_a_uri(uri: str, expected: str | None) -> None:
    assert value(audit_event(requestURI=uri), "ka.uri.param[k]") == expected


def test_fields_of_roles_bindings_and_services() -> None:
    assert value(CLUSTER_ROLE, "ka.req.role.rules.resources") == ("pods", "pods/exec")
    assert value(CLUSTER_ROLE, "ka.req.role.rules.resources[1]") is None
    assert value(CLUSTER_ROLE, "ka.req.role.rules.verbs") == ("get", "create", "*")
    assert value(CLUSTER_ROLE, "ka.req.role.rules.verbs[1]") == ("*",)
    assert value(CLUSTER_ROLE, "ka.req.role.rules.apiGroups") == ("",)
    assert value(CLUSTER_ROLE, "ka.req.role.rules.nonResourceURLs") == ("/metrics",)
    assert value(CLUSTER_ROLE, "ka.req.role.rules")[1] == '{"nonResourceURLs":["/metrics"],"verbs":["*"]}'
    assert value(BINDING, "ka.req.binding.role") == "cluster-admin"
    assert value(BINDING, "ka.req.binding.subjects")[0] == '{"kind":"User","name":"bob"}'
    assert value(BINDING, "ka.req.binding.subjects.user_names") == ("bob",)
    assert value(BINDING, "ka.req.binding.subjects.serviceaccount_names") == ("builder",)
    assert value(BINDING, "ka.req.binding.subjects.serviceaccount_ns_names") == ("ci:builder",)
    assert value(BINDING, "ka.req.binding.subjects.group_names") == ("devs",)
    assert value(NODE_PORT, "ka.req.service.type") == "NodePort"
    ports = '[{"port":80,"nodePort":30080},{"port":443}]'
    assert value(NODE_PORT, "ka.req.service.ports") == (ports,)
    assert value(NODE_PORT, "ka.req.service.ports[1]") == (ports,)


def test_fields_of_answers_annotations_and_impersonation() -> None:
    assert value(FORBIDDEN, "ka.auth.decision") == "forbid"
    assert value(FORBIDDEN, "ka.auth.reason") == ""
    assert value(FORBIDDEN, "ka.response.reason") == "Forbidden"
    event = audit_event(
        "create",
        impersonatedUser={"username": "root"},
        responseObject={"metadata": {"name": "web-7"}},
        annotations={
            "cluster_name": "prod",
            "pod-security.kubernetes.io/audit-violations": "would violate",
            "validation.policy.admission.k8s.io/validation_failure": "[]",
            "authentication.openshift.io/decision": "deny",
            "authentication.openshift.io/username": "eve",
        },
    )
    assert value(event, "ka.impuser.name") == "root"
    assert value(event, "ka.resp.name") == value(event, "ka.target.pod.name") == "web-7"
    assert value(event, "ka.cluster.name") == "prod"
    assert value(event, "ka.security.pod.violations") == "would violate"
    assert value(event, "ka.validations.admission.policy.failure") == "[]"
    assert value(event, "ka.auth.openshift.decision") == "deny"
    assert value(event, "ka.auth.openshift.username") == "eve"


def test_json_parts_are_printed_as_they_were_sent() -> None:
    text = lines(CONFIG_MAP).replace("<", "\\u003c")
    (event,) = read(text)
    assert event.fields["ka.req.configmap.obj"] == '{"app.ini":"password=\\"a\\u003cb\\"\\n"}'
    assert event.fields["jevt.value[/requestObject/data/app.ini]"] == 'password="a<b"\n'
    assert event.fields["evt.plugininfo"] == text.strip()
    (event,) = read(
        '{"kind":"Event","auditID":"1","stageTimestamp":"2026-01-02T03:04:05Z", "n": 1.50, "e": [{}, []], "z": null}\n'
    )
    assert event.fields["jevt.value[/n]"] == "1.50"
    assert event.fields["jevt.value[z]"] == "null"
    assert event.fields["jevt.value[/e]"] == "[{},[]]"
    assert str(event.fields["jevt.obj"]).endswith('"n": 1.50,\n  "e": [\n    {},\n    []\n  ],\n  "z": null\n}')


def test_pointers_have_escapes() -> None:
    event = audit_event(annotations={"a/b": "slash", "c~d": "tilde", 'e"f': "quote"})
    assert value(event, "jevt.value[/annotations/a~1b]") == "slash"
    assert value(event, "json.value[/annotations/c~0d]") == "tilde"
    assert value(event, 'jevt.value[/annotations/e"f]') == "quote"
    assert value(event, "jevt.value[annotations/a~1b]") == "slash"


def test_a_wrong_shape_is_no_value() -> None:
    assert value(audit_event(user={"groups": "devs"}), "ka.user.groups") is None
    assert value(audit_event(user={"groups": []}), "ka.user.groups") is None
    assert value(audit_event(user="x", objectRef=3), "ka.user.name") is None
    assert value(audit_event(requestObject={"subjects": {}}), "ka.req.binding.subjects.user_names") is None
    assert value(audit_event(requestObject={"rules": "x"}), "ka.req.role.rules.verbs") is None
    assert value(audit_event(verb={"a": 1}), "ka.verb") == '{"a":1}'


def test_listing_the_fields_of_an_event() -> None:
    (event,) = read(lines(EXEC))
    listed = dict(event.fields)
    assert len(listed) == len(event.fields)
    assert listed["ka.uri.param[command]"] == "sh"
    assert {"evt.pluginname", "evt.plugininfo", "ka.verb"} <= listed.keys()
    assert "ka.impuser.name" not in listed
