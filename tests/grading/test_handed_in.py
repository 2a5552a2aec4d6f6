"""Files beside the rules: answers that give nothing away, and falco.yaml as Falco reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.test_grader import GOOD, one, pack, run, with_criteria
from tests.small_pack import EXERCISE, write_pack
from trainer.content import Pack, load_pack
from trainer.grading import Outcome, Submission, task_result
from trainer.grading.falco_config import check_config, yaml_text
from trainer.grading.handed_in import Found, check_answer

__all__ = ["pack"]  # the fixture


def answer(text: str, *accept: str, lang: str = "en") -> Found:
    return check_answer(Submission({}, {"culprit.txt": text}), {"file": "culprit.txt", "accept": accept}, lang)


@pytest.mark.parametrize(
    "text, actual, reason",
    [
        ("red\nblue\n", "blue", "line 2 is not right"),
        ("red\n", "red", "lines are missing"),
        ("red\ngreen\nblue\n", "blue", "3 lines are too many"),
        ("\n", "the file is empty", "the file is empty"),
    ],
)
def test_a_wrong_answer_says_what_differs_and_never_what_is_right(text: str, actual: str, reason: str) -> None:
    found = answer(text, "red\ngreen")
    assert (found.passed, found.actual) == (False, actual)
    assert reason in found.reason
    shown = f"{found.actual} {found.expected} {found.reason}"
    assert "green" not in shown.replace(text.strip(), "")
    assert "green" in found.solution


def test_of_several_right_answers_the_nearest_is_compared() -> None:
    assert "line 2" in answer("a\nx", "b\nc", "a\nc").reason


def test_a_right_answer_shows_the_accepted_text() -> None:
    assert "web" in answer("web\n", "web").expected


def test_the_solution_stands_in_an_ended_exams_report_and_not_in_the_attempts_json(pack: Pack, tmp_path: Path) -> None:
    criterion = '  - {id: guilty, kind: answer, points: 5, file: answer.txt, accept: ["${app}"], text: {en: a, ko: b}}\n'
    exercise = with_criteria(pack, tmp_path, criterion)
    report = run(pack, GOOD, exercise=exercise, answers={"answer.txt": "shop"})
    assert "web" not in str(next(one for one in report.to_json()["criteria"] if one["id"] == "guilty"))
    result = task_result(exercise, report, number=1, points=5, seed=0, seconds=1, edited=True)
    assert next(one for one in result.criteria if one.id == "guilty").expected == "answer.txt: web"


HIDDEN = EXERCISE.replace("  - id: quiet\n    kind: silent\n", "  - id: quiet\n    hidden: true\n    kind: silent\n")


def test_a_hidden_criterion_stays_hidden_until_it_was_looked_at(tmp_path: Path) -> None:
    hidden, _ = load_pack(write_pack(tmp_path, exercise=HIDDEN))
    assert hidden is not None
    skipped = run(hidden, GOOD.replace("proc.name in (shells)", "proc.name = bash"))
    result = one(skipped, "quiet")
    assert result.outcome is Outcome.SKIPPED
    assert "The rest is quiet" not in str(skipped.to_json())
    assert (result.expected, result.text["ko"]) == ("shown when what it needs has passed", "(숨은 채점 항목)")
    looked = one(run(hidden, GOOD.replace('container.name = "web"', "container")), "quiet")
    assert looked.outcome is Outcome.FAILED
    assert looked.text["en"] == "The rest is quiet"
    assert "sh-in-reports" in looked.expected


def lines(text: str, **params: object) -> Found:
    return check_answer(Submission({}, {"log": text}), {"file": "log", "line_pattern": "[a-z]+", **params}, "en")


def test_lines_may_be_limited_and_distinct() -> None:
    assert lines("a\nb\n", max_lines=2, distinct=True).passed
    assert lines("a\nb\na\n").passed
    many = lines("a\nb\nc\n", max_lines=2)
    assert (many.passed, many.reason) == (False, "3 lines are too many")
    assert "at most 2" in many.expected
    twice = lines("a\nb\na\n", distinct=True)
    assert (twice.passed, twice.reason) == (False, "line 3 is line 1 once more")


@pytest.mark.parametrize(
    "more", ["accept: [a], max_lines: 2", "line_pattern: a, min_lines: 3, max_lines: 2", "accept: [a], distinct: true"]
)
def test_limits_that_make_no_sense_are_refused(tmp_path: Path, more: str) -> None:
    text = EXERCISE.replace("points: 10", "points: 11").replace(
        "hints:\n", f"  - {{id: log, kind: answer, points: 1, file: log, {more}, text: {{en: a, ko: b}}}}\nhints:\n"
    )
    folder = write_pack(tmp_path, exercise=text)
    (folder / "exercises/find-shells/answers/reference").mkdir(parents=True)
    (folder / "exercises/find-shells/answers/reference/log").write_text("a\n")
    _, found = load_pack(folder)
    assert any("lines" in one.message for one in found if one.is_error)


def config(text: str, lang: str = "en", **keys: object) -> Found:
    return check_config(
        Submission({}, {"falco.yaml": text}), {"keys": {key.replace("__", "."): one for key, one in keys.items()}}, lang
    )


@pytest.mark.parametrize(
    "text, key, wanted, right",
    [
        ("json_output: yes", "json_output", True, True),
        ("json_output: Off", "json_output", False, True),
        ("json_output: yEs", "json_output", True, False),
        ("json_output: 1", "json_output", True, False),
        ("priority: WARNING", "priority", "warning", True),
        ("priority: info", "priority", "Informational", True),
        ("priority: warn", "priority", "warning", False),
        ("outputs: {rate: 1.0}", "outputs__rate", 1, True),
        ("outputs: {rate: true}", "outputs__rate", 1, False),
        ("rules_files: [/a/f.yaml, /a/rules.d/]", "rules_files", ["/a/f.yaml", "/a/rules.d"], True),
        ("rules_files: [/a/f.yaml/, /a/rules.d]", "rules_files", ["/a/f.yaml", "/a/rules.d"], False),
        ("rules_files: [/a/rules.d, /a/f.yaml]", "rules_files", ["/a/f.yaml", "/a/rules.d"], False),
        ("rules_files: /a/rules.d/", "rules_files", ["/a/rules.d"], True),
        ("rules_file: [/a/f.yaml]", "rules_files", ["/a/f.yaml"], True),
        ("append_output: [{suggested_output: no}]", "append_output", [{"suggested_output": False}], True),
        ("append_output: {suggested_output: no}", "append_output", [{"suggested_output": False}], False),
        ("file_output: {filename: '/tmp/x'}", "file_output__filename", "/tmp/x", True),
        ("program_output: {program: 'on'}", "program_output__program", "on", True),
        ("a:", "a", None, True),
    ],
)  # fmt: skip
def test_values_are_compared_as_falco_reads_them(text: str, key: str, wanted: object, right: bool) -> None:
    found = config(text, **{key: wanted})
    assert found.passed is right, found
    assert bool(found.reason) is not right


@pytest.mark.parametrize(
    ("text", "key", "wanted"), [('json_output: "true"', "json_output", True), ("outputs: {rate: '1'}", "outputs__rate", 1)]
)
def test_quotes_make_no_difference_to_falco(text: str, key: str, wanted: object) -> None:
    assert config(text, **{key: wanted}).passed


def test_settings_are_told_in_yaml() -> None:
    found = config("append_output:\n  - suggested_output: true\n", append_output=[{"suggested_output": False}])
    assert found.expected == "falco.yaml: append_output: [{suggested_output: false}]"
    assert found.actual == "append_output: [{suggested_output: true}]"
    values = (True, None, 1, "a: b", "yes", "/etc/falco/rules.d", "", '"', ["a", {"b": False}])
    assert [yaml_text(value) for value in values] == [
        "true", "null", "1", '"a: b"', '"yes"', "/etc/falco/rules.d", '""', '"\\""', "[a, {b: false}]",
    ]  # fmt: skip


def test_a_packs_own_yes_is_a_boolean(pack: Pack, tmp_path: Path) -> None:
    criterion = "  - {id: conf, kind: config, points: 5, keys: {json_output: yes}, text: {en: a, ko: b}}\n"
    exercise = with_criteria(pack, tmp_path, criterion)
    assert (
        one(run(pack, GOOD, exercise=exercise, answers={"falco.yaml": "json_output: true\n"}), "conf").outcome is Outcome.PASSED
    )
