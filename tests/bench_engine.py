"""The engine's part of `make bench`: evaluation against a tree walker, loading cold and after an edit, and the import."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.conformance_data import conformance_folder
from tests.tree_walker import TreeWalker
from trainer.content import core_pack_folder, scenario_recordings
from trainer.engine import Ruleset, load_rules
from trainer.events import Event, read_recording
from trainer.source import SourceFile, read_source

EVENTS = 200_000
WALKED = 3_000
"""Events for the slow evaluator; its time for one event is taken from them."""
OFFICIAL = ("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml")


def core_events() -> list[Event]:
    scenarios = core_pack_folder() / "scenarios"
    return [
        event
        for name in sorted(scenarios.iterdir())
        for path in scenario_recordings(name)
        for event in read_recording(path).events
    ]


def cpu(work: Callable[[], object], times: int) -> float:
    """The best CPU seconds of one call: what other programs of the machine do counts least in it."""
    seconds = []
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def matches(ruleset: Ruleset, events: Sequence[Event]) -> int:
    match = ruleset.match
    count = 0
    for event in events:
        if match(event):
            count += 1
    return count


def fresh(code: str, times: int = 5) -> float:
    """Median of what ``code`` prints, each time in a new interpreter: seconds of CPU.

    The modules' byte code is there, as it is for whoever installed the program: a first run, not counted, makes it.
    """
    command = [sys.executable, "-c", code]
    found: list[float] = []
    with tempfile.TemporaryDirectory() as place:
        surroundings = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        surroundings["PYTHONPYCACHEPREFIX"] = place
        for _ in range(times + 1):
            run = subprocess.run(command, check=True, capture_output=True, text=True, env=surroundings)
            found.append(float(run.stdout))
    return statistics.median(found[1:])


def edited(text: str, number: int) -> str:
    """The file with one rule changed in its middle."""
    place = text.index("\n  priority:", len(text) // 2)
    return (
        f"{text[:place]}\n  # {number}\n  enabled: true{text[place:]}"
        if number % 2
        else f"{text[:place]}\n  # {number}{text[place:]}"
    )


def official_files() -> list[SourceFile] | None:
    place = conformance_folder() / "official"
    return [read_source(place / name) for name in OFFICIAL] if place.is_dir() else None


def evaluation(stable: SourceFile) -> None:
    ruleset = load_rules([stable], mode="falco").ruleset
    base = core_events()
    events = [base[index % len(base)] for index in range(EVENTS)]
    seconds = cpu(lambda: matches(ruleset, events), 5)
    walker = TreeWalker(ruleset.rules)
    some = events[:WALKED]
    walked = cpu(lambda: [walker.first(event) for event in some], 2) / WALKED * EVENTS
    alerts = matches(ruleset, events)
    show(
        "official stable rules on 200,000 recorded events", f"{EVENTS / seconds:,.0f} events/s, {alerts} alerts", ">= 400,000 /s"
    )
    show("  ratio to a tree walker", f"{walked / seconds:.1f} times faster", ">= 20 times")


def loading(files: list[SourceFile]) -> None:
    paths = [file.name for file in files]
    cold = fresh(
        "import time; from trainer.engine import load_rules; from trainer.source import read_source\n"
        f"files = [read_source(path) for path in {paths!r}]\n"
        "start = time.process_time(); assert load_rules(files).ruleset.rules; print(time.process_time() - start)"
    )
    show("loading the three official files, cold", f"{cold * 1000:.0f} ms", "< 500 ms")
    number = iter(range(1_000_000))
    for place, file in enumerate(files):

        def changed(place: int = place, file: SourceFile = file) -> object:
            text = edited(file.text, next(number))
            return load_rules([*files[:place], SourceFile(file.name, text), *files[place + 1 :]])

        changed()
        show(f"  one rule changed in {Path(file.name).name}", f"{cpu(changed, 7) * 1000:.0f} ms", "< 100 ms")
    stable = files[0]

    def typed() -> object:
        return load_rules([SourceFile(stable.name, edited(stable.text, next(number)))])

    typed()
    lines = stable.text.count("\n")
    show(f"a keystroke's check in a {lines:,}-line file", f"{cpu(typed, 7) * 1000:.0f} ms", "< 50 ms")


def importing() -> None:
    seconds = fresh("import time; start = time.process_time(); import trainer.engine; print(time.process_time() - start)")
    show("import trainer.engine", f"{seconds * 1000:.0f} ms", "< 150 ms")


def show(name: str, figure: str, target: str) -> None:
    print(f"{name:<52} {figure:<36} target {target}", flush=True)


def main() -> None:
    importing()
    files = official_files()
    if files is None:
        print("the conformance files are absent: evaluation and loading were not measured")
        return
    loading(files)
    evaluation(files[0])


if __name__ == "__main__":
    main()
