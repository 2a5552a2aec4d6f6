"""Kubernetes audit logs as recordings: what the API server writes to its audit log file or sends to a webhook.

Read are objects of ``audit.k8s.io`` one a line (the log file), an array of them, and an EventList; fields are the k8saudit plugin's, see audit_fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from trainer.errors import RecordingError
from trainer.events.audit_fields import AuditFields
from trainer.events.audit_json import MISSING, Node, get, is_text, parse_json, to_text
from trainer.events.foreign import iso_time
from trainer.events.model import Event, Recording, RecordingHeader

SOURCE = "k8s_audit"
EVENT_TYPE = "pluginevent"
"""evt.type of what a plugin makes."""
ORIGIN = "k8s-audit"

_MARKS = ('"auditID"', "audit.k8s.io")
_KINDS = ("Event", "EventList")
_HELP = "an audit log holds one JSON object of audit.k8s.io/v1 a line, or is an array of them or an EventList"


def text_of(event: Event, name: str) -> str:
    """A field whose value is one text; empty where the event has none."""
    value = event.fields.get(name)
    return value if isinstance(value, str) else ""


def request_of(event: Event) -> str:
    """What an audit event asked for and the answer, short: ``create pods/exec prod/web-0 (101)``; empty for other events."""
    if event.source != SOURCE:
        return ""
    kind = "/".join([part for part in (text_of(event, "ka.target.resource"), text_of(event, "ka.target.subresource")) if part])
    target = "/".join([part for part in (text_of(event, "ka.target.namespace"), text_of(event, "ka.target.name")) if part])
    code = text_of(event, "ka.response.code")
    words = (text_of(event, "ka.verb"), kind or text_of(event, "ka.uri"), target, f"({code})" if code else "")
    return " ".join([word for word in words if word])


def is_audit_log(text: str) -> bool:
    """Whether ``text`` is an audit log, and not one of the other recordings (which may well speak of audit events)."""
    if not any(mark in text for mark in _MARKS):
        return False
    head = text.lstrip()
    try:
        first: Any = json.loads(head.split("\n", 1)[0])
    except (ValueError, RecursionError):
        return head.startswith(("{", "["))  # one value over many lines
    return isinstance(first, list) or (isinstance(first, dict) and first.get("kind") in _KINDS and "format_version" not in first)


def read_audit_log(numbered: Sequence[tuple[int, str]], name: str) -> Recording:
    """The events of an audit log, given its lines that are not blank with their numbers.

    Raises RecordingError, with the line, for what is no audit event and for an event without a time.
    """
    found: list[Event] = []
    for where, whole in _values(numbered, name):
        for node in _events(whole, where):
            time_ns = _time(node, where)
            first_ns = found[0].time_ns if found else time_ns
            fields = AuditFields(node, time_ns, {"evt.reltime": time_ns - first_ns})
            found.append(Event(len(found) + 1, time_ns, EVENT_TYPE, SOURCE, fields))
    if not found:
        raise RecordingError(f"{name} holds no audit event", _HELP)
    return Recording(RecordingHeader(origin=ORIGIN, start_ns=found[0].time_ns), tuple(found))


def _values(numbered: Sequence[tuple[int, str]], name: str) -> Iterator[tuple[str, Node]]:
    """The JSON values of the file and where they are: one a line, or one that goes over all lines."""
    try:
        json.loads(numbered[0][1])
        one_each = True
    except (ValueError, RecursionError):
        one_each = len(numbered) == 1
    if not one_each:
        numbered = [(numbered[0][0], "\n".join([line for _, line in numbered]))]
    for number, text in numbered:
        where = f"{name}, line {number}" if one_each else name
        try:
            node = parse_json(text)
        except ValueError as error:
            raise RecordingError(f"{where} is not JSON: {error}", _HELP) from None
        yield where, node


def _events(whole: Node, where: str) -> Iterator[Node]:
    if isinstance(whole, list):
        for item in whole:
            yield from _events(item, where)
        return
    kind = get(whole, "kind")
    if kind == "EventList" and isinstance(items := get(whole, "items"), list):
        # The items of a list need not name their kind again.
        yield from items
        return
    if kind != "Event":
        shown = f"kind is {to_text(kind)}" if kind is not MISSING else "kind is missing"
        raise RecordingError(f"{where} is no Kubernetes audit event: {shown}", _HELP)
    yield whole


def _time(node: Node, where: str) -> int:
    """When the stage was reached, in nanoseconds since the epoch; else when the request came."""
    for key in ("stageTimestamp", "requestReceivedTimestamp"):
        text = get(node, key)
        if is_text(text) and (time_ns := iso_time(to_text(text))) is not None:
            return time_ns
    raise RecordingError(f"{where} holds an audit event without stageTimestamp", _HELP)
