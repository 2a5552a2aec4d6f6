"""What a pack will run, in words: so that a learner who is asked to trust it knows what they say yes to."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from trainer.content.model import Container, Pack, Scenario
from trainer.content.scenarios import read_scenario
from trainer.content.seeds import variables_of

_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

_MIGHTY = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "SYS_TIME", "SYS_PTRACE", "DAC_READ_SEARCH", "BPF", "PERFMON"}
    | {"MAC_ADMIN", "MAC_OVERRIDE", "SYSLOG", "NET_ADMIN", "CHECKPOINT_RESTORE"}
)
"""Capabilities that Docker does not give by itself, for good reasons."""


def visible(text: str) -> str:
    """A text from outside on one line, without what a terminal would obey and with hidden characters shown."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


@dataclass(frozen=True, slots=True)
class ContainerUse:
    name: str
    image: str
    command: str
    user: str
    cap_add: tuple[str, ...]
    network: bool
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScenarioUse:
    """One scenario with seed 0's choices; ``variables`` holds what other seeds may put in."""

    name: str
    containers: tuple[ContainerUse, ...]
    commands: tuple[tuple[str, str, str], ...]
    """Container, user, and the command as a shell would read it."""
    variables: dict[str, tuple[str, ...]] = field(default_factory=dict)

    requests: tuple[tuple[str, str], ...] = ()
    """Action and request of the audit events, which are given and not run."""

    @property
    def network(self) -> bool:
        return any(container.network for container in self.containers)


def footprint(pack: Pack) -> tuple[ScenarioUse, ...]:
    found = []
    for name in pack.scenarios:
        folder = pack.folder / "scenarios" / name
        scenario, _ = read_scenario(folder, 0, pack.languages)
        if scenario is not None:
            found.append(_use(scenario, variables_of(folder)))
    return tuple(found)


def _use(scenario: Scenario, variables: dict[str, tuple[str, ...]]) -> ScenarioUse:
    users = {container.name: container.user or "root" for container in scenario.containers}
    commands = []
    for action in scenario.actions:
        if scenario.is_given:
            continue
        words = visible(shlex.join(action.run))
        for typed in (*action.lines, *([action.stdin] if action.stdin else [])):
            words += f"  < {visible(typed)}"
        commands.append((visible(action.container), visible(action.user or users.get(action.container, "root")), words))
    return ScenarioUse(
        scenario.name,
        tuple(_container(one) for one in scenario.containers),
        tuple(commands),
        {visible(name): tuple(visible(option) for option in options) for name, options in variables.items()},
        tuple((action.id, visible(_request(event))) for action in scenario.actions for event in action.audit),
    )


def _request(event: Mapping[str, object]) -> str:
    user = event.get("user")
    name = user.get("username", "") if isinstance(user, dict) else ""
    return f"{event.get('verb', '')} {event.get('requestURI', '')} by {name}"


def _container(one: Container) -> ContainerUse:
    return ContainerUse(
        visible(one.name),
        visible(one.image),
        visible(shlex.join(one.command)),
        visible(one.user or "root"),
        tuple(visible(name) for name in one.cap_add),
        one.network,
        tuple(visible(path) for path in one.files),
    )


def footprint_lines(uses: tuple[ScenarioUse, ...]) -> Iterator[str]:
    """The summary for people, the weightiest first."""
    containers = [container for use in uses for container in use.containers]
    commands = sum(len(use.commands) for use in uses)
    given = sum(len(use.requests) for use in uses)
    running = sum(not use.requests for use in uses)
    yield f"In throwaway containers, and nowhere else, it runs: commands {commands}, containers {len(containers)}, scenarios {running}"
    if given:
        yield f"  audit events       {given}, in scenarios {len(uses) - running}: given, nothing is run for them"
    yield "  files come from    the trainer's own base image; the image names below are only shown"
    capabilities = sorted({name.upper().removeprefix("CAP_") for container in containers for name in container.cap_add})
    yield f"  capabilities       Docker's default set{' and ' + ', '.join(capabilities) if capabilities else ''}"
    if mighty := sorted(set(capabilities) & _MIGHTY):
        yield f"  CAREFUL            {', '.join(mighty)} can reach beyond the container, to this machine"
    networked = [use.name for use in uses if use.network]
    inner = f"a private one without a way out, in {', '.join(networked)}" if networked else "none"
    yield f"  network            {inner}"
    yield f"  users              {', '.join(sorted({user for use in uses for _, user, _ in use.commands})) or 'none'}"
    yield f"  image names        {', '.join(sorted({container.image for container in containers})) or 'none'}"
    for use in uses:
        yield f"scenario {use.name}"
        for name, options in use.variables.items():
            yield f"  ${{{name}}} is one of: {', '.join(options)}"
        for container in use.containers:
            more = [f"user {container.user}"]
            more += [f"adds {name}" for name in container.cap_add]
            more += ["network"] if container.network else []
            more += [f"writes {path}" for path in container.files]
            yield f"  container {container.name} ({'; '.join(more)}): {container.command}"
        for place, user, command in use.commands:
            yield f"  {user}@{place}$ {command}"
        for action, request in use.requests:
            yield f"  given {action}: {request}"


def footprint_json(uses: tuple[ScenarioUse, ...]) -> list[dict[str, object]]:
    return [
        {
            "scenario": use.name,
            "variables": {name: list(options) for name, options in use.variables.items()},
            "containers": [
                {
                    "name": one.name,
                    "image": one.image,
                    "command": one.command,
                    "user": one.user,
                    "cap_add": list(one.cap_add),
                    "network": one.network,
                    "files": list(one.files),
                }
                for one in use.containers
            ],
            "commands": [{"container": place, "user": user, "command": command} for place, user, command in use.commands],
            "given": [{"action": action, "request": request} for action, request in use.requests],
        }
        for use in uses
    ]
