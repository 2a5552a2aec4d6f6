"""Small mistakes in the other keys of a reference: priority, tags, output, enabled, the items of lists, and how they override."""

from __future__ import annotations

from collections.abc import Iterator

from trainer.content import Exercise
from trainer.engine import CompileError, Priority, Ruleset, compile_output, plugins_of
from trainer.engine.filter.ast import BinaryCheckExpr, ListExpr
from trainer.engine.filter.printer import checks, to_string
from trainer.engine.rules.plugins import catalogue_of
from trainer.grading.mutations import Facet, Mutant
from trainer.source import SourceFile, YamlMapping, YamlScalar, YamlSequence, compose


def rule_mutants(file: SourceFile, exercise: Exercise, ruleset: Ruleset) -> Iterator[Mutant]:
    for document in compose(file).documents:
        for item in document.items if isinstance(document, YamlSequence) else ():
            if not isinstance(item, YamlMapping):
                continue
            if isinstance(name := item.get("rule"), YamlScalar):
                yield from _of_rule(file, item, name.value, exercise)
            if isinstance(name := item.get("list"), YamlScalar):
                yield from _of_list(file, item, name.value, ruleset)


def _of_rule(file: SourceFile, item: YamlMapping, rule: str, exercise: Exercise) -> Iterator[Mutant]:
    priority, tags, output, enabled = (item.get(key) for key in ("priority", "tags", "output", "enabled"))
    if isinstance(priority, YamlScalar) and (found := Priority.parse(priority.value)) is not None:
        other = Priority(found + 1 if found < Priority.DEBUG else found - 1).name
        what = f"priority {priority.value} becomes {other}"
        yield _put(file, priority, other, rule, what, "priority", "a criterion of kind priority", exercise)
    if isinstance(tags, YamlSequence):
        for tag in tags.items:
            if isinstance(tag, YamlScalar):
                what = f"without the tag {tag.value}"
                yield _put(file, tag, "other_tag", rule, what, "tags", "a criterion of kind rule with this tag", exercise)
    if isinstance(enabled, YamlScalar):
        other = "false" if enabled.value.lower() == "true" else "true"
        yield _put(file, enabled, other, rule, f"enabled: {other}", "enabled", "an attack that the rule catches", exercise)
    if isinstance(output, YamlScalar):
        yield from _of_output(file, item, output, rule, exercise)


def _put(
    file: SourceFile, node: YamlScalar, text: str, rule: str, what: str, facet: Facet, needed: str, exercise: Exercise
) -> Mutant:
    changed = file.text[: node.span.start] + text + file.text[node.span.end :]
    return Mutant(rule, what, changed, needed, facet, _free(facet, rule, exercise))


def _of_output(file: SourceFile, item: YamlMapping, output: YamlScalar, rule: str, exercise: Exercise) -> Iterator[Mutant]:
    source = item.get("source")
    compiled = compile_output(
        output.value,
        source.value if isinstance(source, YamlScalar) else "syscall",
        catalogue_of(plugins_of({exercise.source})),
    )
    if isinstance(compiled, CompileError):
        return
    for token in compiled.fields:
        written = file.text[output.span.start : output.span.end]
        mark = f"%{token.width or ''}{token.text}"
        at = written.find(mark)
        if at < 0:
            continue
        start = output.span.start + at
        changed = file.text[:start] + "-" + file.text[start + len(mark) :]
        needed = f"a criterion of kind output that asks for {token.text}"
        equal = _free("output", rule, exercise, token.text)
        yield Mutant(rule, f"without %{token.text} in the output", changed, needed, "output", equal)


def _free(facet: Facet, rule: str, exercise: Exercise, field: str = "") -> str:
    """Why a change of what the task leaves to the learner is none."""
    if facet == "enabled":
        return ""
    kind = {"tags": "rule"}.get(facet, facet)
    about = [
        one for one in exercise.criteria if one.kind == kind and one.params.get("rule", one.params.get("name")) in (None, rule)
    ]
    if facet == "tags":
        about = [one for one in about if one.params.get("tags")]
    if not about:
        return f"free: the task asks for no {facet} of this rule"
    if facet == "output" and all(field not in _asked(one.params.get("fields")) and "line" not in one.params for one in about):
        return f"free: the task does not ask for {field} in the output"
    return ""


def _asked(fields: object) -> tuple[str, ...]:
    return tuple(str(field) for field in fields) if isinstance(fields, (list, tuple)) else ()


def _of_list(file: SourceFile, item: YamlMapping, name: str, ruleset: Ruleset) -> Iterator[Mutant]:
    items = item.get("items")
    rule, field = _user_of(name, ruleset)
    entries = [entry for entry in items.items if isinstance(entry, YamlScalar)] if isinstance(items, YamlSequence) else []
    for entry in entries:
        other = next((one for one in entries if one.value != entry.value), None)
        if other is not None:
            text = file.text[other.span.start : other.span.end]
            changed = file.text[: entry.span.start] + text + file.text[entry.span.end :]
            needed = f"an attack for which {field} is `{entry.value}`"
            yield Mutant(rule, f"`{entry.value}` missing in list {name}", changed, needed)
    override = item.get("override")
    way = override.get("items") if isinstance(override, YamlMapping) else None
    if isinstance(way, YamlScalar) and way.value == "append":
        changed = file.text[: way.span.start] + "replace" + file.text[way.span.end :]
        yield Mutant(
            rule,
            f"list {name} replaced, not appended to",
            changed,
            f"an attack for which {field} is a name of the node's own list",
        )


def _user_of(name: str, ruleset: Ruleset) -> tuple[str, str]:
    """The first rule whose condition uses a list, and the field that it is compared with."""
    for rule in ruleset.rules:
        for check in checks(rule.condition.expr):
            if isinstance(check, BinaryCheckExpr) and isinstance(check.right, ListExpr):
                if any(item.list_name == name for item in check.right.items):
                    return rule.name, to_string(check.left)
    return f"list {name}", "its field"
