"""Attempts of some days for tests, put into a store as if they had been made then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from trainer.session import Store
from trainer.session.sittings import begin_sitting

TODAY = date(2026, 11, 24)


def noon(days_ago: int) -> float:
    """Seconds since the epoch."""
    return datetime.combine(TODAY - timedelta(days=days_ago), datetime.min.time()).timestamp() + 43_200


def practise(
    store: Store, exercise: str, days_ago: int, *tries: bool, seconds: float = 100.0, hints: int = 0, solution: bool = False
) -> None:
    """One sitting; ``tries``: whether each attempt passed."""
    sitting = begin_sitting(store, exercise, 0)
    for number, passed in enumerate(tries):
        attempt = store.record_attempt(
            *(exercise, f"# try {number}", {}, 10 if passed else 4, 10, passed),
            seconds=seconds,
            hints=hints,
            solution=solution,
            pack="small@1.2.0",
            sitting=sitting.id,
        )
        with store.change() as db:
            db.execute("UPDATE attempt SET at = ? WHERE id = ?", (noon(days_ago) + number, attempt))
    with store.change() as db:
        db.execute("UPDATE sitting SET seconds = ?, began_at = ? WHERE id = ?", (seconds, noon(days_ago), sitting.id))
