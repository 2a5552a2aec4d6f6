"""What tracing costs an action, against the same action untraced. Part of `make bench`.

Measured is what a learner waits for: from the order to Docker (`docker exec`) until the action has ended. Both sides run the same
words in a container that was made in the same way, the one as an action of a scenario, the other by docker exec alone; they take
turns, so that what else the machine does falls on both, and each figure is the median over all turns. Tracing costs
two things: a fixed time for each action (a stub is started, strace attaches, its last lines are read), which "nothing" shows by
itself, and a time for each system call. An action that only computes makes none while it computes: it takes about a second and
a half, so that the ratio is about the computing, while the fixed time is still in it.
"""

from __future__ import annotations

import statistics
import time
import uuid
from itertools import pairwise

from trainer.capture import run_scenario
from trainer.capture.containers import RunObjects
from trainer.capture.docker_engine import connect
from trainer.content.model import Action, ActionKind, Container, Scenario

TURNS = 4
TIMES = 3
"""Of each turn, on each side."""
_OPENS = "import os\nfor i in range(1000): os.close(os.open('/etc/hostname', 0))"
_SUM = "my $s; for (my $i = 0; $i < 4e7; $i++) { $s += $i }"
# The last word changes nothing, but actions that could kill are not started ahead: then all of an action's time is seen.
ACTIONS = {
    "nothing": (("true", "pkill"), "none"),
    "1,000 opens": (("python3", "-ISc", _OPENS, "pkill"), "<= 3"),
    "computing only": (("perl", "-e", _SUM, "pkill"), "<= 1.1"),
}
_CONTAINER = Container("web", "x")


def untraced(words: tuple[str, ...]) -> list[float]:
    """Seconds of each docker exec."""
    objects = RunObjects(connect(), uuid.uuid4().hex[:12])
    seconds = []
    try:
        container = objects.create(_CONTAINER, None)
        objects.start(container, _CONTAINER)
        for _ in range(TIMES + 1):
            start = time.perf_counter()
            objects.client.exec_start(objects.client.exec_create(container, list(words))["Id"])
            seconds.append(time.perf_counter() - start)
    finally:
        objects.remove()
    return seconds[1:]


def traced(words: tuple[str, ...]) -> list[float]:
    """Seconds of each action from the order to Docker to its end."""
    marks: list[float] = []
    actions = tuple([Action(f"a{number}", words, "web", ActionKind.ATTACK, timeout=60.0) for number in range(TIMES + 2)])
    run_scenario(
        Scenario("bench", 0, (_CONTAINER,), actions),
        lambda event: None,
        on_progress=lambda progress: marks.append(time.perf_counter()),
    )
    # The first action's time has the start of the tracer in it; the last one's end is not told.
    return [after - before for before, after in pairwise(marks[-TIMES - 1 :])]


def main() -> None:
    for name, (words, target) in ACTIONS.items():
        without: list[float] = []
        whole: list[float] = []
        for _ in range(TURNS):
            without += untraced(words)
            whole += traced(words)
        plain, seen = statistics.median(without), statistics.median(whole)
        print(
            f"traced action, {name:<37} {seen * 1000:>9.1f} ms   ratio {seen / plain:>7.2f}   target {target}"
            f"   (untraced {plain * 1000:.1f} ms, so {(seen - plain) * 1000:.1f} ms more)"
        )


if __name__ == "__main__":
    main()
