"""The words of an exam's report, in the languages of the trainer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "passed": ("passed", "합격"),
    "not passed": ("not passed", "불합격"),
    "verdict": (
        "{percent} %: {verdict} ({score} of {max_score} points; {pass_percent} % are needed)",
        "{percent}%: {verdict} ({max_score}점 중 {score}점, 합격선 {pass_percent}%)",
    ),
    "attempt": (
        "Attempt {attempt}, seed {seed}. {used} of {duration} used; {ended}.",
        "응시 {attempt}, 시드 {seed}. {duration} 중 {used} 사용, {ended}.",
    ),
    "handed in": ("handed in", "제출함"),
    "time over": ("the time was over", "시간 종료"),
    "tasks": ("Tasks", "문제"),
    "task": ("task", "문제"),
    "points": ("points", "점수"),
    "time": ("time", "시간"),
    "target": ("target", "목표"),
    "difficulty": ("difficulty", "난이도"),
    "skills": ("skills", "기술"),
    "skill": ("skill", "기술"),
    "by skill": ("By skill", "기술별"),
    "by difficulty": ("By difficulty", "난이도별"),
    "criterion": ("criterion", "채점 기준"),
    "outcome": ("outcome", "결과"),
    "expected": ("expected", "기대값"),
    "actual": ("actual", "실제값"),
    "reason": ("why", "이유"),
    "untouched": ("nothing was changed", "바꾼 것이 없음"),
    "ungraded": (
        "not graded, which is the trainer's fault; it costs no points: {problem}",
        "채점하지 못했습니다. 학습자의 잘못이 아니며 점수를 잃지 않습니다: {problem}",
    ),
    "outcome.passed": ("passed", "통과"),
    "outcome.failed": ("failed", "실패"),
    "outcome.skipped": ("skipped", "건너뜀"),
    "outcome.error": ("error", "오류"),
    "difficulty.quick": ("quick", "짧음"),
    "difficulty.core": ("core", "핵심"),
    "difficulty.deep": ("deep", "심화"),
}


def exam_text(language: str, name: str, **words: object) -> str:
    """A text of the report in ``language``, or in English; ``name`` itself where there is none."""
    english, korean = _TEXTS.get(name, (name, name))
    return (korean if language == "ko" else english).format(**words)


def in_words(texts: Mapping[str, str], language: str) -> str:
    """One language of a text of a pack, or English."""
    return texts.get(language) or texts.get("en") or ""


def minutes(seconds: float) -> str:
    """``m:ss``, from an hour on ``h:mm:ss``."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
