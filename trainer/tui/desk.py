"""What the screens work with, and nothing of Textual: the pack, the store, the live check, a run, and the log of failures.

``check`` and ``run`` are for worker threads; the store belongs to the UI thread.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from trainer.content import Exercise, Pack, core_pack_folder, fill_exercise, recordings_by_seed
from trainer.content.remembered import load_pack_remembered
from trainer.diagnostics import Diagnostic
from trainer.engine import Alert, Explanation, Ruleset
from trainer.engine.assist import Known
from trainer.errors import PackError, RecordingError, StoreError, TrainerError
from trainer.events import Event
from trainer.grading import LEARNER_FILE, Grader, GradeReport, Submission, grade, scenario_of
from trainer.session import ExerciseState, Store, cache_folder, data_folder
from trainer.session.exam_clock import Clock, SystemClock
from trainer.session.figures import Figures, read_figures
from trainer.session.shelf import Shelved, shelf
from trainer.session.sittings import open_sitting

if TYPE_CHECKING:
    from trainer.capture import DockerStatus, Progress

T = TypeVar("T")
CONFIG_FILE = "falco.yaml"
LOG_LIMIT = 1_000_000
"""Bytes after which the log starts afresh."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that the learner's text is not to blame for, ready to be shown."""

    problem: str
    next_step: str = ""
    bug: bool = False
    log: Path | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The live check of one text."""

    text: str = field(repr=False)
    ruleset: Ruleset = field(repr=False)
    diagnostics: tuple[Diagnostic, ...] = ()
    own_rules: frozenset[str] = frozenset()
    """Names of the rules that the learner's file holds."""
    known: Known = field(default_factory=Known, repr=False)
    """What the other files define."""

    @property
    def names(self) -> dict[str, str]:
        """Names that a condition may use, and what each is: ``macro`` or ``list``."""
        return {**dict.fromkeys(self.ruleset.macros, "macro"), **dict.fromkeys(self.ruleset.lists, "list")}


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: the report, and what explaining its events takes."""

    report: GradeReport
    ruleset: Ruleset = field(repr=False)
    events: Mapping[int, Event] = field(repr=False)

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules that can be explained, the learner's own first."""
        own = [rule.name for rule in self.ruleset.rules if rule.name in self.report.own_rules]
        return (*own, *(rule.name for rule in self.ruleset.rules if rule.name not in self.report.own_rules))

    def explain(self, rule: str, event_num: int) -> Explanation | None:
        event = self.events.get(event_num)
        return None if event is None else self.ruleset.explain(rule, event)


class Feed:
    """What a running run has seen so far. The worker adds, a timer of the UI drains: neither waits for the other."""

    def __init__(self) -> None:
        self.events: dict[int, Event] = {}
        self.progress: Progress | None = None
        self.started = time.monotonic()
        self._new_events: deque[Event] = deque()
        self._new_alerts: deque[Alert] = deque()

    def add_event(self, event: Event) -> None:
        self.events[event.num] = event
        self._new_events.append(event)

    def add_alert(self, alert: Alert) -> None:
        self._new_alerts.append(alert)

    def set_progress(self, progress: Progress) -> None:
        self.progress = progress

    def drain(self) -> tuple[list[Event], list[Alert]]:
        events = [self._new_events.popleft() for _ in range(len(self._new_events))]
        alerts = [self._new_alerts.popleft() for _ in range(len(self._new_alerts))]
        return events, alerts


class Desk:
    """One learner at one pack."""

    def __init__(self, pack: Pack, store: Store, live: bool | None = None) -> None:
        self.pack = pack
        self.store = store
        self.live = live
        """The learner's choice; None leaves it to what Docker answers."""
        self.docker: DockerStatus | None = None
        self.clock: Clock = SystemClock()
        """Of the mock exams."""
        self.today: Callable[[], date] = date.today
        """The local day, for what is due."""
        self.rescue: Callable[[], None] | None = None
        """Writes what an open exam has unwritten."""
        self.unsaved: dict[tuple[str, str], str] = {}
        """Drafts that are not written yet, by exercise and file."""
        self.packs: tuple[Pack, ...] = ()
        """The installed ones, after ``take_packs``."""
        self.chance = random.Random()
        """Draws variants and drills."""
        self.seeds: dict[str, int] = {}
        """Variant of each exercise that was opened, by its key."""
        self.exercises: tuple[Exercise, ...] = ()
        """For lists: as the pack has them, with the first variant's variables in the titles. ``slug`` is the key of the store."""
        self._put(())

    def _put(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)
        self.shelf: tuple[Shelved, ...] = shelf(self.pack, packs)
        self._shelved = {one.key: one for one in self.shelf}
        made = {one.slug: one for one in self.exercises}
        self.exercises = tuple(made.get(one.key) or self._listed(one) for one in self.shelf)

    def take_packs(self, packs: Sequence[Pack]) -> None:
        """Puts the exercises of installed packs behind the core pack's."""
        self._put(packs)

    def shelved(self, exercise: Exercise) -> Shelved:
        """Where an exercise of ``exercises`` comes from."""
        return self._shelved[exercise.slug]

    def _listed(self, one: Shelved) -> Exercise:
        # Variables are the scenario's, and reading all scenarios takes a third of a start.
        if any("${" in title for title in one.exercise.title.values()):
            return self.variant(one.key, 0)
        return replace(one.exercise, slug=one.key)

    def variant(self, key: str, seed: int) -> Exercise:
        """An exercise as one seed's learner sees it."""
        one = self._shelved[key]
        exercise = replace(one.exercise, slug=key)
        try:
            return fill_exercise(exercise, scenario_of(one.exercise, seed, one.pack).variables)
        except PackError:
            return exercise  # its run will say what is wrong with the scenario

    @classmethod
    def open(cls, folder: Path | None = None, live: bool | None = None) -> Desk:
        """Raises TrainerError when the pack or the store cannot be opened."""
        pack, diagnostics = load_pack_remembered(folder or core_pack_folder(), cache_folder())
        if pack is None:
            detail = diagnostics[0].message if diagnostics else "no pack there"
            raise PackError(f"the pack cannot be read: {detail}", "run: cks-trainer pack lint")
        return cls(pack, Store.open(), live)

    # The engine, for worker threads.

    def check(self, exercise: Exercise, text: str) -> Checked:
        return check(exercise, text, self.shelved(exercise).pack)

    def run(self, exercise: Exercise, files: Mapping[str, str], feed: Feed, cancel: threading.Event, lang: str = "en") -> Run:
        """Raises TrainerError: CaptureCancelled when ``cancel`` was set, others when the machine or the pack is to blame."""
        answers = {name: text for name, text in files.items() if name != LEARNER_FILE}
        submission = Submission.of_rules(files[LEARNER_FILE], answers)
        written, pack = self.shelved(exercise).exercise, self.shelved(exercise).pack
        ruleset = Grader(exercise, submission, pack.base_rules).ruleset
        seed = self.seeds.get(exercise.slug, 0)
        if (
            not (exercise.is_given or self.live_now)
            and seed
            and seed not in recordings_by_seed(pack.folder / "scenarios" / exercise.scenario)
        ):
            raise RecordingError(f"variant {seed} is not recorded", "F7 runs it in containers; Ctrl+O draws one that is recorded")
        report = grade(
            written,
            submission,
            pack.base_rules,
            live=exercise.is_given or self.live_now,
            seed=seed,
            pack=pack,
            lang=lang,
            on_event=feed.add_event,
            on_alert=feed.add_alert,
            on_progress=feed.set_progress,
            cancel=cancel,
        )
        return Run(report, ruleset, feed.events)

    # Live or recorded.

    @property
    def can_live(self) -> bool:
        return self.docker is not None and self.docker.available and self.docker.image_present and self.docker.tracer_present

    @property
    def live_now(self) -> bool:
        return self.can_live if self.live is None else self.live

    # The store, for the UI thread.

    def state(self, exercise: Exercise) -> ExerciseState:
        return self.store.exercise_state(exercise.slug)

    def states(self) -> dict[str, ExerciseState]:
        return self.store.states(list(self._shelved))

    def figures(self) -> Figures:
        """The learner's progress as it is now. Raises StoreError."""
        return read_figures(self.store, self.shelf, self.today())

    def last_exercise(self) -> str | None:
        """Slug of the exercise that was open last, while the pack has it."""
        try:
            slug = self.store.setting("last_exercise")
        except StoreError:
            return None  # the list itself will say what is wrong with the store
        return slug if slug in self._shelved else None

    def begun(self, key: str) -> bool:
        """Whether a sitting of this exercise is open, not passed and not given up."""
        try:
            sitting = open_sitting(self.store, key)
        except StoreError:
            return False
        return sitting is not None and not sitting.over

    def going_on(self) -> str | None:
        """Key of the exercise that was open last, while it is not passed."""
        last = self.last_exercise()
        return last if last is not None and self.begun(last) else None

    def remember(self, exercise: Exercise) -> None:
        # What is wrong with the store is said when the first draft cannot be kept.
        with contextlib.suppress(StoreError):
            self.store.set_setting("last_exercise", exercise.slug)

    def texts(self, exercise: Exercise) -> dict[str, str]:
        """The files of an exercise as the learner left them, the rules first."""
        starts = {LEARNER_FILE: exercise.starter.text, **dict.fromkeys(answer_files(exercise), "")}
        starts |= {name: file.text for name, file in exercise.starter_answers.items()}
        return {
            name: saved if (saved := self.store.draft(exercise.slug, name)) is not None else text for name, text in starts.items()
        }

    def type(self, slug: str, name: str, text: str) -> None:
        """Takes a text with a key's change in it, before the key is seen: what was seen is there after a kill. ``flush`` makes it last."""
        self.unsaved[slug, name] = text
        with contextlib.suppress(StoreError), self.store.lightly():  # flush tries again, and says why not
            self.store.save_draft(slug, text, name)

    def flush(self) -> None:
        """Writes the drafts. Raises StoreError, and keeps what it could not write."""
        for (slug, name), text in sorted(self.unsaved.items()):
            self.store.save_draft(slug, text, name)
            del self.unsaved[slug, name]
        if self.rescue is not None:
            self.rescue()


def check(exercise: Exercise, text: str, pack: Pack) -> Checked:
    """The live check."""
    grader = Grader(exercise, Submission.of_rules(text), pack.base_rules)
    diagnostics = tuple(sorted(own_diagnostics(grader.diagnostics), key=_place))
    known = Known.of_ruleset(grader.ruleset, without=LEARNER_FILE, plugins=grader.plugins)
    return Checked(text, grader.ruleset, diagnostics, frozenset(grader.own_rules), known)


def own_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those of the learner's file, and those without a place."""
    return [found for found in diagnostics if found.span is None or found.span.file.name == LEARNER_FILE]


def _place(diagnostic: Diagnostic) -> tuple[int, str]:
    return (diagnostic.span.start if diagnostic.span else -1, diagnostic.severity.value)


def answer_files(exercise: Exercise) -> tuple[str, ...]:
    """Names of the files that the learner writes beside the rules."""
    names = (
        CONFIG_FILE if criterion.kind == "config" else criterion.params.get("file")
        for criterion in exercise.criteria
        if criterion.kind in ("answer", "config")
    )
    return tuple(dict.fromkeys(str(name) for name in names if name))


def log_path() -> Path:
    return data_folder() / "error.log"


def log_failure(error: BaseException) -> Path:
    """Appends the traceback to the log; the place where it went."""
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = "w" if path.exists() and path.stat().st_size > LOG_LIMIT else "a"
        with path.open(mode, encoding="utf-8", errors="replace") as log:
            log.write(time.strftime("%Y-%m-%d %H:%M:%S\n"))
            log.write("".join(traceback.format_exception(error)) + "\n")
    except OSError:
        # The data folder may be the very thing that is broken, and a log must not hide the failure that it is for.
        pass
    return path


def failure_of(error: Exception) -> Failure:
    """An exception as something to show; a bug of ours is logged."""
    if isinstance(error, TrainerError):
        return Failure(error.message, error.help)
    return Failure(type(error).__name__, bug=True, log=log_failure(error))


def attempt(work: Callable[[], T]) -> T | Failure:
    """The boundary of worker threads: whatever goes wrong inside becomes a value."""
    try:
        return work()
    except Exception as error:  # the one boundary of the TUI's threads: a fault is logged and shown in a sentence
        return failure_of(error)


__all__ = ["LEARNER_FILE", "Checked", "Desk", "Failure", "Feed", "Run", "attempt", "check"]
