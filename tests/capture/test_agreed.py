"""Rules that were found by comparing live runs with a real Falco's events, and that the golden traces do not hold."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from tests.capture.test_inspector import CONTAINER, SHELL, START, last, run
from trainer.capture.model import ALL_CAPABILITIES, DOCKER_CAPABILITIES, bounding_set
from trainer.events.errnos import ERRNO_NAMES, ERRNOS
from trainer.events.flags import poll_events

MAIN = replace(START, vpid=1)
INET = '{sa_family=0x2, sin_port="\\x14\\xe9", sin_addr="\\xac\\x12\\x00\\x0a"}'


def args(*lines: str) -> str:
    return str(last(*lines)["evt.args"])


def test_error_numbers_are_linux_s() -> None:
    assert {name: value for name, value in vars(errno).items() if name[:1] == "E"}.items() <= ERRNOS.items()
    assert [ERRNO_NAMES[number] for number in (11, 35, 95)] == ["EAGAIN", "EDEADLK", "EOPNOTSUPP"]


def test_an_error_with_two_names() -> None:
    found = last("7 ioctl(3</tmp/a>, 0x40049409, 4) = -1 EOPNOTSUPP (Operation not supported)")
    assert (found["evt.res"], found["evt.rawres"]) == ("EOPNOTSUPP", -95)


def test_results_of_poll_are_falco_s_bits() -> None:
    assert poll_events(0x104) == 0x204
    assert poll_events(0x2018) == 0x38


@pytest.mark.parametrize(("call", "shown"), [("kill(1, 0) = 0", "pid=1(<NA>)"), ("kill(12, 0) = 0", "pid=12 ")])
def test_the_first_process_is_taken_for_the_host_s(call: str, shown: str) -> None:
    assert shown in args(f"7 {call}") + " "


def test_a_first_process_leads_a_group_without_name() -> None:
    events = run(SHELL.replace("7 ", "1 ", 1), start=MAIN)
    assert " vpgid=1(<NA>) " in str(events[0].fields["evt.args"])


def test_with_its_first_process_a_container_s_users_are_gone() -> None:
    start = replace(MAIN, uid=1000, gid=1000, caps=0)
    events = run(SHELL.replace("7 ", "1 ", 1), "1 +++ exited with 0 +++", start=start)
    assert [(event.fields["user.name"], event.fields["group.name"]) for event in events] == [("app", "app"), ("<NA>", "<NA>")]


def test_an_orphan_goes_to_the_traced_first_process() -> None:
    events = run(
        SHELL.replace("7 ", "1 ", 1),
        "1 clone(child_stack=NULL, flags=0x1200011) = 8",
        "8 clone(child_stack=NULL, flags=0x1200011) = 9",
        "8 +++ exited with 0 +++",
        "9 getuid() = 0",
        "LATER 9 getuid() = 0",
        start=MAIN,
    )
    assert events[-2].fields["proc.pvpid"] == 8
    assert events[-1].fields["proc.pvpid"] == 1
    assert events[-1].fields["proc.pname"] == "sh"


def test_numbers_of_the_host_are_known_to_falco() -> None:
    start = replace(START, container=replace(CONTAINER, id="fedcba987654", host_pid=True))
    events = run(SHELL, "7 clone(child_stack=NULL, flags=0x1200011) = 8", start=start)
    assert (events[0].fields["proc.sname"], events[0].fields["proc.vpgid.name"]) == ("sh", "sh")
    assert " vpgid=7(sh) " in str(events[0].fields["evt.args"])
    assert "CLONE_CHILD_IN_PIDNS" not in str(events[-1].fields["evt.args"])


def test_whatever_the_stub_did_with_its_descriptors() -> None:
    events = run("7 close(0</dev/null>) = 0", SHELL)
    assert events[0].fields["proc.stdin.name"] == "/dev/null"


def test_the_type_of_file_is_no_part_of_permissions() -> None:
    assert " mode=0640(S_IRGRP|S_IWUSR|S_IRUSR)" in args("7 fchmod(3</tmp/a>, 0100640) = 0")


def test_a_name_that_is_asked_for() -> None:
    assert " arg2_str=by-proc " in args('7 prctl(0x10, "by-proc") = 0')


def test_a_thread_s_execve_goes_on_under_the_first_one_s_number() -> None:
    events = run(
        SHELL,
        "7 clone(child_stack=0x7f, flags=0x3d0f00, tls=0x7f) = 8",
        '8 execve("/usr/bin/id", ["id", "-u"], ["A=b"] <pid changed to 7 ...>',
        "7 +++ superseded by execve in pid 8 +++",
        "7 <... execve resumed>) = 0",
    )
    assert [event.type for event in events[-3:]] == ["signaldeliver", "procexit", "execve"]
    assert (events[-2].fields["proc.nthreads"], events[-2].fields["proc.nchilds"]) == (1, 1)
    assert (events[-1].fields["proc.cmdline"], events[-1].fields["thread.vtid"]) == ("id -u", 7)


def test_to_its_parent_a_thread_is_new() -> None:
    events = run(
        SHELL,
        "7 clone(child_stack=0x7f, flags=0x3d0f00, tls=0x7f <unfinished ...>",
        "8 getuid() = 0",
        "7 <... clone resumed>) = 8",
    )
    assert [event.fields["proc.nthreads"] for event in events if event.type == "clone"] == [2, 1]


def test_ends_of_a_socketpair() -> None:
    pair = "7 socketpair(0x1, 0x1, 0, [3<UNIX-STREAM:[11->12]>, 4<UNIX-STREAM:[12->11]>]) = 0"
    found = args(pair)
    source, peer = (word.partition("=")[2] for word in found.split()[3:5])
    assert source.startswith("FFFF8881")
    assert source != peer
    sent = last(pair, '7 sendto(3<UNIX-STREAM:[11->12]>, "z", 1, 0, NULL, 0) = 1')
    assert sent["fd.name"] == f"{source.lower()}->{peer.lower()} "


def test_a_unix_datagram_without_connection() -> None:
    sent = last(
        "7 socket(0x1, 0x2, 0) = 3<UNIX-DGRAM:[11]>",
        '7 sendto(3<UNIX-DGRAM:[11]>, "x", 1, 0, {sa_family=0x1, sun_path="/tmp/s"}, 110) = 1',
    )
    assert str(sent["fd.name"]).startswith("0->ffff8881")
    assert str(sent["fd.name"]).endswith(" /tmp/s")


def test_only_internet_sockets_are_servers() -> None:
    assert last(
        "7 socket(0x1, 0x1, 0) = 3<UNIX-STREAM:[11]>", '7 bind(3<UNIX-STREAM:[11]>, {sa_family=0x1, sun_path="/s"}, 4) = 0'
    )["fd.is_server"] is (False)


def test_a_disconnected_socket_gets_another_port() -> None:
    old = "3<UDP:[172.18.0.2:40000->172.18.0.10:5353]>"
    events = run(
        SHELL,
        "7 socket(0x2, 0x2, 0) = 3<UDP:[1]>",
        f"7 connect(3<UDP:[1]>, {INET}, 16) = 0",
        f'7 sendto({old}, "a", 1, 0, NULL, 0) = 1',
        f'7 connect({old}, {{sa_family=0, sa_data="\\0\\0"}}, 16) = 0',
        f'7 sendto({old}, "b", 1, 0, {INET}, 16) = 1',
        f"7 close({old}) = 0",
    )
    ports = [event.fields.get("fd.cport") for event in events if event.type == "sendto"]
    assert ports[0] == 40000
    assert ports[1] not in (None, 40000)


def test_a_datagram_whose_sender_is_not_asked_for() -> None:
    found = last(
        "7 socket(0x2, 0x2, 0) = 3<UDP:[1]>",
        f'7 sendto(3<UDP:[0.0.0.0:40000]>, "three", 5, 0, {INET}, 16) = 5',
        '7 recvfrom(3<UDP:[0.0.0.0:40000]>, "r:three", 100, 0, NULL, NULL) = 7',
    )
    assert " tuple=0.0.0.0:0->0.0.0.0:40000 " in str(found["evt.args"])
    assert (found["fd.cip"], found["fd.cport"], found["fd.sport"], found["fd.name_changed"]) == ("0.0.0.0", 40000, 0, True)


def test_capabilities_of_root() -> None:
    assert bounding_set((), ()) == DOCKER_CAPABILITIES
    assert bounding_set(("ALL",), ("CAP_CHOWN",)) == ALL_CAPABILITIES & ~1
    assert bounding_set(("net_admin",), ("ALL",)) == 1 << 12
    assert bounding_set((), ("chown", "KILL")) == DOCKER_CAPABILITIES & ~(1 | 1 << 5)


def test_what_a_container_outside_kubernetes_shows() -> None:
    plain = replace(START, container=replace(CONTAINER, id="fedcba987654", labels={}))
    found = run(SHELL, start=plain)[0].fields
    assert "k8s.pod.name" not in found
    assert [found[f"k8s.pod.{name}"] for name in ("ip", "labels", "sandbox_id")] == ["", "", ""]
    assert len(str(found["container.image.id"])) == 64


def test_types_of_descriptors_are_turned_round_at_a_fork() -> None:
    opened = "7 socket(0x1, 0x1, 0) = 3<UNIX-STREAM:[11]>"
    assert last(opened)["fd.types"] == ("unix", "pipe", "file")
    inner = opened.replace("7 ", "8 ", 1)
    assert last("7 clone(child_stack=NULL, flags=0x1200011) = 8", inner)["fd.types"] == ("unix", "file", "pipe")


@pytest.mark.parametrize(("error", "shown"), [("EACCES", True), ("EPERM", False)])
def test_an_open_that_is_not_permitted_has_no_path(error: str, shown: bool) -> None:
    assert ("fs.path.name" in last(f'7 openat(-100</data>, "/tmp/blk", 0) = -1 {error} (x)')) is shown


def test_each_message_of_a_call_is_an_event() -> None:
    head = "msg_name=NULL, msg_namelen=0, msg_iovlen=1, msg_controllen=0, msg_flags=0"
    one, two = (
        f'{{msg_hdr={{{head}, msg_iov=[{{iov_base="{data}", iov_len={len(data)}}}]}}, msg_len={len(data)}}}'
        for data in ("abc", "de")
    )
    connected = "3<UDP:[172.18.0.2:40000->172.18.0.10:5353]>"
    events = run(
        SHELL,
        "7 socket(0x2, 0x2, 0) = 3<UDP:[1]>",
        f"7 connect(3<UDP:[1]>, {INET}, 16) = 0",
        f"7 sendmmsg({connected}, [{one}, {two}], 2, 0) = 2",
    )
    assert [(event.fields["evt.rawres"], event.fields["evt.buffer"]) for event in events[3:]] == [(3, b"abc"), (2, b"de")]
