"""What tracing costs an action, against the same docker exec without it. Part of `make bench`."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise

from trainer.capture import run_scenario
from trainer.capture.docker_engine import BUILD, connect, labels
from trainer.capture.image import BASE_IMAGE
from trainer.content.model import Action, ActionKind, Container, Scenario

TIMES = 9
_OPENS = "import os\nfor i in range(1000): os.close(os.open('/etc/hostname', 0))"
_SUM = "my $s; for (my $i = 0; $i < 5e6; $i++) { $s += $i }"
# The last word changes nothing, but actions that could kill are not started ahead: then all of an action's time is seen.
ACTIONS = {
    "1,000 opens": (("python3", "-ISc", _OPENS, "pkill"), "<= 3"),
    "computing only": (("perl", "-e", _SUM, "pkill"), "<= 1.1"),
}


def untraced(words: tuple[str, ...]) -> float:
    client = connect()
    container = client.create_container(BASE_IMAGE, ["sleep", "600"], network_disabled=True, labels=labels(BUILD))["Id"]
    seconds = []
    try:
        client.start(container)
        for _ in range(TIMES):
            start = time.perf_counter()
            client.exec_start(client.exec_create(container, list(words))["Id"])
            seconds.append(time.perf_counter() - start)
    finally:
        client.remove_container(container, force=True)
    return statistics.median(seconds)


def traced(words: tuple[str, ...]) -> tuple[float, float]:
    """From docker exec to the end; and of that what the action itself took, from its first event to its last."""
    marks: list[float] = []
    actions = tuple([Action(f"a{number}", words, "web", ActionKind.ATTACK, timeout=60.0) for number in range(TIMES + 2)])
    found = run_scenario(
        Scenario("bench", 0, (Container("web", "x"),), actions),
        lambda event: None,
        on_progress=lambda progress: marks.append(time.perf_counter()),
    )
    marks = marks[-TIMES - 1 :]  # the first action's time has the start of the tracer in it
    times: dict[str | None, list[int]] = {}
    for event in found.events:
        times.setdefault(event.action, []).append(event.time_ns)
    own = statistics.median([(seen[-1] - seen[0]) / 1e9 for seen in times.values()])
    return statistics.median([after - before for before, after in pairwise(marks)]), own


def main() -> None:
    for name, (words, target) in ACTIONS.items():
        without = untraced(words)
        whole, own = traced(words)
        print(
            f"traced action, {name:<37} {whole * 1000:>9.1f} ms   ratio {whole / without:>7.2f}   target {target}"
            f"   (untraced {without * 1000:.1f} ms; first to last event {own * 1000:.1f} ms)"
        )


if __name__ == "__main__":
    main()
