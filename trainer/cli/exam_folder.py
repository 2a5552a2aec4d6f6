"""What the exam commands put into a learner's folder beside the files that are graded: the rules of the exam, tasks, base rules."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from trainer.cli.exam_texts import tell
from trainer.content import Exam
from trainer.errors import ExamError
from trainer.grading.exam_texts import in_words
from trainer.session.exam import TaskSheet
from trainer.session.exam_folder import TASK_FILE, lay_out, task_folder

README = "README.md"
BASE_RULES = "falco_rules.yaml"
_MOST = 1000


def reading_files(exam: Exam, sheets: Sequence[TaskSheet], base_rules: str, lang: str) -> dict[str, str]:
    """Path in the folder to text of everything that is only read."""
    rows = [f"| {one.number} | {one.points} | `{task_folder(one.number, one.exercise.slug)}/` |" for one in sheets]
    readme = tell(
        lang,
        "readme",
        title=in_words(exam.title, lang),
        description=in_words(exam.description, lang),
        minutes=exam.duration_minutes,
        percent=exam.pass_percent,
        clock=tell(lang, f"clock.{exam.clock.value}"),
        rows="\n".join(rows),
    )
    files = {README: readme, BASE_RULES: base_rules}
    for sheet in sheets:
        head = tell(lang, "task.head", number=sheet.number, count=len(sheets), points=sheet.points)
        graded = ", ".join(f"`{name}`" for name in sheet.files)
        text = in_words(sheet.exercise.task, lang).rstrip()
        name = f"{task_folder(sheet.number, sheet.exercise.slug)}/{TASK_FILE}"
        files[name] = f"> {head}. {tell(lang, 'task.files')}: {graded}\n\n{text}\n"
    return files


def write_folder(folder: Path, exam: Exam, sheets: Sequence[TaskSheet], base_rules: str, lang: str) -> list[Path]:
    """Writes what is only read and is not there yet; the new files. Raises OSError."""
    return lay_out(folder, reading_files(exam, sheets, base_rules, lang), read_only=(BASE_RULES,))


def write_starters(folder: Path, sheets: Sequence[TaskSheet]) -> list[Path]:
    """Writes the files that the learner edits, as the tasks begin; the new files. Raises OSError."""
    files = {
        f"{task_folder(sheet.number, sheet.exercise.slug)}/{name}": text for sheet in sheets for name, text in sheet.files.items()
    }
    return lay_out(folder, files)


def take_away(written: Sequence[Path], folder: Path) -> None:
    """Removes what was written for an exam that did not begin, and the folders that are empty then."""
    for path in written:
        path.unlink(missing_ok=True)
    for place in sorted({path.parent for path in written} | {folder}, key=lambda one: len(one.parts), reverse=True):
        with suppress(OSError):
            place.rmdir()


def free_folder(wanted: Path) -> Path:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3`` that does not exist. Raises ExamError."""
    for number in range(1, _MOST):
        folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if not folder.exists():
            return folder
    raise ExamError(f"{wanted} and its like exist", "say where to work: --folder DIR")


def can_be_laid_out(folder: Path) -> None:
    """Raises ExamError where laying out would mix with files that are there."""
    if folder.exists() and not folder.is_dir():
        raise ExamError(f"{folder} is a file", "give another folder: --folder DIR")
    if folder.is_dir() and any(folder.iterdir()):
        raise ExamError(f"{folder} is not empty", "give a new folder, or an empty one: --folder DIR")


def moved_here(folder: Path, first_task: str) -> None:
    """Raises ExamError unless ``folder`` holds the exam's tasks, or nothing."""
    if not (folder / first_task).is_dir():
        try:
            can_be_laid_out(folder)
        except ExamError as error:
            raise ExamError(f"{error.message}, and it is not the folder of this exam", error.help) from None
