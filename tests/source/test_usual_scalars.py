"""The quick way through usual scalars reads what the general way reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.content import core_pack_folder
from trainer.source.scalars import YamlProblem
from trainer.source.scanner import Scanner


class Thorough(Scanner):
    """Reads every scalar in the general way."""

    def _usual_scalar(self, indent: int) -> bool:
        return False


def tokens(scanner: Scanner) -> list[object]:
    found: list[object] = []
    try:
        while (token := scanner.peek()) is not None:
            found.append((token.kind, token.start, token.end, token.value, token.style, [*token.starts], [*token.ends]))
            scanner.pop()
    except YamlProblem as problem:
        found.append((problem.offset, problem.message))
    return found


_WORDS = ["a", "ab:", "_b:", "0", "0x1", "/etc/x", "x.y", "x-y", "é", "a,", "a]", "]: "]
_MARKS = [*",[]{}:?#'\"|>&*!%-.", "--", "---", "...", "..", "::", ": ", "- ", " #c"]
_BLANKS = [" ", "  ", "\t", "\n", "\n\n", "\n ", "\n  ", "\n    ", "\r\n", "\r", "\0", "\n#c", "\n  #c"]
PIECES = st.sampled_from(_WORDS + _MARKS + _BLANKS)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_both_ways_agree_on_pieces_of_yaml(text: str) -> None:
    assert tokens(Scanner(text)) == tokens(Thorough(text))


@pytest.mark.parametrize(
    "path", sorted(core_pack_folder().glob("exercises/*/*.yaml")), ids=lambda path: "-".join(path.parts[-2:])
)
def test_both_ways_agree_on_the_packs_files(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    assert tokens(Scanner(text)) == tokens(Thorough(text))


def test_the_quick_way_is_taken() -> None:
    taken: list[bool] = []

    class Watched(Scanner):
        def _usual_scalar(self, indent: int) -> bool:
            taken.append(super()._usual_scalar(indent))
            return taken[-1]

    tokens(Watched("- rule: a b\n  tags: [x, y z]\n"))
    assert taken == [True, True, True, True, False]
