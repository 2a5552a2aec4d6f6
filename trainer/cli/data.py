"""data: where a learner's data is, all of it as one file, merged back, and forgotten after a backup."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, is_terminal, language, narrate
from trainer.cli.exercise_names import find
from trainer.cli.practice_show import said
from trainer.errors import PackError
from trainer.session import Store, data_folder
from trainer.session.archive import backups_folder, export_data, import_data, kept_of, reset_data
from trainer.session.shelf import packs_folder


@click.group("data")
def data_group() -> None:
    """Your data: where it is, as one file, back again, or forgotten."""


@data_group.command("where")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def where_command(as_json: bool) -> int:
    """Say where everything is kept. CKS_TRAINER_HOME chooses the folder."""
    with Store.open() as store:
        places = {
            "folder": str(data_folder()),
            "store": str(store.path),
            "backups": str(backups_folder(store)),
            "packs": str(packs_folder()),
        }
    if as_json:
        emit_json(places)
    else:
        for name, place in places.items():
            click.echo(f"{name:<8} {place}" + ("" if Path(place).exists() else "  (-)"))
    return ExitCode.YES


@data_group.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def export_command(file: Path, force: bool) -> int:
    """Write all attempts, texts and exams into FILE (JSON)."""
    with Store.open() as store:
        count = export_data(store, file, replace=force)
    narrate(said(language(), "exported", count=count, path=file))
    return ExitCode.YES


@data_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_command(file: Path) -> int:
    """Merge FILE into your data. Nothing that is there is lost; what is there already is not doubled."""
    with Store.open() as store:
        merged = import_data(store, file)
    added = merged.added
    if merged.nothing:
        narrate(said(language(), "imported.nothing", path=file))
    else:
        narrate(said(language(), "imported", **added, texts=added["draft"] + added["earlier_draft"]))
    return ExitCode.YES


@data_group.command("reset")
@click.argument("exercise", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset_command(exercise: str | None, yes: bool) -> int:
    """Forget the progress of EXERCISE, or all of it. A backup is written first."""
    lang = language()
    with Store.open() as store:
        key = _key(store, exercise) if exercise is not None else None
        what = key if key is not None else said(lang, "reset.all")
        if key is not None and not kept_of(store, key):
            narrate(said(lang, "reset.nothing", what=what))
            return ExitCode.YES
        if not yes:
            if not is_terminal(sys.stdin):
                raise click.UsageError("this deletes progress: say --yes where nobody can be asked")
            if not click.confirm(said(lang, "reset.ask", what=what), err=True):
                return ExitCode.NO
        backup = reset_data(store, key)
    narrate(said(lang, "reset.done", path=backup))
    narrate(said(lang, "reset.back", path=backup))
    return ExitCode.YES


def _key(store: Store, name: str) -> str:
    """Of an exercise that a pack has, or that has left attempts behind. Raises PackError."""
    try:
        return find(name).key
    except PackError:
        if kept_of(store, name):
            return name
        raise
