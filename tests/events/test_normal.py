"""What chance decides (times, process numbers, addresses) is gone from a written recording, and what rules ask is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from trainer.events import ActionResult, Event, FieldValue, Recording, RecordingHeader
from trainer.events.normal import NORMAL_START_NS, normalised
from trainer.events.order import settled


def run(start: int, first: int, child: int, address: int) -> Recording:
    host, host_child = 100_000 + first, 100_000 + child

    def fields(vpid: int, parent: int, **more: FieldValue) -> Mapping[str, FieldValue]:
        return {
            "proc.pid": 100_000 + vpid,
            "proc.vpid": vpid,
            "thread.vtid": vpid,
            "proc.ppid": parent,
            "proc.apid": (parent, 1),
            "proc.pid.ts": start + first,
            "proc.duration": 123 * first,
        } | {key.replace("_", "."): value for key, value in more.items()}

    fork = f"res={child} exe=sh tid={host}(sh) ptid=3087(containerd-shim) vpgid={first} addr={address:X}"
    events = (
        Event(1, start + first, "execve", fields=fields(first, 3087), action="a"),
        Event(
            2,
            start + 2 * first,
            "vfork",
            fields=fields(
                first, 3087, evt_args=fork, evt_rawres=child, evt_arg={"res": str(child)}, evt_rawarg={"res": child, "tid": host}
            ),
            action="a",
        ),
        Event(3, start + 3 * first, "openat", fields=fields(child, host, fd_uid=f"{host_child}3", fd_name="/proc/7"), action="a"),
    )
    return Recording(RecordingHeader(start_ns=start), events, (ActionResult("a", 0, start, start + 4 * first),))


def test_two_runs_are_one() -> None:
    one = normalised(run(1_700_000_000_000_000_000, 8, 21, 0x7FD5818AA000))
    two = normalised(run(1_800_000_000_000_000_000, 45, 46, 0x7F00018AA000))
    assert one == two


def test_families_stay_together() -> None:
    first, fork, opened = normalised(run(1_700_000_000_000_000_000, 8, 21, 0x7FD5818AA000)).events
    assert opened.fields["proc.ppid"] == first.fields["proc.pid"] == 100_010
    assert first.fields["proc.ppid"] == 3087
    assert opened.fields["proc.apid"] == (100_010, 1)
    assert fork.fields["evt.rawres"] == opened.fields["proc.vpid"] == 11
    assert fork.fields["evt.arg"] == {"res": "11"}
    assert fork.fields["evt.rawarg"] == {"res": 11, "tid": 100_010}
    assert fork.fields["evt.args"] == "res=11 exe=sh tid=100010(sh) ptid=3087(containerd-shim) vpgid=10 addr=7F0000000000"
    assert opened.fields["fd.uid"] == "1000113"
    assert opened.fields["fd.name"] == "/proc/7"


def test_times_follow_each_other() -> None:
    found = normalised(run(1_700_000_000_000_000_000, 8, 21, 1))
    times = [event.time_ns - NORMAL_START_NS for event in found.events]
    assert times == [100_000, 200_000, 300_000]
    assert found.events[2].fields["proc.duration"] == 200_000
    assert found.actions[0].started_ns == NORMAL_START_NS


def test_a_second_time_changes_nothing() -> None:
    once = normalised(run(1_700_000_000_000_000_000, 8, 21, 1))
    assert normalised(once) is once


def of(pid: int, type: str, time: int, **more: FieldValue) -> Event:
    fields = {"container.id": "c", "thread.vtid": pid, "proc.vpid": pid} | {k.replace("_", "."): v for k, v in more.items()}
    return Event(0, time, type, fields=fields, action="a")


def test_processes_that_run_at_once_have_one_order() -> None:
    parent = [of(1, "execve", 0), of(1, "clone", 10, evt_rawres=2), of(1, "read", 20), of(1, "wait4", 90)]
    child = [of(2, "execve", 15), of(2, "write", 25), of(2, "procexit", 80)]
    early = sorted(parent + child, key=lambda event: event.time_ns)
    late = [parent[0], child[0], parent[1], child[1], parent[2], child[2], parent[3]]
    late = [Event(0, time, event.type, fields=event.fields, action="a") for time, event in enumerate(late)]
    expected = ["execve", "clone", "execve", "write", "procexit", "read", "wait4"]
    for run in (early, late):
        found = settled(run)
        assert [event.type for event in found] == expected
        assert [event.num for event in found] == list(range(1, 8))
        assert [event.time_ns for event in found] == sorted(event.time_ns for event in run)


def test_a_vfork_returns_when_its_child_has_started() -> None:
    run = [of(1, "vfork", 1, evt_rawres=2), of(2, "close", 2), of(2, "execve", 3), of(2, "procexit", 4), of(1, "wait4", 5)]
    assert [event.type for event in settled(run)] == ["close", "execve", "vfork", "procexit", "wait4"]


def test_what_runs_on_in_the_background_of_another_action_stands_before_it() -> None:
    other = Event(0, 2, "open", fields={"container.id": "c", "thread.vtid": 2}, action="b")
    run = [of(1, "clone", 1, evt_rawres=2), other, of(2, "execve", 3)]
    assert [event.type for event in settled(run)] == ["clone", "execve", "open"]


def test_a_process_starts_with_its_own_first_event_whoever_was_heard_first() -> None:
    def forked(start: int, times: tuple[int, int, int]) -> Recording:
        own: dict[str, FieldValue] = {"proc_pid_ts": start, "proc_duration": 0}
        run = (
            of(1, "execve", 2),
            of(1, "clone", times[0], evt_rawres=2),
            of(2, "clone", times[1], evt_rawres=0, **own),
            of(2, "read", times[2], **own),
            of(3, "clone", times[2] + 1, evt_rawres=0, proc_pid_ts=times[2] + 1, proc_ppid_ts=start),
        )
        events = tuple(sorted(run, key=lambda event: event.time_ns))
        return Recording(RecordingHeader(start_ns=1), events, (ActionResult("a", 0, 1, 50),))

    one, two = normalised(forked(10, (10, 20, 30))), normalised(forked(5, (10, 5, 30)))
    assert one == two
    own = one.events[2]
    assert own.fields["proc.pid.ts"] == own.time_ns
    assert one.events[-1].fields["proc.ppid.ts"] == own.time_ns


@pytest.mark.parametrize("handler", [(), ("rt_sigreturn",)])
def test_a_child_s_signal_stands_after_the_wait_for_it(handler: tuple[str, ...]) -> None:
    def types(*names: str) -> list[str]:
        return [event.type for event in settled([of(1, name, at, evt_args="sig=17(SIGCHLD)") for at, name in enumerate(names)])]

    expected = ["read", "wait4", "signaldeliver", *handler, "close"]
    assert types("read", "signaldeliver", *handler, "wait4", "close") == expected
    assert types(*expected) == expected
    # A handler that waits itself: bash's.
    own = ["signaldeliver", "wait4", "wait4", "rt_sigreturn", "close"]
    assert types(*own) == own


def test_random_bytes_and_numbers_in_proc_paths_are_no_difference() -> None:
    def run_of(pid: int, data: bytes) -> Recording:
        def event(num: int, **more: FieldValue) -> Event:
            fields = {"proc.vpid": pid, "thread.vtid": pid} | {key.replace("_", "."): value for key, value in more.items()}
            return Event(num, 5 + num, "read", fields=fields, action="a")

        path = f"/proc/{pid}/comm"
        text = data.decode("latin-1")
        return Recording(
            RecordingHeader(start_ns=5),
            (
                event(
                    1,
                    fd_name=path,
                    proc_args=(path, "x"),
                    evt_args=f"fd=3(<f>{path})",
                    evt_arg={"name": path},
                    evt_rawarg={"args": path.encode()},
                ),
                event(2, fd_name="/dev/urandom", evt_args=f"res=4 data={text} fd=3", evt_buffer=data, evt_rawarg={"data": data}),
            ),
            (),
        )

    one, two = normalised(run_of(48, b"a=7\n")), normalised(run_of(58, b"b\x00 9"))
    assert one == two
    assert one.events[0].fields["fd.name"] == one.events[0].fields["proc.args"][0] == "/proc/10/comm"
    assert one.events[1].fields["evt.args"] == "res=4 data=.... fd=3"


def test_the_network_that_was_free_is_no_difference() -> None:
    def run_of(network: str) -> Recording:
        fields: dict[str, FieldValue] = {
            "container.ip": f"{network}.10",
            "fd.name": f"{network}.10:40000->{network}.11:80",
            "proc.args": ("-z", f"{network}.11"),
            "evt.rawarg": {"args": f"-z {network}.11".encode()},
        }
        return Recording(RecordingHeader(start_ns=5), (Event(1, 6, "connect", fields=fields, action="a"),), ())

    assert normalised(run_of("10.77.0")) == normalised(run_of("10.77.12"))


def test_pauses_of_an_action_stay_and_those_of_the_trainer_do_not() -> None:
    def slept(late: int) -> Recording:
        def event(action: str, time: int) -> Event:
            return Event(0, time * 1_000_000, "read", fields={"thread.vtid": 1}, action=action)

        events = (event("a", 1 + late), event("a", 302 + 2 * late), event("b", 400 + 3 * late), event("a", 1003 + 4 * late))
        results = (
            ActionResult("a", 0, 0, 304_000_000),
            ActionResult("c", None, error="no"),
            ActionResult("b", 0, 500_000_000, 0),
        )
        return Recording(RecordingHeader(start_ns=1), events, results)

    one, two = normalised(slept(0)), normalised(slept(45))
    assert one == two
    times = [event.time_ns - NORMAL_START_NS for event in one.events]
    assert times == [100_000, 300_100_000, 1_000_100_000, 2_000_100_000]
    assert [result.id for result in one.actions] == ["a", "c", "b"]
    assert [result.started_ns - NORMAL_START_NS for result in one.actions] == [0, 2_000_000_000, 2_000_000_000]


def test_what_proc_says_of_the_machine_is_gone() -> None:
    def read(figure: int) -> Recording:
        data = f"MemFree: {figure:8} kB".encode()
        args = {"res": 21, "data": data, "fd": 3}
        fields: dict[str, FieldValue] = {
            "fd.name": "/proc/meminfo",
            "evt.buffer": data,
            "evt.args": f"res=21 data={data.decode()} fd=3(<f>/proc/meminfo) size=8192",
            "evt.rawarg": args,
        }
        return Recording(RecordingHeader(start_ns=5), (Event(1, 6, "read", fields=fields, action="a"),), ())

    one, two = normalised(read(12345678)), normalised(read(87654321))
    assert one == two
    assert "size=8192" in str(one.events[0].fields["evt.args"])


def test_heap_addresses_and_client_ports_are_numbered() -> None:
    def run_of(heap: int, port: int) -> Recording:
        def event(num: int, type: str, **fields: FieldValue) -> Event:
            return Event(num, 5 + num, type, fields={key.replace("_", "."): value for key, value in fields.items()}, action="a")

        tuple_ = f"10.77.0.10:{port}->10.77.0.11:50051"
        return Recording(
            RecordingHeader(start_ns=5),
            (
                event(1, "brk", evt_args=f"res={heap:X} addr=0", evt_rawres=heap, evt_rawarg={"res": heap, "addr": 0}),
                event(2, "bind", evt_args="res=0 addr=0.0.0.0:50051", fd_name="0.0.0.0:50051"),
                event(3, "connect", evt_args=f"res=0 tuple={tuple_}", fd_name=tuple_, fd_cport=port, fd_sport=50051),
                event(4, "write", fd_name=tuple_, evt_buffer=b"x", fd_lport=port),
            ),
            (),
        )

    one, two = normalised(run_of(0x1FCC2000, 38392)), normalised(run_of(0x105B7000, 58688))
    assert one == two
    connect = one.events[2].fields
    assert connect["fd.name"] == "10.77.0.10:40000->10.77.0.11:50051"
    assert connect["fd.sport"] == 50051
    assert one.events[3].fields["fd.lport"] == connect["fd.cport"] == 40000
