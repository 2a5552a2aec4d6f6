from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.source import MappedText, SourceFile


def mapped(text: str, name: str = "f") -> MappedText:
    return MappedText.plain(text, name)


def test_position_is_one_based_and_span_slices() -> None:
    file = SourceFile("f", "ab\ncd")
    assert (file.position(4).line, file.position(4).column) == (2, 2)
    assert file.span(3, 5).text == "cd"
    assert file.line_text(1) == "ab"


def test_parts_of_two_files_keep_their_places() -> None:
    joined = MappedText.join([mapped("evt.type=open", "base"), mapped(" and x", "local")])
    assert joined.text == "evt.type=open and x"
    assert joined.span(0, 8).text == "evt.type"
    assert joined.span(0, 8).file.name == "base"
    assert joined.span(18, 19).file.name == "local"
    assert joined.span(18, 19).text == "x"
    assert joined.slice(14, 19).span(0, 3).text == "and"


def test_list_items_stand_for_the_name() -> None:
    text = mapped("a in (names)")
    name = text.span(6, 11)
    replaced = MappedText.join([text.slice(0, 6), MappedText.at("x, y", name, "names"), text.slice(11, 12)])
    assert replaced.text == "a in (x, y)"
    assert replaced.span(9, 10).text == "names"
    assert [(r.start, r.end, r.list_name) for r in replaced.regions] == [(6, 10, "names")]


@given(st.lists(st.text(alphabet="ab ", max_size=6), min_size=1, max_size=5), st.data())
def test_slicing_a_join_is_joining_slices(texts: list[str], data: st.DataObject) -> None:
    same_file = mapped("".join(texts))
    start = data.draw(st.integers(0, len(same_file.text)))
    end = data.draw(st.integers(start, len(same_file.text)))
    many = MappedText.join([mapped(text, str(number)) for number, text in enumerate(texts)])
    assert many.text == same_file.text
    assert many.slice(start, end).text == same_file.text[start:end]
    if start < end:
        one = same_file.slice(start, end)
        assert one.span(0, end - start).text == same_file.text[start:end]


@pytest.mark.parametrize("start", [0, 3, 99])
def test_empty_range_is_an_empty_span(start: int) -> None:
    assert mapped("abc").span(start, start).text == ""
