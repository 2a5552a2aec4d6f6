"""The node's crictl and kubectl, and what scaling does to both and to the events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.node.conftest import Run
from trainer.events import read_recording
from trainer.node.opening import Node
from trainer.node.place import SCALED
from trainer.node.workloads import owner

WEB = "metrics-web-7d9b5f4c6-2jx8r"


def scaled(node: Node) -> str:
    return (node.place.inside / SCALED).read_text()


def names(run: Run, *arguments: str) -> list[str]:
    return [row[0] for row in run("kubectl", *arguments, "--no-headers").rows]


@pytest.mark.parametrize(
    "pod, expected",
    [
        (WEB, ("Deployment", "metrics-web")),
        ("my-web-app-2-7c8d9e6f5-q8w2z", ("Deployment", "my-web-app-2")),
        ("metrics-db-0", ("StatefulSet", "metrics-db")),
        ("health-probe-x7k2d", ("DaemonSet", "health-probe")),
        ("nightly-28934511-f8k2d", ("Job", "nightly")),
        ("health-probe-debug", ("", "")),
        ("web", ("", "")),
    ],
)
def test_what_made_a_pod(pod: str, expected: tuple[str, str]) -> None:
    assert owner(pod) == expected


def test_pods(run: Run) -> None:
    assert run("kubectl", "get", "pods", "-n", "monitoring").rows[:2] == [
        ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        ["metrics-cache-58c6f8d7b-qk4tz", "1/1", "Running", "0", "2h"],
    ]
    assert [row[:2] for row in run("kubectl", "get", "po", "-A").rows[1:]] == [
        ["monitoring", "metrics-cache-58c6f8d7b-qk4tz"],
        ["monitoring", "metrics-db-0"],
        ["monitoring", WEB],
    ]
    assert run("kubectl", "get", "pod", "metrics-db-0", "-nmonitoring", "-o", "name").out == "pod/metrics-db-0\n"
    assert "NODE" in run("kubectl", "get", "pods", "-A", "-owide").rows[0]
    here = run("kubectl", "get", "pods")  # the first thing that one forgets
    assert (here.code, here.out, here.err) == (0, "", "No resources found in default namespace.\n")
    found = json.loads(run("kubectl", "get", "pods", "-A", "-o=json").out)
    assert [item["spec"]["containers"][0]["name"] for item in found["items"]] == ["metrics-cache", "metrics-db", "metrics-web"]


def test_workloads(run: Run) -> None:
    assert run("kubectl", "get", "deployments", "-n", "monitoring").rows == [
        ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"],
        ["metrics-cache", "1/1", "1", "1", "2h"],
        ["metrics-web", "1/1", "1", "1", "2h"],
    ]
    assert run("kubectl", "get", "sts", "-A").rows[1:] == [["monitoring", "metrics-db", "1/1", "2h"]]
    assert (
        run("kubectl", "get", "deploy", "-A", "-o", "name").out == "deployment.apps/metrics-cache\ndeployment.apps/metrics-web\n"
    )
    assert names(run, "get", "ns") == ["default", "kube-system", "monitoring"]
    assert names(run, "get", "nodes") == ["node"]


def test_describe_and_logs(run: Run) -> None:
    text = run("kubectl", "describe", "pod", "metrics-db-0", "-n", "monitoring").out
    assert "Container ID:  containerd://d443b5e7fb27e76a564648bd0f74a95eb890ec9f499989993c3dc067b04db201" in text
    assert "Controlled By:    StatefulSet/metrics-db" in text
    assert "Controlled By:    ReplicaSet/metrics-web-7d9b5f4c6" in run("kubectl", "describe", "pod", WEB, "-n", "monitoring").out
    assert run("kubectl", "logs", "metrics-db-0", "-n", "monitoring").code == 0
    done = run("kubectl", "logs", "metrics-db-0")
    assert (done.code, done.err) == (1, 'Error from server (NotFound): pods "metrics-db-0" not found\n')


def test_scaling_takes_pods_containers_and_events_away_and_brings_them_back(run: Run, opened: Node) -> None:
    assert "Events detected: 4" in run("falco", "--fast").out
    done = run("kubectl", "scale", "statefulset", "metrics-db", "--replicas=0", "-n", "monitoring")
    assert (done.code, done.out) == (0, "statefulset.apps/metrics-db scaled\n")
    assert scaled(opened) == "monitoring/metrics-db 0\n"
    assert names(run, "get", "pods", "-n", "monitoring") == ["metrics-cache-58c6f8d7b-qk4tz", WEB]
    assert run("kubectl", "get", "sts", "-n", "monitoring").rows[1:] == [["metrics-db", "0/0", "2h"]]
    assert "metrics-db" not in run("crictl", "ps").out
    assert "Events detected: 0" in run("falco", "--fast").out
    run("kubectl", "scale", "deploy/metrics-web", "--replicas", "3", "-n", "monitoring")
    assert scaled(opened) == "monitoring/metrics-db 0\nmonitoring/metrics-web 3\n"
    assert len(names(run, "get", "pods", "-n", "monitoring")) == 4
    for workload in ("deploy/metrics-web", "sts/metrics-db"):
        run("kubectl", "scale", workload, "--replicas", "1", "-n", "monitoring")
    assert scaled(opened) == ""
    assert "Events detected: 4" in run("falco", "--fast").out


def test_a_scaled_file_written_by_hand_counts_and_nonsense_in_it_does_not(run: Run, opened: Node) -> None:
    (opened.place.inside / SCALED).write_text("what?\nmonitoring/metrics-db 0\n\n")
    assert "metrics-db-0" not in names(run, "get", "pods", "-n", "monitoring")
    assert len(names(run, "get", "pods", "-n", "monitoring")) == 2


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("scale", "deployment", "metrics-db", "--replicas=0", "-n", "monitoring"), 'deployments.apps "metrics-db" not found'),
        (("scale", "deployment", "metrics-web", "--replicas=0"), 'deployments.apps "metrics-web" not found'),
        (("scale", "deployment", "metrics-web", "-n", "monitoring"), 'required flag(s) "replicas" not set'),
        (("scale", "deployment", "metrics-web", "--replicas=-1", "-n", "monitoring"), 'invalid argument "-1"'),
        (("scale", "deployment", "metrics-web", "--replicas=5000", "-n", "monitoring"), "room for 100"),
        (("scale", "deployment", "--replicas=0"), "no name was specified"),
        (("scale", "pod", WEB, "--replicas=0", "-n", "monitoring"), "only deployments and statefulsets"),
        (("get",), "You must specify the type of resource"),
        (("get", "dragons"), 'the server doesn\'t have a resource type "dragons"'),
        (("get", "pods", "-o", "yaml"), 'output format "yaml"'),
        (("get", "pods", "nothing", "-n", "monitoring"), 'pods "nothing" not found'),
        (("get", "pods", "--nothing"), "unknown flag: --nothing"),
        (("get", "pods", "-n"), "flag needs an argument: -n"),
        (("delete", "pod", WEB), "knows get, describe, scale and logs, not 'delete'"),
        (("describe", "deployment", "metrics-web"), "describes pods"),
    ],
)
def test_what_kubectl_refuses(run: Run, opened: Node, arguments: tuple[str, ...], words: str) -> None:
    done = run("kubectl", *arguments)
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert scaled(opened) == ""


def test_containers_have_the_ids_of_the_events(run: Run, opened: Node) -> None:
    head, *rows = run("crictl", "ps").rows
    assert head == ["CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD", "ID", "POD", "NAMESPACE"]
    events = read_recording(Path(str(opened.place.facts["recording"]))).events
    ids = {str(event.fields["container.full_id"])[:13]: event.fields["container.name"] for event in events}
    assert set(ids.items()) <= {(row[0], row[6]) for row in rows}
    assert run("crictl", "ps", "-q").out.split() == [row[0] for row in rows]
    assert [row[6] for row in run("crictl", "ps", "--name", "db").rows[1:]] == ["metrics-db"]
    (pod,) = [row for row in run("crictl", "pods", "--namespace", "monitoring").rows if "metrics-db-0" in row]
    assert [row[6] for row in run("crictl", "ps", "--pod", pod[0]).rows[1:]] == ["metrics-db"]
    assert len(json.loads(run("crictl", "ps", "-o", "json").out)["containers"]) == 3


def test_images_and_inspect(run: Run) -> None:
    assert [row[:2] for row in run("crictl", "images").rows[1:]] == [["registry.example/infra/metrics", "0.9"]]
    found = json.loads(run("crictl", "inspect", "d443b5e7fb27").out)
    assert found["status"]["metadata"]["name"] == "metrics-db"
    assert found["status"]["labels"]["io.kubernetes.pod.name"] == "metrics-db-0"
    for arguments in (("inspect", "ffff"), ("inspect",), ("stop", "x"), ("ps", "-o", "yaml"), ("ps", "--nothing")):
        done = run("crictl", *arguments)
        assert done.code != 0
        assert (done.out, bool(done.err)) == ("", True)


def test_help(run: Run) -> None:
    assert "crictl inspect" in run("crictl").out
    assert "kubectl scale" in run("kubectl", "--help").out
