"""Recordings of scenarios that run nothing: their audit events, at fixed times and under fixed ids, so that each recording is the same."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from trainer.content.audit import KEYS
from trainer.content.model import Scenario
from trainer.events import ActionResult, Event, Recording, RecordingHeader
from trainer.events.audit import EVENT_TYPE, SOURCE
from trainer.events.audit_fields import AuditFields
from trainer.events.normal import NORMAL_START_NS

ENGINE = "given"
"""What the header names in place of a container engine."""
_ACTION_NS = 1_000_000_000
"""An action begins with each whole second."""
_EVENT_NS = 10_000_000
_ANSWER_NS = 4_000_000
"""From the request to the stage that is logged."""
_ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
"""What Go's encoder never writes as it is."""


def given_recording(scenario: Scenario) -> Recording:
    """The events of a scenario whose ``is_given`` is true, each named by its action."""
    events: list[Event] = []
    results: list[ActionResult] = []
    for number, action in enumerate(scenario.actions):
        started = ended = NORMAL_START_NS + number * _ACTION_NS
        for place, event in enumerate(action.audit):
            received = started + place * _EVENT_NS
            ended = received if event.get("stage") == "RequestReceived" else received + _ANSWER_NS
            text = _line(event, f"{scenario.name}/{action.id}/{place}", received, ended)
            first = events[0].time_ns if events else ended
            fields = AuditFields.from_text(text, ended, {"evt.reltime": ended - first})
            events.append(Event(len(events) + 1, ended, EVENT_TYPE, SOURCE, fields, action.id))
        results.append(ActionResult(action.id, 0, started, ended))
    header = RecordingHeader(scenario=scenario.name, seed=scenario.seed, engine=ENGINE, start_ns=NORMAL_START_NS)
    return Recording(header, tuple(events), tuple(results))


def _line(event: Mapping[str, object], name: str, received: int, reached: int) -> str:
    """The event as the API server writes it to its log, with an id that is made from its name."""
    whole = {
        **event,
        "auditID": event.get("auditID") or _audit_id(name),
        "requestReceivedTimestamp": _micro_time(received),
        "stageTimestamp": _micro_time(reached),
    }
    ordered = {key: whole[key] for key in KEYS if key in whole}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)


def _audit_id(name: str) -> str:
    return str(uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


def _micro_time(time_ns: int) -> str:
    """As metav1.MicroTime: UTC with six digits."""
    moment = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC) + timedelta(microseconds=time_ns % 1_000_000_000 // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
