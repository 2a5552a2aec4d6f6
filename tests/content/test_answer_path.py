"""Where a criterion says that the node has its answer file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.small_pack import EXERCISE, write_pack
from trainer.content import load_pack
from trainer.content.lints import unnamed_words

ANSWER = """\
  - id: log
    kind: answer
    points: 0
    file: alerts.log
    path: {path}
    line_pattern: "x"
    text: {{en: alerts.log, ko: alerts.log}}
hints:
"""


def load(folder: Path, path: str) -> tuple[object, list[str]]:
    write_pack(folder, exercise=EXERCISE.replace("hints:\n", ANSWER.format(path=path)))
    answers = folder / "exercises" / "find-shells" / "answers" / "reference"
    answers.mkdir(parents=True)
    (answers / "alerts.log").write_text("x\n")
    pack, found = load_pack(folder)
    exercise = pack.exercises[0] if pack is not None and pack.exercises else None
    return exercise, [one.message for one in found if one.is_error]


def test_it_is_kept_and_must_be_in_the_task(tmp_path: Path) -> None:
    exercise, errors = load(tmp_path, "/opt/falco/alerts.log")
    assert errors == []
    assert exercise.criteria[-1].params["path"] == "/opt/falco/alerts.log"  # type: ignore[attr-defined]
    assert "/opt/falco/alerts.log" in unnamed_words(exercise, "en")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path, words",
    [
        ("alerts.log", "is not an absolute path"),
        ("/opt/../etc/passwd", "is not an absolute path"),
        ("//opt/x", "is not an absolute path"),
        ("/opt/", "is not an absolute path"),
        ("/etc/falco/falco_rules.yaml", "is the node's own file"),
        ("/.node/start.py", "is the node's own file"),
        ("/bin/falco", "is the node's own file"),
        ("/", "is the node's own file"),
    ],
)
def test_paths_that_cannot_be(tmp_path: Path, path: str, words: str) -> None:
    _, errors = load(tmp_path, path)
    assert len(errors) == 1
    assert words in errors[0]
