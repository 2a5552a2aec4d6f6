"""The learner's text against the reference: which lines are whose, and which words of a changed line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from trainer.tui.widgets.frame import words_of

BOTH, OWN, REFERENCE = " ", "-", "+"
STYLE: Final = {BOTH: "$text-muted", OWN: "$error", REFERENCE: "$success"}
_WORDS = re.compile(r"[\w.]+|\s+|.")


@dataclass(frozen=True, slots=True)
class Line:
    mark: str
    """BOTH, OWN or REFERENCE."""
    parts: tuple[tuple[str, bool], ...]
    """Pieces of the line, and whether the line beside it has another there."""


def compared(own: str, reference: str) -> Iterator[Line]:
    """The lines of both texts in their order; those that only one has, the learner's first."""
    ours, theirs = own.splitlines(), reference.splitlines()
    for kind, first, last, start, end in SequenceMatcher(None, ours, theirs).get_opcodes():
        if kind == "equal":
            yield from (Line(BOTH, ((line, False),)) for line in ours[first:last])
            continue
        mine, other = ours[first:last], theirs[start:end]
        pairs = [_words(one, two) for one, two in zip(mine, other, strict=False)]
        yield from _lines(OWN, mine, [left for left, _ in pairs])
        yield from _lines(REFERENCE, other, [right for _, right in pairs])


Parts = tuple[tuple[str, bool], ...]


def _lines(mark: str, lines: Sequence[str], paired: Sequence[Parts]) -> Iterator[Line]:
    for number, line in enumerate(lines):
        yield Line(mark, paired[number] if number < len(paired) else ((line, False),))


def _words(one: str, two: str) -> tuple[Parts, Parts]:
    ours, theirs = _WORDS.findall(one), _WORDS.findall(two)
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for kind, first, last, start, end in SequenceMatcher(None, ours, theirs).get_opcodes():
        left.append(("".join(ours[first:last]), kind != "equal"))
        right.append(("".join(theirs[start:end]), kind != "equal"))
    return tuple(part for part in left if part[0]), tuple(part for part in right if part[0])


class Comparison(VerticalScroll):
    can_focus = True

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def show(self, own: Mapping[str, str], reference: Mapping[str, str]) -> None:
        """Each file of the reference, the first without its name where it is the only one."""
        words = words_of(self)
        rows = [
            Content.assemble(
                (f"{OWN} {words('solution.yours')}", STYLE[OWN]),
                "   ",
                (f"{REFERENCE} {words('solution.reference')}", STYLE[REFERENCE]),
            )
        ]
        for name, text in reference.items():
            rows.append(Content.styled(name, "bold underline") if len(reference) > 1 else Content(""))
            if own.get(name, "").splitlines() == text.splitlines():
                rows.append(Content.styled(words("solution.same"), "$success"))
            rows.extend(_shown(line) for line in compared(own.get(name, ""), text))
        self.query_one(Static).update(Content("\n").join(rows))


def _shown(line: Line) -> Content:
    style = STYLE[line.mark]
    parts = [(text, f"bold underline {style}" if differs else style) for text, differs in line.parts]
    return Content.assemble((f"{line.mark} ", style), *parts)
