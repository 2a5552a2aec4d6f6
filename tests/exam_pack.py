"""A pack with mock exams for tests: the small pack's exercise three times, with other skills and difficulties, and two exams."""

from __future__ import annotations

from pathlib import Path

from tests.small_pack import EXERCISE, REFERENCE, write_pack

EXERCISES = {
    # slug: difficulty, skills, domain
    "find-shells": ("quick", "spawned_process", "runtime"),
    "find-files": ("core", "open_read, output", "runtime"),
    "find-links": ("deep", "open_read", "logging"),
}
FIXED = """\
format_version: 1
uuid: 5b6d7a0e-1c53-4f0a-9a38-6a3c6f9f0c01
slug: fixed
title: {en: Fixed exam, ko: 고정 시험}
description: {en: Two tasks., ko: 문제 두 개.}
duration_minutes: 10
pass_percent: 67
clock: running
tasks:
  - find-shells
  - {exercise: find-files, points: 5}
"""
DRAWN = """\
format_version: 1
uuid: 5b6d7a0e-1c53-4f0a-9a38-6a3c6f9f0c02
slug: drawn
title: {en: Drawn exam, ko: 추첨 시험}
description: {en: Two of three., ko: 셋 중 둘.}
duration_minutes: 10
clock: paused
blueprint:
  - {count: 1, skills: [open_read]}
  - {count: 1, difficulties: [core, quick], points: 4}
"""
PASSING = REFERENCE.replace("${app}", "web")
WITH_ANSWER = """\
  - id: culprit
    kind: answer
    points: 2
    needs: [loads]
    file: culprit.txt
    accept: ["${app}"]
    text: {en: culprit.txt names the container, ko: culprit.txt에 컨테이너 이름이 있다}
hints:
"""


def write_exam_pack(folder: Path, **exams: str) -> Path:
    """Writes the pack; ``exams`` replaces or adds exam files by their slug."""
    write_pack(folder)
    source = folder / "exercises" / "find-shells"
    for number, (slug, (difficulty, skills, domain)) in enumerate(EXERCISES.items()):
        place = folder / "exercises" / slug
        for path in [*source.rglob("*")] if slug != "find-shells" else []:
            if path.is_file():
                (place / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
                (place / path.relative_to(source)).write_bytes(path.read_bytes())
        text = EXERCISE.replace("8e7c11", f"8e7c{number + 11}").replace("difficulty: quick", f"difficulty: {difficulty}")
        text = text.replace("skills: [spawned_process]", f"skills: [{skills}]").replace("domain: runtime", f"domain: {domain}")
        if slug == "find-files":
            text = text.replace("points: 10\n", "points: 12\n").replace("hints:\n", WITH_ANSWER)
            (place / "answers" / "reference").mkdir(parents=True, exist_ok=True)
            (place / "answers" / "reference" / "culprit.txt").write_text("${app}\n")
        (place / "exercise.yaml").write_text(text, encoding="utf-8")
    (folder / "exercises" / "exams").mkdir(exist_ok=True)
    for slug, text in {"fixed": FIXED, "drawn": DRAWN, **exams}.items():
        (folder / "exercises" / "exams" / f"{slug}.yaml").write_text(text, encoding="utf-8")
    return folder
