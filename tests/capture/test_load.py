"""An action that makes 20,000 events as fast as it can: none is lost, and memory stays in bounds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.capture.any_images import MUSL
from tests.capture.test_any_image import images  # noqa: F401
from tests.capture.test_docker_live import engine, nothing_is_left  # noqa: F401

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

TURNS = 10_000
"""Of tool.c's loop: an openat and a close each."""
MOST_MEGABYTES = 200
_CHILD = """
import json, resource, sys
from collections import Counter
from trainer.capture import run_scenario
from trainer.content.model import Action, ActionKind, Container, Scenario

def scenario(word):
    web = Container("web", "x", base=sys.argv[1], command=("/tool", "wait"))
    return Scenario("load", 1, (web,), (Action("it", ("/tool", word, "/etc/many"), "web", ActionKind.ATTACK, timeout=120.0),))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

run_scenario(scenario("open"), lambda event: None)  # imports, caches
before, fed = peak(), []
recording = run_scenario(scenario("many"), lambda event: fed.append(event.num))
counts = Counter(event.type for event in recording.events if event.fields.get("fd.name") == "/etc/many")
result = recording.actions[0]
print(json.dumps({
    "counts": counts, "fed": fed == list(range(1, len(recording.events) + 1)), "growth": peak() - before, "peak": peak(),
    "exit": result.exit_code, "error": result.error, "seconds": (result.ended_ns - result.started_ns) / 1e9,
    "ordered": all(a.time_ns <= b.time_ns for a, b in zip(recording.events, recording.events[1:])),
}))
"""


@pytest.mark.usefixtures("images")
def test_20000_events_as_fast_as_they_come_are_all_there() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, MUSL],
        capture_output=True,
        text=True,
        timeout=180,
        env=os.environ | {"PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    print(found)
    assert (found["exit"], found["error"]) == (0, None)
    opens = found["counts"].pop("openat", 0) + found["counts"].pop("open", 0)  # which of the two is musl's choice
    assert (opens, found["counts"]) == (TURNS, {"close": TURNS})
    assert found["fed"]
    assert found["ordered"]
    assert found["growth"] < MOST_MEGABYTES
