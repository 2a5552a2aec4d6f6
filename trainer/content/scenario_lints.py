"""What shows in a scenario only with its other seeds and its recordings: names that hang on a variable, recordings of another version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from trainer.content.digest import scenario_digest
from trainer.content.loader import recordings_by_seed
from trainer.content.model import Action, Pack, Scenario
from trainer.content.reading import Problems, read_mapping
from trainer.content.scenarios import read_scenario
from trainer.content.seeds import seeds_to_record, variables_of
from trainer.content.variables import draw
from trainer.errors import RecordingError
from trainer.events import ActionResult
from trainer.events.recording import read_outline
from trainer.source import Span
from trainer.source.yaml import YamlMapping, YamlSequence

OTHER_VERSION: Final = "recorded from another version of this scenario"
BASE_IMAGE_HELP: Final = "docs/writing-packs.md lists the programs of the base image; files: {...} adds texts and scripts"
_NOT_FOUND = 127
_NOT_RUN = 126
_STARTERS = frozenset("sh bash dash env timeout nice nohup setsid xargs su chroot unshare nsenter python3 perl".split())  # noqa: SIM905
"""Programs whose exit code may be that of another one which they start."""


def lint_scenario(pack: Pack, name: str, problems: Problems) -> None:
    """Every seed that is to be recorded, and every recording that is there."""
    folder = pack.folder / "scenarios" / name
    fields = read_mapping(folder / "scenario.yaml", Problems())
    first, _ = read_scenario(folder, 0, pack.languages)
    if fields is None or first is None:  # reading the pack said why
        return
    record = f"run: cks-trainer pack record {pack.folder} --scenario {name}"
    recordings = recordings_by_seed(folder)
    if 0 not in recordings:
        problems.warning(fields.span, "there is no recording of seed 0", record)
    other: list[int] = []
    told: set[tuple[int, int]] = set()
    for seed in seeds_to_record(folder):
        scenario = first if seed == 0 else _of_seed(folder, seed, pack.languages, problems, told)
        if scenario is None or seed not in recordings:
            continue
        try:
            outline = read_outline(recordings[seed])
        except RecordingError as error:
            problems.file_error(recordings[seed], error.message, record)
            continue
        if outline.header.scenario_digest not in ("", scenario_digest(scenario)):
            other.append(seed)
        elif seed == 0:
            for index, message in program_warnings(scenario, outline.actions):
                problems.warning(_run_span(fields.node, index, fields.span), message, BASE_IMAGE_HELP)
    if other:
        seeds = f"seed{'s' if len(other) > 1 else ''} {', '.join(map(str, other))}"
        problems.warning(fields.span, f"{seeds}: {OTHER_VERSION}", record)


def _of_seed(
    folder: Path, seed: int, languages: Sequence[str], problems: Problems, told: set[tuple[int, int]]
) -> Scenario | None:
    """The scenario with this seed; what is wrong with it and was not with the seeds before is told."""
    scenario, found = read_scenario(folder, seed, languages)
    if scenario is None:
        values = ", ".join(f"{name} = {value}" for name, value in draw(variables_of(folder), seed).items())
        for one in found:
            place = (one.span.start, one.span.end) if one.span is not None else (0, 0)
            if one.is_error and one.span is not None and place not in told:
                told.add(place)
                advice = "where a name hangs on a variable, write the variable: ${name}"
                problems.error(
                    one.span, f"with seed {seed} ({values}): {one.message}", f"{one.help}; {advice}" if one.help else advice
                )
    return scenario


def program_warnings(scenario: Scenario, results: Sequence[ActionResult]) -> Iterator[tuple[int, str]]:
    """The number of an action (from 0) and a sentence, where the program that it names could not be started."""
    by_id = {result.id: result for result in results}
    for index, action in enumerate(scenario.actions):
        result = by_id.get(action.id)
        if result is None or not action.run:
            continue
        program, starter = _program(action)
        if result.exit_code == _NOT_FOUND:
            what = f"a program that {program} starts" if starter else program
            yield index, f"action {action.id} ended with 127: {what} is not in the base image"
        elif result.exit_code == _NOT_RUN and not starter:
            yield index, f"action {action.id} ended with 126: {program} could not be executed"


def _program(action: Action) -> tuple[str, bool]:
    """The action's program, and whether it starts others."""
    return action.run[0], PurePosixPath(action.run[0]).name in _STARTERS


def _run_span(node: YamlMapping, index: int, default: Span) -> Span:
    actions = node.get("actions")
    action = actions.items[index] if isinstance(actions, YamlSequence) else None
    run = action.get("run") if isinstance(action, YamlMapping) else None
    return run.span if run is not None else default
