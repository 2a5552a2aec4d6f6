"""Which seeds a scenario's recordings are made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from trainer.content.loader import recordings_by_seed
from trainer.content.reading import Problems, read_mapping
from trainer.content.scenarios import read_choices
from trainer.content.variables import draw

_MOST = 1_000
"""Seeds that are tried; a choice that none of them draws is not recorded by itself."""


def variables_of(folder: Path) -> dict[str, tuple[str, ...]]:
    """A scenario's variables with their choices; none where the file cannot be read."""
    fields = read_mapping(folder / "scenario.yaml", Problems())
    return {} if fields is None else read_choices(fields)


def seeds_to_record(folder: Path) -> tuple[int, ...]:
    """Seed 0, those that were recorded before, and the first ones that together show every choice of every variable."""
    choices = variables_of(folder)
    return _covering(choices, {0, *recordings_by_seed(folder)})


def seeds_needed(folder: Path) -> tuple[int, ...]:
    """As ``seeds_to_record``, but of those that were recorded before only the ones that show a choice which no smaller one shows."""
    choices = variables_of(folder)
    kept = {0}
    wanted = _choices(choices) - set(draw(choices, 0).items())
    for seed in recordings_by_seed(folder):
        if gained := wanted & set(draw(choices, seed).items()):
            kept.add(seed)
            wanted -= gained
    return _covering(choices, kept)


def _covering(choices: Mapping[str, tuple[str, ...]], seeds: Collection[int]) -> tuple[int, ...]:
    """``seeds``, and the first others that show what these do not."""
    found = set(seeds)
    wanted = _choices(choices)
    for seed in sorted(found):
        wanted -= set(draw(choices, seed).items())
    for seed in range(1, _MOST):
        if not wanted:
            break
        if gained := wanted & set(draw(choices, seed).items()):
            found.add(seed)
            wanted -= gained
    return tuple(sorted(found))


def _choices(choices: Mapping[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    return {(name, option) for name, options in choices.items() for option in options}
