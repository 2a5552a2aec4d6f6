"""What chance decides (times, process numbers, addresses) is gone from a written recording, and what rules ask is not."""

from __future__ import annotations

from collections.abc import Mapping

from trainer.events import ActionResult, Event, FieldValue, Recording, RecordingHeader
from trainer.events.normal import NORMAL_START_NS, normalised


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
