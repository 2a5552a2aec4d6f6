"""The article that the project began with: its rules, typed as they stand there, are graded, and each known error is explained."""

from __future__ import annotations

import pytest

from trainer.content import Exercise, core_pack_folder, load_pack
from trainer.grading import GradeReport, Outcome, Submission, grade
from trainer.source import SourceFile

_PACK, _ = load_pack(core_pack_folder())
assert _PACK is not None
PACK = _PACK


def graded(slug: str, text: str) -> GradeReport:
    exercise: Exercise = next(exercise for exercise in PACK.exercises if exercise.slug == slug)
    submission = Submission({"falco_rules.local.yaml": SourceFile("falco_rules.local.yaml", text)})
    return grade(exercise, submission, PACK.base_rules, live=False, pack=PACK)


def article_rule(name: str, condition: str, output: str, priority: str) -> str:
    return f"- rule: {name}\n  desc: from the article\n  condition: >\n    {condition}\n  output: >\n    {output}\n  priority: {priority}\n"


OUTBOUND = article_rule(
    "Outbound Connection",
    "evt.type = connect and container and evt.dir=<",
    "Outbound connection from container (user=%user.name container_id=%container.id proc_name=%proc.name dest_ip=%fd.cip dest_port=%fd.cport)",
    "NOTICE",
)
DEVMEM = article_rule("devmem", "fd.name = /dev/mem", "Access to /dev/mem (user=%user.name process=%proc.name)", "WARNING")


def test_client_side_is_not_the_destination() -> None:
    found = {
        d.span.text: d
        for d in graded("outbound-connection", OUTBOUND).diagnostics
        if d.code == "TRN_FIELD_CLIENT_SIDE" and d.span
    }
    assert set(found) == {"%fd.cip", "%fd.cport"}
    assert "fd.sip" in found["%fd.cip"].help
    assert "fd.sport" in found["%fd.cport"].help


def test_evt_dir_means_nothing_any_more() -> None:
    codes = [str(d.code) for d in graded("outbound-connection", OUTBOUND).diagnostics]
    assert "LOAD_DEPRECATED_ITEM" in codes
    assert "TRN_EVT_DIR" in codes


def test_devmem_lacks_an_event_type() -> None:
    report = graded("devmem", DEVMEM.replace("rule: devmem", "rule: Raw memory opened"))
    assert "LOAD_NO_EVTTYPE" in [str(d.code) for d in report.diagnostics]
    denied = next(result for result in report.criteria if result.criterion_id == "quiet-denied")
    assert denied.outcome is Outcome.FAILED
    assert "fd.name" in denied.reason
    assert any(hint.when == "LOAD_NO_EVTTYPE" for hint in report.hints)


@pytest.mark.parametrize("slug, text", [("outbound-connection", OUTBOUND), ("devmem", DEVMEM)])
def test_another_rule_name_is_named(slug: str, text: str) -> None:
    report = graded(slug, text)
    assert not report.passed
    first = next(result for result in report.criteria if result.kind == "fires")
    assert first.outcome is Outcome.FAILED
    assert "no rule named" in first.reason


def test_any_process_rule_of_the_article_passes_but_for_its_line() -> None:
    text = article_rule(
        "Any process in my-web-app",
        'evt.type = execve and container.name = "my-web-app"',
        "Process '%proc.name' started in container '%container.name' (user=%user.name cmdline=%proc.cmdline)",
        "INFO",
    )
    outcomes = {result.criterion_id: result.outcome for result in graded("any-process", text).criteria}
    assert outcomes["catches"] is Outcome.PASSED
    assert outcomes["quiet"] is Outcome.PASSED
    assert outcomes["line"] is Outcome.FAILED
