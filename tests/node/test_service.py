"""Falco as the node's service: systemctl and journalctl."""

from __future__ import annotations

import pytest

from tests.node.conftest import FIRST, WARNS, Run
from trainer.node.opening import Node

RULES = "/etc/falco/falco_rules.local.yaml"


def alerts(run: Run) -> list[str]:
    return [line for line in run("journalctl", "-u", "falco").out.splitlines() if " Warning " in line]


def test_it_runs_from_the_beginning_and_its_alerts_are_in_the_journal(run: Run, opened: Node) -> None:
    assert run("systemctl", "is-active", "falco") == run("systemctl", "is-active", "falco-modern-bpf.service")
    done = run("systemctl", "status", "falco")
    assert done.code == 0
    assert "Active: active (running) since" in done.out
    assert done.out.splitlines()[-1].endswith("Warning metrics-db python3")
    assert len(alerts(run)) == 4
    assert " node falco[1201]: " in alerts(run)[0]
    assert alerts(run)[0].endswith(f": Warning {FIRST}")
    assert FIRST in opened.place.of("/var/log/syslog").read_text()


def test_stopping_starting_restarting(run: Run) -> None:
    run("systemctl", "status", "falco")
    assert run("systemctl", "stop", "falco").code == 0
    done = run("systemctl", "is-active", "falco")
    assert (done.code, done.out) == (3, "inactive\n")
    assert "Active: inactive (dead)" in run("systemctl", "status", "falco").out
    assert len(alerts(run)) == 4
    assert run("systemctl", "start", "falco").code == 0
    assert len(alerts(run)) == 8
    run("systemctl", "start", "falco")  # it runs: nothing happens
    assert len(alerts(run)) == 8
    run("systemctl", "restart", "falco-kmod")
    assert len(alerts(run)) == 12
    assert len({line.split("falco[")[1].split("]")[0] for line in alerts(run)}) == 3


def test_a_restart_with_rules_that_falco_refuses(run: Run, opened: Node) -> None:
    opened.place.of(RULES).write_text(WARNS.replace("fd.name", "fd.nam"))
    done = run("systemctl", "restart", "falco")
    assert (done.code, done.out, done.err) == (0, "", "")  # as on a node: only status tells
    done = run("systemctl", "status", "falco")
    assert done.code == 3
    assert "Active: failed (Result: exit-code) since" in done.out
    assert "code=exited, status=1/FAILURE" in done.out
    assert "LOAD_ERR_COMPILE_CONDITION" in run("journalctl", "-u", "falco").out
    assert run("systemctl", "is-active", "falco").out == "failed\n"
    opened.place.of(RULES).write_text(WARNS)
    assert run("systemctl", "is-active", "falco").out == "failed\n"  # nobody watches files for a service that failed
    run("systemctl", "restart", "falco")
    assert run("systemctl", "is-active", "falco").code == 0


def test_a_configuration_that_falco_refuses(run: Run, opened: Node) -> None:
    opened.place.of("/etc/falco/falco.yaml").write_text("priority: loud\n")
    run("systemctl", "restart", "falco")
    assert "Error: /etc/falco/falco.yaml:1: unknown priority 'loud'" in run("systemctl", "status", "falco").out


def test_changed_files_are_loaded_anew(run: Run, opened: Node) -> None:
    run("systemctl", "status", "falco")
    opened.place.of(RULES).write_text(WARNS.replace("%proc.name", "changed"))
    assert [line.split(" Warning ")[1] for line in alerts(run)][4:] == ["metrics-db changed"] * 4
    assert len(alerts(run)) == 8
    opened.place.of("/etc/falco/rules.d/new.yaml").write_text(WARNS.replace("Memory", "Other").replace("/dev/mem", "/dev/zero"))
    messages = {line.split(" Warning ")[1] for line in alerts(run)[8:]}
    assert messages == {"metrics-db changed", "metrics-db dd", "metrics-db head"}


def test_changed_files_that_falco_refuses_change_nothing(run: Run, opened: Node) -> None:
    run("systemctl", "status", "falco")
    opened.place.of(RULES).write_text("- rule: X\n")
    assert run("systemctl", "is-active", "falco").code == 0
    journal = run("journalctl", "-u", "falco").out
    assert "Falco goes on with the rules that it had" in journal
    assert run("journalctl", "-u", "falco").out == journal  # told once


def test_without_watching_only_a_restart_or_reload_helps(run: Run, opened: Node) -> None:
    config = opened.place.of("/etc/falco/falco.yaml")
    config.write_text(config.read_text().replace("watch_config_files: true", "watch_config_files: false"))
    run("systemctl", "status", "falco")
    opened.place.of(RULES).write_text(WARNS.replace("%proc.name", "changed"))
    assert len(alerts(run)) == 4
    assert run("systemctl", "reload", "falco").code == 0
    assert alerts(run)[-1].endswith("Warning metrics-db changed")
    run("systemctl", "stop", "falco")
    assert run("systemctl", "reload", "falco").code == 1


def test_alerts_go_where_the_configuration_says(run: Run, opened: Node) -> None:
    config = opened.place.of("/etc/falco/falco.yaml")
    text = config.read_text().replace("syslog_output:\n  enabled: true", "syslog_output:\n  enabled: false")
    text = text.replace("stdout_output:\n  enabled: true", "stdout_output:\n  enabled: false")
    text = text.replace("file_output:\n  enabled: false", "file_output:\n  enabled: true")
    config.write_text(text.replace("filename: ./events.txt", "filename: /var/log/falco.log"))
    run("systemctl", "restart", "falco")
    assert alerts(run) == []
    lines = opened.place.of("/var/log/falco.log").read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [FIRST, "metrics-db dd", "metrics-db cat", "metrics-db python3"]
    assert FIRST not in opened.place.of("/var/log/syslog").read_text()


def test_journalctl_options(run: Run) -> None:
    whole = run("journalctl", "-u", "falco", "--no-pager").out.splitlines()
    assert run("journalctl", "-u", "falco", "-n", "2").out.splitlines() == whole[-2:]
    assert run("journalctl", "-xeu", "falco.service", "-n2").out.splitlines() == whole[-2:]
    assert run("journalctl", "-u", "falco", "-r").out.splitlines() == whole[::-1]
    assert run("journalctl", "-u", "falco", "-o", "cat", "-n", "1").out.endswith(": Warning metrics-db python3\n")
    assert not run("journalctl", "-u", "falco", "-o", "cat").out.startswith(whole[0][:6])
    assert len(run("journalctl", "-u", "falco", "--grep", FIRST).out.splitlines()) == 1
    assert run("journalctl", "-u", "kubelet").out == "-- No entries --\n"
    for arguments in (("-n", "some"), ("--since", "today"), ("--nothing",)):
        done = run("journalctl", "-u", "falco", *arguments)
        assert (done.code, done.out) == (1, "")
        assert done.err


@pytest.mark.parametrize(
    "arguments, code",
    [
        (("status", "kubelet"), 4),
        (("restart", "kubelet"), 5),
        (("dance", "falco"), 1),
        (("restart",), 1),
        (("--nothing",), 1),
    ],
)
def test_what_systemctl_does_not_do(run: Run, arguments: tuple[str, ...], code: int) -> None:
    done = run("systemctl", *arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err


def test_units(run: Run) -> None:
    assert run("systemctl", "daemon-reload").code == 0
    assert run("systemctl", "is-enabled", "falco").out == "enabled\n"
    assert "falco-modern-bpf.service loaded active running" in run("systemctl", "list-units", "--type=service").out
