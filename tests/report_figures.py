"""The figures of an exam's report, read back from each form in which the trainer gives them."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

Criterion = tuple[str, int, int]
"""Outcome, points, possible points."""
Group = tuple[float, float, float, int, int]
"""Percent, points, possible points; how many tasks are whole, and how many there are."""
Table = list[list[str]]
_VERDICT = re.compile(r"([\d.]+) %: (passed|not passed) \(([\d.]+) of ([\d.]+) points; 67 % are needed\)")
_MARKS = {"✓": "passed", "✗": "failed", "–": "skipped", "!": "error"}


@dataclass(frozen=True)
class Figures:
    percent: float
    won: float
    whole: float
    passed: bool
    tasks: Mapping[int, tuple[float, float]]
    """Points and possible points by number."""
    times: Mapping[int, str]
    """Spent on each task, as people read it."""
    skills: Mapping[str, Group]
    difficulties: Mapping[str, Group]
    criteria: Mapping[int, Sequence[Criterion]]

    @property
    def without_counts(self) -> Figures:
        """What the screen has: it does not count the tasks of a group."""
        return replace(self, skills=_uncounted(self.skills), difficulties=_uncounted(self.difficulties))


def percent(won: int, whole: int) -> float:
    """One digit after the point, rounded down."""
    return won * 1000 // whole / 10


def clock(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _uncounted(groups: Mapping[str, Group]) -> dict[str, Group]:
    return {name: (*group[:3], 0, 0) for name, group in groups.items()}


def of_json(data: Mapping[str, Any]) -> Figures:
    def groups(name: str) -> dict[str, Group]:
        return {one["name"]: (one["percent"], one["score"], one["max_score"], one["passed"], one["tasks"]) for one in data[name]}

    return Figures(
        percent=data["percent"],
        won=data["score"],
        whole=data["max_score"],
        passed=data["passed"],
        tasks={task["number"]: (task["score"], task["max_score"]) for task in data["tasks"]},
        times={task["number"]: clock(task["seconds"]) for task in data["tasks"]},
        skills=groups("by_skill"),
        difficulties=groups("by_difficulty"),
        criteria={
            task["number"]: tuple((one["outcome"], one["points"], one["max_points"]) for one in task["criteria"])
            for task in data["tasks"]
        },
    )


def of_markdown(text: str) -> Figures:
    tables: list[Table] = [[]]
    for line in text.splitlines():
        if line.startswith("| "):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            tables[-1].append([html.unescape(re.sub(r"\\(.)", r"\1", cell.strip())) for cell in cells])
        elif not line.startswith("|---") and tables[-1]:
            tables.append([])
    return _of_tables([table for table in tables if table], text)


def of_html(text: str) -> Figures:
    page = _Page()
    page.feed(text)
    return _of_tables(page.tables, page.text)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.text = ""
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.tables[-1][-1][-1] += data


def _of_tables(tables: Sequence[Table], text: str) -> Figures:
    """The tables of the tasks, the skills and the difficulties, and one of criteria for each task."""
    tasks, skills, difficulties, *criteria = (table[1:] for table in tables)

    def groups(rows: Table) -> dict[str, Group]:
        made = {}
        for name, reached, points, whole_tasks, *_ in rows:
            passed, count = whole_tasks.split(" / ")
            made[name] = (float(reached), *_pair(points), int(passed), int(count))
        return made

    found = _VERDICT.search(text)
    assert found is not None
    return Figures(
        percent=float(found[1]),
        won=float(found[3]),
        whole=float(found[4]),
        passed=found[2] == "passed",
        tasks={int(row[0]): _pair(row[3]) for row in tasks},
        times={int(row[0]): row[4] for row in tasks},
        skills=groups(skills),
        difficulties=groups(difficulties),
        criteria={
            number: tuple((row[0], *map(int, row[1].split(" / "))) for row in rows)  # type: ignore[misc]
            for number, rows in enumerate(criteria, 1)
        },
    )


def _pair(points: str) -> tuple[float, float]:
    won, whole = points.split("/")
    return float(won), float(whole)


def of_csv(text: str, like: Figures) -> Figures:
    """CSV has lines of criteria only; the sums that it has not are taken from ``like``."""
    rows = list(csv.DictReader(io.StringIO(text)))
    numbers = list(dict.fromkeys(int(row["task"]) for row in rows))
    own = {number: [row for row in rows if int(row["task"]) == number] for number in numbers}
    return replace(
        like,
        won=sum(float(lines[0]["task_score"]) for lines in own.values()),
        whole=sum(float(lines[0]["task_max_score"]) for lines in own.values()),
        tasks={number: (float(lines[0]["task_score"]), float(lines[0]["task_max_score"])) for number, lines in own.items()},
        times={number: clock(float(lines[0]["seconds"])) for number, lines in own.items()},
        criteria={
            number: tuple((row["outcome"], int(row["points"]), int(row["max_points"])) for row in lines)
            for number, lines in own.items()
        },
    )


def of_screen(overview: str, details: str = "") -> Figures:
    """The report's screen. Without ``details`` there are no criteria."""
    verdict = re.search(r"(NOT PASSED|PASSED)  ([\d.]+) % of 67 % needed", overview)
    points = re.search(r"([\d.]+) / ([\d.]+) points", overview)
    assert verdict is not None
    assert points is not None
    groups: dict[str, dict[str, Group]] = {"By skill": {}, "By difficulty": {}, "Tasks": {}}
    tasks: dict[int, tuple[float, float]] = {}
    times: dict[int, str] = {}
    section = ""
    for line in overview.splitlines():
        section = next((name for name in groups if line.strip().startswith(f"{name}   ")), section)
        task = re.search(r"[✓✗!] +(\d+) .* ([\d.]+/[\d.]+) +([\d:]+) / ", line)
        group = re.search(r"^ +(\S+) .* ([\d.]+) % +([\d.]+/[\d.]+) +[\d:]+ / ", line)
        if section == "Tasks" and task is not None:
            tasks[int(task[1])], times[int(task[1])] = _pair(task[2]), task[3]
        elif section in ("By skill", "By difficulty") and group is not None:
            groups[section][group[1]] = (float(group[2]), *_pair(group[3]), 0, 0)
    return Figures(
        percent=float(verdict[2]),
        won=float(points[1]),
        whole=float(points[2]),
        passed=verdict[1] == "PASSED",
        tasks=tasks,
        times=times,
        skills=groups["By skill"],
        difficulties=groups["By difficulty"],
        criteria=_of_details(details),
    )


def _of_details(text: str) -> dict[int, tuple[Criterion, ...]]:
    found: dict[int, tuple[Criterion, ...]] = {}
    for line in text.splitlines():
        if (task := re.match(r"(\d+)\. ", line)) is not None:
            found[int(task[1])] = ()
        elif (one := re.match(r"([✓✗–!]) +(\d+)/(\d+)  ", line)) is not None:
            number = max(found)
            found[number] = (*found[number], (_MARKS[one[1]], int(one[2]), int(one[3])))
    return found
