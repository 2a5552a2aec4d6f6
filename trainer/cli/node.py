"""The exam node: a shell on it, one command on it, grading what was done there, and what runs there."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from trainer.capture.node import node_containers, node_images, node_pods
from trainer.cli.console import ExitCode, emit_json, is_terminal, language, narrate
from trainer.cli.exercise_names import find
from trainer.cli.grading import grade_command
from trainer.content import Scenario, core_pack_folder, load_scenario
from trainer.errors import StoreError
from trainer.grading import LEARNER_FILE, scenario_of
from trainer.node.opening import CONFIG_FILE, Node, open_node
from trainer.node.shell import run_one, run_shell
from trainer.node.texts import tell
from trainer.session import Store, data_folder
from trainer.session.exam import TaskSheet, task_sheet
from trainer.session.shelf import Shelved

_NONE = "<none>"
_IMAGE_DIGITS = 13
"""That crictl shows of an image's id."""


@click.group("node")
def node_group() -> None:
    """The exam node of an exercise: its files, falco, systemctl, crictl and kubectl, in your own shell."""


_SEED = click.option("--seed", default=0, show_default=True, help="Variant of the scenario.")
_FRESH = click.option("--fresh", is_flag=True, help="Forget what an earlier shell left on the node; your drafts stay.")


@dataclass(frozen=True)
class _Open:
    """An open node of an exercise, and where its texts are kept."""

    node: Node
    found: Shelved
    sheet: TaskSheet
    drafts: bool
    """The texts are the drafts that the TUI shows, too. A variant's own live on the node alone."""

    def keep(self, texts: dict[str, str]) -> bool:
        """Writes drafts. Where that fails the texts stay on the node, and are drafts again at the next opening."""
        if not self.drafts:
            return True
        try:
            with Store.open() as store:
                for name, text in texts.items():
                    store.save_draft(self.found.key, text, name)
        except StoreError:
            return False
        return True

    def bring_back(self) -> None:
        """At the end: what is not kept yet, or a warning."""
        changed = self.node.changes()
        if changed and not self.keep(changed):
            narrate(f"warning: your drafts could not be written; {', '.join(sorted(changed))} stays in {self.node.place.root}")
        else:
            self.node.agree(changed)


def _folder(key: str, seed: int) -> Path:
    return data_folder() / "nodes" / f"{key.replace('/', '--')}-{seed}"


@contextmanager
def _opened(exercise: str, seed: int, fresh: bool) -> Iterator[_Open]:
    found = find(exercise)
    sheet = task_sheet(found.pack, 1, found.exercise.slug, found.exercise.points, seed)
    scenario = scenario_of(found.exercise, seed, found.pack)
    texts, folder = dict(sheet.files), _folder(found.key, seed)
    if seed == 0:
        with Store.open() as store:
            texts = {name: text if (text := store.draft(found.key, name)) is not None else start for name, start in texts.items()}
    with open_node(folder, sheet.exercise, scenario, found.pack.base_rules, texts, fresh=fresh, keep=seed != 0) as node:
        yield _Open(node, found, sheet, seed == 0)


@node_group.command("shell")
@click.argument("exercise")
@_SEED
@_FRESH
def shell_command(exercise: str, seed: int, fresh: bool) -> int:
    """Open your own shell on the node of EXERCISE, with its /etc/falco and commands that behave as there."""
    if not is_terminal(sys.stdin):
        raise click.UsageError("a shell needs a terminal; for one command: cks-trainer node run EXERCISE -- COMMAND")
    lang, brought = language(), set[str]()
    with _opened(exercise, seed, fresh) as opened:

        def keep(texts: dict[str, str]) -> bool:
            brought.update(texts)
            return opened.keep(texts)

        title = opened.sheet.exercise.title
        run_shell(opened.node, lang, title.get(lang) or title.get("en") or opened.found.key, keep)
        opened.bring_back()
        base = opened.node.base_was_changed(opened.found.pack.base_rules)
    narrate(tell(lang, "brought", names=", ".join(sorted(brought))) if brought else tell(lang, "nothing"))
    if base:
        narrate(tell(lang, "base"))
    narrate(tell(lang, "grade", exercise=exercise, seed=f" --seed {seed}" if seed else ""))
    return ExitCode.YES


@node_group.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("exercise")
@_SEED
@_FRESH
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run_command(exercise: str, seed: int, fresh: bool, command: tuple[str, ...]) -> int:
    """Run one COMMAND on the node of EXERCISE (put -- before it); the exit code is the command's.

    Example: cks-trainer node run memory-culprit --seed 1 -- falco -M 5
    """
    with _opened(exercise, seed, fresh) as opened:
        code = run_one(opened.node, command, opened.keep)
        opened.bring_back()
        return code


@node_group.command("grade")
@click.argument("exercise")
@_SEED
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
@click.pass_context
def grade_node_command(context: click.Context, exercise: str, seed: int, as_json: bool) -> int:
    """Grade what stands on the node of EXERCISE: rules, answer files, and what was scaled."""
    with _opened(exercise, seed, False) as opened, tempfile.TemporaryDirectory(prefix="cks-trainer-") as folder:
        opened.bring_back()
        texts = opened.node.taken | opened.node.changes()
        paths = {name: Path(folder) / name for name in opened.node.files}
        for name, path in paths.items():
            path.write_bytes(texts[name].encode("utf-8", "surrogateescape"))
        asked = {str(one.params["file"]) for one in opened.found.exercise.criteria if "file" in one.params} | {CONFIG_FILE}
        answers = tuple(f"{name}={path}" for name, path in paths.items() if name in asked)
        code = context.invoke(
            grade_command, exercise=exercise, rules=paths[LEARNER_FILE], answers=answers, live=False, seed=seed, as_json=as_json
        )
        assert isinstance(code, int)
        return code


@node_group.command("ps")
@click.argument("what", type=click.Choice(["containers", "pods", "images"]), default="containers")
@click.option("--scenario", help="Name in the core pack, or a scenario folder.")
@click.option("--exercise", help="The scenario of this exercise.")
@click.option("--seed", default=0, show_default=True, help="Variant of the scenario.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def ps_command(what: str, scenario: str | None, exercise: str | None, seed: int, as_json: bool) -> int:
    """Show containers (as `crictl ps`), pods (as `kubectl get pods -A`) or images (as `crictl images`).

    The ids and names are those of the events.
    """
    found = _scenario(scenario, exercise, seed)
    if as_json:
        items = node_pods(found) if what == "pods" else node_images(found) if what == "images" else node_containers(found)
        emit_json([asdict(item) for item in items])
    else:
        _print_table(*_table(what, found))
    return ExitCode.YES


def _scenario(scenario: str | None, exercise: str | None, seed: int) -> Scenario:
    if (scenario is None) == (exercise is None):
        raise click.UsageError("give one of --scenario NAME and --exercise SLUG")
    if exercise is not None:
        found = find(exercise)
        return scenario_of(found.exercise, seed, found.pack)
    assert scenario is not None
    return load_scenario(scenario, seed, core_pack_folder())


def _table(what: str, scenario: Scenario) -> tuple[Sequence[str], list[Sequence[str]]]:
    if what == "pods":
        pods = [(pod.namespace or "default", pod.name, pod.ready, pod.status, "0") for pod in node_pods(scenario)]
        return ("NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS"), list(pods)
    if what == "images":
        images = [(item.repository, item.tag or _NONE, item.id[:_IMAGE_DIGITS]) for item in node_images(scenario)]
        return ("IMAGE", "TAG", "IMAGE ID"), list(images)
    rows = [
        (item.id, item.image, item.state, item.name, item.pod or _NONE, item.namespace or _NONE)
        for item in node_containers(scenario)
    ]
    return ("CONTAINER", "IMAGE", "STATE", "NAME", "POD", "NAMESPACE"), list(rows)


def _print_table(head: Sequence[str], rows: list[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        click.echo("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
