"""Each row of docs/divergences.md that is not of the rule language, as a strict xfail that asserts what Falco does.

What Falco does is taken from its recorded events where these have it, and else from language.md's event table and field list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.audit_events import audit_event, lines
from tests.capture.test_inspector import SHELL, last, run
from tests.capture.test_inspector import run as inspected
from tests.capture.trace_files import TRACES, load
from tests.conformance_data import conformance_cases, conformance_path
from tests.conformance_rules import captured, load_case, validation_cases
from tests.divergences import HELD, divergence, divergence_rows
from tests.docker_engine import needs_docker
from trainer.capture import run_scenario
from trainer.content.model import Action, ActionKind, Container, Scenario
from trainer.engine import Output, compile_output, load_catalogue
from trainer.errors import RecordingError
from trainer.events import Event, parse_recording

NO_TEST: dict[str, str] = {}
"""First cells of the rows that no test can hold, and why."""

NAMES = sorted(path.stem for path in TRACES.glob("*.strace"))


def recorded(name: str) -> Iterator[dict[str, Any]]:
    """Falco's events of a case, whether it was recorded again for us or not."""
    with conformance_path("capture", "events", f"{name}.jsonl").open(encoding="utf-8") as found:
        for line in found:
            yield json.loads(line)


def both(*names: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Falco's events of the cases, and ours."""
    for name in names or NAMES:
        for _, falco, ours in captured(name).pairs:
            if ours is not None:
                yield falco, ours


def some(found: list[Any]) -> list[Any]:
    """What a test is about has to be there: an empty list must not pass for a divergence, so it is no assertion."""
    if not found:
        raise LookupError("the data does not hold what this test is about")
    return found


# On purpose


def first_events() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [next(both(name)) for name in NAMES]


@divergence("parent of an exec'd process")
def test_the_parent_is_runc_where_it_still_is() -> None:
    found = some([(falco, ours) for falco, ours in first_events() if falco.get("proc.pname") == "runc"])
    assert [ours["proc.pname"] for _, ours in found] == [falco["proc.pname"] for falco, _ in found]


@divergence("parent of an exec'd process")
def test_nothing_is_behind_the_shim() -> None:
    found = some([(falco, ours) for falco, ours in first_events() if falco.get("proc.pname") == "containerd-shim"])
    assert [ours.get("proc.aname[2]") for _, ours in found] == [falco.get("proc.aname[2]") for falco, _ in found]


@divergence("parent and group leader of a process whose parent has just ended")
def test_an_orphan_has_its_next_parent_at_once() -> None:
    lines = [SHELL, "7 clone(child_stack=NULL, flags=0x1200011) = 8", "7 +++ exited with 0 +++", "8 getuid() = 0"]
    assert some(inspected(*lines))[-1].fields["proc.pvpid"] == 1


@divergence("container.name, image at the first events of a container")
def test_the_container_has_no_name_at_first() -> None:
    some([case for case in conformance_cases("capture/container-fields.jsonl") if case["events_without_name"]])
    _, events = load("ctr-07")
    assert "container.name" not in events[0].fields


@divergence("user.loginuid")
def test_a_session_sets_the_login_uid() -> None:
    opened = '7 openat(-100</data>, "/proc/self/loginuid", 0x1) = 3</proc/7/loginuid>'
    found = last(opened, '7 write(3</proc/7/loginuid>, "1000", 4) = 4', '7 execve("/usr/bin/id", ["id"], []) = 0')
    assert found["user.loginuid"] == 1000


@divergence("events of runc inside the container before the first execve")
def test_runc_is_seen() -> None:
    events = run('7 openat(-100</>, "/proc/self/fd", 0x80000) = 3</proc/7/fd>', SHELL)
    assert [event.type for event in events] == ["openat", "execve"]


@divergence("reading `evt.abspath`")
def test_reading_the_absolute_path_shows_the_directory_afterwards() -> None:
    event = run(
        SHELL,
        '7 openat(-100</data>, "/opt/app", 0x10000) = 3</opt/app>',
        '7 openat(3</opt/app>, "data.txt", 0) = 4</opt/app/data.txt>',
    )[-1]
    output = compile_output("%fd.name %evt.abspath %fd.name %fd.filename")
    if not isinstance(output, Output):
        raise TypeError(output)
    assert output.render(event) == "/opt/app/data.txt /opt/app/data.txt /opt/app app"


FATAL = ("0039", "0089", "0105", "0151", "0427", "0504")


@divergence("rules files that crash Falco")
@pytest.mark.parametrize("name", FATAL)
def test_nothing_is_said_of_the_file(name: str) -> None:
    (case,) = some([case for case in validation_cases() if case.id == name and not case.results])
    assert load_case(case, "learner").diagnostics == ()


# What an unprivileged tracer cannot see


@divergence("inode and device numbers, times of a program's file")
@pytest.mark.parametrize("field", ["fd.ino", "fd.dev"])
def test_an_open_file_has_an_inode_and_a_device(field: str) -> None:
    opened = some([ours for falco, ours in both("proc-01") if falco["evt.type"] == "openat" and falco.get("fd.type") == "file"])
    assert all(field in ours for ours in opened)


@divergence("inode and device numbers, times of a program's file")
@pytest.mark.parametrize("argument", ["ino", "exe_ino", "exe_ino_ctime", "exe_ino_mtime"])
def test_inodes_and_times_are_numbers(argument: str) -> None:
    given = some([ours for falco, ours in both("proc-01") if f" {argument}=*" in falco["evt.args"]])
    assert all(re.search(rf" {argument}=[1-9]", ours["evt.args"]) for ours in given)


@divergence("inode and device numbers, times of a program's file")
@pytest.mark.parametrize("field", ["proc.exe_ino", "proc.exe_ino.ctime", "proc.exe_ino.mtime"])
def test_a_program_has_an_inode_and_times(field: str) -> None:
    assert field in last()


@divergence("memory and fault counters")
@pytest.mark.parametrize("counter", ["pgft_min", "vm_size", "vm_rss"])
def test_counters_differ_between_programs(counter: str) -> None:
    given = some([ours for falco, ours in both() if falco["evt.type"] == "execve" and f" {counter}=*" in falco["evt.args"]])
    assert len({re.findall(rf" {counter}=(\d+)", ours["evt.args"])[0] for ours in given}) > 1


@divergence("memory and fault counters")
@pytest.mark.parametrize("field", ["proc.vmsize", "proc.vmrss", "proc.vmswap", "thread.pfmajor", "thread.pfminor"])
def test_there_are_counters(field: str) -> None:
    assert field in last()


@divergence("cgroups, limits, processor time")
@pytest.mark.parametrize(
    "field", ["thread.cgroups", "proc.fdlimit", "proc.fdusage", "thread.cpu", "thread.exectime", "proc.pidns_init_start_ts"]
)
def test_there_are_cgroups_limits_and_times(field: str) -> None:
    assert field in last()


@divergence("cgroups, limits, processor time")
def test_an_execve_has_cgroups() -> None:
    given = some([ours for falco, ours in both("proc-01") if " cgroups=*" in falco["evt.args"]])
    assert not any(" cgroups=NULL" in ours["evt.args"] for ours in given)


@divergence("age of the container and of an action's first process (`container.start_ts`, `proc.duration`)")
@pytest.mark.parametrize("field", ["container.start_ts", "container.duration", "proc.duration", "proc.ppid.duration"])
def test_the_age_is_known(field: str) -> None:
    assert field in last()


@divergence("data of an empty read")
def test_an_empty_read_shows_older_bytes() -> None:
    empty = some([(falco, ours) for falco, ours in both() if str(falco.get("evt.buffer")).startswith("NULL")])
    assert [ours.get("evt.buffer") for _, ours in empty] == [falco["evt.buffer"] for falco, _ in empty]


@divergence("data on netlink sockets")
def test_netlink_messages_are_bytes() -> None:
    some([line for line in recorded("net-18") if line["evt.type"] == "sendto" and line["evt.buffer"].startswith("(...")])
    message = "[{nlmsg_len=40, nlmsg_type=0x12, nlmsg_flags=0x301, nlmsg_seq=1, nlmsg_pid=0}, {ifi_family=0x11}]"
    found = last(
        "7 socket(0x10, 0x80003, 0) = 3<NETLINK:[ROUTE:7]>",
        f"7 sendto(3<NETLINK:[ROUTE:7]>, {message}, 40, 0, NULL, 0) = 40",
    )
    assert bytes(found.get("evt.buffer") or b"").startswith(b"(\0\0\0")  # type: ignore[call-overload]


@divergence("`prctl(PR_SET_NAME)` argument longer than 15 bytes")
def test_a_long_name_is_whole() -> None:
    falco = some([line["evt.args"] for line in recorded("proc-15") if "option=15(PR_SET_NAME)" in line["evt.args"]])
    assert last('7 prctl(0xf, "a-name-longer-t"...) = 0')["evt.args"] == falco[0]


@divergence("pipe descriptors that a pipeline's child inherits")
def test_an_inherited_pipe_is_sometimes_unknown() -> None:
    raced = some([(falco, ours) for falco, ours in both("fd-08") if "fd.type" in falco.get("_alt", {})])
    assert [ours.get("fd.type") for _, ours in raced] == [falco.get("fd.type") for falco, _ in raced]


@divergence("`semop`, `semctl`, `fsconfig`, `llseek`")
@pytest.mark.parametrize(
    "call",
    [
        "semop(0, [{sem_num=0, sem_op=1, sem_flg=0}], 1) = 0",
        "semctl(0, 0, 0x10, 1) = 0",
        "fsconfig(3, 0, NULL, NULL, 0) = -1 EPERM (Operation not permitted)",
        "llseek(3</etc/passwd>, 0, [0], 0) = 0",
    ],
)
def test_events_have_the_arguments_of_the_event_table(call: str) -> None:
    event = run(SHELL, f"7 {call}")[-1]
    names = some([name for name, *_ in load_catalogue().events[call.partition("(")[0]].params])
    assert re.findall(r"(?:^| )(\w+)=", str(event.fields["evt.args"])) == names


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@needs_docker
@divergence("`ptrace` inside a container")
def test_a_process_may_be_traced() -> None:
    some([line for line in recorded("priv-08") if "PTRACE_TRACEME" in line["evt.args"] and line["evt.rawres"] == 0])
    code = "import ctypes; ctypes.CDLL(None).ptrace(0, 0, None, None)"
    action = Action("trace", ("python3", "-IBSc", code), "web", ActionKind.ATTACK)
    events: list[Event] = []
    run_scenario(Scenario("test", 1, (Container("web", "nginx:1.25"),), (action,)), events.append)
    assert some([event.fields["evt.rawres"] for event in events if event.type == "ptrace"]) == [0]


@divergence("DNS names (`fd.sip.name` and its relatives), `proc.aenv`")
@pytest.mark.parametrize("field", ["fd.sip.name", "fd.cip.name", "fd.lip.name", "fd.rip.name", "proc.aenv"])
def test_names_and_environments_are_looked_up(field: str) -> None:
    connects = some([ours for falco, ours in both("net-05") if falco["evt.type"] == "connect" and falco.get("fd.sip")])
    assert all(field in ours for ours in connects)


# Kubernetes audit events


def events_of(text: str) -> int | None:
    """How many events are read; None for an error."""
    try:
        return len(parse_recording(text.encode(), "audit.log").events)
    except RecordingError:
        return None


@divergence("an event without `stageTimestamp`")
def test_an_event_without_its_time_is_dropped() -> None:
    assert events_of(lines(audit_event(), audit_event(stageTimestamp=None))) == 1


@divergence("a line that is no audit event")
@pytest.mark.parametrize("line", ['{"kind":"Pod"}', "no JSON"])
def test_a_line_that_is_no_event_is_dropped(line: str) -> None:
    assert events_of(lines(audit_event()) + line + "\n") == 1


@divergence("a line larger than `maxEventSize`")
def test_a_large_event_is_dropped() -> None:
    assert events_of(lines(audit_event(), audit_event(annotations={"a": "x" * 262_144}))) == 1


@divergence("a log over many lines: one array, one indented event")
@pytest.mark.parametrize("value", [[audit_event()], audit_event()])
def test_a_value_over_many_lines_is_no_event(value: Any) -> None:
    assert not events_of(json.dumps(value, indent=2))


@divergence("`evt.hostname`")
def test_the_node_is_named() -> None:
    (event,) = parse_recording(lines(audit_event()).encode(), "audit.log").events
    assert event.fields.get("evt.hostname") is not None


def test_every_row_of_the_document_is_held_by_a_test() -> None:
    rows = [row[0] for title, rows in divergence_rows().items() if title != "Rule language" for row in rows]
    assert len(rows) == len(set(rows)) >= 20
    assert not HELD & NO_TEST.keys()
    assert set(rows) == HELD | NO_TEST.keys()
