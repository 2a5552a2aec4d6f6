from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance_data import conformance_path
from trainer.source import MappedText, SourceFile, YamlMapping, YamlNode, YamlScalar, YamlSequence, compose, plain, read_source


def one(text: str) -> YamlNode:
    composed = compose(SourceFile("f", text))
    assert composed.error is None, composed.error
    (document,) = composed.documents
    assert document is not None
    return document


def error(text: str) -> str:
    found = compose(SourceFile("f", text)).error
    assert found is not None
    return found.full_message


def scalars(node: YamlNode) -> list[YamlScalar]:
    if isinstance(node, YamlScalar):
        return [node]
    if isinstance(node, YamlSequence):
        return [found for item in node.items for found in scalars(item)]
    return [found for key, value in node.pairs for part in (key, value) for found in scalars(part)]


def library_scalars(node: pyyaml.Node | None) -> list[str]:
    if isinstance(node, pyyaml.ScalarNode):
        return [node.value]
    if isinstance(node, pyyaml.SequenceNode):
        return [found for item in node.value for found in library_scalars(item)]
    if isinstance(node, pyyaml.MappingNode):
        return [found for key, value in node.value for part in (key, value) for found in library_scalars(part)]
    return []


def check_map(mapped: MappedText) -> None:
    """Every character stands at its own place, or at a break or escape that became it."""
    assert mapped.starts is not None
    assert mapped.ends is not None
    assert len(mapped.starts) == len(mapped.ends) == len(mapped.text)
    for char, start, end in zip(mapped.text, mapped.starts, mapped.ends, strict=True):
        source = mapped.whole.file.text[start:end]
        assert source == char or source.startswith(("\n", "\r", "\\", "'")), (char, source)


@pytest.mark.parametrize("name", ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"])
def test_official_rules_read_as_pyyaml_reads_them(name: str) -> None:
    file = read_source(conformance_path("official", name))
    found = scalars(one(file.text))
    assert [node.value for node in found] == library_scalars(pyyaml.compose(file.text, Loader=pyyaml.CSafeLoader))
    for node in found:
        assert node.mapped.text == node.value
        check_map(node.mapped)


def trimmed(node: YamlScalar, value: str) -> str:
    return value if node.style in ("", "|") else value.rstrip("\n")


_WORDS = st.text(alphabet="ab:#'\"\\ \n-,é>|", max_size=24)


@st.composite
def styled(draw: st.DrawFn) -> str:
    """A mapping whose value is one text in one of the five styles."""
    text = draw(_WORDS)
    style = draw(st.sampled_from(["'", '"', "|", ">", "|-", ">+", ""]))
    if style in ("'", '"'):
        return f"k: {pyyaml.safe_dump(text, default_style=style, allow_unicode=True, width=draw(st.integers(8, 40)))}"
    if style == "":
        return pyyaml.safe_dump({"k": text}, allow_unicode=True, width=draw(st.integers(8, 40)))
    lines = "\n".join(("  " + line) if line.strip() else line for line in text.split("\n"))
    return f"k: {style}\n  x{lines}\n"


@settings(max_examples=300, deadline=None)
@given(styled())
def test_every_scalar_agrees_with_pyyaml(text: str) -> None:
    try:
        wanted = library_scalars(pyyaml.compose(text, Loader=pyyaml.CSafeLoader))
    except pyyaml.YAMLError:
        return
    composed = compose(SourceFile("f", text))
    if composed.error is not None:
        # yaml-cpp refuses a text in quotes that goes on at the first column like a document's start.
        assert composed.error.message in ("illegal document indicator in scalar", "illegal tab when looking for indentation")
        return
    assert composed.documents[0] is not None
    found = scalars(composed.documents[0])
    # yaml-cpp keeps fewer line breaks at the end of a text in quotes and of ``>+``.
    assert [trimmed(node, node.value) for node in found] == [trimmed(*pair) for pair in zip(found, wanted, strict=True)]
    for node in found:
        check_map(node.mapped)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="-:[]{}&*!|>'\"%@`#?, \n\t\rab\x00\x04~<é\udcff", max_size=60))
def test_any_text_gives_a_value(text: str) -> None:
    composed = compose(SourceFile("f", text))
    for document in composed.documents:
        plain(document)


def test_span_of_a_token_in_a_folded_block() -> None:
    file = SourceFile("f", "- condition: >\n    evt.type = open\n      and  x\n  desc: d\n")
    (document,) = compose(file).documents
    assert isinstance(document, YamlSequence)
    (item,) = document.items
    assert isinstance(item, YamlMapping)
    value = item.get("condition")
    assert isinstance(value, YamlScalar)
    start = value.value.index("and")
    assert value.mapped.span(start, start + 3).text == "and"
    assert value.mapped.span(start, start + 3).position.line == 3


def test_marks_count_bytes_as_yaml_cpp_does() -> None:
    node = one("é: 1\nü: éé x\n")
    assert isinstance(node, YamlMapping)
    assert node.pairs[1][1].mark == (1, 4, 10)
    assert one("- a: 1\n  b: 2\n").mark == (0, 0, 0)


@pytest.mark.parametrize(
    "text, value",
    [
        ("a: 1\na: 2\n", {"a": 1}),
        ("a: &x {b: 1}\nc: {<<: *x}\n", {"a": {"b": 1}, "c": {"<<": {"b": 1}}}),
        ("- =\n", ["="]),
        ("- &a [*a]\n", [[None]]),
        ("a: 'open\n  b: c\n", {"a": "open b: c "}),
        ("- !x\n- !!str 5\n- 0x10\n- yes\n- .5\n- ~\n", ["", "5", 16, "yes", 0.5, None]),
        ("[{a: b}, c: d]", [{"a": "b"}, {"c": "d"}]),
    ],
)
def test_reads_as_yaml_cpp(text: str, value: object) -> None:
    assert plain(one(text)) == value


@pytest.mark.parametrize(
    "text, message",
    [
        ("a: b: c\n", "yaml-cpp: error at line 1, column 5: illegal map value"),
        ("- a\n\tb: c\n", "yaml-cpp: error at line 2, column 1: illegal tab when looking for indentation"),
        ("a: [b\n", "yaml-cpp: error at line 2, column 1: end of sequence flow not found"),
        ("a: *b\n", "yaml-cpp: error at line 1, column 4: the referenced anchor is not defined: b"),
        ("a: 'b", "yaml-cpp: error at line 1, column 6: illegal EOF in scalar"),
        ("[a]: d\n", "yaml-cpp: error at line 1, column 1: bad conversion"),
        ('a: "\\q"\n', "yaml-cpp: error at line 1, column 7: unknown escape character: q"),
    ],
)
def test_errors_are_yaml_cpps(text: str, message: str) -> None:
    assert error(text) == message


def test_limits_are_errors_not_crashes() -> None:
    assert "bad file" in error("- " * 600 + "x")
    assert "bad file" in error("[" * 5000)
    assert "larger than" in error("a" * 10_000_001)
    bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))
    assert "bad file" in error("[" * 200_000)
    assert "far more text" in error(bomb)
    assert isinstance(plain(one(bomb.split("d: ")[0])), dict)


@pytest.mark.parametrize("text", ["a: 'b", "[", "a: [1,\n", 'a: "\\', "%YAML " + "9" * 5000 + ".1\n---\n"])
def test_an_error_at_the_end_points_into_the_file(text: str) -> None:
    found = compose(SourceFile("f", text)).error
    assert found is not None
    assert 0 <= found.span.start <= found.span.end <= len(text)
