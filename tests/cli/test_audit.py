"""run, explain, validate and fields with Kubernetes audit events."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.audit_events import EXEC, PRIVILEGED, lines
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
