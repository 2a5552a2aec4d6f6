"""Exercises on audit events: graded with the plugins loaded, without Docker, proven, and mutated as learners go wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import trainer.capture
from tests.audit_pack import ANY, GOOD, REFERENCE, SCENARIO, write_audit_pack
from trainer.content import Pack, load_pack, load_scenario
from trainer.engine import AUDIT_PLUGINS, load_rules
from trainer.errors import CaptureCancelled, RecordingError
from trainer.events import Event
from trainer.grading import GradeReport, Submission, grade, verify_pack
from trainer.grading.mutants import Fate, run_mutants
from trainer.grading.mutations import condition_mutants
from trainer.source import SourceFile


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pack:
    monkeypatch.setattr(trainer.capture, "docker_status", lambda: pytest.fail("Docker was asked"))
    return read(write_audit_pack(tmp_path))


def read(folder: Path) -> Pack:
    found, diagnostics = load_pack(folder)
    assert found is not None
    assert found.exercises, [diagnostic.message for diagnostic in diagnostics]
    return found


def graded(pack: Pack, text: str, live: bool | None = None, lang: str = "en", seed: int = 0) -> GradeReport:
    return grade(pack.exercises[0], Submission.of_rules(text), pack.base_rules, live=live, pack=pack, lang=lang, seed=seed)


@pytest.mark.parametrize("live, source", [(None, "given"), (True, "given"), (False, "recorded")])
def test_given_events_need_no_docker(pack: Pack, live: bool | None, source: str) -> None:
    report = graded(pack, GOOD, live)
    assert (report.source, report.passed, report.score, report.events) == (source, True, 10, 4)
    assert report.note == "audit events are given; nothing is run"
    assert report.to_json()["note"] == report.note
    assert report.actions[0].run == ()[:0] + ("create /api/v1/namespaces/prod/pods/web-0/exec",) * 2
    assert report.actions[1].run == ("create", "/api/v1/namespaces/prod/pods/web-0/attach")


def test_the_note_is_in_the_learners_language(pack: Pack) -> None:
    assert graded(pack, GOOD, lang="ko").note.startswith("감사 이벤트는")


def test_live_and_recorded_agree_on_every_event(pack: Pack) -> None:
    assert graded(pack, ANY, True).to_json() | {"source": ""} == graded(pack, ANY, False).to_json() | {"source": ""}


def test_another_seed_is_given_and_not_recorded(pack: Pack) -> None:
    seed = next(n for n in range(1, 20) if load_scenario("execs", n, pack.folder).variables["ns"] == "payments")
    assert graded(pack, REFERENCE.replace("${ns}", "payments"), None, seed=seed).passed
    with pytest.raises(RecordingError):
        graded(pack, GOOD, False, seed=seed)


def test_a_false_alarm_is_told_in_the_words_of_the_request(pack: Pack) -> None:
    report = graded(pack, ANY)
    found = {verdict.action_id: verdict for verdict in report.actions}
    assert found["attach-in-prod"].verdict == "false alarm"
    assert found["attach-in-prod"].reason.startswith(
        "attach-in-prod, event 3 (create pods/attach prod/web-0 (101), alice): `Exec in prod` fired"
    )


def test_a_rule_of_another_source_has_no_such_fields(pack: Pack) -> None:
    report = graded(pack, GOOD.replace("  source: k8s_audit\n", ""))
    assert not report.passed
    assert [(item.code.value, item.help) for item in report.diagnostics if item.is_error] == [
        (
            "LOAD_ERR_COMPILE_OUTPUT",
            "`ka.user.name` is a field of the event source k8s_audit, and this rule is one of syscall: see the rule's key `source`.",
        )
    ]


def test_fields_of_both_plugins_can_be_printed(tmp_path: Path) -> None:
    line = '"%jevt.value[/verb] %ka.target.name"'
    text = (write_audit_pack(tmp_path) / "exercises" / "find-execs" / "exercise.yaml").read_text(encoding="utf-8")
    changed = text.replace('"%ka.user.name %ka.target.name"', line)
    pack = read(write_audit_pack(tmp_path, exercise=changed))
    report = graded(pack, GOOD.replace('"%ka.user.name %ka.target.name"', line))
    assert (report.passed, report.alerts[0].output) == (True, "create web-0")


def test_cancelling(pack: Pack) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CaptureCancelled):
        grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, pack=pack, cancel=cancel)
    with pytest.raises(CaptureCancelled):
        trainer.capture.run_scenario(load_scenario("execs", 0, pack.folder), lambda event: None, cancel=cancel)


def test_a_run_is_what_is_given(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.capture.runner.connect", lambda: pytest.fail("Docker was asked"))
    seen: list[Event] = []
    recording = trainer.capture.run_scenario(load_scenario("execs", 0, pack.folder), seen.append)
    assert tuple(seen) == recording.events


def test_the_pack_proves_itself_recorded_and_live(pack: Pack) -> None:
    report = verify_pack(pack, live=True)
    assert [row for row in report.rows if not row.ok] == []
    assert [row.check for row in report.rows if row.check.endswith(", live")] == [
        *("starter scores 0, live", "reference scores 100 %, live", "decoy any.yaml, live")
    ]


def test_a_recording_that_is_not_the_scenarios_any_more(tmp_path: Path) -> None:
    write_audit_pack(tmp_path)
    changed = SCENARIO.replace("username: bob", "username: eve")
    (row,) = [row for row in verify_pack(read(write_audit_pack(tmp_path, record=False, scenario=changed))).rows if not row.ok]
    assert (row.check, row.detail) == ("recording of seed 0 matches", "its events are not those of the scenario; record it again")


def test_mutants_of_an_audit_rule(pack: Pack) -> None:
    fates = {result.mutant.name.partition(": ")[2]: result.fate for result in run_mutants(pack, pack.exercises[0]).results}
    assert fates["`ka.target.subresource = exec` becomes `ka.target.subresource exists`"] is Fate.KILLED
    assert fates["`ka.target.subresource = exec` asks for ka.target.resource"] is Fate.KILLED
    assert fates["`ka.target.subresource = exec` with `startswith` instead of `=`"] is Fate.EQUIVALENT
    assert fates['`ka.target.namespace = "prod"` with `startswith` instead of `=`'] is Fate.KILLED
    assert fates["without %ka.user.name in the output"] is Fate.KILLED


def mutants(condition: str) -> dict[str, str]:
    """What each mutant does, and its condition."""
    rule = "- rule: R\n  desc: d\n  condition: {}\n  output: x\n  priority: ERROR\n  source: k8s_audit\n"
    file = SourceFile("local.yaml", rule.format(condition))
    result = load_rules((file,), plugins=AUDIT_PLUGINS)
    assert result.ok, [item.message for item in result.diagnostics]
    found = {mutant.what: mutant.text for mutant in condition_mutants(file, result.ruleset, ())}
    for text in found.values():
        assert load_rules((SourceFile("local.yaml", text),), plugins=AUDIT_PLUGINS).ok, text
    return {what: text.split("condition: ")[1].split("\n")[0] for what, text in found.items()}


@pytest.mark.parametrize(
    "condition, what, mutant",
    [
        ("ka.verb = get", "`ka.verb = get` becomes `ka.verb in (get, list)`", "ka.verb in (get, list)"),
        ("ka.verb in (get, list)", "`ka.verb in (get, list)` becomes `ka.verb in (get, list, watch)`", "ka.verb in (get, list, watch)"),
        ("ka.verb in (create, update)", "`update` taken out of `ka.verb in (create, update)`", "ka.verb in (create, create)"),
        ("ka.target.name = web", "`ka.target.name = web` asks for ka.resp.name", "ka.resp.name = web"),
        ("ka.user.name = a", "`ka.user.name = a` asks for ka.impuser.name", "ka.impuser.name = a"),
        ("ka.target.resource in (pods, jobs)", "`ka.target.resource in (pods, jobs)` becomes `ka.target.resource exists`", "ka.target.resource exists"),
        ("ka.req.pod.containers.privileged intersects (true)", "`ka.req.pod.containers.privileged intersects (true)` looks at the first one only", "ka.req.pod.containers.privileged[0] intersects (true)"),
        ("ka.user.groups intersects (a, b)", "`ka.user.groups intersects (a, b)` with `in` instead of `intersects`", "ka.user.groups in (a, b)"),
        ("ka.user.groups intersects (a, b)", "`a` taken out of `ka.user.groups intersects (a, b)`", "ka.user.groups intersects (b, b)"),
    ],
)  # fmt: skip
def test_mistakes_in_checks_of_audit_fields(condition: str, what: str, mutant: str) -> None:
    assert mutants(condition)[what] == mutant


def test_all_verbs_of_a_kind_need_no_other() -> None:
    assert not [what for what in mutants("ka.verb in (get, list, watch)") if "becomes `ka.verb" in what]
