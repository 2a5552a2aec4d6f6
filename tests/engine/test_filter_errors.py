"""Spans through lists, the place of errors, and the hints: one condition of each mistake that learners make."""

from __future__ import annotations

import pytest

from trainer.engine.filter import ParseError, parse_condition, to_string, tokenize, walk
from trainer.engine.filter.ast import AndExpr, BinaryCheckExpr, ListExpr, NotExpr, OrExpr, ValueExpr
from trainer.source import MappedText, SourceFile


def error(condition: str) -> ParseError:
    found = parse_condition(MappedText.plain(condition))
    assert isinstance(found, ParseError), condition
    return found


@pytest.mark.parametrize(
    "condition, token, hint",
    [
        ("proc.name equals bash", "equals", "`=`"),
        ("proc.name contain bash", "contain", "`contains`"),
        ("proc.name intersect (a)", "(", "`intersects`"),
        ("proc.name STARTSWITH a", "STARTSWITH", "lower case"),
        ("proc.name contains", "contains", "needs a blank"),
        ("proc.name startswith(a)", "startswith", "needs a blank"),
        ("proc.name not in (a)", "not", "before the field"),
        ("proc.name is bash", "is", "`=`"),
        ("proc.name", "", "alone is no check"),
        ("a.b = x && c", "&&", "`and`"),
        ("a.b = x || c", "||", "`or`"),
        ("(a.b = x && c)", "&&", "`and`"),
        ("a.b = x AND c", "AND", "`and`"),
        ("!a", "!a", "`not`"),
        ("(a.b = x", "", "not closed: `(a.b = x`"),
        ("a.b in (x, y", "", "not closed: `(x, y`"),
        ("a.b = x)", ")", "no opening one"),
        ("a.b in (x y)", "y", "comma"),
        ("a.b in (x,)", ")", "comma too many"),
        ("a.b in x, y", ",", "in parentheses"),
        ("a.b = x, y", ",", "in parentheses"),
        ("a.b = (x, y)", "(", "`in`"),
        ("a.b in (tolower(x))", "(", "no transformers"),
        ("a.b = 'x", "'", "not closed"),
        ("a.b in ('x, y)", "'", "not closed"),
        ("'a.b' = x", "'", "without quotes"),
        ("a.b = x y", "y", "quotes"),
        ("a.b =", "", "value is missing"),
        ("a.b = x and", "", "missing behind `and`"),
        ("a.b = x and ", "", "missing behind `and`"),
        ("a.b = x andb", "b", "blank behind `and`"),
        ("a.b > x", "x", "no number"),
        ("a.b <> x", ">", "`!=`"),
        ("macro = x", "=", "macro stands alone"),
        ("macro()", "(", "no parentheses"),
        ("a.b = oneof(x)", "(", "blank before and behind `oneof`"),
        ("a.b [2] = x", "[2]", "directly behind"),
        ("a.b[2 = x", " ", "`]`"),
        ("a.b-c = x", "-c", "letters"),
        ("a.b = '\\d'", "'\\d'", "backslash"),
        ("a.b = x # why", "#", "no comments"),
        ("a or(b) and c", "and", "in parentheses"),
        ("a.b = val(tolower(c.d))", "tolower", "one field"),
        ("  ", "", "empty"),
    ],
)
def test_hint_names_the_mistake_and_the_span_its_token(condition: str, token: str, hint: str) -> None:
    found = error(condition)
    assert hint in found.hint
    assert found.span.text == token


def test_no_hint_offers_the_word_that_was_written() -> None:
    for operator in ("contains", "glob", "regex", "startswith", "icontains", "bcontains", "iglob", "endswith", "bstartswith"):
        assert "did you mean" not in error(f"a.b {operator}").hint


def test_lines_are_counted_as_falco_counts_them() -> None:
    found = error("a.b = x\r\n and\n  c d")
    assert (found.pos, found.line, found.column) == (18, 4, 5)
    assert found.expected == ("and", "or")


def test_constants_know_the_list_they_came_from() -> None:
    file = SourceFile("rules.yaml", "proc.name in (shells, x) or proc.name in (shells)")
    start = file.text.index("shells")
    place = file.span(start, start + len("shells"))
    end = file.text.index(", x")
    text = MappedText.join(
        [
            MappedText(file.text[:start], file.whole, tuple(range(start)), tuple(range(1, start + 1))),
            MappedText.at('bash, "z sh"', place, "shells"),
            MappedText(file.text[end : end + 4], file.whole, tuple(range(end, end + 4)), tuple(range(end + 1, end + 5))),
        ]
    )
    expr = parse_condition(text)
    assert isinstance(expr, BinaryCheckExpr)
    assert isinstance(expr.right, ListExpr)
    assert [(item.text, item.list_name, item.span.text) for item in expr.right.items] == [
        ("bash", "shells", "shells"),
        ("z sh", "shells", "shells"),
        ("x", None, "x"),
    ]


def test_bare_name_of_a_list_is_marked_too() -> None:
    for condition in ("a.b = shells", "a.b in shells", "a.b = anyof shells"):
        at = condition.index("shells")
        head = MappedText.plain(condition)
        text = MappedText.join([head.slice(0, at), MappedText.at("bash", head.span(at, len(condition)), "shells")])
        expr = parse_condition(text)
        assert not isinstance(expr, ParseError)
        values = [node for node in walk(expr) if isinstance(node, ValueExpr)]
        assert [(value.list_name, value.span.text) for value in values] == [("shells", "shells")]


def test_parentheses_and_nots_shape_the_tree_and_the_spans() -> None:
    expr = parse_condition(MappedText.plain(" (a or not not b) and not  not not(c) "))
    assert isinstance(expr, AndExpr)
    assert expr.span.text == "(a or not not b) and not  not not(c)"
    left, right = expr.children
    assert isinstance(left, OrExpr)
    assert left.span.text == "a or not not b"
    assert isinstance(right, NotExpr)
    assert right.span.text == "not  not not(c)"
    assert to_string(expr) == "((a or b) and not c)"


def test_value_that_looks_like_a_field_is_no_field() -> None:
    text = "proc.name = run.sh and fd.name in (a.b, 'c d') or x.y > 5 and macro_name"
    kinds = [(token.kind, text[token.start : token.end]) for token in tokenize(text)]
    assert ("field", "run.sh") not in kinds
    assert ("field", "a.b") not in kinds
    assert [word for kind, word in kinds if kind == "field"] == ["proc.name", "fd.name", "x.y"]
    assert ("number", "5") in kinds
    assert ("string", "'c d'") in kinds
    assert [word for kind, word in kinds if kind == "identifier"] == ["run.sh", "a.b", "macro_name"]


def test_tolerates_unfinished_text() -> None:
    text = 'proc.name = "unfinish'
    assert [token.kind for token in tokenize(text)] == ["field", "operator", "string"]
