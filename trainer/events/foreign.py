"""Events from files that are not ours: Falco alert logs (``json_output: true``) and JSON Lines with one flat map a line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeGuard

from trainer.errors import RecordingError
from trainer.events.freezing import freeze_map
from trainer.events.model import Event, Recording, RecordingHeader

_HELP = "a recording holds one JSON object a line: cks-trainer's own, Falco's alerts (json_output: true), or a flat map of fields"
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?")
_CLOCK = re.compile(r"(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?")
_SECOND = 1_000_000_000
_TIMES = range(-(1 << 63), 1 << 64)


def read_foreign(records: Sequence[Mapping[str, Any]], numbers: Sequence[int], name: str) -> Recording:
    alerts = any("output_fields" in record for record in records)
    events = []
    for index, record in enumerate(records):
        line = numbers[index]
        fields = record.get("output_fields") if alerts else record
        if not isinstance(fields, dict) or not any("." in key for key in fields):
            raise RecordingError(f"{name}, line {line} holds no event: no field such as evt.type or proc.name", _HELP)
        events.append(_event(fields, record if alerts else {}, index, f"{name}, line {line}"))
    header = RecordingHeader(origin="falco" if alerts else "map", start_ns=events[0].time_ns if events else 0)
    return Recording(header, tuple(events))


def _event(fields: Mapping[str, Any], alert: Mapping[str, Any], index: int, where: str) -> Event:
    known = {key: value for key, value in fields.items() if value is not None and "." in key}
    number = known.get("evt.num", index + 1)
    kind, source = known.get("evt.type", ""), known.get("evt.source", alert.get("source", "syscall"))
    action = fields.get("action")
    if not _is_int(number) or not isinstance(kind, str) or not isinstance(source, str):
        raise RecordingError(f"{where} is corrupt: evt.num, evt.type or the source has the wrong type", _HELP)
    if action is not None and not isinstance(action, str):
        raise RecordingError(f"{where} is corrupt: action is not a text", _HELP)
    try:
        time_ns = _time(known, alert)
        check_time(time_ns)
        return Event(number, time_ns, kind, source, freeze_map(known), action)
    except (TypeError, ValueError, OverflowError) as error:
        raise RecordingError(f"{where} is corrupt: {error}", _HELP) from None


def check_time(time_ns: object) -> None:
    """Raises TypeError or ValueError for what cannot be shown as a time: Falco's are 64 bits of nanoseconds."""
    if time_ns.__class__ is not int:
        raise TypeError("a time is no whole number")
    if time_ns not in _TIMES:
        raise ValueError("a time is beyond 64 bits of nanoseconds")


def iso_time(text: str) -> int | None:
    """Nanoseconds since the epoch of ISO 8601 or RFC 3339 text; None for what is neither. No zone is UTC."""
    found = _ISO.match(text)
    if found is None:
        return None
    try:
        time_ns = _from_iso(found)
    except (ValueError, OverflowError):
        return None
    return time_ns if time_ns in _TIMES else None


def _time(fields: Mapping[str, Any], alert: Mapping[str, Any]) -> int:
    """Nanoseconds since the epoch from the best of what is there: raw number, ISO text, time of day, the alert's own time."""
    candidates = (fields.get("evt.rawtime"), fields.get("evt.time"), fields.get("evt.time.iso8601"), fields.get("evt.datetime"))
    for value in candidates:
        if _is_int(value):
            return value
    for value in (*candidates, alert.get("time")):
        if isinstance(value, str) and (found := _ISO.match(value)):
            return _from_iso(found)
    for value in candidates:
        if isinstance(value, str) and (found := _CLOCK.fullmatch(value)):
            # A time of day without a date: the first day that there is.
            moment = datetime.fromisoformat(f"1970-01-01T{found[1]}+00:00")
            return int(moment.timestamp()) * _SECOND + _fraction(found[2])
    return 0


def _from_iso(found: re.Match[str]) -> int:
    zone = found[4]
    moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{'+00:00' if zone in (None, 'Z') else zone}")
    return int(moment.astimezone(UTC).timestamp()) * _SECOND + _fraction(found[3])


def _fraction(digits: str | None) -> int:
    return int((digits or "0").ljust(9, "0"))


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
