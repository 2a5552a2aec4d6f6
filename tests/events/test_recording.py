"""The recording's file format, and the foreign files that are read as recordings."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.errors import RecordingError
from trainer.events import ActionResult, Event, Recording, RecordingHeader, parse_recording, read_recording, write_recording
from trainer.events.normal import NORMAL_START_NS
from trainer.events.recording import format_recording

PROCESS = {
    "proc.name": "cat",
    "proc.pid": 7,
    "thread.tid": 7,
    "proc.args": ("/etc/shadow",),
    "proc.env": {"A": "1"},
    "user.name": "root",
}
FD = {"fd.num": 3, "fd.name": "/etc/shadow", "fd.typechar": "f"}


def sample() -> Recording:
    events = (
        Event(1, NORMAL_START_NS, "execve", fields=PROCESS | {"evt.res": "SUCCESS"}, action="read"),
        Event(
            2, NORMAL_START_NS + 5, "openat", fields=PROCESS | FD | {"evt.arg": {"fd": 3, "name": "/etc/shadow"}}, action="read"
        ),
        Event(3, NORMAL_START_NS + 9, "read", fields=PROCESS | FD | {"evt.buffer": b"\x00root\xff"}, action="read"),
        Event(4, NORMAL_START_NS + 9, "close", fields=PROCESS | FD, action=None, source="k8s_audit"),
    )
    header = RecordingHeader(scenario="shadow", seed=3, engine="docker", start_ns=NORMAL_START_NS)
    return Recording(
        header, events, (ActionResult("read", 0, NORMAL_START_NS, NORMAL_START_NS + 10), ActionResult("x", None, error="no"))
    )


def text_of(recording: Recording) -> str:
    return format_recording(recording)


def parse(text: str) -> Recording:
    return parse_recording(text.encode("utf-8", "backslashreplace"), "demo.jsonl")


def test_round_trip_keeps_everything() -> None:
    assert parse(text_of(sample())) == sample()


def test_bytes_numbers_and_booleans_keep_their_types() -> None:
    fields: dict[str, Any] = {"a.x": True, "a.y": 1, "a.z": 1.0, "a.b": b"\xff", "a.t": (1, ("n", b"q")), "a.m": {"k": (b"",)}}
    fields["a.odd"] = {"$bytes": "not hex"}
    recording = replace(sample(), events=(Event(1, NORMAL_START_NS, "open", fields=fields),))
    found = parse(text_of(recording)).events[0].fields
    assert found == fields
    assert [type(found[key]) for key in ("a.x", "a.y", "a.z", "a.b", "a.t", "a.m")] == [bool, int, float, bytes, tuple, dict]


def test_states_that_differ_only_in_type_stay_apart() -> None:
    events = tuple(
        Event(number, NORMAL_START_NS, "x", fields={"proc.name": "a", "proc.n": value})
        for number, value in enumerate((1, True, 1.0), 1)
    )
    found = parse(text_of(replace(sample(), events=events))).events
    assert [type(event.fields["proc.n"]) for event in found] == [int, bool, float]


VALUES = st.recursive(
    st.one_of(st.text(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.binary(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3).map(tuple), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["proc.name", "proc.pid", "thread.tid", "container.id", "user.name", "fd.name", "fd.num", "fd.l4proto", "evt.res"]
)
EVENTS = st.lists(
    st.builds(
        Event,
        num=st.integers(1, 10**6),
        time_ns=st.integers(0, 2**63),
        type=st.sampled_from(["openat", "execve"]),
        source=st.sampled_from(["syscall", "k8s_audit"]),
        fields=st.dictionaries(NAMES, VALUES, max_size=8),
        action=st.none() | st.text(max_size=5),
    ),
    max_size=8,
)


@given(EVENTS)
@settings(max_examples=150, deadline=None)
def test_round_trip_of_any_events(events: list[Event]) -> None:
    recording = Recording(RecordingHeader(start_ns=17), tuple(events))
    assert parse(text_of(recording)) == recording


def test_a_file_is_the_same_each_time_and_shares_state(tmp_path: Path) -> None:
    many = tuple(replace(sample().events[1], num=number, time_ns=NORMAL_START_NS + number) for number in range(1, 200))
    recording = replace(sample(), events=many)
    text = text_of(recording)
    assert text == text_of(recording)
    assert text.count('"/etc/shadow"') < 205  # evt.arg's own, and not one more for each event's process and descriptor
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl.gz"
    write_recording(recording, one)
    write_recording(recording, two)
    assert gzip.decompress(two.read_bytes()) == one.read_bytes()
    assert read_recording(one) == read_recording(two)


def test_written_times_start_at_a_fixed_moment_and_keep_pauses(tmp_path: Path) -> None:
    def run(start: int, gap: int) -> Recording:
        events = tuple(
            Event(number, start + number * gap + (2_000_000_000 if number > 3 else 0), "read") for number in range(1, 6)
        )
        return Recording(
            RecordingHeader(scenario="a", start_ns=start), events, (ActionResult("a", 0, start, start + 9 * gap + 2_000_000_000),)
        )

    write_recording(run(1_700_000_000_000_000_000, 300_000), tmp_path / "one")
    write_recording(run(1_800_000_000_000_000_007, 900_000), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    times = [event.time_ns for event in read_recording(tmp_path / "one").events]
    assert times[0] - NORMAL_START_NS == 100_000
    assert times[3] - times[2] == 2_000_000_000


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("packed", [False, True])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: float, packed: bool) -> None:
    data = text_of(sample()).encode()
    data = gzip.compress(data) if packed else data
    path = tmp_path / "cut.jsonl"
    path.write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    assert "cut off" in caught.value.message or "not JSON" in caught.value.message
    assert "record" in caught.value.help


def test_every_missing_line_is_noticed() -> None:
    lines = text_of(sample()).splitlines()
    for number in range(1, len(lines)):
        with pytest.raises(RecordingError):
            parse("\n".join(lines[:number] + lines[number + 1 :]))


def test_a_corrupt_line_is_named() -> None:
    lines = text_of(sample()).splitlines()
    with pytest.raises(RecordingError, match="line 3 is not JSON"):
        parse("\n".join([*lines[:2], lines[2][:-1] + "x", *lines[3:]]))
    with pytest.raises(RecordingError, match="line 3"):
        parse("\n".join([*lines[:2], lines[2].replace('"type"', '"typo"'), *lines[3:]]))


@pytest.mark.parametrize(
    "record",
    [
        *("[1]", '"x"', "3", '{"event": 1, "at": "x", "type": "y"}', '{"state": ["a"], "fields": {}}', '{"what": 1}'),
        *(
            '{"event": 1, "at": 0, "type": {}}',
            '{"event": "1", "at": 0, "type": "open"}',
            '{"event": 1, "at": 0.5, "type": "open"}',
        ),
        *('{"event": 1, "at": 0, "type": "open", "source": 1}', '{"event": 1, "at": 0, "type": "open", "action": []}'),
        *('{"event": 1, "at": 99999999999999999999, "type": "open"}', '{"result": 1, "started_at": 0, "ended_at": 0}'),
        *('{"state": "s", "fields": {"a.b": {"$map": 1}}}', '{"state": "s", "fields": {"a.b": ' + "[" * 100 + "]" * 100 + "}}"),
    ],
)
def test_a_record_of_a_wrong_shape_is_refused(record: str) -> None:
    lines = text_of(sample()).splitlines()
    with pytest.raises(RecordingError, match="line 2"):
        parse("\n".join([lines[0], record, *lines[1:]]))


def test_a_newer_format_says_to_upgrade() -> None:
    with pytest.raises(RecordingError, match="format_version 2") as caught:
        parse(text_of(sample()).replace('"format_version": 1', '"format_version": 2'))
    assert "upgrade cks-trainer" in caught.value.help


@pytest.mark.parametrize("data", [b'{"a.b": {"$map": 1}}', b'{"a.b": 1, "evt.rawtime": 99999999999999999999}'])
def test_values_that_no_field_has_are_refused_in_flat_maps_too(data: bytes) -> None:
    with pytest.raises(RecordingError, match="line 1 is corrupt"):
        parse_recording(data, "x")


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xff\xfe\x00", b"hello\n", b'{"a": 1}\n', b"[" * 100_000])
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(RecordingError):
        parse_recording(data, "x")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(RecordingError, match="cannot read"):
            read_recording(path)


ALERT = {
    "hostname": "node",
    "output": "x",
    "priority": "Warning",
    "rule": "Any",
    "source": "syscall",
    "tags": [],
    "time": "2026-01-02T03:04:05.123456789Z",
    "output_fields": {
        "evt.type": "openat",
        "evt.num": 41,
        "evt.time": 1767323045123456789,
        "proc.aname[2]": "sh",
        "fd.name": None,
    },
}


def test_an_alert_log_is_a_recording(tmp_path: Path) -> None:
    second = ALERT | {"output_fields": {"evt.type": "execve", "evt.time": "03:04:06.000000001", "proc.name": "id"}}
    path = tmp_path / "alerts.json.gz"
    path.write_bytes(gzip.compress(f"{json.dumps(ALERT)}\r\n\n{json.dumps(second)}".encode()))
    first, other = read_recording(path).events
    assert (first.num, first.type, first.time_ns) == (41, "openat", 1767323045123456789)
    assert first.fields == {"evt.type": "openat", "evt.num": 41, "evt.time": 1767323045123456789, "proc.aname[2]": "sh"}
    assert (other.num, other.type, other.time_ns) == (2, "execve", 1767323045123456789)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1767323045000000001, 1767323045000000001),
        ("2026-01-02T03:04:05.5Z", 1767323045500000000),
        ("2026-01-02T04:04:05.000000007+0100", 1767323045000000007),
        ("00:00:01.000000002", 1_000_000_002),
        (None, 0),
    ],
)
def test_times_of_flat_maps(value: object, expected: int) -> None:
    found = parse(json.dumps({"evt.time": value, "proc.name": "a"}))
    assert found.events[0].time_ns == expected
    assert found.header.origin == "map"


def test_a_log_that_mixes_alerts_with_something_else_names_the_line() -> None:
    with pytest.raises(RecordingError, match="line 2"):
        parse(json.dumps(ALERT) + "\n" + json.dumps({"rule": "x"}))
    with pytest.raises(RecordingError, match="line 1"):
        parse(json.dumps({"evt.num": "seven", "evt.type": "x"}))


def test_foreign_recordings_keep_their_times(tmp_path: Path) -> None:
    recording = parse(json.dumps(ALERT))
    write_recording(recording, tmp_path / "copy.jsonl")
    assert read_recording(tmp_path / "copy.jsonl").events == recording.events


def test_a_full_device_is_an_error_and_stays_a_device(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("no /dev/full here")
    link = tmp_path / "recording.jsonl"
    link.symlink_to(full)
    with pytest.raises(RecordingError, match="No space left"):
        write_recording(sample(), link)
    assert full.is_char_device()
    assert list(tmp_path.iterdir()) == [link]


def test_a_link_is_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    target.write_text("old")
    link.symlink_to(target)
    write_recording(sample(), link)
    assert link.is_symlink()
    assert read_recording(target).header.scenario == sample().header.scenario
