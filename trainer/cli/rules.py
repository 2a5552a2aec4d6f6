"""Commands on rules files: validate, run, explain, fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, language, narrate, paint, use_color
from trainer.cli.fields import field_block, field_json, field_line
from trainer.content import core_pack_folder
from trainer.content.remembered import load_pack_remembered
from trainer.diagnostics.render import render_plain
from trainer.engine import (
    KNOWN_PLUGINS,
    Explanation,
    LoadResult,
    Priority,
    Ruleset,
    falco_results,
    falco_text,
    load_catalogue,
    load_rules,
    plugins_for,
    reason,
)
from trainer.errors import PackError
from trainer.events import Event, read_recording
from trainer.grading import nearest_event
from trainer.node.falco_yaml import alert_printer, falco_settings, rules_of, settings_errors
from trainer.session.store import cache_folder
from trainer.source import SourceFile, read_source


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--plugin",
    "plugins",
    multiple=True,
    type=click.Choice(sorted(KNOWN_PLUGINS)),
    help="As a Falco with this plugin loaded; without k8saudit, rules of source k8s_audit are skipped.",
)
@click.option("--json", "as_json", is_flag=True, help="Print Falco's falco_load_results object.")
def validate_command(files: tuple[Path, ...], plugins: tuple[str, ...], as_json: bool) -> int:
    """Check rules FILES as `falco -V` does: same verdict, codes and messages."""
    sources = [read_source(path) for path in files]
    result = load_rules(sources, mode="falco", plugins=plugins)
    if as_json:
        click.echo(json.dumps(falco_results(result), separators=(",", ":"), sort_keys=True))
    else:
        narrate("Validating rules file(s):")
        for path in files:
            narrate(f"   {path}")
        click.echo(falco_text(result))
        for diagnostic in load_rules(sources, plugins=plugins).diagnostics:
            narrate(render_plain(diagnostic, color=use_color(stream_is_err=True), language=language()))
    return ExitCode.YES if result.ok else ExitCode.NO


def _base_rules() -> SourceFile:
    pack, _ = load_pack_remembered(core_pack_folder(), cache_folder())
    if pack is None:
        raise PackError("the core pack cannot be read", "run: cks-trainer doctor")
    return pack.base_rules


def _load(rules: tuple[Path, ...], base: bool, plugins: Collection[str], min_priority: Priority = Priority.DEBUG) -> LoadResult:
    """Loads rules for run and explain as a Falco with ``plugins`` does; errors are narrated."""
    sources = [read_source(path) for path in rules]
    if not sources and not base:
        raise click.UsageError("no rules: give -r FILE, or -c with a falco.yaml that names rules_files")
    result = load_rules([_base_rules(), *sources] if base else sources, plugins=plugins, min_priority=min_priority)
    for diagnostic in result.diagnostics:
        if diagnostic.is_error:
            narrate(render_plain(diagnostic, color=use_color(stream_is_err=True), language=language()))
    return result


_RULES_OPTIONS = [
    click.option("-r", "rules", multiple=True, type=click.Path(path_type=Path), help="Rules file; in load order."),
    click.argument("more_rules", nargs=-1, type=click.Path(path_type=Path)),
    click.option(
        "-e",
        "recording",
        required=True,
        type=click.Path(path_type=Path),
        help="Recording, Falco alert log, flat JSON Lines, or Kubernetes audit log (loads the plugins k8saudit and json).",
    ),
    click.option("--base", is_flag=True, help="Load the exam node's base rules first."),
    click.option("--json", "as_json", is_flag=True, help="JSON for scripts."),
]


def _rules_options(function: Callable[..., int]) -> Callable[..., int]:
    for option in reversed(_RULES_OPTIONS):
        function = option(function)
    return function


@click.command("run")
@_rules_options
@click.option(
    "-c",
    "config",
    type=click.Path(path_type=Path),
    help="falco.yaml: rules_files, rules, priority, rule_matching, json_output, time_format_iso_8601, append_output, "
    "file_output, stdout_output, load_plugins.",
)
@click.option("--all", "match_all", is_flag=True, help="rule_matching: all (every matching rule fires, not only the first).")
def run_command(
    rules: tuple[Path, ...],
    more_rules: tuple[Path, ...],
    recording: Path,
    base: bool,
    as_json: bool,
    config: Path | None,
    match_all: bool,
) -> int:
    """Evaluate rules on a recording and print the alerts as Falco does."""
    settings = falco_settings(config)
    events = read_recording(recording).events
    files = rules + more_rules or rules_of(settings)
    result = _load(files, base, {*plugins_for(events), *settings.plugins}, settings.priority)
    if not result.ok:
        return ExitCode.NO
    with settings_errors(config):
        ruleset = settings.apply(result.ruleset)
    matching = "all" if match_all else settings.rule_matching
    with alert_printer(settings, click.echo, as_json=as_json) as printer:
        for event in events:
            for alert in ruleset.match(event, matching=matching):
                printer.show(alert)
    return ExitCode.YES


def _tree_lines(node: Explanation, depth: int = 0) -> list[str]:
    mark = "-" if not node.evaluated else ("✓" if node.matched else "✗")
    color = "bright_black" if not node.evaluated else ("green" if node.matched else "red")
    text = node.text
    if node.kind == "check" and node.evaluated:
        actual = f"  ({node.field} is {_show(node.actual)})" if node.has_value else f"  ({node.field} is absent)"
        text += actual
    lines = ["  " * depth + paint(f"{mark} {text}", fg=color)]
    for child in node.children:
        lines.extend(_tree_lines(child, depth + 1))
    return lines


def _show(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else f"`{value}`"


def _explanation_json(node: Explanation) -> dict[str, object]:
    data: dict[str, object] = {"text": node.text, "kind": node.kind, "matched": node.matched, "evaluated": node.evaluated}
    if node.kind == "check":
        data |= {"field": node.field, "actual": node.actual if node.has_value else None, "has_value": node.has_value}
        data |= {"operator": node.operator, "expected": node.expected, "list": node.list_name}
    if node.children:
        data["children"] = [_explanation_json(child) for child in node.children]
    return data


@click.command("explain")
@_rules_options
@click.option("--rule", "rule_name", help="Only this rule; by default every rule of the last file.")
@click.option("--event", "event_num", type=int, help="The event's number; by default the nearest event of each action.")
@click.option("--action", "action_id", help="The event of this action that came nearest to the rule.")
def explain_command(
    rules: tuple[Path, ...],
    more_rules: tuple[Path, ...],
    recording: Path,
    base: bool,
    as_json: bool,
    rule_name: str | None,
    event_num: int | None,
    action_id: str | None,
) -> int:
    """Say why a rule matched an event or not: the clause that decided, and the value that the field had."""
    events = read_recording(recording).events
    result = _load(rules + more_rules, base, plugins_for(events))
    if not result.ok:
        if not base:
            narrate("next: mend the rules; if a macro or list of the exam node is missing, add --base")
        return ExitCode.NO
    ruleset = result.ruleset
    names = _rule_names(ruleset, rule_name, str((rules + more_rules)[-1]) if rules + more_rules else "")
    chosen = _chosen_events(ruleset, names, events, event_num, action_id)
    answers: list[dict[str, object]] = []
    matched_any = False
    for name, event in chosen:
        explanation = ruleset.explain(name, event)
        sentence = reason(explanation)
        matched_any = matched_any or explanation.matched
        answers.append(
            {
                "rule": name,
                "event": event.num,
                "type": event.type,
                "action": event.action,
                "matched": explanation.matched,
                "reason": sentence,
                "explanation": _explanation_json(explanation),
            }
        )
        if not as_json:
            head = f"{name} on event {event.num} ({event.type}{', action ' + event.action if event.action else ''}): "
            click.echo(head + paint("matched" if explanation.matched else "no match", bold=True))
            click.echo(f"  {sentence}")
            for line in _tree_lines(explanation, 1):
                click.echo(line)
    if as_json:
        emit_json(answers)
    if not chosen:
        narrate("no event to explain: the recording has no event of this number or action")
        return ExitCode.ENVIRONMENT
    return ExitCode.YES if matched_any else ExitCode.NO


def _rule_names(ruleset: Ruleset, wanted: str | None, last_file: str) -> list[str]:
    if wanted is not None:
        if not any(rule.name == wanted for rule in ruleset.rules):
            known = ", ".join(rule.name for rule in ruleset.rules) or "none"
            raise click.BadParameter(f"no rule named {wanted!r} was loaded; rules: {known}", param_hint="--rule")
        return [wanted]
    own = [rule.name for rule in ruleset.rules if rule.file.name == last_file]
    return own or [rule.name for rule in ruleset.rules]


def _chosen_events(
    ruleset: Ruleset, names: list[str], events: tuple[Event, ...], event_num: int | None, action_id: str | None
) -> list[tuple[str, Event]]:
    if event_num is not None:
        return [(name, event) for name in names for event in events if event.num == event_num]
    actions = list(dict.fromkeys(event.action for event in events if action_id is None or event.action == action_id))
    chosen = []
    for name in names:
        for action in actions:
            nearest = nearest_event(ruleset, name, [event for event in events if event.action == action])
            if nearest is not None:
                chosen.append((name, nearest))
    return chosen


@click.command("fields")
@click.argument("pattern", default="")
@click.option(
    "--long", is_flag=True, help="Tell all about each field, with an example; a PATTERN that names one field does so too."
)
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def fields_command(pattern: str, long: bool, as_json: bool) -> int:
    """List the fields of conditions and outputs whose name contains PATTERN (or matches it as a regular expression)."""
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise click.BadParameter(f"not a regular expression: {error}", param_hint="PATTERN") from error
    found = [info for info in load_catalogue().all() if wanted.search(info.name)]
    if as_json:
        emit_json([field_json(info) for info in found])
    elif long:
        click.echo("\n\n".join(field_block(info, language()) for info in found), nl=bool(found))
    else:
        named = found[0] if len(found) == 1 else next((info for info in found if info.name == pattern), None)
        if named is not None:
            click.echo(field_block(named, language()))
        others = [info for info in found if info is not named]
        if named is not None and others:
            click.echo()
        for info in others:
            click.echo(field_line(info, language()))
    if not found:
        narrate(f"no field matches {pattern!r}; try: cks-trainer fields proc")
        return ExitCode.NO
    return ExitCode.YES
