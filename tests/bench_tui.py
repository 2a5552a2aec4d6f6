"""`make bench-tui`: what a learner feels, measured through a terminal: from the start to the picture, from a key to the screen.

All times are wall clock on this machine, so nothing else should run beside it. The terminal is tests/terminal.py; a time ends when the
bytes that complete the picture have been read, before they are looked at.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.small_pack import REFERENCE, opened, recording, write_pack
from tests.terminal import Terminal
from trainer.capture import docker_status
from trainer.events import write_recording
from trainer.session import Store
from trainer.tui.desk import LEARNER_FILE

EVENTS, PAGES, ATTEMPTS, RUNS = 5000, 120, 100, 6
KEYS_END, BETWEEN_KEYS, LONGEST = 5.0, 0.1, 50
START = "import sys; from pathlib import Path; from trainer.tui.main import run_tui; sys.exit(run_tui(Path(sys.argv[1])))"


def show(name: str, figure: str, target: str) -> None:
    print(f"{name:<52} {figure:<46} target {target}", flush=True)


def milliseconds(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"median {statistics.median(seconds) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, {len(seconds)} times"


@contextmanager
def running(*arguments: str, home: Path, docker: bool = False, pack: Path | None = None) -> Iterator[Terminal]:
    command = (sys.executable, "-c", START, str(pack)) if pack is not None else None
    env = {"DOCKER_HOST": os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")} if docker else None
    terminal = Terminal(arguments, home=home, env=env, command=command, columns=140, rows=40)
    try:
        yield terminal
    finally:
        terminal.kill()


def first_paint(home: Path) -> None:
    seconds = []
    for _ in range(8):
        with running(home=home) as terminal:
            seconds.append(terminal.wait("Enter Open") - terminal.started)
    show("first paint of cks-trainer, warm", milliseconds(seconds[1:]), "< 600 ms")


def keys_while_grading(home: Path) -> None:
    """Types at a steady pace while a grade runs; what came is drawn only afterwards, so that the drawing delays nothing."""
    live = docker_status().available
    seconds: list[float] = []
    for turn in range(RUNS):
        with running(home=home, docker=live) as terminal:
            terminal.wait("Enter Open")
            terminal.send("enter")
            terminal.wait("F5 Run")
            terminal.wait("live" if live else "recorded")
            terminal.rest()
            terminal.send("\x1b[1;5F", "\r", f"#{turn}")
            terminal.wait(f"#{turn}")
            terminal.rest()
            terminal.send("f5")
            terminal.rest(0.05, limit=0.3)
            terminal.send("\x14", "\x14")  # a run brings the results to the front: over the task back to the editor
            terminal.rest(0.1, limit=0.6)
            seconds.extend(_typed(terminal, f"#{turn}"))
    show(f"key to screen while a {'live' if live else 'recorded'} grade runs", milliseconds(seconds), "p95 < 50 ms")


def _typed(terminal: Terminal, word: str) -> list[float]:
    """Seconds from each key to its letter on the screen, of the keys that were pressed before the result was there."""
    sent: list[tuple[str, float]] = []
    frames: list[tuple[float, bytes]] = []
    end = time.perf_counter() + KEYS_END
    while (now := time.perf_counter()) < end:
        if len(word) < LONGEST:
            word += "abcdefghij"[len(word) % 10]
            terminal.send(word[-1])
            sent.append((word, now))
        while (left := now + BETWEEN_KEYS - time.perf_counter()) > 0:
            came, data = terminal.take(left)
            if data:
                frames.append((came, data))
    shown: dict[str, float] = {}
    done = end
    for came, data in frames:
        terminal.feed(data)
        text = terminal.text
        for letters, _ in sent:
            if letters not in shown and letters in text:
                shown[letters] = came
        if " of 10 points" in text:
            done = min(done, came)
    return [shown[letters] - began for letters, began in sent if began < done and letters in shown]


def scrolling(folder: Path) -> None:
    pack = write_pack(folder / "pack")
    path = pack / "scenarios" / "shells" / "recordings" / "seed-0.jsonl"
    events = tuple(opened(number, "cat-in-web", "web", "cat", f"/srv/{number}") for number in range(1, EVENTS + 1))
    write_recording(replace(recording(0, "web"), events=events), path)
    with running(home=folder / "home", pack=pack) as terminal:
        terminal.wait("Enter Open")
        terminal.send("enter")
        terminal.wait("F5 Run")
        terminal.send("f5")
        terminal.wait(lambda text: "passed" in text or "points" in text)
        terminal.rest(0.5)
        terminal.send("\x1bOS", "4")
        terminal.wait("/srv/20")
        terminal.rest(0.5)
        seconds = []
        for _ in range(PAGES):
            sent = last = time.perf_counter()
            terminal.send("pagedown")
            while (came := terminal.read(0.06)) is not None:
                last = came
            seconds.append(last - sent)
    show(f"{EVENTS:,} events: a page further", milliseconds(seconds), "p95 < 33 ms")


def memory(folder: Path) -> None:
    pack = write_pack(folder / "pack")
    with Store.open(folder / "home") as store:
        store.save_draft("detect-shell", REFERENCE.replace("${app}", "web"), LEARNER_FILE)
    with running(home=folder / "home", pack=pack) as terminal:
        terminal.wait("Enter Open")
        terminal.send("enter")
        terminal.wait("F5 Run")
        for _ in range(ATTEMPTS):
            terminal.send("f5")
            terminal.rest(0.12)
        status = Path(f"/proc/{terminal.pid}/status").read_text()
        found = re.search(r"VmHWM:\s*(\d+)", status)
        assert found is not None
        with Store.open(folder / "home") as store:
            attempts = len(store.rows("SELECT id FROM attempt", ()))
    show(f"memory after {attempts} graded attempts in one sitting", f"{int(found[1]) / 1024:.0f} MB at most", "< 200 MB")


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        first_paint(folder / "home")
        keys_while_grading(folder / "home")
        scrolling(folder / "many")
        memory(folder / "again")


if __name__ == "__main__":
    main()
