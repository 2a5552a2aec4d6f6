"""The way to the node shell and back: opens the exercise's node, lends the terminal to the learner's shell, and brings what was changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from trainer.content import Exercise, Pack
from trainer.grading import scenario_of
from trainer.session import data_folder
from trainer.tui.desk import Failure, attempt
from trainer.tui.text import Words

Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class NodeTask:
    """Whose node is wanted."""

    exercise: Exercise
    """With its variables put in."""
    pack: Pack
    seed: int
    name: str
    """Of its private directory among the nodes."""
    texts: Texts
    """The learner's files, saved."""


@dataclass(frozen=True, slots=True)
class NodeVisit:
    """What was done there."""

    texts: Texts = field(default_factory=dict)
    """Files that were changed, by name."""
    base_changed: bool = False


def node_folder(name: str) -> Path:
    return data_folder() / "nodes" / name


def visit(
    task: NodeTask, words: Words, keep: Callable[[Texts], bool], over: Callable[[], bool] = lambda: False
) -> NodeVisit | Failure:
    """The shell until its end. Blocks, and calls ``keep`` with changed files as they are saved; the terminal must be free."""

    from trainer.node.opening import open_node  # late: what runs containers is not needed for a start
    from trainer.node.shell import run_shell

    def go() -> NodeVisit:
        changed: Texts = {}

        def kept(texts: Texts) -> bool:
            changed.update(texts)
            return keep(texts)

        scenario = scenario_of(task.exercise, task.seed, task.pack)
        base = task.pack.base_rules
        with open_node(node_folder(task.name), task.exercise, scenario, base, task.texts) as node:
            run_shell(node, words.lang, words.of(task.exercise.title), kept, over)
            return NodeVisit(changed, node.base_was_changed(base))

    return attempt(go)
