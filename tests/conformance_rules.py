"""Loading and evaluating rules against the recorded Falco: one judge for each data file, as in tests/conformance_engine.py.

Levels of a loaded file, from lax to strict: verdict, codes, messages, place (innermost item and line of the first error), json, text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.capture.golden import Comparison
from tests.capture.trace_files import TRACES, load
from tests.conformance_data import conformance_cases, conformance_path
from tests.conformance_engine import Judge, Judgement
from trainer.engine import Alert, LoadResult, falco_results, falco_text, load_rules, to_string
from trainer.errors import TrainerError
from trainer.events import Event, read_recording
from trainer.source import read_source


@dataclass(frozen=True)
class Case:
    id: str
    files: tuple[Path, ...]
    results: tuple[dict[str, Any], ...]
    """Falco's result per file; empty when Falco ended without one."""
    text: str | None
    fatal: str | None
    rules: tuple[dict[str, Any], ...] | None = None
    lists: tuple[dict[str, Any], ...] | None = None


def validation_cases() -> Iterator[Case]:
    folder = conformance_path("validation")
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        place = folder / entry["id"]
        result = json.loads((place / "result.json").read_text(encoding="utf-8"))
        results = result["json"]["falco_load_results"] if result["json"] else []
        yield Case(
            entry["id"],
            tuple(place / name for name in entry["files"]),
            tuple(results),
            result.get("text"),
            result.get("fatal") if not results else None,
        )


def loader_cases(name: str) -> Iterator[Case]:
    folder = conformance_path(name)
    for line in conformance_path(f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        found = entry["falco_0_44_1"]
        results = found if isinstance(found, list) else [found] if found else []
        lists = entry.get("lists")
        rules = entry.get("rules")
        yield Case(
            entry["id"],
            tuple(folder / file for file in entry["files"]),
            tuple(result for result in results if result),
            None,
            entry.get("fatal"),
            tuple(rules) if rules is not None else None,
            tuple(lists) if lists is not None else None,
        )


def load_case(case: Case, mode: Any = "falco") -> LoadResult:
    return load_rules([read_source(path, path.name) for path in case.files], mode=mode)


def judge_load(case: Case) -> Iterator[Judgement]:
    try:
        result = load_case(case)
    except TrainerError:
        yield "verdict", case.id, False
        return
    if not case.results:
        # Falco ended without a result: ours must be an error, and carry its text where it printed one.
        yield "verdict", case.id, not result.ok
        if case.fatal:
            yield "fatal text", case.id, (result.fatal or "").endswith(case.fatal.strip())
        return
    got = falco_results(result)["falco_load_results"]
    wanted = list(case.results)
    yield "verdict", case.id, [r["successful"] for r in got] == [r["successful"] for r in wanted]
    yield "codes", case.id, _codes(got) == _codes(wanted)
    yield "messages", case.id, _messages(got) == _messages(wanted)
    yield "place", case.id, _places(got) == _places(wanted)
    yield "json", case.id, _sorted(got) == _sorted(wanted)
    if case.text is not None:
        yield "text", case.id, falco_text(result) + "\n" == case.text
    if case.rules is not None and result.ok:
        yield "rules", case.id, [_rule(rule) for rule in _rules(result)] == [_rule(rule) for rule in case.rules]
    if case.lists is not None and result.ok:
        lists = [{"name": entry.name, "items_compiled": list(entry.items)} for entry in result.ruleset.lists.values()]
        yield "lists", case.id, lists == list(case.lists)


def judge_loader() -> Iterator[Judgement]:
    for case in loader_cases("loader"):
        yield from judge_load(case)


def judge_loader_extra() -> Iterator[Judgement]:
    for case in loader_cases("loader-extra"):
        yield from judge_load(case)


def judge_validation() -> Iterator[Judgement]:
    for case in validation_cases():
        yield from judge_load(case)


def _codes(results: list[dict[str, Any]]) -> list[Any]:
    return [([e["code"] for e in r["errors"]], sorted(w["code"] for w in r["warnings"])) for r in results]


def _messages(results: list[dict[str, Any]]) -> list[Any]:
    return [([e["message"] for e in r["errors"]], sorted(w["message"] for w in r["warnings"])) for r in results]


def _places(results: list[dict[str, Any]]) -> list[Any]:
    found = []
    for result in results:
        for entry in result["errors"] + sorted(result["warnings"], key=lambda w: str(w["code"]) + str(w["message"])):
            last = entry["context"]["locations"][-1]
            found.append((last["item_type"], last["position"]["line"]))
    return found


def _sorted(results: list[dict[str, Any]]) -> str:
    return json.dumps(results, sort_keys=True)


def _rules(result: LoadResult) -> list[dict[str, Any]]:
    return [
        {
            "name": rule.name,
            "condition_compiled": to_string(rule.condition.expr),
            "output_compiled": rule.output_text,
            "enabled": rule.enabled,
            "priority": rule.priority.label,
            "source": rule.source,
            "tags": list(rule.tags),
            "description": rule.desc,
        }
        for rule in result.ruleset.rules
    ]


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    keys = ("name", "condition_compiled", "output_compiled", "enabled", "priority", "source", "description")
    return {key: rule.get(key) for key in keys} | {"tags": sorted(rule.get("tags", []))}


def evaluation_events() -> tuple[Event, ...]:
    return read_recording(conformance_path("evaluation", "events.jsonl.gz")).events


def judge_evaluation() -> Iterator[Judgement]:
    events = evaluation_events()
    for number in range(1, 100):
        path = conformance_path("evaluation", f"rules-{number:02}.yaml")
        if not path.is_file():
            break
        expected = json.loads(conformance_path("evaluation", f"expected-{number:02}.json").read_text(encoding="utf-8"))
        result = load_rules([read_source(path, path.name)], mode="falco")
        yield "loads", path.name, result.ok
        fired: dict[str, list[int]] = {name: [] for name in expected}
        alerts: dict[tuple[str, int], Alert] = {}
        for event in events:
            for alert in result.ruleset.match(event, "all"):
                fired.setdefault(alert.rule, []).append(alert.event_num)
                alerts[alert.rule, alert.event_num] = alert
        for name, entry in expected.items():
            yield "fired", f"{path.name} {name}", fired.get(name, []) == entry["fired"]
            for sample in entry["samples"]:
                own = alerts.get((name, sample["evt_num"]))
                case = f"{path.name} {name} {sample['evt_num']}"
                yield "output", case, own is not None and own.text_line() == sample["output"]
                data = json.loads(own.json_line(event_num=False)) if own is not None else {}
                yield "fields", case, data.get("output_fields") == sample["output_fields"]
                yield "tags", case, data.get("tags") == sample["tags"] and data.get("priority") == sample["priority"]


def judge_official() -> Iterator[Judgement]:
    compiled = json.loads(conformance_path("official", "compiled.json").read_text(encoding="utf-8"))
    expected = json.loads(conformance_path("official", "expected.json").read_text(encoding="utf-8"))
    for name, counts in expected["files"].items():
        result = load_rules([read_source(conformance_path("official", name), name)], mode="falco")
        yield "verdict", name, result.ok
        found = (len(result.ruleset.lists), len(result.ruleset.macros), len(result.ruleset.rules))
        yield "counts", name, found == tuple(counts["distinct_names"][kind] for kind in ("lists", "macros", "rules"))
        for entry in compiled[name]["rules"]:
            own = result.ruleset.rule(entry["name"])
            text = to_string(own.condition.expr) if own else None
            yield "condition", f"{name} {entry['name']}", text == entry["condition_compiled"]
            yield "output", f"{name} {entry['name']}", own is not None and own.output_text == entry["output_compiled"]


def captured(name: str) -> Comparison:
    """A case whose strace text is stored: Falco's events beside ours."""
    text = conformance_path("capture", "events", f"{name}.jsonl").read_text(encoding="utf-8")
    head, events = load(name)
    full = next(case["full"] for case in conformance_cases("capture/cases.jsonl") if case["id"] == name)
    return Comparison([json.loads(line) for line in text.splitlines()], events, trim=head["trim"], full=full)


def judge_capture() -> Iterator[Judgement]:
    """Of the cases whose strace text is stored; tests/capture_agreement.py runs them all in Docker."""
    for path in sorted(TRACES.glob("*.strace")):
        found = captured(path.stem)
        yield "events", path.stem, bool(found.pairs) and not found.missing()
        yield "values", path.stem, all(equal for _, equal in found.values())


RULES_JUDGES: dict[str, Judge] = {
    "loader": judge_loader,
    "loader-extra": judge_loader_extra,
    "validation": judge_validation,
    "official": judge_official,
    "evaluation": judge_evaluation,
    "capture": judge_capture,
}
