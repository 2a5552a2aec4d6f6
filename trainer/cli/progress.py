"""progress: the figures that the TUI draws. drill: what five minutes are well spent on."""

from __future__ import annotations

import random

import click

from trainer.cli.console import ExitCode, emit_json, language, narrate
from trainer.cli.exam_rows import all_attempts, attempt_row
from trainer.cli.exam_show import print_attempts
from trainer.cli.exercise_names import core_pack
from trainer.cli.practice_show import installed_and_told, print_figures, said
from trainer.content import fill_exercise, recordings_by_seed
from trainer.content.footprint import visible
from trainer.grading import scenario_of
from trainer.session import Store
from trainer.session.drill import draw_drill, draw_seed
from trainer.session.figures import read_figures
from trainer.session.history import read_tries
from trainer.session.shelf import Shelved, shelf


@click.command("progress")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def progress_command(as_json: bool) -> int:
    """Show skill levels, times, first tries, what is weak and what is due."""
    core = core_pack()
    with Store.open() as store:
        figures = read_figures(store, shelf(core, installed_and_told(core)))
        attempts = all_attempts(store)
    if as_json:
        emit_json({**figures.to_json(), "exams": [attempt_row(attempt) for attempt in attempts]})
    else:
        print_figures(figures, language())
        print_attempts(attempts, language())
    return ExitCode.YES


@click.command("drill")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
@click.option("--seed", type=int, default=None, help="Draw the same again.")
def drill_command(as_json: bool, seed: int | None) -> int:
    """Five minutes on what is due: draws one to three quick exercises with new variants.

    Without options, in a terminal, the drill opens in the TUI.
    """
    core, lang = core_pack(), language()
    chance = random.Random(seed)
    with Store.open() as store:
        everything = shelf(core, installed_and_told(core))
        drawn = draw_drill(everything, read_figures(store, everything), chance)
        tries = read_tries(store)
    if not drawn:
        narrate(said(lang, "drill.nothing"))
        return ExitCode.NO
    rows = []
    for one in drawn:
        recorded = list(recordings_by_seed(one.pack.folder / "scenarios" / one.exercise.scenario))
        used = [attempt.seed for attempt in tries if attempt.exercise == one.key]
        rows.append(_row(one, draw_seed(recorded, used, chance)))
    if as_json:
        emit_json({"exercises": rows})
        return ExitCode.YES
    for number, (one, row) in enumerate(zip(drawn, rows, strict=True)):
        exercise = fill_exercise(one.exercise, scenario_of(one.exercise, int(str(row["seed"])), one.pack).variables)
        title = visible(exercise.title.get(lang) or exercise.title["en"])
        head = said(lang, "drill", title=title, seed=row["seed"], minutes=max(1, round(exercise.target_seconds / 60)))
        click.echo(("\n" if number else "") + head + "\n")
        for line in (exercise.task.get(lang) or exercise.task["en"]).rstrip().splitlines():
            click.echo(visible(line))
        click.echo("")
        click.echo(said(lang, "drill.grade", command=row["command"]))
    return ExitCode.YES


def _row(one: Shelved, seed: int) -> dict[str, object]:
    return {
        "slug": one.key,
        "seed": seed,
        "skills": list(one.exercise.skills),
        "target_seconds": one.exercise.target_seconds,
        "command": f"cks-trainer grade {one.key} --seed {seed} --rules FILE",
    }
