"""validate, run, explain, fields, doctor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Done

Cli = Callable[..., Done]

RULE = """\
- list: wanted
  items: [bash, dash]
- rule: wanted shell
  desc: a wanted shell
  condition: evt.type = execve and proc.name in (wanted)
  output: shell %proc.name
  priority: WARNING
"""
EVENTS = [
    {"evt.num": 1, "evt.time": 1, "evt.type": "execve", "proc.name": "bash"},
    {"evt.num": 2, "evt.time": 2, "evt.type": "execve", "proc.name": "sh"},
]


def files(folder: Path) -> tuple[str, str]:
    rules, events = folder / "rules.yaml", folder / "events.jsonl"
    rules.write_text(RULE)
    events.write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    return str(rules), str(events)


def test_run_prints_alerts_as_falco(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    done = cli("run", "-r", rules, "-e", events)
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert line.endswith(": Warning shell bash")


def test_run_json_carries_the_event_number(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    (alert,) = [json.loads(line) for line in cli("run", "-r", rules, "-e", events, "--json").out.splitlines()]
    assert alert["rule"] == "wanted shell"
    assert alert["priority"] == "Warning"
    assert alert["output_fields"]["evt.num"] == 1
    assert alert["output_fields"]["proc.name"] == "bash"


def test_explain_names_the_clause_and_the_value(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    done = cli("explain", "-r", rules, "-e", events, "--event", "2")
    assert done.code == 1
    assert "proc.name" in done.out
    assert "sh" in done.out
    assert "wanted" in done.out
    assert cli("explain", "-r", rules, "-e", events, "--event", "1").code == 0


def test_explain_unknown_rule(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    done = cli("explain", "-r", rules, "-e", events, "--rule", "nothing")
    assert done.code == 2
    assert "wanted shell" in done.err


def test_validate_as_falco(cli: Cli, tmp_path: Path) -> None:
    rules, _ = files(tmp_path)
    assert cli("validate", rules).code == 0
    broken = tmp_path / "broken.yaml"
    broken.write_text(RULE.replace("proc.name in", "proc.nam in"))
    done = cli("validate", str(broken), "--json")
    assert done.code == 1
    (result,) = json.loads(done.out)["falco_load_results"]
    assert result["successful"] is False
    assert result["errors"][0]["code"] == "LOAD_ERR_COMPILE_CONDITION"
    assert "proc.nam" in cli("validate", str(broken)).out


def test_fields(cli: Cli) -> None:
    done = cli("fields", "proc.name", "--json")
    assert "proc.name" in {info["name"] for info in json.loads(done.out)}
    assert cli("fields", "no.such.field").code == 1
    assert cli("fields", "(").code == 2


def test_truncated_recording(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    Path(events).write_text('{"evt.num": 1, "evt.ty')
    done = cli("run", "-r", rules, "-e", events)
    assert done.code == 2
    assert "next:" in done.err


def test_doctor_says_what_works(cli: Cli) -> None:
    rows = {row["name"]: row for row in json.loads(cli("doctor", "--json").out)}
    assert rows["core pack"]["state"] == "ok"
    assert rows["recordings"]["state"] == "ok"
    assert {"docker engine", "terminal", "colours"} <= set(rows)


def test_unknown_command_is_usage(cli: Cli) -> None:
    assert cli("no-such-command").code == 2


def test_a_long_line_is_shown_at_once(cli: Cli, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"- rule: a\n  desc: d\n  output: o\n  priority: INFO\n  condition: {'(' * 20_000}\n")
    done = cli("validate", str(rules))
    assert done.code == 1
    assert max(len(line) for line in done.err.splitlines()) < 300


def test_a_device_is_no_rules_file(cli: Cli) -> None:
    done = cli("validate", "/dev/zero")
    assert done.code == 2
    assert "device" in done.err


def test_explain_of_rules_that_do_not_load(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    Path(rules).write_text(RULE.replace("evt.type = execve", "spawned_process"))
    done = cli("explain", "-r", rules, "-e", events, "--event", "1")
    assert done.code == 1
    assert "--base" in done.err
    assert "no event" not in done.err


def test_falco_yaml_wants_booleans(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    config = tmp_path / "falco.yaml"
    config.write_text("json_output: perhaps\n")
    assert cli("run", "-r", rules, "-e", events, "-c", str(config)).code == 2
    for text, as_json in (("true", True), ('"true"', True), ("Yes", True), ("on", True), ("no", False), ("OFF", False)):
        config.write_text(f"json_output: {text}\n")
        assert cli("run", "-r", rules, "-e", events, "-c", str(config)).out.startswith("{") is as_json


def test_macros_that_double_end_in_an_error(cli: Cli, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    macros = "".join(f"- macro: m{i}\n  condition: (m{i - 1} and m{i - 1})\n" for i in range(1, 40))
    rules.write_text(f"- macro: m0\n  condition: (evt.num = 1)\n{macros}{RULE}")
    assert cli("validate", str(rules), "--json").code == 1


def test_falco_yaml_decides_rules_and_where_alerts_go(cli: Cli, tmp_path: Path) -> None:
    rules, events = files(tmp_path)
    folder = tmp_path / "rules.d"
    folder.mkdir()
    (folder / "b.yaml").write_text(Path(rules).read_text())
    (folder / "ignored.txt").write_text("- nonsense")
    log = tmp_path / "alerts.log"
    config = tmp_path / "falco.yaml"
    config.write_text(
        f"rules_files: [{folder}]\nstdout_output: {{enabled: false}}\nfile_output: {{enabled: true, filename: {log}}}\njson_output: true\n"
    )
    plain = cli("run", "-r", rules, "-e", events, "--json")
    done = cli("run", "-c", str(config), "-e", events)
    assert (done.code, done.out) == (0, "")
    assert log.read_text() == plain.out != ""
    cli("run", "-c", str(config), "-e", events)
    assert log.read_text() == plain.out * 2, "it is appended to"
    config.write_text(f"file_output: {{enabled: true, filename: {tmp_path}/no/such/folder}}\n")
    done = cli("run", "-c", str(config), "-r", rules, "-e", events)
    assert done.code == 2
    assert "cannot be written" in done.err
    assert cli("run", "-c", str(config), "-e", events).code == 2, "no rules at all"


def test_rules_below_the_priority_do_not_take_part(cli: Cli, tmp_path: Path) -> None:
    _, events = files(tmp_path)
    rules = tmp_path / "two.yaml"
    rules.write_text(
        "".join(
            f"- {{rule: {name}, desc: d, condition: evt.num >= 0, output: {name}, priority: {name}}}\n"
            for name in ("NOTICE", "ERROR")
        )
    )
    config = tmp_path / "falco.yaml"
    config.write_text("priority: error\n")
    lines = cli("run", "-c", str(config), "-r", str(rules), "-e", events).out.splitlines()
    assert lines
    assert all(line.endswith("Error ERROR") for line in lines)
