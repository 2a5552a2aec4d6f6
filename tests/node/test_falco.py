"""The node's falco: options, what goes where, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.node.conftest import FIRST, WARNS, Run
from trainer.events import Event
from trainer.node.falco_options import OptionProblem, read_options
from trainer.node.opening import Node
from trainer.node.replay import delays


def alerts(out: str) -> list[str]:
    """The messages, without time and priority."""
    return [line.split(" ", 2)[2] for line in out.splitlines() if " Warning " in line]


def test_alerts_on_stdout_narration_on_stderr_counts_at_the_end(run: Run) -> None:
    done = run("falco", "--fast")
    assert done.code == 0
    assert alerts(done.out) == [FIRST, "metrics-db dd", "metrics-db cat", "metrics-db python3"]
    assert done.out.splitlines()[4:] == [
        "Events detected: 4",
        "Rule counts by severity:",
        "   WARNING: 4",
        "Triggered rules by rule name:",
        "   Memory device opened: 4",
    ]
    assert "Loading rules from:" in done.err
    assert "   /etc/falco/falco_rules.yaml | schema validation: ok" in done.err
    assert "recording of scenario memory-culprit, seed 0" in done.err


def test_seconds_end_it_and_the_alerts_come_before(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("trainer.node.replay.time.sleep", slept.append)
    monkeypatch.setattr("trainer.node.replay.time.monotonic", lambda: 100.0)
    done = run("falco", "-M", "2")
    assert (done.code, len(alerts(done.out))) == (0, 4)
    assert slept[-1] == 2.0  # the wait until the end
    assert max(slept[:-1]) < 2.0


def test_pace() -> None:
    events = [Event(number, 5_000 + int(seconds * 1e9), "openat") for number, seconds in enumerate((0, 3, 9), 1)]
    assert delays(events, 0) == [0, 3, 9]
    assert delays(events, 60) == [0, 3, 9]  # it fits: as it was
    assert delays(events, 5) == pytest.approx([0, 1.5, 4.5])
    assert delays([], 5) == []


def test_interrupting_ends_it_with_the_counts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -M it goes on when nothing more comes, as Falco does."""

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("trainer.node.falco.time.sleep", interrupt)
    monkeypatch.setattr("trainer.node.replay.delays", lambda events, seconds: [0.0] * len(events))
    done = run("falco")
    assert done.code == 0
    assert "Events detected: 4" in done.out
    assert "SIGINT received, exiting..." in done.err


def test_a_real_interrupt_from_outside(opened: Node, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pid = os.spawnv(os.P_NOWAIT, "/bin/sh", ["sh", "-c", f"exec {opened.place.root}/bin/falco -U >{out} 2>{out}.err"])
    for _ in range(600):
        if out.exists() and FIRST in out.read_text():
            break
        time.sleep(0.05)
    os.kill(pid, signal.SIGINT)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert "Events detected: " in out.read_text()
    assert "Traceback" not in Path(f"{out}.err").read_text()


def test_rules_of_the_command_line_take_the_place_of_the_configurations(run: Run, opened: Node) -> None:
    other = opened.place.of("/etc/falco/rules.d/other.yaml")
    other.write_text(WARNS.replace("%proc.name", "other"))
    assert alerts(run("falco", "--fast", "-r", "/etc/falco/falco_rules.yaml", "-r", "rules.d").out) == ["metrics-db other"] * 4
    assert alerts(run("falco", "--fast", "-r", "/etc/falco/falco_rules.yaml").out) == []
    # With the configuration the rule of rules.d comes later and takes the other's place.
    assert alerts(run("falco", "--fast").out) == ["metrics-db other"] * 4


def test_overrides(run: Run) -> None:
    done = run("falco", "--fast", "-o", "json_output=true", "-o", "json_include_tags_property=false")
    found = [json.loads(line) for line in done.out.splitlines() if line.startswith("{")]
    assert len(found) == 4
    assert "tags" not in found[0]
    assert set(found[0]["output_fields"]) == {"container.name", "evt.time", "proc.name"}
    done = run("falco", "--fast", "-o", "priority=error")
    assert "Events detected: 0" in done.out
    done = run("falco", "--fast", "-o", "append_output[]={extra_output: 'pod=%k8s.pod.name'}")
    assert alerts(done.out)[0] == f"{FIRST} pod=metrics-db-0"
    done = run("falco", "--fast", "-o", "append_output[0].suggested_output=true")
    assert "container_id=d443b5e7fb27 container_name=metrics-db" in alerts(done.out)[0]


@pytest.mark.parametrize(
    "option, words",
    [
        ("json_output", "Error parsing config option 'json_output'"),
        ("json_output=maybe", 'json_output is no boolean: "maybe"'),
        ("rules_files[7]=x", "-o rules_files[7]: there is no such entry"),
        ("json_output.deep.er=1", 'json_output is no boolean: {"deep": {"er": 1}}'),
    ],
)
def test_overrides_that_cannot_be(run: Run, option: str, words: str) -> None:
    done = run("falco", "--fast", "-o", option)
    assert (done.code, done.out) == (1, "")
    assert f"Error: /etc/falco/falco.yaml: {words}" in done.err


def test_file_output_lies_in_the_private_directory_and_grows(run: Run, opened: Node) -> None:
    options = (
        "-o",
        "file_output.enabled=true",
        "-o",
        "file_output.filename=/opt/alerts.txt",
        "-o",
        "stdout_output.enabled=false",
    )
    for times in (1, 2):
        done = run("falco", "--fast", *options)
        assert alerts(done.out) == []
        lines = opened.place.of("/opt/alerts.txt").read_text().splitlines()
        assert [line.split(" ", 2)[2] for line in lines][:1] == [FIRST]
        assert len(lines) == 4 * times
    assert not Path("/opt/alerts.txt").exists()
    done = run("falco", "--fast", "-o", "file_output.enabled=true", "-o", "file_output.filename=/no/such/folder/x")
    assert done.code == 1
    assert "Error: file_output: /no/such/folder/x cannot be written" in done.err


def test_validate(run: Run, opened: Node) -> None:
    done = run("falco", "-V", "/etc/falco/falco_rules.yaml", "-V", "/etc/falco/falco_rules.local.yaml")
    assert (done.code, done.out) == (0, "/etc/falco/falco_rules.yaml: Ok\n/etc/falco/falco_rules.local.yaml: Ok\n")
    assert "Validating rules file(s):" in done.err
    bad = opened.place.of("/etc/falco/bad.yaml")
    bad.write_text(WARNS.replace("fd.name", "fd.nam"))
    done = run("falco", "-V", "falco_rules.yaml", "--validate=bad.yaml")
    assert done.code == 1
    assert "bad.yaml: Invalid\n1 Errors:" in done.out
    assert "LOAD_ERR_COMPILE_CONDITION" in done.out
    assert "Error: falco_rules.yaml: Ok\nbad.yaml: Invalid" in done.err
    found = json.loads(run("falco", "-V", "bad.yaml", "-o", "json_output=true").out)
    assert found["falco_load_results"][0]["errors"]
    done = run("falco", "-V", "no-such.yaml")
    assert (done.code, done.out) == (1, "")
    assert "Error: Could not open file no-such.yaml for reading" in done.err


def test_rules_that_do_not_load(run: Run, opened: Node) -> None:
    opened.place.of("/etc/falco/falco_rules.local.yaml").write_text("- rule: X\n")
    for arguments in ((), ("--dry-run",), ("-L",)):
        done = run("falco", *arguments)
        assert (done.code, done.out) == (1, "")
        assert "Error: /etc/falco/falco_rules.local.yaml: Invalid" in done.err


def test_dry_run_stops_before_the_first_event(run: Run) -> None:
    done = run("falco", "--dry-run")
    assert (done.code, done.out) == (0, "")
    assert "Opening" not in done.err


def test_a_file_of_the_configuration_may_be_missing_and_the_configuration_may_not(run: Run, opened: Node) -> None:
    opened.place.of("/etc/falco/falco_rules.local.yaml").unlink()
    assert run("falco", "--dry-run").code == 0
    done = run("falco", "-c", "/etc/falco/other.yaml")
    assert (done.code, done.out) == (1, "")
    assert "Error: Could not find configuration file at /etc/falco/other.yaml" in done.err
    opened.place.of("/etc/falco/falco.yaml").write_text("a: [\n")
    done = run("falco")
    assert done.code == 1
    assert "Error: /etc/falco/falco.yaml:" in done.err


def test_describing(run: Run) -> None:
    done = run("falco", "-L")
    assert done.code == 0
    assert done.out.splitlines()[:2] == [f"{'Rule':<50} Description", f"{'----':<50} -----------"]
    assert f"{'Memory device opened':<50} The memory. " in done.out.splitlines()
    one = run("falco", "-l", "Memory device opened", "-o", "json_output=true")
    (rule,) = json.loads(one.out)["rules"]
    assert rule["info"]["priority"] == "Warning"
    assert rule["details"]["condition_compiled"].startswith("(evt.type in (open, openat, openat2)")
    done = run("falco", "-l", "No such")
    assert (done.code, done.out) == (1, "")
    assert 'Error: Rule "No such" is not loaded' in done.err
    both = run("falco", "-V", "falco_rules.yaml", "-L")
    assert both.out.startswith("falco_rules.yaml: Ok\n\nRule ")


def test_listing_fields(run: Run) -> None:
    assert "proc.name" in run("falco", "--list").out
    names = run("falco", "-N", "--list=k8s_audit").out.splitlines()
    assert "ka.verb" in names
    assert "proc.name" not in names
    assert "`proc.name` | " in run("falco", "--list", "syscall", "--markdown").out
    done = run("falco", "--list=nothing")
    assert (done.code, done.out) == (1, "")


def test_pages(run: Run) -> None:
    assert run("falco", "--version").out.startswith("Falco version: 0.44.1\n")
    page = run("falco", "-h")
    assert page == run("falco", "--help")
    assert "--fast" in page.out


def test_reading_options() -> None:
    read = read_options(["-UM5", "-r", "a", "-rb", "-o", "x=y=z", "--option=k=v", "-V", "f", "positional"])
    assert (read.seconds, read.rules, read.overrides, read.validate) == (5, ("a", "b"), ("x=y=z", "k=v"), ("f",))
    assert read.has("unbuffered")
    assert read_options(["--list"]).list_source == ""
    assert read_options(["--list", "-N"]).has("N")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["-x"], "Option ‘x’ does not exist"),
        (["-A"], "Option ‘A’ does not exist"),
        (["--nothing"], "Option ‘nothing’ does not exist"),
        (["--M", "5"], "Option ‘M’ does not exist"),
        (["-r"], "Option ‘r’ is missing an argument"),
        (["-M", "soon"], "Argument ‘soon’ failed to parse"),
        (["--support"], "this node's falco has no --support; see falco --help"),
    ],
)
def test_options_that_falco_refuses(run: Run, arguments: list[str], words: str) -> None:
    with pytest.raises(OptionProblem, match=words):
        read_options(arguments)
    done = run("falco", *arguments)
    assert (done.code, done.out, done.err) == (1, "", f"Error: {words}\n")
