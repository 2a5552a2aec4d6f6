"""Recordings: the file format, and the foreign files that are read as one (Falco alert logs, flat maps, Kubernetes audit logs, .scap files).

The own format is JSON Lines in UTF-8, one record a line, the header first and a footer with the counts last::

    {"format": "cks-trainer recording", "format_version": 1, "scenario": ..., "seed": ..., "scenario_digest": ..., "start_ns": ...}
    {"state": "cat.1", "fields": {"proc.name": "cat", ...}}
    {"state": "cat.2", "like": "cat.1", "fields": {what differs}, "without": [what is gone]}
    {"event": 1, "at": 0, "type": "openat", "action": "read", "state": ["cat.1", "fd.4"], "fields": {"evt.res": ...}}
    {"result": "read", "exit_code": 0, "started_at": 0, "ended_at": 12000000}
    {"end": true, "events": 1, "actions": 1}

A state holds the fields that many events share (process, user, container, descriptor). Its name is made from what it holds
and not from its place in the file, so that one new event leaves the other lines alone. An event's fields are its states', in
order, and then its own. An event of a Kubernetes audit log has ``audit`` instead, the JSON text that its fields come from. ``scenario_digest`` is optional.
"""

from __future__ import annotations

import gc
import gzip
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from trainer.errors import RecordingError
from trainer.events.audit import is_audit_log, read_audit_log
from trainer.events.audit_fields import AuditFields
from trainer.events.foreign import check_time, read_foreign
from trainer.events.freezing import can_join, freeze, freeze_map, join_args, split_args, thaw_map
from trainer.events.model import ActionResult, Event, FieldValue, Recording, RecordingHeader
from trainer.events.normal import normalised
from trainer.events.states import StateTable

FORMAT = "cks-trainer recording"
FORMAT_VERSION = 1
MAX_BYTES = 256 * 1024 * 1024


def read_recording(path: Path) -> Recording:
    """The recording in ``path``: own format, Falco alerts, flat maps, a Kubernetes audit log or a .scap file, gzipped or not."""
    data = _read_bytes(path)
    # Thousands of maps and no cycle among them: the collector would only walk them, for longer than the parsing takes.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return parse_recording(data, str(path))
    finally:
        if collecting:
            gc.enable()


def parse_recording(data: bytes, name: str) -> Recording:
    if data.startswith(_SCAP):
        from trainer.events.scap_read import read_scap

        return read_scap(data, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordingError(f"{name} is not a recording: byte {error.start} is not UTF-8", _RECORD_AGAIN) from None
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line and not line.isspace()]
    if not numbered:
        raise RecordingError(f"{name} is empty", _RECORD_AGAIN)
    if is_audit_log(text):
        return read_audit_log(numbered, name)
    head = _parse_line(numbered[0][1], name, numbered[0][0])
    if "format_version" not in head:
        return read_foreign(_parse_lines(numbered, name), [number for number, _ in numbered], name)
    _check_header(head, name)
    complete = '"end"' in numbered[-1][1]
    if not complete:
        raise RecordingError(f"{name} is cut off: its last record is missing", _RECORD_AGAIN)
    return _build(head, _parse_lines(numbered, name), [number for number, _ in numbered], name)


def read_outline(path: Path) -> Recording:
    """Header and results of a recording without its events, for who asks what was recorded and how it ended. Raises RecordingError.

    Quick for a recording of our own; one of another kind is read whole.
    """
    name = str(path)
    lines = _read_bytes(path).decode("utf-8", "replace").split("\n")
    if not lines[0].startswith("{") or "format_version" not in (head := _parse_line(lines[0], name, 1)):
        return read_recording(path)
    _check_header(head, name)
    number = 1
    try:
        header = _header(head, head.get("start_ns", 0))
        actions = []
        for number, line in enumerate(lines, 1):
            if line.startswith('{"result":'):
                actions.append(_result(_parse_line(line, name, number), header.start_ns))
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"{name}, line {number} is corrupt: {error}", _RECORD_AGAIN) from None
    return Recording(header, (), tuple(actions))


def write_recording(recording: Recording, path: Path) -> None:
    """Write ``recording`` with its times from a fixed start (`normalised`), gzipped where the name ends in ``.gz``."""
    data = format_recording(normalised(recording)).encode("utf-8", "backslashreplace")
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    place = path.resolve()
    # A device or a pipe is written to, never replaced by a file of its name.
    temporary = place.with_name(place.name + ".part") if place.is_file() or not place.exists() else place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        if temporary != place:
            temporary.replace(place)
    except OSError as error:
        if temporary != place:
            temporary.unlink(missing_ok=True)
        raise RecordingError(f"cannot write {path}: {error.strerror}", "free space there, or choose another place") from None


def format_recording(recording: Recording) -> str:
    """The text of the file, times as they are. A lone surrogate stays in the text; it is encoded as its JSON escape."""
    header = recording.header
    start_ns = header.start_ns
    records: list[dict[str, Any]] = [
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "scenario": header.scenario,
            "seed": header.seed,
            "origin": header.origin,
            "engine": header.engine,
            "start_ns": start_ns,
        }
    ]
    if header.scenario_digest:
        records[0]["scenario_digest"] = header.scenario_digest
    derived = _times_follow(recording.events)
    if derived:
        records[0]["derived"] = list(_DERIVED)
    table = StateTable()
    for event in recording.events:
        if isinstance(event.fields, AuditFields):
            records.append(_audit_record(event, event.fields, start_ns))
            continue
        new, names, own = table.split(event)
        if derived:
            del own["evt.reltime"], own["evt.deltatime"]
        records.extend(_state_record(*state) for state in new)
        record: dict[str, Any] = {"event": event.num, "at": event.time_ns - start_ns, "type": event.type}
        if event.source != "syscall":
            record["source"] = event.source
        if event.action is not None:
            record["action"] = event.action
        if names:
            record["state"] = names
        text, info = own.get("evt.args"), own.get("evt.info")
        if isinstance(text, str) and isinstance(info, str) and text == info:
            record["args"] = text
            del own["evt.args"], own["evt.info"]
        texts, values = own.get("evt.arg"), own.get("evt.rawarg")
        if can_join(texts, values):
            record["arg"] = join_args(cast(Mapping[str, str], texts), cast(Mapping[str, FieldValue], values))
            del own["evt.arg"], own["evt.rawarg"]
        if own:
            record["fields"] = thaw_map(own)
        records.append(record)
    for action in recording.actions:
        record = {
            "result": action.id,
            "exit_code": action.exit_code,
            "started_at": action.started_ns - start_ns,
            "ended_at": action.ended_ns - start_ns,
        }
        if action.error is not None:
            record["error"] = action.error
        records.append(record)
    records.append({"end": True, "events": len(recording.events), "actions": len(recording.actions)})
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _audit_record(event: Event, fields: AuditFields, start_ns: int) -> dict[str, Any]:
    record: dict[str, Any] = {"event": event.num, "at": event.time_ns - start_ns, "type": event.type, "source": event.source}
    if event.action is not None:
        record["action"] = event.action
    return record | {"audit": fields.text}


_SCAP = b"\n\r\r\n"
"""What a .scap file begins with."""
_DERIVED = ("evt.reltime", "evt.deltatime")
_RECORD_AGAIN = "copy the file again, or make it again with: cks-trainer record SCENARIO -o FILE"


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as packed:
                data = packed.read(MAX_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise RecordingError(f"{path} is cut off or corrupt: {error}", _RECORD_AGAIN) from None
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise RecordingError(f"{path} is larger than {MAX_BYTES // 1024 // 1024} MB", "record less at once")
    return data


def _parse_line(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{name}, line {number} is not JSON: {error}", _RECORD_AGAIN) from None
    if not isinstance(record, dict):
        raise RecordingError(f"{name}, line {number} is not a JSON object", _RECORD_AGAIN)
    return record


def _parse_lines(numbered: list[tuple[int, str]], name: str) -> list[dict[str, Any]]:
    """All records. One parse of the whole is a third faster than one for each line; the second way finds the line to blame."""
    try:
        records = json.loads("[" + ",".join([line for _, line in numbered]) + "]")
        if len(records) == len(numbered) and all([record.__class__ is dict for record in records]):
            return records  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        pass
    return [_parse_line(line, name, number) for number, line in numbered]


def _check_header(head: Mapping[str, Any], name: str) -> None:
    version = head["format_version"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RecordingError(f"{name}: format_version is {version!r}", _RECORD_AGAIN)
    if version > FORMAT_VERSION:
        raise RecordingError(
            f"{name} has format_version {version}; this cks-trainer reads up to {FORMAT_VERSION}",
            "upgrade cks-trainer: pip install --upgrade cks-trainer",
        )


def _build(head: Mapping[str, Any], records: list[dict[str, Any]], numbers: list[int], name: str) -> Recording:
    start = head.get("start_ns", 0)
    states: dict[str, dict[str, FieldValue]] = {}
    events: list[Event] = []
    actions: list[ActionResult] = []
    footer: Mapping[str, Any] | None = None
    derived = bool(head.get("derived"))
    before = 0
    index = 0
    try:
        for index, record in enumerate(records[1:], 1):
            if "event" in record:
                own = record.get("fields")
                fields: dict[str, FieldValue] = {}
                for state in record.get("state", ()):
                    fields.update(states[state])
                if own:
                    fields.update(own if _frozen_already(own) else freeze_map(own))
                if "arg" in record:
                    fields["evt.arg"], fields["evt.rawarg"] = split_args(record["arg"])
                if "args" in record:
                    fields["evt.args"] = fields["evt.info"] = freeze(record["args"])
                time_ns = start + record["at"]
                if derived:
                    first = events[0].time_ns if events else time_ns
                    fields["evt.reltime"], fields["evt.deltatime"] = time_ns - first, time_ns - (before if events else time_ns)
                    before = time_ns
                audit = _audit_fields(record["audit"], time_ns, events) if "audit" in record else None
                event = Event(
                    record["event"],
                    time_ns,
                    record["type"],
                    record.get("source", "syscall"),
                    fields if audit is None else audit,
                    record.get("action"),
                )
                _check_event(event)
                events.append(event)
            elif "state" in record:
                base = states[record["like"]] if "like" in record else {}
                without = record.get("without", ())
                merged = base | freeze_map(record["fields"])
                for gone in without:
                    del merged[gone]
                states[record["state"]] = merged
            elif "result" in record:
                actions.append(_result(record, start))
            elif "end" in record:
                footer = record
            else:
                raise RecordingError(f"{name}, line {numbers[index]}: unknown record {sorted(record)}", _RECORD_AGAIN)
        index = 0
        header = _header(head, start)
        check_time(start)
    except KeyError as error:
        raise RecordingError(f"{name}, line {numbers[index]}: {error} is missing", _RECORD_AGAIN) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise RecordingError(f"{name}, line {numbers[index]} is corrupt: {error}", _RECORD_AGAIN) from None
    if footer is None or "event" in records[-1]:
        raise RecordingError(f"{name} is cut off: its last record is missing", _RECORD_AGAIN)
    if footer.get("events") != len(events) or footer.get("actions") != len(actions):
        raise RecordingError(
            f"{name} is corrupt: {len(events)} events and {len(actions)} actions where its last record says "
            f"{footer.get('events')} and {footer.get('actions')}",
            _RECORD_AGAIN,
        )
    return Recording(header, tuple(events), tuple(actions))


def _header(head: Mapping[str, Any], start: int) -> RecordingHeader:
    """Raises KeyError or TypeError."""
    digest = head.get("scenario_digest", "")
    header = RecordingHeader(
        head["format_version"], head["scenario"], head["seed"], head["origin"], head["engine"], start, digest
    )
    _check_types((header.scenario, str), (header.seed, int), (header.origin, str), (header.engine, str), (digest, str))
    return header


def _check_event(event: Event) -> None:
    """Raises TypeError or ValueError: what JSON holds in place of an event's own parts may be anything. Runs once an event, so without a loop."""
    if event.num.__class__ is not int or event.type.__class__ is not str or event.source.__class__ is not str:
        raise TypeError("event, type or source has the wrong type")
    if event.action is not None and event.action.__class__ is not str:
        raise TypeError("action has the wrong type")
    check_time(event.time_ns)


def _result(record: Mapping[str, Any], start: int) -> ActionResult:
    """Raises KeyError, TypeError or ValueError."""
    started, ended = start + record["started_at"], start + record["ended_at"]
    action = ActionResult(record["result"], record.get("exit_code"), started, ended, record.get("error"))
    _check_types((action.id, str), (0 if action.exit_code is None else action.exit_code, int), (action.error or "", str))
    check_time(action.started_ns)
    check_time(action.ended_ns)
    return action


def _check_types(*values: tuple[object, type]) -> None:
    for value, expected in values:
        if value.__class__ is not expected:
            raise TypeError(f"{value!r:.40} is no {expected.__name__}")


def _audit_fields(text: str, time_ns: int, before: Sequence[Event]) -> AuditFields:
    return AuditFields.from_text(text, time_ns, {"evt.reltime": time_ns - (before[0].time_ns if before else time_ns)})


def _frozen_already(own: Mapping[str, Any]) -> bool:
    """No list and no object among the values: the usual case, told apart cheaply."""
    return not any([value.__class__ is list or value.__class__ is dict for value in own.values()])


def _times_follow(events: Sequence[Event]) -> bool:
    """Whether evt.reltime and evt.deltatime of all events are what their times say; then they are not written."""
    first = before = events[0].time_ns if events else 0
    for event in events:
        fields = event.fields
        for name, expected in (("evt.reltime", event.time_ns - first), ("evt.deltatime", event.time_ns - before)):
            value = fields.get(name)
            if value.__class__ is not int or value != expected:
                return False
        before = event.time_ns
    return bool(events)


def _state_record(name: str, like: str | None, fields: Mapping[str, FieldValue], without: Iterable[str]) -> dict[str, Any]:
    record: dict[str, Any] = {"state": name}
    if like is not None:
        record["like"] = like
    record["fields"] = thaw_map(fields)
    if gone := sorted(without):
        record["without"] = gone
    return record
