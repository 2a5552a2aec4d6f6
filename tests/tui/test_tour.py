"""docs/tour.md shows what the program shows now. After a change of a screen: ``make pictures``, and look at the text of the tour."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from trainer.tui.tour import STEPS, tour

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = tuple(step.name for step in STEPS if step.picture)
CELL = 12.2
"""Units of a picture that a cell is wide."""


def lines_of(svg: str) -> list[str]:
    """The lines of the screen that have text."""
    rows: dict[float, list[tuple[int, str]]] = {}
    for x, y, text in re.findall(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)" textLength[^>]*>(.*?)</text>', svg):
        rows.setdefault(float(y), []).append((round(float(x) / CELL), html.unescape(text).replace("\xa0", " ")))
    lines = []
    for _, parts in sorted(rows.items()):
        line = ""
        for column, text in sorted(parts):
            line = line.ljust(column) + text
        lines.append(line.rstrip())
    return [line for line in lines if line]


def test_the_tour_names_every_picture_once_and_no_other() -> None:
    named = re.findall(r"!\[[^]]+\]\(tour/([\w-]+)\.svg\)", (DOCS / "tour.md").read_text(encoding="utf-8"))
    assert tuple(named) == PICTURES
    assert {path.name for path in (DOCS / "tour").iterdir()} == {f"{name}.svg" for name in PICTURES}


async def test_pictures_and_texts_are_what_the_program_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path))
    made = await tour(tmp_path)
    document = (DOCS / "tour.md").read_text(encoding="utf-8")
    told = [block.splitlines() for block in re.findall(r"```text\n(.*?)```", document, re.DOTALL)]
    texts = iter([[line.rstrip() for line in block if line.strip()] for block in told])
    assert list(made) == [step.name for step in STEPS]
    for step in STEPS:
        now = lines_of(made[step.name])
        whole = "\n".join(now)
        for words in step.words:
            assert words in whole, (step.name, words)
        if step.picture:
            shown = lines_of((DOCS / "tour" / f"{step.name}.svg").read_text(encoding="utf-8"))
            assert shown == now, f"{step.name}: make pictures"
        else:
            assert next(texts) == now, f"{step.name}: the tour's text should be\n{whole}"
    assert next(texts, None) is None
