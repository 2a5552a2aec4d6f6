"""`make bench`: timings as ratios against a baseline measured in the same run. No test asserts a time."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from tests import bench_engine, bench_tracing
from trainer.capture import docker_status, run_scenario
from trainer.content import core_pack_folder, load_pack, load_scenario, scenario_recordings
from trainer.engine import load_rules
from trainer.events import Recording, read_recording, write_recording
from trainer.grading import Grader, Submission, grade
from trainer.source import SourceFile


def timed(work: Callable[[], object], times: int) -> float:
    """Median seconds of one call."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def spin() -> int:
    """The machine's speed in pure Python: the baseline of ratios that have no other."""
    return sum(index * index for index in range(200_000))


def show(name: str, seconds: float, baseline: float, target: str) -> None:
    print(f"{name:<52} {seconds * 1000:>9.1f} ms   ratio {seconds / baseline:>7.2f}   target {target}")


def repeated(recording: Recording, count: int) -> Recording:
    """The recording's events over and over, ``count`` of them, numbered on."""
    events = [recording.events[index % len(recording.events)] for index in range(count)]
    return replace(recording, events=tuple(replace(event, num=index + 1) for index, event in enumerate(events)))


def bare_docker(actions: int) -> None:
    """What a live grade cannot do without: the same containers and execs through the SDK, no tracing and no evaluation."""
    import docker

    client = docker.from_env()
    scenario = load_scenario(SCENARIO, 0, core_pack_folder())
    made = []
    try:
        for _ in scenario.containers:
            container = client.containers.create(
                "cks-trainer/base:1", ["sleep", "600"], network_mode="none", labels={"cks-trainer": "bench"}
            )
            made.append(container)
            container.start()
        for _ in range(actions):
            made[0].exec_run(["true"])
    finally:
        for container in made:
            container.remove(force=True)
        client.close()


SCENARIO = "shell-in-container"


def main() -> int:
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    exercise = next(e for e in pack.exercises if e.scenario == SCENARIO)
    submission = Submission({"falco_rules.local.yaml": exercise.reference})
    recording = read_recording(scenario_recordings(pack.folder / "scenarios" / exercise.scenario)[0])
    long_recording = repeated(recording, 2000)
    baseline = timed(spin, 9)
    print(f"cores: {os.cpu_count()}   python: {sys.version.split()[0]}   baseline (pure Python loop): {baseline * 1000:.1f} ms")

    def graded() -> None:
        grader = Grader(exercise, submission, pack.base_rules)
        for event in long_recording.events:
            grader.feed(event)
        grader.finish(long_recording.actions)

    graded()
    show("recorded grade, warm, 2,000 events", timed(graded, 9), baseline, "< 50 ms")

    path = core_pack_folder().parent / ".bench-recording.jsonl"
    try:
        write_recording(long_recording, path)
        show("reading that recording", timed(lambda: read_recording(path), 5), baseline, "-")
    finally:
        path.unlink(missing_ok=True)

    command = [sys.executable, "-m", "trainer", "grade", exercise.slug, "--recorded", "--json", "--rules"]
    assert exercise.folder is not None
    command.append(str(exercise.folder / "reference.yaml"))
    bare = timed(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 5)
    cold = timed(lambda: subprocess.run(command, check=True, capture_output=True), 5)
    show("cold `cks-trainer grade --recorded`", cold, bare, "< 1,000 ms (ratio to a bare interpreter)")

    rule = exercise.reference.text
    lines = rule
    number = 0
    while lines.count("\n") < 200:
        number += 1
        lines += "\n" + rule.replace("- rule: ", f"- rule: copy {number} of ")
    base = pack.base_rules
    load_rules([base, SourceFile("falco_rules.local.yaml", lines)])
    grader_base = timed(lambda: load_rules([base, SourceFile("falco_rules.local.yaml", lines + "\n# edited\n")]), 9)
    show("live diagnostics, 200-line file after the base rules", grader_base, baseline, "< 16 ms")

    if docker_status().available:
        scenario = load_scenario(exercise.scenario, 0, pack.folder)
        run_scenario(scenario, lambda event: None)
        bare_seconds = timed(lambda: bare_docker(len(scenario.actions)), 5)
        live = timed(lambda: grade(exercise, submission, base, live=True, seed=0, pack=pack), 5)
        show(
            f"live grade, {len(scenario.containers)} containers, {len(scenario.actions)} actions",
            live,
            bare_seconds,
            "ratio <= 1.5 to bare Docker calls",
        )
        show("  the bare Docker calls", bare_seconds, bare_seconds, "-")
        bench_tracing.main()
    else:
        print("no Docker engine answers: the live grade was not measured")
    bench_engine.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
