"""falco.yaml for who runs rules: where its rules are, and where its alerts go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from trainer.engine import Alert, FalcoSettings, SettingsProblem, read_settings
from trainer.errors import TrainerError
from trainer.node.overrides import overridden
from trainer.source import read_source

Locate = Callable[[str], Path]
"""From a path as falco.yaml writes it to the file."""


@contextmanager
def settings_errors(path: Path | str | None) -> Iterator[None]:
    """What is wrong in falco.yaml leaves as TrainerError with its line."""
    try:
        yield
    except SettingsProblem as problem:
        place = f"{path}:{problem.line}" if problem.line else str(path)
        raise TrainerError(f"{place}: {problem.message}", problem.help) from None


def falco_settings(path: Path | None, name: str | None = None, overrides: Sequence[str] = ()) -> FalcoSettings:
    """Falco's defaults without a file. ``name``: what the file is called; ``overrides``: ``key=value`` of -o. Raises TrainerError."""
    if path is None:
        return FalcoSettings()
    with settings_errors(name or path):
        file = overridden(read_source(path, name), overrides)
        try:
            return read_settings(file)
        except SettingsProblem as problem:
            # With overrides the lines are no longer those of the learner's file.
            raise SettingsProblem(problem.message, 0 if overrides else problem.line, problem.help) from None


def files_of(name: str, locate: Locate = Path) -> tuple[tuple[str, Path], ...]:
    """A rules file, or the .yaml and .yml files of a folder sorted by bytes, as Falco takes them: the names and the files."""
    path = locate(name)
    if not path.is_dir():
        return ((name, path),)
    inside = (file for file in path.iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())
    ordered = sorted(inside, key=lambda file: str(file).encode("utf-8", "surrogateescape"))
    return tuple((f"{name.rstrip('/')}/{file.name}", file) for file in ordered)


def rules_of(settings: FalcoSettings) -> tuple[Path, ...]:
    """The files of ``rules_files`` in Falco's order."""
    return tuple(path for name in settings.rules_files for _, path in files_of(name))


class AlertPrinter:
    """Prints alerts where falco.yaml wants them: on stdout, in its file_output, or both."""

    def __init__(
        self, settings: FalcoSettings, as_json: bool, file: TextIO | None, write: Callable[[str], object], event_num: bool
    ) -> None:
        self._settings = settings
        self._json = as_json or settings.json_output
        self._file = file
        self._write = write
        self._event_num = event_num
        kept = {
            "output": settings.json_include_output_property,
            "tags": settings.json_include_tags_property,
            "output_fields": settings.json_include_output_fields_property,
        }
        self._without = frozenset(name for name, wanted in kept.items() if not wanted)

    def show(self, alert: Alert) -> None:
        iso = self._settings.iso_time
        line = alert.json_line(iso, self._event_num, self._without) if self._json else alert.text_line(iso)
        if self._settings.stdout_enabled:
            self._write(line)
        if self._file is not None:
            self._file.write(line + "\n")
            if not self._settings.buffered:
                self._file.flush()


@contextmanager
def alert_printer(
    settings: FalcoSettings,
    write: Callable[[str], object],
    *,
    as_json: bool = False,
    event_num: bool = True,
    locate: Locate = Path,
) -> Iterator[AlertPrinter]:
    """Opens file_output for appending, as Falco does, and closes it. ``write`` takes each line of stdout, without its line break;
    ``event_num`` adds evt.num to the output_fields. Raises TrainerError when the file cannot be written.
    """
    if not settings.file_enabled:
        yield AlertPrinter(settings, as_json, None, write, event_num)
        return
    try:
        file = open(locate(settings.file_name), "a", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115 -- only opening may fail in this way
    except OSError as error:
        raise TrainerError(
            f"file_output: {settings.file_name} cannot be written: {error.strerror}",
            "make its folder, or change filename in falco.yaml",
        ) from None
    with file:
        yield AlertPrinter(settings, as_json, file, write, event_num)
