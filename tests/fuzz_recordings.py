"""Recordings for the fuzzer: the core pack's own, alert logs, flat maps and audit logs, with values of every wrong type."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from random import Random

from tests.audit_events import audit_event
from tests.fuzz_generators import ROOT, field, mutated, raw


@cache
def _recorded() -> tuple[tuple[str, ...], ...]:
    """The first lines of each recording of the core pack, made into whole small recordings."""
    found = []
    for path in sorted(ROOT.glob("scenarios/*/recordings/*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            head = [json.loads(line) for line in islice(lines, 14)]
        counts = {kind: sum(kind in record for record in head) for kind in ("event", "result")}
        head.append({"end": True, "events": counts["event"], "actions": counts["result"]})
        found.append(tuple(json.dumps(record) for record in head))
    return tuple(found)


_FOREIGN_VALUES: tuple[object, ...] = (
    "sh", "", 0, 1, -1, 1.5, True, False, None, [], ["a", 1], {}, {"a": "b"}, {"$bytes": "6162"}, {"$bytes": "zz"}, {"$map": [["a", 1]]}, {"$map": 1}, 1 << 70,
    "1.2.3.4", "2026-01-02T03:04:05.1Z", "03:04:05", "0001-01-01T00:00:00+23:59", "open", 1e308, "\udc80", [[["x"]]], {"a": {"b": [1, {"c": None}]}},
)  # fmt: skip


def _foreign(rng: Random) -> str:
    lines = []
    for _ in range(rng.randrange(1, 5)):
        fields: dict[str, object] = {field(rng)[0]: rng.choice(_FOREIGN_VALUES) for _ in range(rng.randrange(1, 9))}
        for name in (
            "evt.type",
            "evt.num",
            "evt.time",
            "evt.rawtime",
            "evt.source",
            "fd.name",
            "proc.name",
            "evt.arg",
            "evt.rawarg",
            "proc.args",
        ):
            if rng.random() < 0.25:
                fields[name] = rng.choice(_FOREIGN_VALUES)
        lines.append(
            json.dumps(
                {"output_fields": fields, "time": rng.choice(_FOREIGN_VALUES), "rule": "r"} if rng.random() < 0.4 else fields
            )
        )
    return "\n".join(lines)


def _audit(rng: Random) -> str:
    events = [audit_event(rng.choice(("get", "create"))) for _ in range(rng.randrange(1, 4))]
    for event in events:
        for _ in range(rng.randrange(3)):
            event[rng.choice(list(event))] = rng.choice(_FOREIGN_VALUES)
    match rng.randrange(3):
        case 0:
            return "\n".join(json.dumps(event) for event in events)
        case 1:
            return json.dumps(events, indent=rng.choice((None, 1)))
        case _:
            return json.dumps({"kind": "EventList", "items": events}, indent=rng.choice((None, 2)))


def _wrong_values(rng: Random, lines: list[str]) -> list[str]:
    """Valid JSON whose values have types that nobody expects."""
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(lines))
        record = json.loads(lines[place])
        inside = record.get("fields") if isinstance(record.get("fields"), dict) and rng.random() < 0.7 else record
        if inside:
            inside[rng.choice(list(inside))] = rng.choice(_FOREIGN_VALUES)
        lines[place] = json.dumps(record)
    return lines


def any_recording(rng: Random) -> str:
    chance = rng.random()
    if chance < 0.3:
        lines = list(rng.choice(_recorded()))
        return "\n".join(lines if chance < 0.03 else _wrong_values(rng, lines))
    if chance < 0.6:
        return mutated(rng, "\n".join(rng.choice(_recorded())), rng.choice((1, 2)))
    if chance < 0.94:
        text = _audit(rng) if rng.random() < 0.3 else _foreign(rng)
        return text if rng.random() < 0.6 else mutated(rng, text, 1)
    if chance < 0.99:
        return raw(rng)
    return rng.choice(("[", '{"a.b":', "{", "[[", '{"format_version":')) * rng.choice((10, 1000, 5000))
