"""A learner's progress as bars: skills, first tries, the last weeks, and times against their targets."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from trainer.session.figures import ExerciseFigures, Figures, SkillFigures
from trainer.session.repetition import TOP
from trainer.tui.desk import Desk
from trainer.tui.exam_desk import ExamRow, clock_text
from trainer.tui.text import Words

BAR = 20
LEVEL = 3 * TOP
"""Cells of a skill's bar."""
FULL, EMPTY, OVER = "█", "░", "▓"
"""Told apart without colours too."""
DAY_MARKS = "·▂▄▆█"
DAY_STEPS = (1, 3, 6, 10)
"""Attempts of a day from which on its mark is one higher."""


def overview(figures: Figures, words: Words, width: int) -> Content:
    """Sums, the last weeks, and skills with their levels; ``width`` in cells."""
    passed = sum(one.state == "passed" for one in figures.exercises)
    clean = sum(one.clean for one in figures.exercises)
    total = len(figures.exercises)
    lines = []
    if not figures.attempts and not figures.practices:
        lines += [Content.styled(words("progress.none"), "$text-muted"), Content("")]
    lines += [
        Content.assemble(
            bar(BAR * passed // max(1, total), BAR), "  ", words("progress.passed", passed=passed, total=total, clean=clean)
        ),
        Content.styled(words("progress.clean"), "$text-muted"),
    ]
    if figures.practices:
        rate = BAR * figures.first_tries // figures.practices
        said = words("progress.first_of", first=figures.first_tries, count=figures.practices)
        lines.append(Content.assemble(bar(rate, BAR, "$accent"), "  ", said))
    hours, minutes = divmod(int(figures.seconds) // 60, 60)
    lines += [
        Content(words("progress.worked", attempts=figures.attempts, hours=hours, minutes=minutes)),
        Content(""),
        _heading(words("progress.days")),
        _days(figures, words),
    ]
    if figures.weakest:
        names = ", ".join(one.skill for one in figures.weakest)
        lines += [
            Content(""),
            _heading(words("progress.weakest")),
            Content(names),
            Content.styled(words("progress.drill"), "$text-muted"),
        ]
    lines += [Content(""), _heading(words("progress.skills"))]
    lines += _skills(figures, words, width)
    return Content("\n").join(lines)


def times(figures: Figures, desk: Desk, exams: Sequence[ExamRow], words: Words, width: int) -> Content:
    """Time of each passed exercise against its target, mock exams, and where the data is."""
    lines = [_heading(words("progress.times"))]
    timed = [one for one in figures.exercises if one.best_seconds is not None]
    titles = {one.slug: words.of(one.title) for one in desk.exercises}
    room = max(12, width - BAR - 17)
    lines += [_time(one, titles[one.key], room) for one in timed] or [Content.styled(words("progress.no_times"), "$text-muted")]
    lines += [Content(""), _heading(words("progress.exams"))]
    graded = [row for row in exams if row.results is not None and row.results.best is not None]
    for row in graded:
        if row.results is not None and row.results.best is not None:
            best = row.results.best
            said = words("progress.exam", percent=f"{best:g}", count=row.results.attempts)
            style = "$success" if row.results.passed else "$warning"
            title = _fitted(words.of(row.title), max(12, width - BAR - 3 - cell_len(said)))
            lines.append(Content.assemble(title, " ", bar(round(BAR * best / 100), BAR, style), "  ", said))
    if not graded:
        lines.append(Content.styled(words("progress.no_exams"), "$text-muted"))
    folder = str(desk.store.path.parent)
    lines += [Content(""), _heading(words("progress.data")), Content(words("progress.where", folder=folder))]
    return Content("\n").join(lines)


def bar(filled: int, width: int, style: str = "$success") -> Content:
    """A line of which so many cells are filled."""
    return Content.assemble((FULL * filled, style), (EMPTY * (width - filled), "$surface-lighten-2"))


def _heading(text: str) -> Content:
    return Content.styled(text, "bold $accent")


def _days(figures: Figures, words: Words) -> Content:
    marks = []
    for number, count in enumerate(figures.days):
        height = sum(count >= step for step in DAY_STEPS)
        gap = " " if number and number % 7 == 0 else ""
        marks.append(Content.assemble(gap, (DAY_MARKS[height], "$success" if count else "$text-muted")))
    streak = f"   {words('progress.streak', days=figures.streak)}" if figures.streak > 1 else ""
    return Content("").join([*marks, Content(streak)])


def _skills(figures: Figures, words: Words, width: int) -> list[Content]:
    """Due ones first, then from weak to strong; those that were not tried are one line at the end."""
    tried = sorted((one for one in figures.skills if one.level), key=lambda one: (not one.due, one.level))
    names = max((cell_len(one.skill) for one in tried), default=0)
    lines = [_skill(one, figures, words, min(names, 24), width) for one in tried]
    untried = [one.skill for one in figures.skills if not one.level]
    if untried:
        lines.append(Content.assemble((words("progress.untried") + ": ", "$text-muted"), (", ".join(untried), "$text-muted")))
    return lines


def _skill(one: SkillFigures, figures: Figures, words: Words, names: int, width: int) -> Content:
    days = (one.due_on - figures.today).days if one.due_on is not None else 0
    due = words("progress.due_now") if one.due else words("progress.due_in", days=days)
    parts = [
        _fitted(one.skill, names),
        Content("  "),
        bar(LEVEL * one.level // TOP, LEVEL, "$warning" if one.due else "$success"),
        Content(f" {one.level}/{TOP}  "),
        Content.styled(due, "bold $warning" if one.due else "$text-muted"),
    ]
    rate = f"  {words('progress.rate', first=one.first_tries, count=one.practices)}"
    line = Content("").join(parts)
    return Content.assemble(line, (rate, "$text-muted")) if line.cell_length + cell_len(rate) <= width else line


def _time(one: ExerciseFigures, title: str, room: int) -> Content:
    """The middle of the bar is the target; what is beyond it is too slow."""
    best = one.best_seconds or 0.0
    half = BAR // 2
    filled = min(BAR, round(half * best / max(1, one.target_seconds)))
    within, beyond = min(filled, half), max(0, filled - half)
    line = Content.assemble(
        (FULL * within, "$success"),
        (EMPTY * (half - within), "$surface-lighten-2"),
        ("┃", "$text-muted"),
        (OVER * beyond, "$error"),
        (EMPTY * (half - beyond), "$surface-lighten-2"),
    )
    style = "$text" if best <= one.target_seconds else "$warning"
    numbers = f"{clock_text(best)} / {clock_text(one.target_seconds)}"
    return Content.assemble(_fitted(title, room), " ", line, "  ", (numbers, style))


def _fitted(text: str, room: int) -> Content:
    """``text`` in exactly so many cells."""
    content = Content(text)
    if content.cell_length > room:
        content = content.truncate(room, ellipsis=True)
    return Content.assemble(content, " " * (room - content.cell_length))
