"""Capture in every kind of image and under every option that takes something away; and an engine that forbids tracing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from docker.errors import NotFound

from tests.capture.any_images import BARE, BUSYBOX, ENTRY, MUSL, STATIC, ensure_test_images
from tests.capture.test_docker_live import engine, nothing_is_left, run  # noqa: F401
from trainer.capture import run_scenario
from trainer.capture.docker_engine import OWNER_PID, connect
from trainer.capture.kit import KIT_FOLDER
from trainer.cli.machine import doctor_rows
from trainer.content import core_pack_folder, load_pack
from trainer.content.model import Action, ActionKind, Container, Scenario
from trainer.errors import TracingForbidden
from trainer.events import Event
from trainer.grading import Engines, Submission, grade

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture(scope="module", autouse=True)
def images(engine: None) -> None:  # noqa: F811
    try:
        ensure_test_images(connect())
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the images need apt-get, dpkg and gcc: {error}")


@dataclass(frozen=True)
class Case:
    """What is run where, and what the program that opens ``file`` must look like."""

    base: str | None
    run: tuple[str, ...]
    name: str = "tool"
    exepath: str = "/tool"
    user: str | int = "root"
    """Name, or number of one without a name."""
    file: str = "/etc/passwd"
    parent: str = "tool"
    options: Mapping[str, Any] = field(default_factory=dict)
    action: Mapping[str, Any] = field(default_factory=dict)


READ = ("/tool", "read", "/etc/passwd")
SHELL = ("sh", "-c", "cat /etc/passwd; exit 0")
DEBIAN = {"name": "cat", "exepath": "/usr/bin/cat", "parent": "sh"}
MUSL_TOOL = {"exepath": "/opt/tool"}
CASES = {
    "debian": Case(None, SHELL, **DEBIAN),
    "static program, no shell": Case(STATIC, READ),
    "musl, no shell": Case(MUSL, READ, **MUSL_TOOL),
    # Debian's busybox runs its programs through /proc/self/exe, and Falco then shows the name "exe".
    "busybox is the shell": Case(BUSYBOX, SHELL, "exe", "/bin/busybox", parent="sh"),
    "busybox without a shell around it": Case(BUSYBOX, ("cat", "/etc/passwd"), "cat", "/bin/busybox", parent="containerd-shim"),
    "nothing but one program": Case(BARE, ("/tool", "read", "/tool"), user="root", file="/tool"),
    "root not to be written, musl": Case(MUSL, READ, **MUSL_TOOL, options={"read_only": True}),
    "root not to be written": Case(None, SHELL, **DEBIAN, options={"read_only": True}),
    "not root": Case(STATIC, READ, user="app", options={"user": "app"}),
    "not root, musl, by the action": Case(MUSL, READ, **MUSL_TOOL, user="app", action={"user": "app"}),
    "user unknown to passwd": Case(STATIC, READ, user=4242, options={"user": "4242:4242"}),
    "user unknown, in a bare image": Case(BARE, ("/tool", "read", "/tool"), user=4242, file="/tool", options={"user": "4242"}),
    "no capabilities": Case(None, SHELL, **DEBIAN, options={"cap_drop": ("ALL",)}),
    "no capabilities, musl": Case(MUSL, READ, **MUSL_TOOL, options={"cap_drop": ("ALL",)}),
    "no new privileges": Case(STATIC, READ, options={"no_new_privileges": True}),
    "all taken away, musl": Case(
        MUSL,
        READ,
        **MUSL_TOOL,
        user="app",
        options={"read_only": True, "cap_drop": ("ALL",), "no_new_privileges": True, "user": "app"},
    ),
    "entrypoint that forks": Case(ENTRY, READ, action={"starts": True}),
    "entrypoint that forks, before the action": Case(ENTRY, READ),
    "own start, musl": Case(MUSL, READ, **MUSL_TOOL, action={"starts": True}),
    "own start, bare, not root": Case(
        BARE, ("/tool", "read", "/tool"), user=4242, file="/tool", options={"user": "4242"}, action={"starts": True}
    ),
    "own start, root not to be written": Case(STATIC, READ, options={"read_only": True}, action={"starts": True}),
    "at a terminal": Case(MUSL, READ, **MUSL_TOOL, action={"tty": True}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_events_of_an_action(case: Case) -> None:
    wait = ("sleep", "600") if case.base in (None, BUSYBOX) else ("/tool", "wait")
    container = Container("web", "nginx:1.25", command=wait, base=case.base, **case.options)
    action = Action("it", case.run, "web", ActionKind.ATTACK, **case.action)
    events, recording = run(Scenario("any", 1, (container,), (action,)))
    assert [(result.exit_code, result.error) for result in recording.actions] == [(0, None)]
    first = events[0]
    # The action's own first instruction is the first thing seen, and nothing of the trainer is ever seen.
    words = ("/tool", "entry", *case.run) if case.base == ENTRY and action.starts else case.run
    assert (first.type, first.fields["proc.args"]) == ("execve", words[1:])
    assert first.fields["proc.pname"] == "containerd-shim"
    assert not [event for event in events if ".cks-kit" in str(event.fields)]
    opened = [event for event in events if event.type in ("open", "openat") and event.fields.get("fd.name") == case.file]
    assert [event.fields["evt.res"] for event in opened] == ["SUCCESS"]
    fields = opened[0].fields
    assert (fields["proc.name"], fields["proc.exepath"], fields["proc.pname"]) == (case.name, case.exepath, case.parent)
    named = isinstance(case.user, str)
    assert fields["user.name" if named else "user.uid"] == case.user
    assert named or fields["user.name"] == "<NA>"
    assert "PWD" not in first.fields["proc.env"]  # type: ignore[operator]
    ends = [event for event in events if event.type == "procexit"]
    forked = 1 if case.base == ENTRY and action.starts else 0
    assert len(ends) == (1 if case.run[0] == "cat" else 2) + forked


def test_the_volume_of_the_trainers_shell_is_removed_with_the_container() -> None:
    client = connect()
    volumes: set[str] = set()

    def look(event: Event) -> None:
        if volumes:
            return
        for found in client.containers(filters={"label": OWNER_PID, "ancestor": STATIC}):
            if found["Labels"][OWNER_PID].startswith(f"{os.getpid()}:"):
                volumes.update(mount["Name"] for mount in found["Mounts"] if mount["Destination"] == KIT_FOLDER)

    container = Container("web", "x", base=STATIC, command=("/tool", "wait"))
    actions = tuple([Action(name, READ, "web", ActionKind.ATTACK) for name in ("one", "two")])
    run_scenario(Scenario("any", 1, (container,), actions), look)
    (name,) = volumes
    with pytest.raises(NotFound):
        client.inspect_volume(name)


def without_ptrace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers of this engine cannot get the capability, as under a strict policy."""
    from docker import APIClient

    made = APIClient.create_host_config

    def create(self: APIClient, **options: Any) -> Any:
        options["cap_add"] = [name for name in options.get("cap_add") or () if name != "SYS_PTRACE"]
        return made(self, **options)

    monkeypatch.setattr(APIClient, "create_host_config", create)


def seccomp_without_ptrace(monkeypatch: pytest.MonkeyPatch) -> None:
    """/proc may be read, and the call itself is refused, as by a seccomp profile."""
    from docker import APIClient

    profile = {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{"names": ["ptrace"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}],
    }
    made = APIClient.create_host_config

    def create(self: APIClient, **options: Any) -> Any:
        return made(self, **options | {"security_opt": [f"seccomp={json.dumps(profile)}"]})

    monkeypatch.setattr(APIClient, "create_host_config", create)


@pytest.mark.parametrize("forbid", [without_ptrace, seccomp_without_ptrace])
@pytest.mark.parametrize("starts", [False, True])
def test_an_engine_that_forbids_tracing_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, forbid: Callable[[pytest.MonkeyPatch], None], starts: bool
) -> None:
    forbid(monkeypatch)
    action = Action("it", ("true",), "web", ActionKind.ATTACK, starts=starts)
    with pytest.raises(TracingForbidden, match="forbids tracing") as raised:
        run(Scenario("any", 1, (Container("web", "x"),), (action,)))
    assert "SYS_PTRACE" in raised.value.help


def test_doctor_tells_whether_tracing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    def row() -> dict[str, str]:
        return next(row for row in doctor_rows() if row["name"] == "tracing")

    assert row()["state"] == "ok"
    without_ptrace(monkeypatch)
    found = row()
    assert (found["state"], "forbids tracing" in found["detail"]) == ("warn", True)
    assert "SYS_PTRACE" in found["next"]
    assert "recordings" in found["next"]


def test_grading_falls_back_to_the_recording_where_tracing_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ptrace(monkeypatch)
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    exercise = pack.exercises[0]
    submission = Submission({"falco_rules.local.yaml": exercise.reference})
    engines = Engines()
    report = grade(exercise, submission, pack.base_rules, pack=pack, engines=engines)
    assert (report.source, report.passed) == ("recorded", True)
    monkeypatch.setattr("trainer.capture.run_scenario", lambda *_, **__: pytest.fail("the engine was asked again"))
    assert grade(exercise, submission, pack.base_rules, pack=pack, engines=engines).source == "recorded"
    monkeypatch.undo()
    without_ptrace(monkeypatch)
    with pytest.raises(TracingForbidden):  # asked for, it is not quietly replaced
        grade(exercise, submission, pack.base_rules, pack=pack, live=True)
