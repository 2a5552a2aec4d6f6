"""Which seeds a scenario's recordings are made of."""

from __future__ import annotations

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
    seeds = {0, *recordings_by_seed(folder)}
    wanted = {(name, option) for name, options in choices.items() for option in options}
    for seed in sorted(seeds):
        wanted -= set(draw(choices, seed).items())
    for seed in range(1, _MOST):
        if not wanted:
            break
        if gained := wanted & set(draw(choices, seed).items()):
            seeds.add(seed)
            wanted -= gained
    return tuple(sorted(seeds))
