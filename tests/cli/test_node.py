"""node ps: what runs on a scenario's node, under the ids that its events show; node run and node grade: what is done there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from trainer.content import core_pack_folder, load_pack, load_scenario, scenario_recordings
from trainer.errors import StoreError
from trainer.events import read_recording
from trainer.grading import LEARNER_FILE
from trainer.session import Store

Cli = Callable[..., Done]
SCENARIO = """\
title: {en: A node, ko: 노드}
variables:
  team: [one, two]
containers:
  - name: web
    image: registry.example:5000/shop/web:1.4
    labels: {io.kubernetes.pod.name: web-0, io.kubernetes.pod.namespace: "${team}", io.kubernetes.pod.uid: u1}
  - name: side
    image: registry.example:5000/shop/side
    labels: {io.kubernetes.pod.name: web-0, io.kubernetes.pod.namespace: "${team}", io.kubernetes.pod.uid: u1}
  - name: first
    image: registry.example:5000/shop/web:1.4
    labels: {io.kubernetes.pod.name: first-0, io.kubernetes.pod.namespace: a}
  - name: alone
    image: tool:2
actions:
  - id: look
    run: [id]
    in: web
    kind: attack
    why: {en: A look., ko: 보기.}
"""


@pytest.fixture
def node(tmp_path: Path) -> str:
    folder = tmp_path / "scenarios" / "a-node"
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    return str(folder)


def rows(done: Done) -> list[list[str]]:
    assert done.code == 0, done.err
    return [line.split() for line in done.out.splitlines()]


def test_containers(cli: Cli, node: str) -> None:
    head, *found = rows(cli("node", "ps", "--scenario", node))
    assert head == ["CONTAINER", "IMAGE", "STATE", "NAME", "POD", "NAMESPACE"]
    assert [row[1:] for row in found] == [
        ["registry.example:5000/shop/web:1.4", "Running", "web", "web-0", "one"],
        ["registry.example:5000/shop/side", "Running", "side", "web-0", "one"],
        ["registry.example:5000/shop/web:1.4", "Running", "first", "first-0", "a"],
        ["tool:2", "Running", "alone", "<none>", "<none>"],
    ]
    assert {len(row[0]) for row in found} == {12}
    assert cli("node", "ps", "containers", "--scenario", node).out == cli("node", "ps", "--scenario", node).out


def test_pods_of_several_containers_and_of_a_seed(cli: Cli, node: str) -> None:
    assert rows(cli("node", "ps", "pods", "--scenario", node, "--seed", "1")) == [
        ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS"],
        ["a", "first-0", "1/1", "Running", "0"],
        ["two", "web-0", "2/2", "Running", "0"],
    ]
    (_, pod) = json.loads(cli("node", "ps", "pods", "--scenario", node, "--json").out)
    assert (pod["namespace"], pod["name"], pod["uid"], pod["containers"]) == ("one", "web-0", "u1", ["web", "side"])


def test_images_once_each_and_with_a_port_that_is_no_tag(cli: Cli, node: str) -> None:
    head, *found = rows(cli("node", "ps", "images", "--scenario", node))
    assert head == ["IMAGE", "TAG", "IMAGE", "ID"]
    assert [row[:2] for row in found] == [
        ["registry.example:5000/shop/side", "<none>"],
        ["registry.example:5000/shop/web", "1.4"],
        ["tool", "2"],
    ]
    full = [image["id"] for image in json.loads(cli("node", "ps", "images", "--scenario", node, "--json").out)]
    assert [row[2] for row in found] == [identity[:13] for identity in full]


_core, _ = load_pack(core_pack_folder())
assert _core is not None


_run = [name for name in _core.scenarios if load_scenario(name).containers]
"""Those that run in containers."""


@pytest.mark.parametrize("scenario", _run)
def test_ids_are_those_of_the_recorded_events(cli: Cli, scenario: str) -> None:
    path = scenario_recordings(core_pack_folder() / "scenarios" / scenario)[-1]
    recording = read_recording(path)

    def asked(what: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads(
            cli("node", "ps", what, "--scenario", scenario, "--seed", str(recording.header.seed), "--json").out
        )
        return found

    def of_events(*names: str) -> set[tuple[object, ...]]:
        return {tuple([event.fields.get(name, "") for name in names]) for event in recording.events}

    containers = {
        (item["id"], item["full_id"], item["name"], item["image"], item["pod"], item["namespace"]) for item in asked("containers")
    }
    names = ("container.id", "container.full_id", "container.name", "container.image", "k8s.pod.name", "k8s.ns.name")
    assert of_events(*names) <= containers
    images = {(item["repository"], item["tag"], item["id"]) for item in asked("images")}
    assert of_events("container.image.repository", "container.image.tag", "container.image.id") <= images
    pods = {(item["name"], item["namespace"], item["uid"]) for item in asked("pods")}
    assert of_events("k8s.pod.name", "k8s.ns.name", "k8s.pod.uid") - {("", "", "")} <= pods


def test_the_node_of_an_exercise_is_its_scenarios(cli: Cli) -> None:
    assert _core is not None
    exercise = _core.exercises[0]
    by_exercise = cli("node", "ps", "--exercise", exercise.slug)
    assert rows(by_exercise)[1:]
    assert by_exercise.out == cli("node", "ps", "--scenario", load_scenario(exercise.scenario).name).out


@pytest.mark.parametrize(
    "options", [(), ("--scenario", "devmem", "--exercise", "x"), ("--scenario", "no-such"), ("--exercise", "no-such"), ("cats",)]
)
def test_what_cannot_be_asked(cli: Cli, options: tuple[str, ...]) -> None:
    done = cli("node", "ps", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err


# A shell on the node, and one command on it. What the commands do is tested in tests/node.

CULPRIT = "memory-culprit"
REFERENCE = core_pack_folder() / "exercises" / CULPRIT / "reference.yaml"
STEPS = """\
cat "$REFERENCE" >falco_rules.local.yaml
falco --fast -o 'append_output=[]' >alerts.log 2>/dev/null
grep 'Memory device opened' alerts.log | grep container= | cut -d= -f2 | cut -d' ' -f1 | sort -u >culprit.txt
kubectl scale "$KIND" "$(cat culprit.txt)" --replicas 0 -n monitoring
"""


def answers(home: Path, name: str = CULPRIT) -> dict[str, str]:
    with Store.open(home) as store:
        return {file: text for file in (LEARNER_FILE, "culprit.txt", "scaled") if (text := store.draft(name, file)) is not None}


@pytest.mark.parametrize("seed, culprit, kind", [(0, "metrics-db", "statefulset"), (1, "metrics-cache", "deployment")])
def test_the_culprit_is_found_scaled_down_and_graded_as_in_the_exam(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, culprit: str, kind: str
) -> None:
    """Capture to a file, text tools on it, kubectl scale, and grading of what then stands on the node."""
    monkeypatch.setenv("REFERENCE", str(REFERENCE))
    monkeypatch.setenv("KIND", kind)
    options = ("--seed", str(seed)) if seed else ()
    before = cli("node", "grade", CULPRIT, *options, "--json")
    assert before.code == 1
    done = cli("node", "run", CULPRIT, *options, "--", "sh", "-ec", STEPS)
    assert (done.code, done.out) == (0, f"{kind}.apps/{culprit} scaled\n"), done.err
    graded = cli("node", "grade", CULPRIT, *options, "--json")
    assert graded.code == 0
    report = json.loads(graded.out)
    assert (report["passed"], report["score"], report["seed"]) == (True, 17, seed)
    # The drafts are the TUI's, which shows seed 0.
    expected = {LEARNER_FILE: REFERENCE.read_text(), "culprit.txt": f"{culprit}\n", "scaled": f"monitoring/{culprit} 0\n"}
    assert answers(tmp_path / "home") == ({} if seed else expected)


def test_scaling_the_wrong_one_fails_that_criterion(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFERENCE", str(REFERENCE))
    monkeypatch.setenv("KIND", "statefulset")
    more = STEPS + "kubectl scale deployment metrics-web --replicas 0 -n monitoring\n"
    assert cli("node", "run", CULPRIT, "--", "sh", "-ec", more).code == 0
    report = json.loads(cli("node", "grade", CULPRIT, "--json").out)
    (failed,) = [one for one in report["criteria"] if one["outcome"] != "passed"]
    assert (failed["id"], failed["actual"]) == ("scaled", "monitoring/metrics-web 0")  # the line that is one too many


def test_run_passes_arguments_and_exit_code_on(cli: Cli) -> None:
    done = cli("node", "run", CULPRIT, "--", "falco", "-M", "soon")
    assert (done.code, done.out, done.err) == (1, "", "Error: Argument ‘soon’ failed to parse\n")
    assert cli("node", "run", CULPRIT, "sh", "-c", "exit 9").code == 9
    done = cli("node", "run", CULPRIT, "--", "no-such-command")
    assert (done.code, done.out) == (2, "")
    assert "error: no-such-command: command not found" in done.err


def test_drafts_are_what_the_node_begins_with(cli: Cli, tmp_path: Path) -> None:
    with Store.open(tmp_path / "home") as store:
        store.save_draft(CULPRIT, "# my draft\n")
    assert cli("node", "run", CULPRIT, "--", "cat", LEARNER_FILE).out == "# my draft\n"
    assert cli("node", "run", CULPRIT, "--", "sh", "-c", f"echo '# more' >>{LEARNER_FILE}; echo mine >note").code == 0
    assert answers(tmp_path / "home")[LEARNER_FILE] == "# my draft\n# more\n"
    assert cli("node", "run", CULPRIT, "--", "cat", "note").out == "mine\n"
    assert cli("node", "run", "--fresh", CULPRIT, "--", "cat", "note").code == 1
    assert answers(tmp_path / "home")[LEARNER_FILE] == "# my draft\n# more\n"


def test_a_shell_needs_a_terminal(cli: Cli) -> None:
    done = cli("node", "shell", CULPRIT)
    assert (done.code, done.out) == (2, "")
    assert "a shell needs a terminal" in done.err
    assert cli("node", "shell", "no-such-exercise").code == 2


def test_drafts_that_cannot_be_written_stay_on_the_node(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise StoreError("the disk is full", "")

    assert cli("node", "run", CULPRIT, "true").code == 0
    with monkeypatch.context() as broken:
        broken.setattr(Store, "save_draft", fails)
        done = cli("node", "run", CULPRIT, "--", "sh", "-c", f"echo '# mine' >{LEARNER_FILE}")
        assert "warning: your drafts could not be written; falco_rules.local.yaml stays in" in done.err
    assert answers(tmp_path / "home") == {}
    assert cli("node", "run", CULPRIT, "--", "cat", LEARNER_FILE).out == "# mine\n"
    assert answers(tmp_path / "home") == {LEARNER_FILE: "# mine\n"}
