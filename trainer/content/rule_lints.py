"""What Falco would say of a pack's rules files: the base, starters and references load, and criteria name what is there."""

from __future__ import annotations

from dataclasses import replace

from trainer.content.model import Criterion, Exercise, Pack
from trainer.content.reading import Fields, Problems
from trainer.diagnostics import Diagnostic
from trainer.engine import CompileError, LoadResult, compile_output, load_rules, plugins_of
from trainer.engine.rules.plugins import catalogue_of
from trainer.source import SourceFile, Span
from trainer.source.yaml import YamlMapping, YamlSequence


def lint_base(pack: Pack, problems: Problems) -> frozenset[str] | None:
    """The names of the base rules; None where they do not load, which is told as the loader tells it."""
    loaded = load_rules((pack.base_rules,), plugins=plugins_of({exercise.source for exercise in pack.exercises}))
    errors = errors_of(loaded)
    problems.found += errors
    if loaded.fatal and not errors:
        problems.error(pack.base_rules.span(0, 0), f"the base rules do not load: {loaded.fatal}")
    return None if errors or loaded.fatal else frozenset([rule.name for rule in loaded.ruleset.rules])


def errors_of(loaded: LoadResult) -> list[Diagnostic]:
    return [diagnostic for diagnostic in loaded.diagnostics if diagnostic.is_error]


def lint_rules(pack: Pack, exercise: Exercise, fields: Fields, base: frozenset[str], problems: Problems) -> None:
    """``exercise`` has the variables put in; ``fields`` is its file, ``base`` the names of the base rules."""
    plugins = plugins_of({exercise.source})
    for file, is_reference in ((exercise.reference, True), (exercise.starter, False)):
        loaded = load_rules((pack.base_rules, file), plugins=plugins)
        errors = errors_of(loaded)
        if is_reference:
            problems.found += [replace(one, help=one.help or "the reference must load on the base rules") for one in errors]
            if loaded.fatal and not errors:
                problems.error(file.span(0, 0), f"the reference does not load: {loaded.fatal}")
        elif errors or loaded.fatal:
            first = errors[0] if errors else None
            place = first.span if first is not None and first.span is not None else file.span(0, 0)
            message = first.message if first is not None else loaded.fatal
            problems.note(place, f"the starter does not load: {message}", "leave it so only where the task is to mend it")
    entries = fields.node.get("criteria")
    nodes = entries.items if isinstance(entries, YamlSequence) else ()
    for node, criterion in zip(nodes, exercise.criteria, strict=False):
        if isinstance(node, YamlMapping):
            _lint_criterion(Fields(node, Problems()), criterion, exercise.source, base, problems)


def _lint_criterion(fields: Fields, criterion: Criterion, source: str, base: frozenset[str], problems: Problems) -> None:
    rule = criterion.params.get("rule")
    if criterion.kind == "override" and isinstance(rule, str) and rule not in base:
        known = ", ".join(sorted(base)) or "none"
        problems.error(fields.at("rule"), f"the base rules have no rule {rule!r}", f"base rules: {known}")
    if criterion.kind != "output":
        return
    if isinstance(line := criterion.params.get("line"), str):
        _lint_output(line, source, fields.at("line"), problems)
    names = criterion.params.get("fields")
    for index, name in enumerate(names if isinstance(names, tuple) else ()):
        _lint_field(str(name), source, fields.at_item("fields", index), problems)


def _lint_output(text: str, source: str, place: Span, problems: Problems) -> None:
    found = compile_output(text, source, catalogue_of(plugins_of({source})))
    if isinstance(found, CompileError):
        problems.error(place, f"Falco does not take this output: {found.message}")


def _lint_field(name: str, source: str, place: Span, problems: Problems) -> None:
    """A field is written without %, and whole: Falco prints ``%proc.namex`` as the name and an x."""
    found = compile_output(f"%{name}", source, catalogue_of(plugins_of({source})))
    if isinstance(found, CompileError) or len(found.tokens) != 1 or isinstance(found.tokens[0], str):
        problems.error(place, f"there is no field {name!r}", "cks-trainer fields PATTERN lists them; write them without %")


def base_problem(base: SourceFile, plugins: frozenset[str]) -> str:
    """Why the base rules do not load, with the place; empty when they do."""
    loaded = load_rules((base,), plugins=plugins)
    first = next(iter(errors_of(loaded)), None)
    if first is None or first.span is None:
        return first.message if first is not None else loaded.fatal or ""
    position = first.span.position
    return f"{base.name}:{position.line}:{position.column}: {first.message}"
