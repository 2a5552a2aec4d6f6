"""run, explain, validate and fields with Kubernetes audit events."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit_events import EXEC, PRIVILEGED, lines
from tests.audit_pack import ANY, GOOD, write_audit_pack
from tests.cli.conftest import Done

Cli = Callable[..., Done]

RULE = """\
- required_plugin_versions:
    - {name: k8saudit, version: 0.7.0}
    - {name: json, version: 0.7.0}
- rule: Exec into a pod
  desc: somebody runs a command in a pod
  condition: ka.verb=create and ka.target.resource=pods and ka.target.subresource=exec
  output: exec (user=%ka.user.name pod=%ka.target.name command=%ka.uri.param[command] groups=%ka.user.groups)
  priority: NOTICE
  source: k8s_audit
"""


def files(folder: Path) -> tuple[str, str]:
    rules, log = folder / "rules.yaml", folder / "audit.log"
    rules.write_text(RULE)
    log.write_text(lines(PRIVILEGED, EXEC))
    return str(rules), str(log)


def test_run_on_an_audit_log_loads_the_plugins(cli: Cli, tmp_path: Path) -> None:
    rules, log = files(tmp_path)
    done = cli("run", "-r", rules, "-e", log)
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert line.endswith(": Notice exec (user=alice pod=web command=sh groups=(devs,system:authenticated))")
    (alert,) = [json.loads(text) for text in cli("run", "-r", rules, "-e", log, "--json").out.splitlines()]
    assert alert["source"] == "k8s_audit"
    assert alert["time"] == "2026-01-02T03:04:05.123456000Z"
    assert alert["output_fields"]["evt.num"] == 2
    assert alert["output_fields"]["ka.user.groups"] == ["devs", "system:authenticated"]


def test_explain_on_an_audit_log(cli: Cli, tmp_path: Path) -> None:
    rules, log = files(tmp_path)
    assert cli("explain", "-r", rules, "-e", log, "--event", "2").code == 0
    done = cli("explain", "-r", rules, "-e", log, "--event", "1")
    assert done.code == 1
    assert "ka.target.subresource is absent" in done.out


def test_validate_is_a_falco_without_the_plugins_unless_asked(cli: Cli, tmp_path: Path) -> None:
    rules, _ = files(tmp_path)
    without = cli("validate", rules)
    assert without.code == 1
    assert "Plugin requirement not satisfied, must load one of: k8saudit (>= 0.7.0)" in without.out
    assert cli("validate", "--plugin", "k8saudit", "--plugin", "json", rules).code == 0
    assert cli("validate", "--plugin", "nothing", rules).code == 2


def test_fields_lists_the_audit_fields(cli: Cli) -> None:
    listed = cli("fields", r"^ka\.").out
    assert len(listed.splitlines()) == 71
    assert "ka.req.pod.containers.privileged" in listed
    assert "jevt.value" in cli("fields", "jevt").out


@pytest.fixture
def audit_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack of audit events on a machine where no Docker answers."""
    monkeypatch.setattr("trainer.capture.runner.connect", lambda: pytest.fail("Docker was asked"))
    return write_audit_pack(tmp_path / "pack", record=False)


def test_record_writes_the_same_file_each_time_without_docker(cli: Cli, audit_pack: Path, tmp_path: Path) -> None:
    done = cli("record", str(audit_pack / "scenarios" / "execs"), "-o", str(tmp_path / "one.jsonl"))
    assert (done.code, done.err.strip().splitlines()[-2:]) == (
        0,
        ["audit events are given; nothing is run", f"4 events of 3 actions in {tmp_path / 'one.jsonl'}"],
    )
    done = cli("pack", "record", str(audit_pack))
    assert done.code == 0
    assert done.err.strip().splitlines()[-1] == "audit events are given; nothing is run: execs"
    recordings = audit_pack / "scenarios" / "execs" / "recordings"
    assert (recordings / "seed-0.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()
    assert len(list(recordings.iterdir())) == 2  # one for each choice of ns


def test_from_a_folder_to_a_grade(cli: Cli, audit_pack: Path, tmp_path: Path) -> None:
    archive = tmp_path / "audits.ckspack"
    assert cli("pack", "record", str(audit_pack)).code == 0
    assert cli("pack", "lint", str(audit_pack)).code == 0
    assert cli("pack", "verify", str(audit_pack), "--mutants", "--live").code == 0
    assert cli("pack", "build", str(audit_pack), "-o", str(archive)).code == 0
    installed = cli("pack", "install", str(archive), "--yes")
    assert "  audit events       4, in scenarios 1: given, nothing is run for them" in installed.err
    rules = tmp_path / "mine.yaml"
    rules.write_text(GOOD)
    done = cli("grade", "audits/find-execs", "--rules", str(rules), "--live", "--json")
    report = json.loads(done.out)
    assert (done.code, report["source"], report["note"]) == (0, "given", "audit events are given; nothing is run")
    assert report["actions"][1]["run"] == ["create", "/api/v1/namespaces/prod/pods/web-0/attach"]
    rules.write_text(ANY)
    done = cli("grade", "audits/find-execs", "--rules", str(rules), "--live")
    assert done.code == 1
    assert "audit events are given; nothing is run" in done.out
    assert done.out.rstrip().endswith("not passed: 8 of 10 points (given, variant 0)")
