"""How far loading agrees with the recorded Falco, level by level. ``python -m tests.conformance_report`` prints the table.

Levels of a file, from lax to strict: verdict, codes, messages, place (innermost item and line of the first error), json, text.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance_data import conformance_path
from trainer.engine import LoadResult, falco_results, falco_text, load_rules, to_string
from trainer.errors import TrainerError
from trainer.events import Event, read_recording
from trainer.source import read_source

LEVELS = ("verdict", "codes", "messages", "place", "json", "text")


@dataclass
class Table:
    """Agreement of one data file: cases per level, and what differs."""

    name: str
    cases: Counter[str] = field(default_factory=Counter)
    agree: Counter[str] = field(default_factory=Counter)
    differing: dict[str, list[str]] = field(default_factory=dict)

    def add(self, level: str, case: str, same: bool) -> None:
        self.cases[level] += 1
        self.agree[level] += same
        if not same:
            self.differing.setdefault(level, []).append(case)


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


def compare(case: Case, table: Table) -> None:
    result = load_case(case)
    if not case.results:
        # Falco ended without a result: ours must be an error, and carry its text where it printed one.
        table.add("verdict", case.id, not result.ok)
        if case.fatal:
            table.add("fatal text", case.id, (result.fatal or "").endswith(case.fatal.strip()))
        return
    got = falco_results(result)["falco_load_results"]
    wanted = list(case.results)
    table.add("verdict", case.id, [r["successful"] for r in got] == [r["successful"] for r in wanted])
    table.add("codes", case.id, _codes(got) == _codes(wanted))
    table.add("messages", case.id, _messages(got) == _messages(wanted))
    table.add("place", case.id, _places(got) == _places(wanted))
    table.add("json", case.id, _sorted(got) == _sorted(wanted))
    if case.text is not None:
        table.add("text", case.id, falco_text(result) + "\n" == case.text)
    if case.rules is not None and result.ok:
        table.add("rules", case.id, [_rule(rule) for rule in _rules(result)] == [_rule(rule) for rule in case.rules])
    if case.lists is not None and result.ok:
        lists = [{"name": entry.name, "items_compiled": list(entry.items)} for entry in result.ruleset.lists.values()]
        table.add("lists", case.id, lists == list(case.lists))


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


def evaluation_table() -> Table:
    table = Table("evaluation")
    events = evaluation_events()
    for number in range(1, 100):
        path = conformance_path("evaluation", f"rules-{number:02}.yaml")
        if not path.is_file():
            break
        expected = json.loads(conformance_path("evaluation", f"expected-{number:02}.json").read_text(encoding="utf-8"))
        result = load_rules([read_source(path, path.name)], mode="falco")
        table.add("loads", path.name, result.ok)
        fired: dict[str, list[int]] = {name: [] for name in expected}
        alerts: dict[tuple[str, int], Any] = {}
        for event in events:
            for alert in result.ruleset.match(event, "all"):
                fired.setdefault(alert.rule, []).append(alert.event_num)
                alerts[alert.rule, alert.event_num] = alert
        for name, entry in expected.items():
            table.add("fired", f"{path.name} {name}", fired.get(name, []) == entry["fired"])
            for sample in entry["samples"]:
                alert = alerts.get((name, sample["evt_num"]))
                case = f"{path.name} {name} {sample['evt_num']}"
                table.add("output", case, alert is not None and alert.text_line() == sample["output"])
                data = json.loads(alert.json_line(event_num=False)) if alert is not None else {}
                table.add("fields", case, data.get("output_fields") == sample["output_fields"])
                table.add("tags", case, data.get("tags") == sample["tags"] and data.get("priority") == sample["priority"])
    return table


def official_table() -> Table:
    table = Table("official")
    compiled = json.loads(conformance_path("official", "compiled.json").read_text(encoding="utf-8"))
    expected = json.loads(conformance_path("official", "expected.json").read_text(encoding="utf-8"))
    for name, counts in expected["files"].items():
        result = load_rules([read_source(conformance_path("official", name), name)], mode="falco")
        table.add("verdict", name, result.ok)
        found = (len(result.ruleset.lists), len(result.ruleset.macros), len(result.ruleset.rules))
        table.add("counts", name, found == tuple(counts["distinct_names"][kind] for kind in ("lists", "macros", "rules")))
        for entry in compiled[name]["rules"]:
            own = result.ruleset.rule(entry["name"])
            text = to_string(own.condition.expr) if own else None
            table.add("condition", f"{name} {entry['name']}", text == entry["condition_compiled"])
            table.add("output", f"{name} {entry['name']}", own is not None and own.output_text == entry["output_compiled"])
    return table


def tables() -> list[Table]:
    found = []
    for name, cases in (
        ("loader", loader_cases("loader")),
        ("loader-extra", loader_cases("loader-extra")),
        ("validation", validation_cases()),
    ):
        table = Table(name)
        for case in cases:
            try:
                compare(case, table)
            except TrainerError as error:
                table.add("verdict", f"{case.id}: {error}", False)
        found.append(table)
    return [*found, official_table(), evaluation_table()]


def main() -> int:
    """Arguments: names of levels whose differing cases are listed."""
    print(f"{'file':<14} {'level':<12} {'cases':>6} {'agree':>6}")
    for table in tables():
        for level, cases in table.cases.items():
            print(f"{table.name:<14} {level:<12} {cases:>6} {table.agree[level]:>6}")
            if level in sys.argv[1:] or table.name in sys.argv[1:]:
                for case in table.differing.get(level, []):
                    print(f"    {case}")
    return 0


__all__ = ["Table", "tables"]

if __name__ == "__main__":
    raise SystemExit(main())
