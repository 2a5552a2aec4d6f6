"""Grading by recording or live, and packs that prove themselves or do not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import trainer.capture
from tests.small_pack import EXERCISE, REFERENCE, SCENARIO, recording, shell_events, shell_results, write_pack
from trainer.content import Pack, Scenario, load_pack
from trainer.errors import CaptureCancelled, CaptureError, DockerUnavailable, RecordingError, TracingForbidden
from trainer.events import Event, Recording, RecordingHeader, write_recording
from trainer.grading import Engines, Outcome, Submission, VerifyRow, grade, verify_pack

GOOD = REFERENCE.replace("${app}", "web")


def read(folder: Path) -> Pack:
    pack, found = load_pack(folder)
    assert pack is not None
    assert pack.exercises, [diagnostic.message for diagnostic in found]
    return pack


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return read(write_pack(tmp_path))


@pytest.fixture
def asked() -> list[str]:
    """A word for each live run that an engine forbade."""
    return []


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> Callable[[str], None]:
    """Chooses what a live run does: works, no docker, no image, breaks, forbids."""

    def choose(what: str) -> None:
        def run_scenario(scenario: Scenario, on_event: Callable[[Event], None], **_: object) -> Recording:
            if what == "no docker":
                raise DockerUnavailable("no engine", "start Docker")
            for event in shell_events():
                on_event(event)
                if what == "forbids":
                    asked.append("live")
                    raise TracingForbidden("the engine forbids tracing", "use recordings")
                if what == "breaks":
                    raise CaptureError("the tracer died")
            return Recording(RecordingHeader(scenario=scenario.name), shell_events(), shell_results())

        status = SimpleNamespace(
            available=what != "no docker", image_present=what not in ("no docker", "no image"), tracer_present=what != "no tracer"
        )
        monkeypatch.setattr(trainer.capture, "run_scenario", run_scenario)
        monkeypatch.setattr(trainer.capture, "docker_status", lambda: status)

    return choose


@pytest.mark.parametrize(
    "what, live, source", [("works", None, "live"), ("no docker", None, "recorded"), ("no image", None, "recorded"), ("no tracer", None, "recorded"), ("works", False, "recorded"), ("works", True, "live")]
)  # fmt: skip
def test_live_where_it_can_be_otherwise_recorded(
    pack: Pack, docker: Callable[[str], None], what: str, live: bool | None, source: str
) -> None:
    docker(what)
    heard: list[int] = []
    alerts: list[str] = []
    report = grade(
        pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, live=live, pack=pack,
        on_event=lambda event: heard.append(event.num), on_alert=lambda alert: alerts.append(alert.output),
    )  # fmt: skip
    assert (report.source, report.passed) == (source, True)
    assert heard == [1, 2, 3, 4, 5, 6, 7]
    assert alerts == ["2,0,sh", "4,0,bash"]


def test_live_without_docker_says_so(pack: Pack, docker: Callable[[str], None]) -> None:
    docker("no docker")
    with pytest.raises(DockerUnavailable):
        grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, live=True, pack=pack)


def test_a_capture_that_breaks_costs_no_points(pack: Pack, docker: Callable[[str], None]) -> None:
    docker("breaks")
    report = grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, live=True, pack=pack)
    assert report.problem == "the tracer died"
    assert {result.criterion_id: result.outcome for result in report.criteria}["catches"] is Outcome.ERROR
    assert report.score == report.max_score == 1


def test_an_engine_that_forbids_tracing_is_asked_once_by_each_who_grades(
    pack: Pack, docker: Callable[[str], None], asked: list[str]
) -> None:
    docker("forbids")
    engines = Engines()
    for _ in range(3):
        report = grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, pack=pack, engines=engines)
        assert (report.source, report.passed) == ("recorded", True)
    assert asked == ["live"]
    grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, pack=pack, engines=Engines())
    assert asked == ["live", "live"]  # what one knows, no other has to know
    with pytest.raises(TracingForbidden):
        grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, pack=pack, engines=engines, live=True)


def test_cancelling(pack: Pack) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CaptureCancelled):
        grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, live=False, pack=pack, cancel=cancel)


def test_a_seed_without_recording_names_those_that_are(pack: Pack) -> None:
    with pytest.raises(RecordingError, match=r"no recording of seed 5 \(seeds that are: 0\)") as raised:
        grade(pack.exercises[0], Submission.of_rules(GOOD), pack.base_rules, live=False, seed=5, pack=pack)
    assert "--live" in raised.value.help


def test_a_recording_that_changed_is_read_again(pack: Pack) -> None:
    exercise, submission = pack.exercises[0], Submission.of_rules(GOOD)
    assert grade(exercise, submission, pack.base_rules, live=False, pack=pack).events == 7
    path = pack.folder / "scenarios" / "shells" / "recordings" / "seed-0.jsonl"
    write_recording(Recording(RecordingHeader(scenario="shells"), shell_events()[:3], shell_results()), path)
    assert grade(exercise, submission, pack.base_rules, live=False, pack=pack).events == 3


def bad_rows(pack: Pack) -> list[VerifyRow]:
    return [row for row in verify_pack(pack).rows if not row.ok]


def test_a_good_pack_proves_itself_on_every_seed(pack: Pack) -> None:
    seed = next(n for n in range(1, 50) if _app(pack, n) == "shop")
    write_recording(recording(seed, "shop"), pack.folder / "scenarios" / "shells" / "recordings" / f"seed-{seed}.jsonl")
    heard: list[str] = []
    report = verify_pack(pack, on_progress=heard.append)
    assert [row for row in report.rows if not row.ok] == []
    assert report.ok
    checks = [row.check for row in report.rows]
    for start in ("starter scores 0", "reference scores 100 %", "decoy only-bash.yaml", "decoy every-container.yaml"):
        assert f"{start}, seed 0" in checks
        assert f"{start}, seed {seed}" in checks
    assert heard == ["[1/1] scenario shells", "[1/1] exercise find-shells"]


def _app(pack: Pack, seed: int) -> str:
    from trainer.content import load_scenario

    return load_scenario("shells", seed, pack.folder).variables["app"]


@pytest.mark.parametrize(
    "changed, check, words",
    [
        pytest.param({"starter": REFERENCE}, "starter scores 0, seed 0", "catches", id="starter passes"),
        pytest.param({"reference": REFERENCE.replace("WARNING", "ERROR")}, "reference scores 100 %, seed 0", "warning", id="reference fails"),
        pytest.param({"exercise": EXERCISE.replace("fails: [quiet]", "fails: [catches]")}, "decoy every-container.yaml, seed 0", "fails quiet, not catches", id="decoy fails elsewhere"),
        pytest.param({"exercise": EXERCISE.replace("{en: Small, ko: 작은}", "x").replace("{en: Shells are caught, ko: 셸을 잡는다}", "{en: Shells}")}, "every language", "criterion catches (ko)", id="language"),
        pytest.param({"task": "Find shells, rule `Shell in web`, `%evt.num,%user.uid,%proc.name`."}, "task names what is graded (en)", "WARNING", id="task"),
        pytest.param({"exercise": EXERCISE.replace("Think of macros.", "'Write spawned_process and container.name = \"web\" and proc.name in (shells) there'")}, "hints do not give the reference away", "hint 1 (en)", id="hint"),
        pytest.param({"scenario": SCENARIO.replace("id: cat-in-web", "id: dog-in-web"), "exercise": EXERCISE.replace("cat-in-web", "dog-in-web")}, "recording of seed 0 matches", "record it again", id="old recording"),
    ],
)  # fmt: skip
def test_a_pack_that_does_not_hold_says_where(tmp_path: Path, changed: dict[str, str], check: str, words: str) -> None:
    rows = bad_rows(read(write_pack(tmp_path, **changed)))
    assert any(row.check == check and words in row.detail for row in rows), rows


def test_a_missing_recording_is_a_row(tmp_path: Path) -> None:
    pack = read(write_pack(tmp_path))
    (tmp_path / "scenarios" / "shells" / "recordings" / "seed-0.jsonl").unlink()
    checks = {row.check for row in bad_rows(pack)}
    assert "recording of seed 0" in checks
    assert "can be graded, seed 0" in checks


def test_a_corrupt_recording_is_a_row(tmp_path: Path) -> None:
    pack = read(write_pack(tmp_path))
    path = tmp_path / "scenarios" / "shells" / "recordings" / "seed-0.jsonl"
    path.write_text(path.read_text()[:-200])
    assert bad_rows(pack)


def test_verify_live_grades_in_docker_too(pack: Pack, docker: Callable[[str], None]) -> None:
    docker("works")
    checks = [row.check for row in verify_pack(pack, live=True).rows]
    assert "reference scores 100 %, live" in checks


ANSWER = '  - {id: guilty, kind: answer, points: 1, needs: [loads], file: answer.txt, accept: ["${app}"], text: {en: a, ko: b}}\n'


def with_answer(folder: Path, decoy: str, **files: str) -> Path:
    """The small pack with an answer criterion, one more decoy, and files beside it."""
    text = EXERCISE.replace("points: 10", "points: 11").replace("hints:\n", f"{ANSWER}hints:\n") + decoy
    task = "Write the rule `Shell in web` with priority WARNING and the output `%evt.num,%user.uid,%proc.name`; `answer.txt`.\n"
    write_pack(folder, exercise=text, task=task)
    exercise = folder / "exercises" / "find-shells"
    beside = {"answers/reference/answer.txt": "${app}\n", "answers/starter/answer.txt": "CHANGEME\n", **files}
    for name, content in beside.items():
        path = exercise / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


WRONG_ANSWER = "  - {answers: {answer.txt: decoys/wrong.txt}, fails: [guilty], why: {en: w, ko: w}}\n"


@pytest.mark.parametrize(
    "decoy, text, ok",
    [
        pytest.param(WRONG_ANSWER, "reports\n", True, id="with the reference's rules"),
        pytest.param(WRONG_ANSWER.replace("{answers", "{file: decoys/only-bash.yaml, answers").replace("[guilty]", "[catches, guilty]"), "reports\n", True, id="rules and answer"),
        pytest.param(WRONG_ANSWER, "${app}\n", False, id="an answer that is right"),
    ],
)  # fmt: skip
def test_a_decoy_with_its_own_answers(tmp_path: Path, decoy: str, text: str, ok: bool) -> None:
    rows = verify_pack(read(with_answer(tmp_path, decoy, **{"decoys/wrong.txt": text}))).rows
    row = next(row for row in rows if "wrong.txt" in row.check)
    assert row.ok is ok, row
    assert [row for row in rows if not row.ok and "wrong.txt" not in row.check] == []


@pytest.mark.parametrize(
    "decoy, words",
    [
        ("  - {answers: {other.txt: decoys/wrong.txt}, fails: [guilty], why: {en: w, ko: w}}\n", "no criterion looks at a file 'other.txt'"),
        ("  - {answers: {answer.txt: ../../../x}, fails: [guilty], why: {en: w, ko: w}}\n", "leads out of the exercise's folder"),
        ("  - {answers: {answer.txt: decoys/gone.txt}, fails: [guilty], why: {en: w, ko: w}}\n", "gone.txt"),
        ("  - {fails: [guilty], why: {en: w, ko: w}}\n", "key 'file' is missing"),
    ],
)  # fmt: skip
def test_a_decoys_answers_are_checked_by_lint(tmp_path: Path, decoy: str, words: str) -> None:
    _, found = load_pack(with_answer(tmp_path, decoy, **{"decoys/wrong.txt": "x\n"}))
    errors = [one for one in found if one.is_error]
    assert any(words in one.message and one.span is not None for one in errors), [one.message for one in errors]
