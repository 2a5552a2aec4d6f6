"""Exercises and scenarios as data. Reading and checking them is trainer.content.loader's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from trainer.content.exam_model import Exam
from trainer.events.audit import SOURCE as AUDIT_SOURCE
from trainer.source import SourceFile

SYSCALL_SOURCE = "syscall"
SOURCES = (SYSCALL_SOURCE, AUDIT_SOURCE)
"""Where a scenario's events come from: the kernel of its containers, or the audit log of a Kubernetes API server."""


class ActionKind(StrEnum):
    ATTACK = "attack"
    BENIGN = "benign"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Container:
    """One throwaway container of a scenario, after the seed's variables were put in."""

    name: str
    """What the learner sees as container.name."""
    image: str
    """What the learner sees as container.image; the bytes come from the base image."""
    command: tuple[str, ...] = ("sleep", "600")
    user: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    """Kubernetes labels (io.kubernetes.pod.name, ...) become k8s.* fields."""
    network: bool = False
    """On the scenario's private internal network."""
    cap_add: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Path to text, written before the first action."""
    tmpfs: tuple[str, ...] = ()
    """Paths; as for Docker, options may follow a colon."""
    cap_drop: tuple[str, ...] = ()
    read_only: bool = False
    """The root file system may not be written."""
    no_new_privileges: bool = False
    workdir: str | None = None
    # What follows is not for packs: scenario.yaml cannot say it.
    base: str | None = None
    """Another image of this engine, whose files are used."""
    address: str | None = None
    """On the private network, whose first three numbers it fixes."""
    volumes: tuple[str, ...] = ()
    hostname: str | None = None
    host_pid: bool = False
    host_network: bool = False

    @property
    def tmpfs_paths(self) -> tuple[str, ...]:
        return tuple([mount.partition(":")[0] for mount in self.tmpfs])


@dataclass(frozen=True, slots=True)
class Action:
    """One scripted step: an argument list run in a container, or what the API server wrote to its audit log."""

    id: str
    run: tuple[str, ...]
    container: str
    kind: ActionKind
    user: str | None = None
    tty: bool = False
    timeout: float = 10.0
    """Seconds after which the action is ended."""
    why: Mapping[str, str] = field(default_factory=dict)
    """Language to one sentence."""
    env: Mapping[str, str] = field(default_factory=dict)
    workdir: str | None = None
    stdin: str | None = None
    """Text that the action finds on a pipe; without it stdin is /dev/null."""
    lines: tuple[str, ...] = ()
    """Typed at the terminal, each when it is quiet there."""
    starts: bool = False
    """The container's own start: ``run`` is its main process, traced from its first instruction."""
    audit: tuple[Mapping[str, object], ...] = ()
    """Of a scenario of audit events: the events (audit.k8s.io/v1) without their times; ``run`` and ``container`` are empty then."""

    @property
    def shown(self) -> tuple[str, ...]:
        """The command, or the requests: one as verb and URI, several as one word each."""
        requests = [(str(event.get("verb", "")), str(event.get("requestURI", ""))) for event in self.audit]
        return self.run or (requests[0] if len(requests) == 1 else tuple([" ".join(request) for request in requests]))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario with one seed's variables put in."""

    name: str
    seed: int
    containers: tuple[Container, ...]
    actions: tuple[Action, ...]
    title: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    source: str = SYSCALL_SOURCE
    """One of SOURCES."""

    @property
    def is_given(self) -> bool:
        """Nothing is run: the events stand in the scenario."""
        return self.source == AUDIT_SOURCE


@dataclass(frozen=True, slots=True)
class Criterion:
    """One graded behaviour. ``kind`` is one of loads, fires, silent, output, priority, rule, override, answer, config.

    ``params`` by kind: fires/silent ``actions`` (tuple of action ids) and ``rule`` (name; absent: any rule of the learner's
    file); output ``rule``, ``line`` (template of the exact rendered line) or ``fields`` (fields that must be printed),
    ``actions``; priority ``rule``, ``priority``; rule ``name``, ``tags``, ``source``, ``enabled``; override ``rule``, ``keep``;
    answer ``file``, ``path`` (where the node shell has it), ``accept`` or ``line_pattern`` and ``min_lines``; config ``keys``. See docs/writing-packs.md.
    """

    id: str
    kind: str
    points: int
    text: Mapping[str, str]
    params: Mapping[str, object] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """``when`` names a criterion id, a diagnostic code, or ``always``; hints of one ``when`` come in steps."""

    when: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Decoy:
    """A plausible wrong answer, and the ids of exactly the criteria that it fails."""

    file: SourceFile
    fails: tuple[str, ...]
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AcceptedMutant:
    """A small mistake in the reference that the grading does not see, and why that is well (``pack verify --mutants``)."""

    mutant: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exercise:
    uuid: str
    slug: str
    title: Mapping[str, str]
    domain: str
    skills: tuple[str, ...]
    difficulty: str
    target_seconds: int
    points: int
    scenario: str
    criteria: tuple[Criterion, ...]
    hints: tuple[Hint, ...]
    decoys: tuple[Decoy, ...]
    task: Mapping[str, str]
    """Language to Markdown."""
    starter: SourceFile
    reference: SourceFile
    folder: Path | None = None
    learned: Mapping[str, str] = field(default_factory=dict)
    """What to read after passing, by language."""
    starter_answers: Mapping[str, SourceFile] = field(default_factory=dict)
    """Files beside the rules that the learner starts with, such as falco.yaml."""
    reference_answers: Mapping[str, SourceFile] = field(default_factory=dict)
    accepted_mutants: tuple[AcceptedMutant, ...] = ()
    source: str = SYSCALL_SOURCE
    """Of its scenario's events: what decides which plugins the exercise's Falco has loaded."""

    @property
    def is_given(self) -> bool:
        """Nothing is run: the events stand in the scenario."""
        return self.source == AUDIT_SOURCE


@dataclass(frozen=True, slots=True)
class Pack:
    id: str
    version: str
    title: Mapping[str, str]
    folder: Path
    base_rules: SourceFile
    exercises: tuple[Exercise, ...]
    scenarios: tuple[str, ...]
    languages: tuple[str, ...] = ("en", "ko")
    licence: str = ""
    falco: str = ""
    """Version of Falco that the pack was checked with."""
    exams: tuple[Exam, ...] = ()
