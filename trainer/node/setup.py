"""What a Falco of the node starts with: falco.yaml and the rules, loaded as Falco loads them, and its words where it refuses them.

Sources: language.md sections 2.8, 3.4 and 5; falco's app/actions/load_config.cpp and load_rules_files.cpp for what is logged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trainer.engine import FalcoSettings, LoadResult, Ruleset, SettingsProblem, falco_text, load_rules
from trainer.errors import TrainerError
from trainer.node.falco_yaml import falco_settings, files_of
from trainer.node.place import CONFIG, Place
from trainer.source import SourceFile, read_source

FALCO_VERSION = "0.44.1"
LIBS_VERSION = "0.25.4"

Log = Callable[[str], object]
"""Takes one line of Falco's log, without the time."""


class FalcoRefuses(Exception):
    """Falco ends with exit code 1; the text is what it writes behind ``Error: ``. ``hint`` is ours: the next step."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Ready:
    """A Falco that could run."""

    settings: FalcoSettings
    ruleset: Ruleset
    files: tuple[Path, ...] = field(default=())
    """falco.yaml, the rules files and their folders, as they really are."""


def log_time(iso: bool = False) -> str:
    """The time of a line of Falco's log: local, as asctime has it, or UTC."""
    now = time.time()
    return (
        time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(now))
        if iso
        else time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(now))
    )


def read_config(place: Place, name: str | None, overrides: Sequence[str] = ()) -> FalcoSettings:
    """``name`` None: /etc/falco/falco.yaml. Raises FalcoRefuses."""
    path = place.reading(name if name is not None else CONFIG)
    if not path.is_file():
        raise FalcoRefuses(f"Could not find configuration file at {name or CONFIG}")
    try:
        return falco_settings(path, name or CONFIG, overrides)
    except TrainerError as error:
        raise FalcoRefuses(error.message, error.help) from None


def read_rules(place: Place, names: Sequence[str], must_exist: bool) -> tuple[tuple[SourceFile, Path], ...]:
    """Rules files under the names that were given. Falco skips what falco.yaml names and is not there, but not what -r names.

    Raises FalcoRefuses.
    """
    found: list[tuple[SourceFile, Path]] = []
    for name in names:
        for shown, path in files_of(name, place.reading):
            if not path.exists() and not must_exist:
                continue
            try:
                found.append((read_source(path, shown), path))
            except TrainerError as error:
                raise FalcoRefuses(f"Could not open file {shown} for reading", error.message) from None
    return tuple(found)


def set_up(place: Place, config: str | None, rules: Sequence[str], overrides: Sequence[str], log: Log) -> Ready:
    """Everything that comes before the first event. Raises FalcoRefuses with all that Falco says of the file that it refuses."""
    settings = read_config(place, config, overrides)
    name = config or CONFIG
    log(f"Falco version: {FALCO_VERSION} (cks-trainer's node)")
    log("Falco initialized with configuration files:")
    log(f"   {name} | schema validation: ok")
    sources = read_rules(place, rules or settings.rules_files, bool(rules))
    if not sources:
        raise FalcoRefuses("You must specify at least one rules file/directory via a command line option or in the config")
    log("Loading rules from:")
    result = load_rules([source for source, _ in sources], mode="falco", plugins=settings.plugins, min_priority=settings.priority)
    for file in result.files:
        log(f"   {file.file.name} | schema validation: {_schema(file.schema_valid, file.schema_warnings)}")
    refuse_bad(result)
    for file in result.files:
        if file.warnings:
            log(_warnings_text(result, file.file.name))
    try:
        ruleset = settings.apply(result.ruleset)
    except SettingsProblem as problem:
        raise FalcoRefuses(problem.message, problem.help) from None
    folders = (path for one in settings.rules_files if (path := place.reading(one)).is_dir())
    return Ready(settings, ruleset, (place.reading(name), *folders, *(path for _, path in sources)))


def refuse_bad(result: LoadResult) -> None:
    """Raises FalcoRefuses for the first file that Falco refuses."""
    if result.fatal is not None:
        raise FalcoRefuses(result.fatal)
    for file in result.files:
        if not file.successful:
            raise FalcoRefuses(falco_text(LoadResult((file,), result.ruleset)))


def _warnings_text(result: LoadResult, name: str) -> str:
    codes = [
        f"{warning.code.value}: {warning.message}" for file in result.files if file.file.name == name for warning in file.warnings
    ]
    return f"{name}: Ok, with warnings\n" + "\n".join(f"   {code}" for code in codes)


def _schema(valid: bool | None, warnings: Sequence[str]) -> str:
    if valid is None:
        return "none"
    return "ok" if valid else warnings[0] if warnings else "failed"
