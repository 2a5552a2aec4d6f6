"""The Leitner boxes: laws that hold for every history, and the days of one."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trainer.session.repetition import INTERVALS, TOP, Box, Recall, boxes, reviewed

START = date(2026, 1, 1)
recalls = st.sampled_from(Recall)
histories = st.lists(st.tuples(recalls, st.integers(0, 40)), min_size=1, max_size=30)


def after(history: list[tuple[Recall, int]]) -> tuple[Box, date]:
    """The box after reviews that lie so many days apart, and the day of the last."""
    day, box = START, None
    for recall, gap in history:
        day += timedelta(days=gap)
        box = reviewed(box, recall, day)
    assert box is not None
    return box, day


@given(histories)
def test_a_skill_lies_in_a_box_and_is_due_after_its_last_review(history: list[tuple[Recall, int]]) -> None:
    box, day = after(history)
    assert 1 <= box.level <= TOP
    assert day < box.due <= day + timedelta(days=INTERVALS[box.level - 1])


@given(histories)
def test_one_review_more_moves_by_its_outcome(history: list[tuple[Recall, int]]) -> None:
    box, day = after(history)
    assert reviewed(box, Recall.FAILED, day).level == 1
    assert reviewed(box, Recall.HELPED, day).level == max(1, box.level - 1)
    assert reviewed(box, Recall.CLEAN, box.due).level == min(TOP, box.level + 1)
    assert reviewed(box, Recall.CLEAN, box.due - timedelta(days=1)) == box


@given(histories)
def test_a_better_outcome_never_makes_it_due_earlier(history: list[tuple[Recall, int]]) -> None:
    box, _ = after(history)
    day = box.due
    worst, middle, best = (reviewed(box, recall, day).due for recall in (Recall.FAILED, Recall.HELPED, Recall.CLEAN))
    assert worst <= middle <= best


@given(st.lists(st.tuples(st.sampled_from("ab"), recalls), max_size=20))
def test_skills_do_not_touch_each_other(reviews: list[tuple[str, Recall]]) -> None:
    dated = [(skill, recall, START + timedelta(days=number)) for number, (skill, recall) in enumerate(reviews)]
    together = boxes(dated)
    for skill in "ab":
        assert boxes(one for one in dated if one[0] == skill).get(skill) == together.get(skill)


def test_the_days_of_a_skill_that_is_always_known() -> None:
    day, box, days = START, None, []
    for _ in range(TOP + 1):
        box = reviewed(box, Recall.CLEAN, day)
        days.append((box.due - day).days)
        day = box.due
    assert days == [1, 3, 7, 14, 30, 30]
