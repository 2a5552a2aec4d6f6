"""Reading scenario.yaml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from trainer.content.audit import read_audit
from trainer.content.model import SOURCES, SYSCALL_SOURCE, Action, ActionKind, Container, Scenario
from trainer.content.reading import Fields, Problems, read_mapping
from trainer.content.variables import draw, fill
from trainer.diagnostics import Diagnostic
from trainer.events.audit import SOURCE as AUDIT_SOURCE
from trainer.source import Span

FORMAT_VERSION = 1
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CONTAINER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_GIVEN_HELP = "each action has its events under 'audit'"
_IP = re.compile(r"\{ip:([^{}]*)\}")
_DEFAULT_COMMAND = ("sleep", "600")
MAX_TIMEOUT = 120.0
_OF_COMMANDS = ("run", "in", "user", "tty", "timeout", "env", "workdir", "stdin", "lines")
"""Keys of an action that runs something."""


def check_version(fields: Fields, path: Path, *, required: bool = False) -> bool:
    """False when the file is of a version that this trainer cannot read; the message says which side to upgrade."""
    version = fields.integer("format_version", FORMAT_VERSION, required=required, low=-1_000_000)
    if version > FORMAT_VERSION:
        fields.problems.error(
            fields.at("format_version"),
            f"{path.name} has format_version {version}; this cks-trainer reads up to {FORMAT_VERSION}",
            "upgrade cks-trainer: pip install --upgrade cks-trainer",
        )
        return False
    if version < 1:
        fields.problems.error(
            fields.at("format_version"),
            f"{path.name} has format_version {version}; this cks-trainer reads from 1",
            "upgrade the pack: ask its author for a current version",
        )
        return False
    return True


def read_scenario(
    folder: Path, seed: int = 0, languages: Sequence[str] = ("en", "ko")
) -> tuple[Scenario | None, tuple[Diagnostic, ...]]:
    """The scenario in ``folder`` with one seed's variables; None when it cannot be used."""
    problems = Problems()
    path = folder / "scenario.yaml"
    plain_fields = read_mapping(path, problems)
    if plain_fields is None or not check_version(plain_fields, path):
        return None, tuple(problems.found)
    variables = draw(read_choices(plain_fields), seed)

    def put_in(text: str, span: Span) -> str:
        def unknown(name: str) -> None:
            known = ", ".join(variables) or "none"
            problems.error(span, f"there is no variable {name!r}", f"variables: {known}; a shell's own is written $${{{name}}}")

        return fill(text, variables, unknown)

    fields = Fields(plain_fields.node, Problems(), put_in)
    fields.problems = problems
    fields.ignore("format_version", "variables")
    title = fields.localised("title", languages)
    source = fields.choice("source", SOURCES, SYSCALL_SOURCE, required=False)
    is_given = source == AUDIT_SOURCE
    if is_given and fields.has("containers"):
        problems.error(
            fields.at("containers"), f"a scenario with source: {source} has no containers: nothing is run", _GIVEN_HELP
        )
    containers = tuple(_container(entry) for entry in fields.mappings("containers", required=not is_given))
    names = [container.name for container in containers]
    networked = {container.name for container in containers if container.network}
    actions = tuple(
        _given(entry, languages) if is_given else _action(entry, names, networked, languages)
        for entry in fields.mappings("actions", required=True)
    )
    fields.done("a scenario")
    _unique(fields, "containers", "name", names)
    _unique(fields, "actions", "id", [action.id for action in actions])
    if problems.has_errors:
        return None, tuple(problems.found)
    return Scenario(folder.name, seed, containers, actions, title, variables, folder, source), tuple(problems.found)


def read_choices(fields: Fields) -> dict[str, tuple[str, ...]]:
    variables = fields.mapping("variables")
    if variables is None:
        return {}
    choices = {}
    names = variables.node.keys()
    for name in names:
        options = variables.texts(name, required=True)
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name):
            fields.problems.error(variables.at(name), f"{name!r} is not a name for a variable")
        if options:
            choices[name] = options
    return choices


def _container(fields: Fields) -> Container:
    container = Container(
        name=fields.text("name", required=True),
        image=fields.text("image", required=True),
        command=fields.texts("command", default=_DEFAULT_COMMAND) or _DEFAULT_COMMAND,
        user=fields.optional_text("user"),
        env=fields.pairs("env"),
        labels=fields.pairs("labels"),
        network=fields.flag("network"),
        cap_add=fields.texts("cap_add"),
        files=fields.pairs("files"),
        tmpfs=fields.texts("tmpfs"),
        cap_drop=fields.texts("cap_drop"),
        read_only=fields.flag("read_only"),
        no_new_privileges=fields.flag("no_new_privileges"),
        workdir=fields.optional_text("workdir"),
    )
    if container.name and not _CONTAINER_NAME.fullmatch(container.name):
        fields.problems.error(fields.at("name"), f"{container.name!r} is not a name that Docker takes")
    if container.read_only and container.files:
        fields.problems.error(fields.at("files"), "a container with read_only: true can have no files", "leave one of them out")
    for path in (*container.files, *container.tmpfs):
        if not path.startswith("/"):
            key = "files" if path in container.files else "tmpfs"
            fields.problems.error(fields.at(key), f"{path!r} must be an absolute path")
    fields.done("a container")
    return container


def _given(fields: Fields, languages: Sequence[str]) -> Action:
    """An action whose events are given."""
    action = Action(
        id=_id(fields),
        run=(),
        container="",
        kind=_kind(fields),
        why=fields.localised("why", languages),
        audit=read_audit(fields),
    )
    for key in _OF_COMMANDS:
        if fields.has(key):
            span = (fields.node.key(key) or fields.node).span
            fields.problems.error(span, f"{key!r} is for commands: actions of source: {AUDIT_SOURCE} run nothing", _GIVEN_HELP)
    fields.ignore(*_OF_COMMANDS)
    fields.done("an action")
    return action


def _id(fields: Fields) -> str:
    found = fields.text("id", required=True)
    if found and not NAME.fullmatch(found):
        fields.problems.error(fields.at("id"), f"{found!r}: an id has lower case letters, digits and - only")
    return found


def _kind(fields: Fields) -> ActionKind:
    return ActionKind(fields.choice("kind", [kind.value for kind in ActionKind], ActionKind.ATTACK.value))


def _action(fields: Fields, names: Sequence[str], networked: set[str], languages: Sequence[str]) -> Action:
    action = Action(
        id=_id(fields),
        run=fields.texts("run", required=True),
        container=fields.text("in", required=True),
        kind=_kind(fields),
        user=fields.optional_text("user"),
        tty=fields.flag("tty"),
        timeout=fields.number("timeout", 10.0, low=0.1, high=MAX_TIMEOUT),
        why=fields.localised("why", languages),
        env=fields.pairs("env"),
        workdir=fields.optional_text("workdir"),
        stdin=fields.optional_text("stdin"),
        lines=fields.texts("lines"),
    )
    if action.lines and not action.tty:
        fields.problems.error(fields.at("lines"), "'lines' are typed at a terminal", "give the action tty: true, or use stdin")
    if fields.has("audit"):
        fields.problems.error(
            fields.at("audit"),
            "'audit' holds events that are given; this scenario runs commands",
            f"write source: {AUDIT_SOURCE}",
        )
    fields.ignore("audit")
    if action.container and action.container not in names:
        fields.problems.error(fields.at("in"), f"there is no container {action.container!r}", f"containers: {', '.join(names)}")
    for target in _IP.findall("\n".join(action.run)):
        if target not in names:
            fields.problems.error(fields.at("run"), f"{{ip:{target}}}: there is no container {target!r}")
        elif target not in networked:
            fields.problems.error(
                fields.at("run"), f"{{ip:{target}}}: container {target!r} has no network", "give it network: true"
            )
    fields.done("an action")
    return action


def _unique(fields: Fields, key: str, what: str, values: Sequence[str]) -> None:
    for value in sorted({value for value in values if value and values.count(value) > 1}):
        fields.problems.error(fields.at(key), f"{what} {value!r} is used twice in {key!r}")
