from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.diagnostics import Code, Diagnostic
from trainer.engine import LoadResult, falco_results, load_rules, to_string
from trainer.engine.filter import walk
from trainer.engine.filter.ast import BinaryCheckExpr, MacroExpr
from trainer.source import SourceFile

BASE = """\
- list: shells
  items: [bash, sh]
- macro: spawned
  condition: evt.type in (execve, execveat)
- rule: Shell
  desc: d
  condition: spawned and proc.name in (shells)
  output: "%proc.name"
  priority: WARNING
"""


def load(*texts: str, mode: str = "learner") -> LoadResult:
    return load_rules([SourceFile(f"{number}.yaml", text) for number, text in enumerate(texts)], mode=mode)  # type: ignore[arg-type]


def condition(result: LoadResult, name: str) -> str:
    rule = result.ruleset.rule(name)
    assert rule is not None
    return to_string(rule.condition.expr)


def errors(result: LoadResult) -> list[Diagnostic]:
    return [diagnostic for diagnostic in result.diagnostics if diagnostic.is_error]


def rule(name: str, text: str, extra: str = "") -> str:
    return f"- rule: {name}\n  desc: d\n  condition: {text}\n  output: x\n  priority: INFO\n{extra}"


def test_one_broken_rule_never_hides_the_next() -> None:
    result = load(rule("A", "evt.type = open and nosuch.field = 1") + rule("B", "evt.type = open") + rule("C", "nomacro"))
    assert [found.message for found in errors(result)] == [
        "filter_check called with nonexistent field nosuch.field",
        "Undefined macro 'nomacro' used in filter.",
    ]
    assert [made.name for made in result.ruleset.rules] == ["B"]
    assert not result.ok


def test_falco_stops_at_the_first_error_and_keeps_the_rules_before() -> None:
    result = load(BASE, rule("A", "nomacro") + rule("B", "evt.type = x"), mode="falco")
    assert len(errors(result)) == 1
    assert [made.name for made in result.ruleset.rules] == ["Shell"]


def test_spans_go_through_lists_macros_and_files() -> None:
    local = "- rule: Shell\n  condition: and not proc.pname = cron\n  override: {condition: append}\n"
    result = load(BASE, local)
    found = result.ruleset.rule("Shell")
    assert found is not None
    checks = [node for node in walk(found.condition.expr) if isinstance(node, BinaryCheckExpr)]
    assert [node.span.text for node in checks] == ["evt.type in (execve, execveat)", "proc.name in (shells)", "proc.pname = cron"]
    assert [node.span.file.name for node in checks] == ["0.yaml", "0.yaml", "1.yaml"]
    assert checks[0].origin is not None
    assert checks[0].origin.macro == "spawned"
    assert checks[0].origin.used_at.text == "spawned"
    values = checks[1].right
    assert [(value.text, value.list_name) for value in values.items] == [("bash", "shells"), ("sh", "shells")]  # type: ignore[union-attr]
    assert any(isinstance(node, MacroExpr) for node in walk(found.condition.expr))


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("evt.type = open and proc.name in (l)", "(evt.type = open and proc.name in (a, b c))"),
        ("evt.type = open and proc.name in (x,l,y)", "(evt.type = open and proc.name in (x, a, b c, y))"),
        ("evt.type = open and proc.name in (e, x)", "(evt.type = open and proc.name in (x))"),
        ('evt.type = open and proc.name = "x e y"', '(evt.type = open and proc.name = "x  y")'),
        ('evt.type = open and proc.name = "l"', "(evt.type = open and proc.name = l)"),
    ],
)
def test_lists_are_put_in_as_text(text: str, wanted: str) -> None:
    lists = '- list: l\n  items: [a, "b c"]\n- list: e\n  items: []\n'
    assert condition(load(lists + rule("R", f"'{text}'")), "R").replace('"b c"', "b c") == wanted


def test_macros_see_only_what_stands_before_them() -> None:
    later = "- macro: a\n  condition: b\n- macro: b\n  condition: evt.type = open\n" + rule("R", "a")
    assert errors(load(later))[0].message == "Undefined macro 'b' used in filter."
    redefined = later.replace("- rule", "- macro: a\n  condition: b\n- rule")
    assert condition(load(redefined), "R") == "evt.type = open"


def test_replacement_keeps_the_place_in_the_order() -> None:
    result = load(rule("A", "evt.type = open") + rule("B", "evt.type = close"), rule("A", "evt.type = dup"))
    assert [made.name for made in result.ruleset.rules] == ["A", "B"]
    assert condition(result, "A") == "evt.type = dup"


def test_exceptions_become_part_of_the_condition() -> None:
    extra = (
        "  exceptions:\n  - name: e\n    fields: [proc.name, fd.name]\n    comps: [=, in]\n    values:\n    - [cat, [/a, b c]]\n"
    )
    extra += "  - name: s\n    fields: proc.pname\n    values: [x]\n"
    assert condition(load(rule("R", "evt.type = open", extra)), "R").replace('"b c"', "b c") == (
        "(evt.type = open and not (proc.name = cat and fd.name in (/a, b c)) and not proc.pname in (x))"
    )


def test_enabled_switch_and_priority() -> None:
    result = load(BASE, "- rule: Shell\n  enabled: false\n  override: {enabled: replace}\n")
    found = result.ruleset.rule("Shell")
    assert found is not None
    assert not found.enabled
    assert found.priority.label == "Warning"


def test_a_second_load_with_the_same_base_reuses_it_and_reports_the_same() -> None:
    local = rule("A", "spawned and nomacro")
    first, second = load(BASE, local), load(BASE, local)
    assert first.diagnostics == second.diagnostics
    assert load(BASE, "- list: shells\n  items: [zsh]\n").ruleset.rule("Shell").condition.expr != (  # type: ignore[union-attr]
        load(BASE, "").ruleset.rule("Shell").condition.expr  # type: ignore[union-attr]
    )
    assert "zsh" in condition(load(BASE, "- list: shells\n  items: [zsh]\n"), "Shell")
    assert "ptrace" in condition(load(BASE, "- macro: spawned\n  condition: evt.type = ptrace\n"), "Shell")


def test_unmet_plugins_end_falco() -> None:
    result = load("- required_plugin_versions: [{name: k8saudit, version: 0.1.0}]\n" + BASE, mode="falco")
    assert result.fatal == "Error: Plugin requirement not satisfied, must load one of: k8saudit (>= 0.1.0)"
    assert not result.ok


def test_long_lines_and_positions_in_bytes() -> None:
    result = load(rule("R", "evt.type = open and proc.name = é and " + " or ".join(["x.y = 1"] * 40)), mode="falco")
    entry = falco_results(result)["falco_load_results"][0]["errors"][0]
    assert entry["context"]["snippet"].count("\n") == 2
    assert len(entry["context"]["snippet"].split("\n")[0]) <= 161


_KEYS = (
    "rule",
    "macro",
    "list",
    "condition",
    "output",
    "priority",
    "desc",
    "items",
    "append",
    "override",
    "exceptions",
    "tags",
    "foo",
)
_SCALARS = st.sampled_from(
    ["a", "evt.type = open", "x and", "WARNING", "", "true", "5", "proc.name in (a)", "%proc.name", None, "é"]
)
_VALUES: st.SearchStrategy[object] = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "fields", "values", "condition"]), inner)
    ),
    max_leaves=6,
)


def write(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(write, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {write(item)}" for key, item in value.items()) + "}"
    return "~" if value is None else f'"{value}"'


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=7), max_size=4))
def test_loading_never_raises_on_any_structure(items: Sequence[dict[str, object]]) -> None:
    text = "".join("- " + write(item) + "\n" for item in items)
    for mode in ("learner", "falco"):
        result = load(BASE, text, mode=mode)
        assert len(result.files) <= 2
        assert result.ok == (result.fatal is None and not errors(result))
        falco_results(result)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="-:[]{}'\"\n ab=()%>|\\\x00é", max_size=50))
def test_loading_never_raises_on_any_text(text: str) -> None:
    load(rule("R", "evt.type = open") + text)
    load(text, mode="falco")


@pytest.mark.parametrize("code", [Code.LOAD_ERR_YAML_PARSE])
def test_a_file_that_is_no_yaml_keeps_the_base(code: Code) -> None:
    result = load(BASE, "a: b: c")
    assert [found.code for found in errors(result)] == [code]
    assert result.ruleset.rule("Shell") is not None


def test_lists_of_lists_and_macros_of_macros_have_a_limit() -> None:
    lists = "".join(f"- list: l{n}\n  items: [{', '.join([f'l{n + 1}'] * 9)}]\n" for n in range(9)) + "- list: l9\n  items: [a]\n"
    assert "once its lists are put in" in errors(load(lists + rule("R", "evt.type = open and proc.name in (l0)")))[0].message
    macros = "- macro: m0\n  condition: evt.type = open\n"
    macros += "".join(f"- macro: m{n}\n  condition: {' and '.join([f'm{n - 1}'] * 9)}\n" for n in range(1, 9))
    assert "once its macros are put in" in errors(load(macros + rule("R", "m8")))[0].message


@pytest.mark.parametrize("depth", [100, 1000, 5000])
def test_deep_conditions_are_values(depth: int) -> None:
    result = load(rule("R", "'" + "not (" * depth + "evt.type = open" + ")" * depth + "'"))
    assert all(found.message == "exceeded max depth limit of 1000" for found in errors(result))
    assert result.ok == (depth == 100)


def test_keys_in_the_column_of_the_dash_are_indented_by_the_fix() -> None:
    text = "  - rule: R\n  desc: d\n  condition: >\n    evt.type = setns\n  output: o\n  priority: INFO\n"
    found = load_rules([SourceFile("local.yaml", text)]).diagnostics[0]
    assert found.fix is not None
    for edit in sorted(found.fix.edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    mended = load_rules([SourceFile("local.yaml", text)])
    assert mended.ok
    assert [rule.name for rule in mended.ruleset] == ["R"]
