"""Questions to a scenario's node, which an exam's task answers with crictl and kubectl."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from trainer.capture.node import node_containers, node_images, node_pods
from trainer.cli.console import ExitCode, emit_json
from trainer.cli.exercise_names import find
from trainer.content import Scenario, core_pack_folder, load_scenario
from trainer.grading import scenario_of

_NONE = "<none>"
_IMAGE_DIGITS = 13
"""That crictl shows of an image's id."""


@click.group("node")
def node_group() -> None:
    """Ask the node of a scenario what runs there."""


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
