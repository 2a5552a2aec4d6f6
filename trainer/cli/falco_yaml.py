"""falco.yaml on the command line: where its rules are, and where its alerts go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from trainer.engine import Alert, FalcoSettings, SettingsProblem, read_settings
from trainer.errors import TrainerError
from trainer.source import read_source


@contextmanager
def settings_errors(path: Path | None) -> Iterator[None]:
    """What is wrong in falco.yaml leaves as TrainerError with its line."""
    try:
        yield
    except SettingsProblem as problem:
        place = f"{path}:{problem.line}" if problem.line else str(path)
        raise TrainerError(f"{place}: {problem.message}", problem.help) from None


def falco_settings(path: Path | None) -> FalcoSettings:
    """Falco's defaults without a file. Raises TrainerError."""
    if path is None:
        return FalcoSettings()
    with settings_errors(path):
        return read_settings(read_source(path))


def rules_of(settings: FalcoSettings) -> tuple[Path, ...]:
    """The files of ``rules_files`` in Falco's order: a folder stands for its .yaml and .yml files, sorted by bytes."""
    found: list[Path] = []
    for name in settings.rules_files:
        path = Path(name)
        if path.is_dir():
            inside = (file for file in path.iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())
            found.extend(sorted(inside, key=lambda file: str(file).encode("utf-8", "surrogateescape")))
        else:
            found.append(path)
    return tuple(found)


class AlertPrinter:
    """Prints alerts where falco.yaml wants them: on stdout, in its file_output, or both."""

    def __init__(self, settings: FalcoSettings, as_json: bool, file: TextIO | None) -> None:
        self._settings = settings
        self._json = as_json or settings.json_output
        self._file = file
        kept = {
            "output": settings.json_include_output_property,
            "tags": settings.json_include_tags_property,
            "output_fields": settings.json_include_output_fields_property,
        }
        self._without = frozenset(name for name, wanted in kept.items() if not wanted)

    def show(self, alert: Alert) -> None:
        iso = self._settings.iso_time
        line = alert.json_line(iso, without=self._without) if self._json else alert.text_line(iso)
        if self._settings.stdout_enabled:
            click.echo(line)
        if self._file is not None:
            self._file.write(line + "\n")


@contextmanager
def alert_printer(settings: FalcoSettings, as_json: bool) -> Iterator[AlertPrinter]:
    """Opens file_output for appending, as Falco does, and closes it. Raises TrainerError when it cannot be written."""
    if not settings.file_enabled:
        yield AlertPrinter(settings, as_json, None)
        return
    try:
        file = open(settings.file_name, "a", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115 -- only opening may fail in this way
    except OSError as error:
        raise TrainerError(
            f"file_output: {settings.file_name} cannot be written: {error.strerror}",
            "make its folder, or change filename in falco.yaml",
        ) from None
    with file:
        yield AlertPrinter(settings, as_json, file)
