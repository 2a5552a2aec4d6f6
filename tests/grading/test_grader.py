"""Grading on hand-made events: what passes, what fails, and whether the report says why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.small_pack import BASE, EXERCISE, REFERENCE, opened, shell_events, shell_results, spawn, write_pack
from trainer.content import Exercise, Pack, fill_exercise, load_pack, load_scenario
from trainer.events import ActionResult, Event
from trainer.grading import CriterionResult, Grader, GradeReport, Outcome, Submission
from trainer.source import SourceFile

GOOD = REFERENCE.replace("${app}", "web")


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    pack, found = load_pack(write_pack(tmp_path))
    assert pack is not None, found
    return pack


def run(
    pack: Pack,
    rules: str,
    *,
    exercise: Exercise | None = None,
    events: Sequence[Event] = shell_events(),
    actions: Sequence[ActionResult] = shell_results(),
    answers: dict[str, str] | None = None,
    lang: str = "en",
    problem: str = "",
) -> GradeReport:
    scenario = load_scenario("shells", 0, pack.folder)
    exercise = fill_exercise(exercise or pack.exercises[0], scenario.variables)
    grader = Grader(exercise, Submission.of_rules(rules, answers), pack.base_rules, scenario=scenario, lang=lang)
    for event in events:
        grader.feed(event)
    report = grader.finish(actions, problem=problem)
    json.dumps(report.to_json())
    return report


def one(report: GradeReport, name: str) -> CriterionResult:
    (result,) = [result for result in report.criteria if result.criterion_id == name]
    assert result.actual
    assert result.expected
    return result


def with_criteria(pack: Pack, tmp_path: Path, criterion: str, base: str = BASE) -> Exercise:
    """The exercise with one more criterion, of 5 points."""
    text = EXERCISE.replace("points: 10", "points: 15").replace("hints:\n", criterion + "hints:\n")
    folder = tmp_path / "more"
    for name in ("answer.txt", "falco.yaml"):
        path = folder / "exercises" / "find-shells" / "answers" / "reference" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    more, found = load_pack(write_pack(folder, exercise=text, base=base))
    assert more is not None
    assert more.exercises, [diagnostic.message for diagnostic in found]
    return more.exercises[0]


def test_the_reference_passes(pack: Pack) -> None:
    report = run(pack, GOOD)
    assert report.passed
    assert (report.score, report.max_score) == (10, 10)
    assert [action.verdict for action in report.actions] == ["caught", "caught", "silent", "silent"]
    assert one(report, "catches").evidence == (2, 4)
    assert one(report, "line").actual == "2,0,sh"
    assert report.hints == ()
    assert [alert.event_num for alert in report.alerts] == [2, 4]
    assert report.events == 7


def test_an_empty_file_earns_nothing_but_loading(pack: Pack) -> None:
    report = run(pack, "")
    assert (report.score, report.passed) == (1, False)
    assert [result.outcome.value for result in report.criteria] == ["passed", "failed", "skipped", "skipped", "skipped"]
    assert one(report, "quiet").reason == "this has to pass first: Shells are caught"
    assert "no rule named `Shell in web`" in one(report, "catches").reason


def test_a_miss_is_explained_on_the_nearest_event(pack: Pack) -> None:
    result = one(run(pack, GOOD.replace("proc.name in (shells)", "proc.name = bash")), "catches")
    assert result.outcome is Outcome.FAILED
    assert result.points == 0
    assert "caught: bash-in-web" in result.actual
    assert "missed: sh-in-web" in result.actual
    assert "proc.name was `sh`" in result.reason
    assert "event 2" in result.reason
    assert result.evidence == (2,)
    assert result.help == "A shell in the web app."


def test_a_false_alarm_names_the_event_and_the_clauses(pack: Pack) -> None:
    report = run(pack, GOOD.replace('container.name = "web"', "container"))
    result = one(report, "quiet")
    assert result.outcome is Outcome.FAILED
    assert result.evidence == (5,)
    for word in ("event 5", "Shell in web", "spawned_process", "proc.name in (shells)", "`sh`"):
        assert word in result.reason
    assert {action.action_id: action.verdict for action in report.actions}["sh-in-reports"] == "false alarm"
    assert (report.score, report.max_score) == (8, 10)


def test_a_rule_that_an_earlier_one_silences(pack: Pack, tmp_path: Path) -> None:
    base = BASE + (
        "- rule: Any shell\n  desc: x\n  condition: spawned_process and proc.name in (shells)\n  output: x\n  priority: INFO\n"
    )
    pack = replace(pack, base_rules=SourceFile("falco_rules.yaml", base))
    report = run(pack, GOOD)
    result = one(report, "catches")
    assert result.outcome is Outcome.FAILED
    for word in ("`Any shell` comes first", "rule_matching: first", "event 2"):
        assert word in result.reason
    assert "Any shell" in result.help
    assert [alert.rule for alert in report.actions[0].alerts] == ["Any shell"]
    narrowed = "- rule: Any shell\n  enabled: false\n  override: {enabled: replace}\n" + GOOD
    assert run(pack, narrowed).passed


def test_the_learners_own_earlier_rule_silences_too(pack: Pack) -> None:
    wide = GOOD.replace("Shell in web", "Wide").replace('container.name = "web"', "container")
    result = one(run(pack, wide + GOOD), "catches")
    assert "`Wide` comes first" in result.reason
    assert "change their order" in result.help


def test_a_wrong_name_is_compared_with_the_learners_own(pack: Pack) -> None:
    reason = one(run(pack, GOOD.replace("Shell in web", "Shell in Web")), "catches").reason
    assert "your file has `Shell in Web`" in reason


def test_a_broken_rule_is_named_and_its_error_shown(pack: Pack) -> None:
    report = run(pack, GOOD.replace("proc.name in", "proc.nam in"))
    result = one(report, "loads")
    assert result.outcome is Outcome.FAILED
    assert "falco_rules.local.yaml:3:" in result.reason
    assert "LOAD_ERR_COMPILE_CONDITION" in result.reason
    assert one(report, "catches").outcome is Outcome.SKIPPED
    assert not report.passed
    assert any(diagnostic.is_error for diagnostic in report.diagnostics)


def test_a_disabled_rule(pack: Pack) -> None:
    assert "disabled" in one(run(pack, GOOD + "  enabled: false\n"), "catches").reason


@pytest.mark.parametrize(
    "output, words",
    [
        pytest.param("%evt.num, %user.uid,%proc.name", "from character 3 on: expected `0,sh`, found ` 0,sh`", id="a space"),
        pytest.param("%evt.num,%user.uid,%proc.name %container.name", "goes on where it should end: ` web`", id="longer"),
        pytest.param("%evt.num,%user.uid", "missing: `,sh`", id="shorter"),
        pytest.param("%evt.num,%proc.name,%user.uid", "character 3", id="order"),
        pytest.param("%evt.num,%user.uid,s%proc.name", "from character 6 on: expected `sh`, found `ssh`", id="whole words"),
    ],
)
def test_an_output_line_is_compared_to_the_character(pack: Pack, output: str, words: str) -> None:
    result = one(run(pack, GOOD.replace("%evt.num,%user.uid,%proc.name", output)), "line")
    assert result.outcome is Outcome.FAILED
    assert words in result.reason
    assert "2,0,sh" in result.expected
    assert result.actual.startswith("2,")


def test_output_fields(pack: Pack, tmp_path: Path) -> None:
    exercise = with_criteria(
        pack,
        tmp_path,
        "  - {id: has, kind: output, points: 5, rule: Shell in web, fields: [user.uid, container.name], text: {en: a, ko: b}}\n",
    )
    result = one(run(pack, GOOD, exercise=exercise), "has")
    assert (result.outcome, result.reason) == (Outcome.FAILED, "missing in the output: container.name")
    good = GOOD.replace('%evt.num,%user.uid,%proc.name"', '%user.uid %container.name"')
    assert one(run(pack, good, exercise=exercise), "has").outcome is Outcome.PASSED


@pytest.mark.parametrize("word, passes", [("WARNING", True), ("warning", True), ("Warning", True), ("ERROR", False)])
def test_priority(pack: Pack, word: str, passes: bool) -> None:
    result = one(run(pack, GOOD.replace("WARNING", word)), "warning")
    assert (result.outcome is Outcome.PASSED) is passes
    assert result.actual == word.upper()


def test_rule_tags_source_and_enabled(pack: Pack, tmp_path: Path) -> None:
    exercise = with_criteria(
        pack,
        tmp_path,
        "  - {id: tags, kind: rule, points: 5, name: Shell in web, tags: [cks, web], enabled: true, text: {en: a, ko: b}}\n",
    )
    result = one(run(pack, GOOD, exercise=exercise), "tags")
    assert result.outcome is Outcome.FAILED
    assert "tags: cks" in result.reason
    assert "enabled" not in result.reason
    assert one(run(pack, GOOD.replace("[cks]", "[web, cks, more]"), exercise=exercise), "tags").outcome is Outcome.PASSED


def test_override_keeps_what_it_should(pack: Pack, tmp_path: Path) -> None:
    criterion = (
        "  - {id: kept, kind: override, points: 5, needs: [catches], rule: Reverse shell tool, keep: [condition, priority],"
        " text: {en: a, ko: b}}\n"
    )
    exercise = with_criteria(pack, tmp_path, criterion)
    output = "- rule: Reverse shell tool\n  output: new %proc.name\n  override: {output: replace}\n"
    assert one(run(pack, GOOD + output, exercise=exercise), "kept").outcome is Outcome.PASSED
    wider = "- rule: Reverse shell tool\n  condition: or proc.name = ncat\n  override: {condition: append}\n"
    result = one(run(pack, GOOD + wider, exercise=exercise), "kept")
    assert (result.outcome, result.reason) == (Outcome.FAILED, "changed: condition")
    assert one(run(pack, "", exercise=exercise), "kept").outcome is Outcome.SKIPPED


def test_a_changed_base_file_fails_an_override(pack: Pack, tmp_path: Path) -> None:
    criterion = "  - {id: kept, kind: override, points: 5, needs: [catches], rule: Reverse shell tool, text: {en: a, ko: b}}\n"
    exercise = fill_exercise(with_criteria(pack, tmp_path, criterion), {"app": "web"})
    files = {
        "falco_rules.yaml": SourceFile("falco_rules.yaml", BASE.replace("NOTICE", "ERROR")),
        "falco_rules.local.yaml": SourceFile("falco_rules.local.yaml", GOOD),
    }
    grader = Grader(exercise, Submission(files), pack.base_rules)
    for event in shell_events():
        grader.feed(event)
    result = one(grader.finish(shell_results()), "kept")
    assert result.outcome is Outcome.FAILED
    assert "falco_rules.local.yaml" in result.help


@pytest.mark.parametrize(
    "text, outcome",
    [
        (None, Outcome.FAILED),
        ("web\n\n", Outcome.PASSED),
        ("web  \r\n", Outcome.PASSED),
        ("shop", Outcome.FAILED),
        ("", Outcome.FAILED),
    ],
)
def test_answers_that_must_be_equal(pack: Pack, tmp_path: Path, text: str | None, outcome: Outcome) -> None:
    criterion = '  - {id: guilty, kind: answer, points: 5, file: answer.txt, accept: ["${app}"], text: {en: a, ko: b}}\n'
    exercise = with_criteria(pack, tmp_path, criterion)
    answers = {} if text is None else {"answer.txt": text}
    assert one(run(pack, GOOD, exercise=exercise, answers=answers), "guilty").outcome is outcome


@pytest.mark.parametrize(
    "text, words",
    [("1,sh\n2,bash\n", ""), ("1,sh\nFalco started\n", "line 2"), ("1,sh\n", "only 1 line"), ("", "empty")],
)
def test_answers_that_must_match_line_by_line(pack: Pack, tmp_path: Path, text: str, words: str) -> None:
    criterion = (
        "  - {id: log, kind: answer, points: 5, file: answer.txt, line_pattern: '[0-9]+,(ba)?sh', min_lines: 2,"
        " text: {en: a, ko: b}}\n"
    )
    exercise = with_criteria(pack, tmp_path, criterion)
    result = one(run(pack, GOOD, exercise=exercise, answers={"answer.txt": text}), "log")
    assert (result.outcome is Outcome.PASSED) is (not words)
    assert words in result.reason


@pytest.mark.parametrize(
    "text, words",
    [
        ("json_output: true\nfile_output: {enabled: true, filename: /tmp/x}\n", ""),
        ("json_output: true\nfile_output:\n  enabled: false\n", "file_output.enabled: false"),
        ("json_output: 1\nfile_output: {enabled: true}\n", "json_output: 1"),
        ("json_output: true\n", "file_output.enabled: absent"),
        ("json_output: [", "cannot be read"),
        ("", "absent"),
    ],
)
def test_config(pack: Pack, tmp_path: Path, text: str, words: str) -> None:
    criterion = (
        "  - {id: conf, kind: config, points: 5, keys: {json_output: true, file_output.enabled: true}, text: {en: a, ko: b}}\n"
    )
    exercise = with_criteria(pack, tmp_path, criterion)
    result = one(run(pack, GOOD, exercise=exercise, answers={"falco.yaml": text}), "conf")
    assert (result.outcome is Outcome.PASSED) is (not words)
    assert words in result.reason
    assert one(run(pack, GOOD, exercise=exercise), "conf").outcome is Outcome.FAILED


def test_an_action_that_did_not_run_costs_no_points(pack: Pack) -> None:
    events = [event for event in shell_events() if event.action != "bash-in-web"]
    actions = [
        result if result.id != "bash-in-web" else ActionResult("bash-in-web", None, 0, 0, "no such file")
        for result in shell_results()
    ]
    report = run(pack, GOOD, events=events, actions=actions)
    result = one(report, "catches")
    assert result.outcome is Outcome.ERROR
    assert "no such file" in result.reason
    assert {r.criterion_id: r.outcome for r in report.criteria}["quiet"] is Outcome.ERROR
    assert report.score == report.max_score == 1
    assert not report.passed


def test_the_learners_own_miss_weighs_more_than_a_failed_action(pack: Pack) -> None:
    events = [event for event in shell_events() if event.action != "bash-in-web"]
    report = run(pack, GOOD.replace("proc.name in (shells)", "proc.name = zsh"), events=events)
    assert one(report, "catches").outcome is Outcome.FAILED


def test_a_failed_capture_keeps_what_was_proved(pack: Pack) -> None:
    report = run(pack, GOOD.replace('container.name = "web"', "container"), problem="Docker went away")
    assert one(report, "catches").outcome is Outcome.PASSED
    assert one(report, "quiet").outcome is Outcome.FAILED
    report = run(pack, GOOD, events=shell_events()[:2], problem="Docker went away")
    assert one(report, "catches").outcome is Outcome.ERROR
    assert one(report, "catches").reason == "Docker went away"
    assert report.max_score == 1


def test_silence_of_an_action_without_events_proves_nothing(pack: Pack) -> None:
    events = [event for event in shell_events() if event.action != "sh-in-reports"]
    assert one(run(pack, GOOD, events=events), "quiet").outcome is Outcome.ERROR


def test_hints_come_by_diagnostic_then_failed_criterion_then_always_in_steps(pack: Pack) -> None:
    report = run(pack, GOOD.replace("spawned_process and container.name", "container.name").replace("WARNING", "ERROR"))
    assert "LOAD_NO_EVTTYPE" in {diagnostic.code for diagnostic in report.diagnostics}
    english = [hint.text["en"] for hint in report.hints]
    assert english[0] == "Name the event type."
    assert english[-1] == "Think of macros."
    every = run(pack, GOOD.replace('container.name = "web"', "container"))
    assert [hint.text["en"] for hint in every.hints] == ["Which container?", "Look at container.name.", "Think of macros."]


def test_warnings_of_base_rules_are_not_the_learners(pack: Pack) -> None:
    noisy = SourceFile("falco_rules.yaml", BASE + "- macro: never_used\n  condition: (proc.name = x)\n")
    report = run(replace(pack, base_rules=noisy), GOOD)
    assert not [diagnostic for diagnostic in report.diagnostics if "never_used" in diagnostic.message]


def test_reports_in_korean(pack: Pack) -> None:
    report = run(pack, GOOD.replace("proc.name in (shells)", "proc.name = bash"), lang="ko")
    result = one(report, "catches")
    assert "놓침: sh-in-web" in result.actual
    assert "`sh`" in result.reason
    assert "이벤트 2" in result.reason
    assert result.help == "웹 앱의 셸."


def test_destination_port_by_the_clients_field_is_a_miss_with_the_real_value(pack: Pack, tmp_path: Path) -> None:
    """The mistake of the article that started this trainer: fd.cport taken for the destination."""
    rules = GOOD.replace('container.name = "web" and proc.name in (shells)', "fd.cport = 4444")
    events = [
        spawn(event.num, event.action, "web", "sh", **{"fd.cport": 51234, "fd.sport": 4444, "fd.name": "a->b"})
        for event in shell_events()
    ]
    assert "fd.cport was `51234`" in one(run(pack, rules, events=events), "catches").reason


def test_the_open_of_the_file_in_question_is_explained_and_not_the_librarys(pack: Pack) -> None:
    rules = GOOD.replace(
        'spawned_process and container.name = "web" and proc.name in (shells)', "evt.type = openat and fd.name = /etc/shadow"
    )
    events = [
        opened(1, "sh-in-web", "web", "cat", "/lib/libc.so"),
        opened(2, "sh-in-web", "web", "cat", "/etc/shadow-"),
        opened(3, "sh-in-web", "web", "cat", "/usr/lib/locale"),
        opened(4, "bash-in-web", "web", "cat", "/etc/shadow"),
    ]
    result = one(run(pack, rules, events=events), "catches")
    assert "fd.name was `/etc/shadow-`" in result.reason
    assert result.evidence == (2,)


def test_a_load_error_and_what_waits_are_said_in_korean(pack: Pack) -> None:
    report = run(pack, GOOD.replace("proc.name in (shells)", "proc.name in (shells) a"), lang="ko")
    assert one(report, "loads").help == "두 비교식은 `and`나 `or`로 잇고, 공백이 있는 값은 따옴표로 묶으세요"
    assert one(report, "catches").reason == "먼저 통과해야 합니다: 룰이 로드된다"
