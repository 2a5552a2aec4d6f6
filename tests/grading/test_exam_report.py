"""The report of an exam: its sums, its line at 67 %, and exports in which no text becomes markup or a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from trainer.grading import ExamReport, ExamTaskResult, Outcome
from trainer.grading.exam_export import CSV_COLUMNS, attempt_line, to_csv, to_html, to_markdown, verdict_line
from trainer.grading.exam_report import ExamCriterion, percent_of
from trainer.grading.exam_texts import _TEXTS, exam_text, minutes


def criterion(points: int, whole: int, outcome: Outcome | None = None, **texts: str) -> ExamCriterion:
    outcome = outcome or (Outcome.PASSED if points == whole else Outcome.FAILED)
    text = {"en": texts.get("text", "It is caught"), "ko": texts.get("text", "잡는다")}
    found = {name: texts.get(name, "") for name in ("actual", "expected", "reason")}
    return ExamCriterion("c", "fires", text, outcome, points, whole, **found)


def task(number: int, weight: int, *criteria: ExamCriterion, **more: object) -> ExamTaskResult:
    made = ExamTaskResult(
        number=number, exercise=f"task-{number}", title={"en": f"Task {number}", "ko": f"문제 {number}"}, domain="runtime",
        skills=("lists",), difficulty="quick", points=weight, seed=0, seconds=61.0, target_seconds=120, edited=True, criteria=criteria,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def report(*tasks: ExamTaskResult, pass_percent: int = 67) -> ExamReport:
    return ExamReport(
        exam="mock", title={"en": "Mock", "ko": "모의"}, attempt=3, seed=5, started_at=1.0, ended_at=700.0, ended="handed in",
        duration=3600.0, elapsed=699.0, pass_percent=pass_percent, language="en", tasks=tasks,
    )  # fmt: skip


def test_points_weigh_as_the_exam_says() -> None:
    made = report(task(1, 10, criterion(4, 4), criterion(0, 6)), task(2, 5, criterion(1, 1), criterion(0, 2)))
    assert [one.score for one in made.tasks] == [4, Fraction(5, 3)]
    assert (made.score, made.max_score) == (Fraction(17, 3), 15)
    assert made.percent == 37.7
    data = made.to_json()
    assert (data["score"], data["max_score"], data["percent"], data["passed"]) == (5.67, 15.0, 37.7, False)


@pytest.mark.parametrize(
    "won, whole, percent, passed",
    [(67, 100, 67.0, True), (66, 100, 66.0, False), (6699, 10_000, 66.9, False), (669_999, 1_000_000, 66.9, False), (2, 3, 66.6, False)],
)  # fmt: skip
def test_the_line_is_exact_and_never_rounded_up(won: int, whole: int, percent: float, passed: bool) -> None:
    made = report(task(1, 7, criterion(won, won), criterion(0, whole - won)))
    assert (made.percent, made.passed) == (percent, passed)


def test_errors_of_ours_are_neither_won_nor_lost() -> None:
    made = report(task(1, 10, criterion(5, 5), criterion(0, 5, Outcome.ERROR)), task(2, 10, problem="no recording"))
    assert (made.score, made.max_score, made.percent, made.passed) == (5, 5, 100.0, True)
    assert not made.is_complete
    assert report(task(1, 10, criterion(0, 5), criterion(0, 5, Outcome.SKIPPED))).max_score == 10


def test_an_exam_in_which_nothing_could_be_graded_is_not_passed() -> None:
    made = report(task(1, 10, problem="gone"))
    assert (made.percent, made.passed) == (0.0, False)
    assert percent_of(Fraction(0), Fraction(0)) == 0.0


def test_by_skill_and_by_difficulty() -> None:
    made = report(
        task(1, 10, criterion(1, 1), skills=("lists", "output"), difficulty="deep", seconds=100.0, target_seconds=90),
        task(2, 6, criterion(1, 2), criterion(0, 1), skills=("lists",), difficulty="quick", seconds=10.0, target_seconds=60),
    )
    lists, output = made.by_skill
    assert (lists.name, lists.tasks, lists.passed, lists.score, lists.max_score) == ("lists", 2, 1, 12, 16)
    assert (lists.percent, lists.seconds, lists.target_seconds) == (75.0, 110.0, 150)
    assert (output.name, output.percent) == ("output", 100.0)
    assert [(group.name, group.percent) for group in made.by_difficulty] == [("quick", 33.3), ("deep", 100.0)]
    assert [group["name"] for group in made.to_json()["by_skill"]] == ["lists", "output"]


def test_json_comes_back_whole() -> None:
    made = report(task(1, 7, criterion(1, 3, actual="a", expected="b", reason="c")), task(2, 3, problem="x", edited=False))
    assert ExamReport.from_json(json.loads(json.dumps(made.to_json()))) == made


NASTY = "</td><script>alert(1)</script> | `x` *b* [a](http://h) & \"q\" 'p'\nsecond line\\"


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in ("td", "th", "h1", "h2"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def nasty_report() -> ExamReport:
    bad = criterion(0, 3, actual=NASTY, expected=NASTY, reason=NASTY, text=NASTY)
    return replace(report(task(1, 5, bad, title={"en": NASTY}, problem=NASTY, skills=(NASTY,))), title={"en": NASTY})


@pytest.mark.parametrize("language", ["en", "ko"])
def test_html_shows_every_text_and_runs_none(language: str) -> None:
    text = to_html(nasty_report(), language)
    page = Page()
    page.feed(text)
    assert page.tags == {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td")
    }
    assert page.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"}
    assert "http" not in re.sub(re.escape("[a](http://h)"), "", text.replace("http-equiv", ""))
    assert page.cells[0] == NASTY + "\n" or page.cells[0].startswith(NASTY)
    assert sum(cell.startswith(NASTY) for cell in page.cells) >= 5
    assert f'<html lang="{language}">' in text


def test_markdown_tables_keep_their_columns_whatever_a_text_holds() -> None:
    text = to_markdown(nasty_report(), "en")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) == 4
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    assert "<script" not in text.replace("\\<script", "")
    assert not re.search(r"(?<!\\)\]\(", text)


def test_csv_has_a_line_per_criterion_and_no_formula() -> None:
    made = report(
        task(1, 7, criterion(1, 1, actual="=1+1", expected="-x"), criterion(0, 2, actual=NASTY, reason="@SUM(A1)")),
        task(2, 3, problem="no recording"),
    )
    rows = list(csv.DictReader(io.StringIO(to_csv(made, "en"))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [(row["task"], row["outcome"], row["points"]) for row in rows] == [
        ("1", "passed", "1"), ("1", "failed", "0"), ("2", "error", "")
    ]  # fmt: skip
    assert (rows[0]["actual"], rows[0]["expected"], rows[1]["actual"], rows[1]["reason"]) == ("'=1+1", "'-x", NASTY, "'@SUM(A1)")
    assert (rows[0]["task_score"], rows[0]["task_max_score"], rows[0]["seconds"], rows[0]["target_seconds"]) == (
        "2.33", "7.0", "61.0", "120"
    )  # fmt: skip
    assert rows[2]["reason"] == "no recording"
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_the_lines_for_people() -> None:
    made = report(task(1, 7, criterion(2, 2), criterion(0, 1)))
    assert verdict_line(made, "en") == "66.6 %: not passed (4.67 of 7 points; 67 % are needed)"
    assert verdict_line(made, "ko") == "66.6%: 불합격 (7점 중 4.67점, 합격선 67%)"
    assert attempt_line(made, "en") == "Attempt 3, seed 5. 11:39 of 1:00:00 used; handed in."
    assert [minutes(seconds) for seconds in (0, 59.6, 61, 3600, 7322)] == ["0:00", "1:00", "1:01", "1:00:00", "2:02:02"]


def test_every_word_is_there_in_both_languages() -> None:
    for name, (english, korean) in _TEXTS.items():
        assert english, name
        assert korean, name
        assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", korean)), name
    assert exam_text("fr", "passed") == "passed"
