"""What a scenario may ask of a container and an action, on a real Docker engine."""

from __future__ import annotations

import pytest

from tests.capture.test_docker_live import engine, nothing_is_left, run  # noqa: F401
from trainer.content.model import Action, ActionKind, Container, Scenario
from trainer.events import Event

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
WEB = Container("web", "nginx:1.25")


def events_of(action: Action, container: Container = WEB) -> list[Event]:
    events, recording = run(Scenario("options", 1, (container,), (action,)))
    assert [result.error for result in recording.actions] == [None]
    return events


def action(*words: str, **options: object) -> Action:
    return Action("it", words, "web", ActionKind.ATTACK, **options)  # type: ignore[arg-type]


def first(events: list[Event], name: str) -> Event:
    return next(event for event in events if event.type == "execve" and event.fields["proc.name"] == name)


def test_the_start_of_a_container_is_seen_from_its_first_program_to_its_end() -> None:
    events, recording = run(Scenario("options", 1, (WEB,), (action("sh", "-c", "cat /etc/hostname; exit 3", starts=True),)))
    assert [result.exit_code for result in recording.actions] == [3]
    begin, end = events[0], events[-1]
    assert (begin.type, begin.fields["proc.cmdline"], begin.fields["proc.vpid"]) == (
        "execve",
        "sh -c cat /etc/hostname; exit 3",
        1,
    )
    assert begin.fields["proc.pname"] == "containerd-shim"
    assert begin.fields["proc.stdin.name"] == "/dev/null"
    assert first(events, "cat").fields["proc.pname"] == "sh"
    assert (end.type, end.fields["proc.vpid"], end.fields["evt.arg"]["ret"]) == ("procexit", 1, "3")  # type: ignore[index,call-overload]


def test_a_container_takes_its_children_along() -> None:
    events = events_of(action("sh", "-c", "sleep 30 & :", starts=True))
    ends = [event for event in events if event.type == "procexit"]
    assert [event.fields["evt.arg"]["sig"] for event in ends] == ["0", "SIGKILL"]  # type: ignore[index,call-overload]


def test_a_start_that_hangs_is_ended() -> None:
    _, recording = run(Scenario("options", 1, (WEB,), (action("sleep", "30", starts=True, timeout=1.0),)))
    assert "time limit" in str(recording.actions[0].error)


def test_lines_are_typed_at_the_terminal() -> None:
    events = events_of(action("sh", tty=True, lines=("id -u", "exit 4")))
    assert first(events, "id").fields["proc.tty"] == 34816
    assert events[-1].fields["evt.arg"]["ret"] == "4"  # type: ignore[index,call-overload]


def test_lines_are_typed_at_the_terminal_of_a_container() -> None:
    events = events_of(action("sh", tty=True, lines=("id -u", "exit"), starts=True))
    assert first(events, "id").fields["proc.tty"] == 34816


def test_stdin_is_a_pipe_that_ends() -> None:
    events = events_of(action("sh", stdin="id -u\n"))
    assert events[0].fields["proc.stdin.type"] == "pipe"
    assert first(events, "id").fields["proc.pname"] == "sh"


def test_environment_and_folder_of_an_action() -> None:
    found = events_of(action("sh", "-c", ":", env={"MARK": "a b"}, workdir="/opt"))[0].fields
    assert found["proc.cwd"] == "/opt/"
    assert found["proc.env"]["MARK"] == "a b"  # type: ignore[index,call-overload]


def test_folder_of_a_container() -> None:
    assert events_of(action("id"), Container("web", "nginx:1.25", workdir="/srv"))[0].fields["proc.cwd"] == "/srv/"


def test_a_root_that_may_not_be_written() -> None:
    events = events_of(action("touch", "/etc/x"), Container("web", "nginx:1.25", read_only=True))
    assert {event.fields["evt.res"] for event in events if event.fields.get("fd.name") == "/etc/x"} == {"EROFS"}


def test_capabilities_taken_away_and_given() -> None:
    container = Container("web", "nginx:1.25", cap_drop=("ALL",), cap_add=("NET_ADMIN",))
    assert events_of(action("id"), container)[0].fields["thread.cap_effective"] == "CAP_NET_ADMIN"


@pytest.mark.parametrize(("locked", "group"), [(False, "shadow"), (True, "app")])
def test_no_new_privileges(locked: bool, group: str) -> None:
    container = Container("web", "nginx:1.25", no_new_privileges=locked)
    assert events_of(action("chage", "-l", "app", user="app"), container)[0].fields["group.name"] == group
