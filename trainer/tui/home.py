"""What the first screen lists, and nothing of Textual: sections and their rows, and what is found by typing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from trainer.content import Exercise
from trainer.session.figures import ExerciseFigures, Figures
from trainer.tui.desk import Desk
from trainer.tui.exam_desk import ExamRow, clock_text
from trainer.tui.text import EN, KO, Words


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int | None = None
    """Of the skill that it names."""
    due: bool = False


Entry = Exercise | ExamRow
Row = Heading | Entry


def sections(
    desk: Desk, words: Words, figures: Figures | None, exams: Sequence[ExamRow], *, by_skill: bool, going_on: str | None
) -> tuple[Row, ...]:
    """Everything once: what goes on, what is due, the core pack's exercises, all exams, and each installed pack's exercises.

    ``going_on``: key of the exercise that was left in the middle.
    """
    running = [row for row in exams if row.running is not None]
    begun = [one for one in desk.exercises if one.slug == going_on]
    due = set(figures.due_exercises) - {going_on} if figures is not None else set()
    again = [one for one in desk.exercises if one.slug in due]
    rest = [one for one in desk.exercises if one.slug not in due and one.slug != going_on]
    core = [one for one in rest if desk.shelved(one).pack is desk.pack]
    rows: list[Row] = [*_section(words("home.continue"), [*running, *begun]), *_section(words("home.due"), again)]
    rows += _by_skill(core, figures) if by_skill else _section(words("home.exercises"), core)
    rows += _section(words("home.exams"), [row for row in exams if row.running is None])
    for pack in desk.packs:
        own = [one for one in rest if desk.shelved(one).pack is pack]
        rows += _section(f"{words.of(pack.title)}  {pack.id}@{pack.version}", own)
    return tuple(rows)


def _section(title: str, entries: Sequence[Entry]) -> list[Row]:
    return [Heading(title), *entries] if entries else []


def _by_skill(exercises: Sequence[Exercise], figures: Figures | None) -> Iterator[Row]:
    """Under the skill that each exercise names first."""
    groups: dict[str, list[Exercise]] = {}
    for one in exercises:
        groups.setdefault(one.skills[0] if one.skills else "", []).append(one)
    skills = {one.skill: one for one in figures.skills} if figures is not None else {}
    for name, own in groups.items():
        skill = skills.get(name)
        yield Heading(name, skill.level if skill is not None else 0, skill is not None and skill.due)
        yield from own


# Finding.


def found(desk: Desk, words: Words, figures: Figures | None, exams: Sequence[ExamRow], wanted: str) -> tuple[Entry, ...]:
    """What has every word of ``wanted``, the best find first."""
    said: list[tuple[Entry, str]] = [(row, exam_words(words, row)) for row in exams if row.running is not None]
    said += [(one, _exercise_words(desk, words, figures, one)) for one in desk.exercises]
    said += [(row, exam_words(words, row)) for row in exams if row.running is None]
    ranks = [(_rank(wanted, text), entry) for entry, text in said]
    hits = [(rank, entry) for rank, entry in ranks if rank is not None]
    return tuple(entry for _, entry in sorted(hits, key=lambda pair: pair[0]))


def _exercise_words(desk: Desk, words: Words, figures: Figures | None, exercise: Exercise) -> str:
    """What an exercise is found by, a line each; in both languages: a learner types the one that the keyboard is at."""
    one = figures.of(exercise.slug) if figures is not None else None
    states = [f"state.{word}" for word in states_of(one)]
    names = [*states, f"level.{exercise.difficulty}"]
    tables = (EN, KO) if words.lang == "en" else (KO, EN)
    said = [table.get(name, "") for table in tables for name in names]
    pack = desk.shelved(exercise).pack
    own = pack.id if pack is not desk.pack else ""
    titles = dict.fromkeys((words.of(exercise.title), *exercise.title.values()))
    return "\n".join((*titles, exercise.slug, " ".join(exercise.skills), exercise.difficulty, *said, own))


def _rank(wanted: str, lines: str) -> tuple[int, int] | None:
    """How well what an entry is found by has ``wanted``, within one of its lines; or each of its words, each in any line."""
    whole = _in_lines(wanted, lines)
    if whole is not None:
        return whole
    ranks = [_in_lines(word, lines) for word in wanted.split()]
    known = [rank for rank in ranks if rank is not None]
    if not known or len(known) < len(ranks):
        return None
    return (sum(rank[0] for rank in known), min(rank[1] for rank in known))


def _in_lines(wanted: str, lines: str) -> tuple[int, int] | None:
    ranks = [found_at(wanted, line) for line in lines.split("\n")]
    return min((rank for rank in ranks if rank is not None), default=None)


def found_at(wanted: str, text: str) -> tuple[int, int] | None:
    """How well ``text`` has the letters of ``wanted`` in their order, the least first; None where it has not.

    A run of them counts most, then how early they begin.
    """
    letters, folded = wanted.casefold(), text.casefold()
    whole = folded.find(letters)
    if whole >= 0:
        return (0, whole)
    place, first, gaps = -1, -1, 0
    for letter in letters.replace(" ", ""):
        at = folded.find(letter, place + 1)
        if at < 0:
            return None
        first = at if first < 0 else first
        gaps += at - place - 1 if place >= 0 else 0
        place = at
    return (1 + gaps, first)


# States.


def states_of(one: ExerciseFigures | None) -> tuple[str, ...]:
    """Every state that an exercise is in, the one to show first."""
    if one is None:
        return ("new",)
    names = {"due": one.due, "clean": one.clean, str(one.state): True}
    return tuple(name for name, holds in names.items() if holds)


def exam_state(words: Words, row: ExamRow) -> str:
    """How far the learner is with an exam; the first letter is its mark."""
    running, results = row.running, row.results
    if running is not None:
        hours, rest = divmod(ceil(running.seconds_left / 60), 60)
        minutes = words("exams.minutes", minutes=rest) if running.seconds_left >= 60 else words("exams.under")
        left = words("exams.hours", hours=hours, minutes=rest) if hours else minutes
        return words("exams.running" if running.counting else "exams.paused", left=left)
    if results is not None and results.newest is not None and not results.newest_graded:
        return words("exams.ungraded")
    if results is not None and results.best is not None:
        return words("exams.best", mark="●" if results.passed else "◐", percent=f"{results.best:g}")
    return words("exams.new")


def exam_words(words: Words, row: ExamRow) -> str:
    """What an exam is found by, a line each."""
    titles = dict.fromkeys((words.of(row.title), *row.title.values()))
    own = row.pack.id if row.pack is not None else ""
    return "\n".join((*titles, row.slug, words("exams.word"), exam_state(words, row), own))


def exam_facts(words: Words, row: ExamRow) -> str:
    """One line below the list: what the exam is, and which installed pack it comes from."""
    text = words.of(row.exam.description) if row.exam is not None else exam_state(words, row)
    pack = row.pack
    return text if pack is None else f"{words.of(pack.title)}  {pack.id}@{pack.version}  ·  {text}"


def exercise_facts(words: Words, exercise: Exercise, figures: Figures | None) -> str:
    """One line below the list: skills, those that wait, attempts and the best time."""
    parts = [words("list.skills", skills=", ".join(exercise.skills))]
    one = figures.of(exercise.slug) if figures is not None else None
    if figures is not None and one is not None:
        waiting = [skill for skill in exercise.skills if skill in figures.due_skills]
        if waiting and one.due:
            parts = [words("home.waiting", skills=", ".join(waiting))]
        if one.attempts:
            parts.append(words("home.attempts", count=one.attempts))
        if one.best_seconds is not None:
            best, target = clock_text(one.best_seconds), clock_text(one.target_seconds)
            parts.append(words("home.best_of", best=best, target=target))
    return "  ·  ".join(parts)
