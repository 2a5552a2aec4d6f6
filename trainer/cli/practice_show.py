"""States, skills and what is due, for people, on stdout. Sentences in the languages of the trainer."""

from __future__ import annotations

from typing import Final

import click

from trainer.cli.console import narrate, paint
from trainer.content import Exercise, Pack
from trainer.content.footprint import visible
from trainer.diagnostics.render import display_width, padded
from trainer.grading.exam_texts import exam_text, in_words, minutes
from trainer.session.figures import ExerciseFigures, Figures, SkillFigures
from trainer.session.repetition import TOP
from trainer.session.shelf import installed_packs

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "state.new": ("new", "새 문제"),
    "state.fresh": ("new", "새로움"),
    "state.tried": ("tried", "시도함"),
    "state.passed": ("passed", "통과"),
    "state.clean": ("clean", "한 번에"),
    "state.again": ("again", "복습"),
    "state.running": ("running", "진행 중"),
    "minutes": ("{minutes:>2} min", "{minutes:>2}분"),
    "due": (
        "due today: {skills}; five minutes of them: cks-trainer drill",
        "오늘 복습할 기술: {skills}. 5분 연습: cks-trainer drill",
    ),
    "exercises": ("Exercises", "문제"),
    "skills": ("Skills", "기술"),
    "attempts": ("attempts: {count}", "시도 {count}회"),
    "best": ("best {best} (target {target})", "최고 {best} (목표 {target})"),
    "new": ("not tried yet", "아직 안 함"),
    "due now": ("due now", "지금 복습"),
    "due on": ("due {day}", "복습 {day}"),
    "rate": ("first try {done} of {count}", "첫 시도 통과 {done}/{count}"),
    "pace": ("{percent} % of the target time", "목표 시간의 {percent}%"),
    "weakest": ("weakest skills: {skills}", "가장 약한 기술: {skills}"),
    "sum": (
        "{passed} of {total} passed, {clean} clean (first try, without help); first try {first} of {practices}",
        "{total}개 중 {passed}개 통과, {clean}개는 도움 없이 한 번에 통과. 첫 시도 통과 {first}/{practices}",
    ),
    "streak": ("practised {days} day(s) in a row", "{days}일 연속 연습"),
    "drill": ("{title}  (variant {seed}, {minutes} min)", "{title}  (변형 {seed}, {minutes}분)"),
    "drill.grade": ("write your rules into a file, then: {command}", "룰을 파일에 쓴 다음: {command}"),
    "drill.nothing": ("there is no exercise to draw", "고를 문제가 없습니다"),
    "exported": ("{count} attempts written to {path}", "시도 {count}개를 {path}에 저장했습니다"),
    "imported.nothing": ("nothing new in {path}", "{path}에 새로운 것이 없습니다"),
    "imported": (
        "added: {attempt} attempts, {exam_attempt} exam attempts, {texts} texts, {sitting} sittings",
        "추가: 시도 {attempt}개, 모의시험 응시 {exam_attempt}개, 글 {texts}개, 연습 {sitting}회",
    ),
    "reset.ask": ("Forget the progress of {what}? A backup is written first", "{what}의 기록을 지울까요? 먼저 백업을 만듭니다"),
    "reset.all": ("everything", "전체"),
    "reset.nothing": ("there is nothing of {what} to forget", "{what}에는 지울 기록이 없습니다"),
    "reset.done": ("forgotten; the backup is {path}", "지웠습니다. 백업: {path}"),
    "reset.back": ("to have it again: cks-trainer data import {path}", "되돌리려면: cks-trainer data import {path}"),
}
_COLOURS = {"passed": "green", "tried": "yellow"}


def said(language: str, name: str, **words: object) -> str:
    """The text ``name`` in ``language``, or in English."""
    english, korean = _TEXTS[name]
    return (korean if language == "ko" else english).format(**words)


def installed_and_told(core: Pack) -> list[Pack]:
    """The installed packs. One that cannot be read is told of, and hides no other."""
    packs, problems = installed_packs(core)
    for problem in problems:
        narrate(f"warning: {problem.message}")
    return packs


def state_mark(one: ExerciseFigures, lang: str) -> str:
    """State in a column: ``clean`` is a pass at the first try without help, ``again`` one that is due again."""
    word = "again" if one.due else "clean" if one.clean else str(one.state)
    return paint(state_word(lang, word), fg="cyan" if one.due else _COLOURS.get(str(one.state)))


def state_word(lang: str, state: str) -> str:
    """A state as wide as every other in its language."""
    widest = max(display_width(said(lang, name)) for name in _TEXTS if name.startswith("state."))
    return padded(said(lang, f"state.{state}"), widest)


def print_exercise(exercise: Exercise, figures: ExerciseFigures, lang: str, width: int) -> None:
    """One line; ``width`` is that of the longest name in the list."""
    level = padded(exam_text(lang, f"difficulty.{exercise.difficulty}"), 6)
    time = said(lang, "minutes", minutes=exercise.target_seconds // 60)
    title = visible(in_words(exercise.title, lang))
    click.echo(f"{state_mark(figures, lang)} {figures.key:<{width}} {level} {time}  {title}")


def print_due(figures: Figures, lang: str) -> None:
    """One line, and none when nothing is due."""
    if figures.due_skills:
        click.echo("\n" + said(lang, "due", skills=visible(", ".join(figures.due_skills))))


def print_figures(figures: Figures, lang: str) -> None:
    """Skills as bars, exercises with their times, and the sums."""
    click.echo(said(lang, "skills"))
    width = max((display_width(visible(one.skill)) for one in figures.skills), default=0)
    for skill in figures.skills:
        click.echo(f"  {padded(visible(skill.skill), width)}  {_level(skill)}  {_skill_facts(skill, lang)}".rstrip())
    click.echo("\n" + said(lang, "exercises"))
    longest = max((len(one.key) for one in figures.exercises), default=0)
    for one in figures.exercises:
        facts = [said(lang, "attempts", count=one.attempts)] if one.attempts else []
        if one.best_seconds is not None:
            facts.append(said(lang, "best", best=minutes(one.best_seconds), target=minutes(one.target_seconds)))
        click.echo(f"  {state_mark(one, lang)} {one.key:<{longest}} {', '.join(facts)}".rstrip())
    passed = sum(one.state == "passed" for one in figures.exercises)
    clean = sum(one.clean for one in figures.exercises)
    counts = {"passed": passed, "total": len(figures.exercises), "clean": clean}
    click.echo("\n" + said(lang, "sum", **counts, first=figures.first_tries, practices=figures.practices))
    if figures.weakest:
        click.echo(said(lang, "weakest", skills=visible(", ".join(one.skill for one in figures.weakest))))
    if figures.streak > 1:
        click.echo(said(lang, "streak", days=figures.streak))
    print_due(figures, lang)


def _level(one: SkillFigures) -> str:
    return paint("■" * one.level, fg="cyan" if one.due else "green") + "·" * (TOP - one.level)


def _skill_facts(one: SkillFigures, lang: str) -> str:
    if not one.practices or one.due_on is None:
        return said(lang, "new")
    facts = [said(lang, "due now") if one.due else said(lang, "due on", day=one.due_on.isoformat())]
    facts.append(said(lang, "rate", done=one.first_tries, count=one.practices))
    if one.pace is not None:
        facts.append(said(lang, "pace", percent=round(one.pace * 100)))
    return ", ".join(facts)
