"""Opening a node: what lies there, whose text wins, and that nothing of the learner's is lost."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.node.conftest import WARNS, sheet_of
from trainer.content import Pack
from trainer.errors import RecordingError, TrainerError
from trainer.grading import LEARNER_FILE, scenario_of
from trainer.node.opening import Node, answer_path, default_config, open_node
from trainer.node.place import Place

RULES = f"/etc/falco/{LEARNER_FILE}"
ANSWER = "/etc/falco/culprit.txt"


class Desk:
    """Somebody who keeps the texts and opens the node again and again."""

    def __init__(self, core: Pack, folder: Path, seed: int = 0) -> None:
        self.core, self.folder, self.sheet = core, folder, sheet_of(core, seed)
        self.texts = {**self.sheet.files, LEARNER_FILE: WARNS}

    def open(self, fresh: bool = False) -> AbstractContextManager[Node]:
        scenario = scenario_of(self.sheet.exercise, self.sheet.seed, self.core)
        return open_node(self.folder, self.sheet.exercise, scenario, self.core.base_rules, self.texts, fresh=fresh)


@pytest.fixture
def desk(core: Pack, tmp_path: Path) -> Desk:
    return Desk(core, tmp_path / "node")


def test_what_lies_there(opened: Node, core: Pack) -> None:
    place = opened.place
    assert place.of(RULES).read_text() == WARNS
    assert place.of("/etc/falco/falco_rules.yaml").read_text() == core.base_rules.text
    assert place.of("/etc/falco/rules.d").is_dir()
    assert place.of(ANSWER).exists()
    assert stat.S_IMODE(place.root.stat().st_mode) == 0o700
    assert {path.name for path in (place.root / "bin").iterdir()} >= {
        "falco",
        "systemctl",
        "journalctl",
        "crictl",
        "kubectl",
        "sudo",
    }


def test_paths(opened: Node) -> None:
    place = opened.place
    assert place.of("/opt/x") == place.root / "opt" / "x"
    assert place.of("/opt/../../../x") == place.root / "x"
    assert place.of("here.yaml") == Path("here.yaml")
    assert place.of(str(place.root / "opt")) == place.root / "opt"
    assert place.shown(place.root / "opt" / "x") == "/opt/x"
    assert place.reading("/etc/hostname" if Path("/etc/hostname").exists() else "/etc/passwd").exists()
    assert place.reading("/etc/falco/falco.yaml") == place.root / "etc/falco/falco.yaml"


def test_changes_are_told_until_somebody_keeps_them(opened: Node) -> None:
    assert opened.changes() == {}
    opened.place.of(RULES).write_text("- new\n")
    opened.place.of(ANSWER).write_text("metrics-db\n")
    assert opened.changes() == {LEARNER_FILE: "- new\n", "culprit.txt": "metrics-db\n"}
    opened.agree({LEARNER_FILE: "- new\n"})
    assert opened.changes() == {"culprit.txt": "metrics-db\n"}
    opened.agree(opened.changes())
    opened.place.of(RULES).unlink()
    opened.place.of(ANSWER).unlink()
    opened.place.of(ANSWER).mkdir()
    assert opened.changes() == {}


def test_bytes_that_are_no_text_come_back_as_they_were(opened: Node) -> None:
    opened.place.of(ANSWER).write_bytes(b"a\xff\r\n")
    assert opened.changes()["culprit.txt"].encode("utf-8", "surrogateescape") == b"a\xff\r\n"


def test_the_callers_newer_text_is_written(desk: Desk) -> None:
    with desk.open():
        pass
    desk.texts[LEARNER_FILE] = "- newer\n"
    with desk.open() as node:
        assert node.place.of(RULES).read_text() == "- newer\n"
        assert (node.changes(), node.kept) == ({}, ())


def test_what_a_killed_program_left_comes_back(desk: Desk) -> None:
    with desk.open() as node:
        node.place.of(RULES).write_text("- left\n")  # and nobody asks for changes
    with desk.open() as node:
        assert node.changes() == {LEARNER_FILE: "- left\n"}
        assert node.kept == ()


def test_where_both_sides_changed_the_callers_wins_and_the_other_is_kept(desk: Desk) -> None:
    with desk.open() as node:
        node.place.of(RULES).write_text("- left\n")
    desk.texts[LEARNER_FILE] = "- newer\n"
    with desk.open() as node:
        assert node.place.of(RULES).read_text() == "- newer\n"
        assert node.kept == (LEARNER_FILE,)
        assert (node.place.inside / "kept" / LEARNER_FILE).read_text() == "- left\n"


def test_files_of_the_learners_own_stay_and_the_base_rules_come_back(desk: Desk, core: Pack) -> None:
    with desk.open() as node:
        node.place.of("/etc/falco/falco.yaml").write_text("json_output: true\n")
        node.place.of("/root/notes").write_text("mine")
        base = node.place.of("/etc/falco/falco_rules.yaml")
        assert not node.base_was_changed(core.base_rules)
        base.write_text("[]")
        base.chmod(0o444)
        assert node.base_was_changed(core.base_rules)
    with desk.open() as node:
        assert node.place.of("/etc/falco/falco.yaml").read_text() == "json_output: true\n"
        assert node.place.of("/root/notes").read_text() == "mine"
        assert not node.base_was_changed(core.base_rules)
    with desk.open(fresh=True) as node:
        assert node.place.of("/etc/falco/falco.yaml").read_text() == default_config()
        assert not node.place.of("/root/notes").exists()
        assert node.place.of(RULES).read_text() == WARNS


def test_an_exercise_with_an_empty_falco_yaml_begins_with_the_nodes(desk: Desk) -> None:
    desk.texts["falco.yaml"] = ""
    with desk.open() as node:
        assert node.place.of("/etc/falco/falco.yaml").read_text() == default_config()
        assert node.changes() == {}
        node.place.of("/etc/falco/falco.yaml").write_text("json_output: true\n")
        assert node.changes() == {"falco.yaml": "json_output: true\n"}


def test_only_one_shell_at_a_time(desk: Desk) -> None:
    with desk.open(), pytest.raises(TrainerError, match="open already"), desk.open():
        pass
    with desk.open():
        pass


def test_a_seed_without_recording(core: Pack, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording of seed 77"), Desk(core, tmp_path / "node", 77).open():
        pass


def test_a_folder_that_cannot_be_used(core: Pack, tmp_path: Path) -> None:
    (tmp_path / "node").write_text("")
    with pytest.raises(TrainerError, match="cannot be used"), Desk(core, tmp_path / "node").open():
        pass


def test_where_the_node_has_an_answer(core: Pack) -> None:
    exercise = sheet_of(core).exercise
    assert answer_path(exercise, "culprit.txt") == ANSWER
    answer = next(one for one in exercise.criteria if one.params.get("file") == "culprit.txt")
    answer.params["path"] = "/opt/falco/culprit.txt"  # type: ignore[index]
    assert answer_path(exercise, "culprit.txt") == "/opt/falco/culprit.txt"


def start(node: Node, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    whole = {"PATH": f"{node.place.root}/bin:{os.environ['PATH']}", **env}
    return subprocess.run(command, cwd=node.place.of("/etc/falco"), env=whole, capture_output=True, text=True, check=False)


def test_the_launchers_need_nothing_of_the_learners_environment(opened: Node) -> None:
    """No PYTHONPATH, and a module in the current folder is not taken for a part of Python."""
    opened.place.of("/etc/falco/json.py").write_text("raise SystemExit(9)")
    done = start(opened, "crictl", "ps", "-q")
    assert (done.returncode, len(done.stdout.split()), done.stderr) == (0, 3, "")


def test_helpers_stay_on_the_node(opened: Node) -> None:
    assert start(opened, "sudo", "-n", "systemctl", "is-active", "falco").stdout == "active\n"
    assert start(opened, "service", "falco", "stop").returncode == 0
    assert start(opened, "systemctl", "is-active", "falco").stdout == "inactive\n"
    assert start(opened, "sudo", "-i").returncode == 1


def test_a_fault_of_ours_is_a_sentence(opened: Node) -> None:
    (opened.place.inside / "node.json").write_text(json.dumps({"containers": 3}))
    done = start(opened, "crictl", "ps")
    assert done.returncode == 1
    assert "a bug in cks-trainer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in (Place(opened.place.root).inside / "error.log").read_text()
