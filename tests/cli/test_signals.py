"""Commands that are told to stop while a container runs: nothing is left, one sentence, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.docker_engine import needs_docker
from trainer.capture.docker_engine import LABEL, OWNER_PID, connect

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = """\
format_version: 1
title: {en: Hangs, ko: 멈춤}
containers: [{name: web, image: "nginx:1.27"}]
actions:
  - {id: hang, run: [sleep, "60"], in: web, kind: attack, timeout: 60, why: {en: It hangs., ko: 멈춥니다.}}
"""


def started_by(pid: int) -> list[str]:
    found = connect().containers(all=True, filters={"label": LABEL})
    return [item["State"] for item in found if item["Labels"].get(OWNER_PID, "").startswith(f"{pid}:")]


@pytest.mark.docker
@needs_docker
@pytest.mark.xdist_group("docker")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_command_that_is_told_to_stop_removes_its_containers(tmp_path: Path, name: str) -> None:
    scenario = tmp_path / "scenarios" / "hangs"
    scenario.mkdir(parents=True)
    (scenario / "scenario.yaml").write_text(SCENARIO)
    output = tmp_path / "out.jsonl"
    child = subprocess.Popen(
        [sys.executable, "-m", "trainer", "record", str(scenario), "-o", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "CKS_TRAINER_HOME": str(tmp_path / "home")},
    )
    try:
        end = time.monotonic() + 30
        while started_by(child.pid).count("running") < 2 and time.monotonic() < end:
            time.sleep(0.05)
        assert started_by(child.pid).count("running") == 2
        child.send_signal(getattr(signal, name))
        out, err = child.communicate(timeout=30)
    finally:
        child.kill()
        child.wait()
    assert started_by(child.pid) == []
    assert child.returncode == 130
    assert (out, err.strip()) == ("", "stopped; nothing was left running")
    assert not output.exists()
