"""Grading on a live run or on a recording."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.content import Exercise, Pack, Scenario, fill_exercise, load_scenario, recordings_by_seed
from trainer.content.given import given_recording
from trainer.engine import Alert
from trainer.errors import (
    CaptureCancelled,
    CaptureError,
    DockerUnavailable,
    ImageMissing,
    PackError,
    RecordingError,
    TracingForbidden,
)
from trainer.events import Event, Recording, read_recording
from trainer.grading.grader import Grader
from trainer.grading.report import GradeReport, Submission
from trainer.source import SourceFile

if TYPE_CHECKING:
    from trainer.capture import Progress


def grade(
    exercise: Exercise,
    submission: Submission,
    base_rules: SourceFile,
    *,
    live: bool | None = None,
    seed: int = 0,
    pack: Pack | None = None,
    lang: str = "en",
    on_event: Callable[[Event], None] | None = None,
    on_alert: Callable[[Alert], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> GradeReport:
    """Grades one attempt. ``live`` None: live where Docker answers, the image is there and tracing is allowed, otherwise recorded.

    Blocks; run it in a thread. Callbacks come from that thread. Raises DockerUnavailable or ImageMissing when ``live`` is True and
    it cannot be (but never where the events are given), CaptureCancelled when ``cancel`` is set, and RecordingError without a recording of the seed.
    """
    scenario = scenario_of(exercise, seed, pack)
    exercise = fill_exercise(exercise, scenario.variables)
    grader = Grader(exercise, submission, base_rules, scenario=scenario, lang=lang)

    def feed(event: Event) -> None:
        alerts = grader.feed(event)
        if on_event is not None:
            on_event(event)
        if on_alert is not None:
            for alert in alerts:
                on_alert(alert)

    if scenario.is_given and live is not False:
        given = given_recording(scenario)
        for event in given.events:
            _stop_if(cancel)
            feed(event)
        return grader.finish(given.actions, source="given")
    if live or (live is None and _can_run_live()):
        # Imported late: grading a recording must not cost the import of Docker's client.
        from trainer.capture import run_scenario

        try:
            captured = run_scenario(scenario, feed, on_progress=on_progress, cancel=cancel)
            return grader.finish(captured.actions, source="live")
        except TracingForbidden:
            if live:
                raise
            _forbidding.add(_engine())
            grader = Grader(exercise, submission, base_rules, scenario=scenario, lang=lang)
        except (CaptureCancelled, DockerUnavailable, ImageMissing):
            raise
        except CaptureError as error:
            return grader.finish(source="live", problem=error.message)
    recording = recording_of(scenario)
    for event in recording.events:
        _stop_if(cancel)
        feed(event)
    return grader.finish(recording.actions, source="recorded")


def scenario_of(exercise: Exercise, seed: int = 0, pack: Pack | None = None) -> Scenario:
    folder = pack.folder if pack is not None else exercise.folder.resolve().parent.parent if exercise.folder is not None else None
    return load_scenario(exercise.scenario, seed, folder)


def recording_of(scenario: Scenario) -> Recording:
    """The recording of a scenario's seed."""
    if scenario.folder is None:
        raise PackError(f"scenario {scenario.name!r} has no folder")
    recordings = recordings_by_seed(scenario.folder)
    path = recordings.get(scenario.seed)
    if path is None:
        there = f"seeds that are: {', '.join(map(str, recordings))}" if recordings else "there is no recording at all"
        raise RecordingError(
            f"scenario {scenario.name!r} has no recording of seed {scenario.seed} ({there})",
            "choose another seed, or run it live: --live",
        )
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Recording:
    """The last recordings stay read, so that grading at every save is quick."""
    return read_recording(path)


_forbidding: set[str] = set()
"""Engines that would not let us trace: they are not asked again at every grade."""


def _engine() -> str:
    return os.environ.get("DOCKER_HOST", "")


def _can_run_live() -> bool:
    from trainer.capture import docker_status

    if _engine() in _forbidding:
        return False
    status = docker_status()
    return status.available and status.image_present and status.tracer_present


def _stop_if(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise CaptureCancelled("grading was cancelled")
