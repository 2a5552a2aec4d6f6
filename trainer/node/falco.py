"""The node's ``falco``: our engine behind Falco's options, on the recording of the exercise's scenario.

Sources: falco's app/actions (the order in which options are looked at, what goes to stdout and what to stderr), stats_manager.cpp (the
counts at the end, on stdout), language.md section 3.4 for -V, -L and -l. Its own: ``--fast``, and that events come from a recording.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

from trainer.engine import Alert, Priority, Ruleset, falco_results, falco_text, load_catalogue, load_rules
from trainer.engine.rules.describe import NoSuchRule, describe_json, describe_text
from trainer.errors import TrainerError
from trainer.node.falco_options import FalcoOptions, OptionProblem, read_options
from trainer.node.falco_pages import field_list, help_text, version_text
from trainer.node.falco_yaml import alert_printer
from trainer.node.place import Place
from trainer.node.setup import FalcoRefuses, Ready, log_time, read_config, read_rules, set_up

_IDLE = 3600.0
"""Seconds of one wait when there is nothing more to come."""


def falco(place: Place, arguments: list[str]) -> int:
    """One run of ``falco``; the exit code is Falco's: 0 or 1."""
    try:
        return _falco(place, read_options(arguments))
    except OptionProblem as problem:
        refusal = FalcoRefuses(str(problem))
    except FalcoRefuses as problem:
        refusal = problem
    except TrainerError as error:
        refusal = FalcoRefuses(error.message, error.help)
    sys.stdout.flush()
    print(f"Error: {refusal.message}", file=sys.stderr)
    if refusal.hint:
        print(f"(cks-trainer: {refusal.hint})", file=sys.stderr)
    return 1


def _falco(place: Place, options: FalcoOptions) -> int:
    if options.has("help"):
        print(help_text())
        return 0
    if options.has("version"):
        print(version_text())
        return 0
    if options.list_source is not None:
        return _list_fields(options)
    if options.validate:
        return _validate(place, options)
    ready = set_up(place, options.config, options.rules, options.overrides, _log)
    if options.has("L") or options.describe is not None:
        _describe(ready.ruleset, options, ready.settings.json_output)
        return 0
    if options.has("dry-run"):
        return 0
    return _run(place, options, ready)


def _log(text: str) -> None:
    print(f"{log_time()}: {text}", file=sys.stderr, flush=True)


def _list_fields(options: FalcoOptions) -> int:
    sources = ("syscall", "k8s_audit")
    if options.list_source and options.list_source not in sources:
        raise FalcoRefuses(f"Value for --list must be a valid source type ({', '.join(sources)})")
    print(field_list(load_catalogue(), options.list_source or "", names_only=options.has("N"), markdown=options.has("markdown")))
    return 0


def _validate(place: Place, options: FalcoOptions) -> int:
    """As ``falco -V``: the verdict goes to stdout, and once more behind ``Error:`` where it is bad."""
    settings = read_config(place, options.config, options.overrides)
    sources = [source for source, _ in read_rules(place, options.validate, must_exist=True)]
    _log("Validating rules file(s):")
    for source in sources:
        _log(f"   {source.name}")
    result = load_rules(sources, mode="falco", plugins=settings.plugins)
    text = falco_text(result)
    if result.fatal is not None:
        raise FalcoRefuses(result.fatal)
    wanted = result.ok and (options.has("L") or options.describe is not None)
    if settings.json_output:
        whole = falco_results(result)
        if wanted:
            whole["falco_describe_results"] = _described(result.ruleset, options)
        print(json.dumps(whole, separators=(",", ":"), sort_keys=True))
    else:
        print(text)
        if wanted:
            print()
            _describe(result.ruleset, options, False)
    if not result.ok:
        raise FalcoRefuses(text)
    return 0


def _described(ruleset: Ruleset, options: FalcoOptions) -> dict[str, object]:
    try:
        return describe_json(ruleset, options.describe)
    except NoSuchRule as problem:
        raise FalcoRefuses(f'Rule "{problem}" is not loaded') from None


def _describe(ruleset: Ruleset, options: FalcoOptions, as_json: bool) -> None:
    whole = _described(ruleset, options)
    if as_json:
        print(json.dumps(whole, separators=(",", ":"), sort_keys=True, ensure_ascii=False))
    else:
        print(describe_text(ruleset, options.describe), end="")


def _run(place: Place, options: FalcoOptions, ready: Ready) -> int:
    from trainer.node.replay import node_events, paced  # late: what is only asked needs no events

    flush = options.has("unbuffered") or not ready.settings.buffered

    def write(line: str) -> None:
        sys.stdout.write(line + "\n")
        if flush:
            sys.stdout.flush()

    found: list[Alert] = []
    fast = options.has("fast")
    with alert_printer(ready.settings, write, event_num=False, locate=place.of) as printer:
        try:
            _log("Loaded event sources: syscall")
            _log(f"Opening 'syscall' source: the recording of scenario {place.facts['scenario']}, seed {place.facts['seed']}")
            events = node_events(place)
            started = time.monotonic()
            for event in events if fast else paced(events, options.seconds, started):
                for alert in ready.ruleset.match(event, matching=ready.settings.rule_matching):
                    found.append(alert)
                    printer.show(alert)
            if not fast:
                _stay(options.seconds, started)
        except KeyboardInterrupt:
            _log("SIGINT received, exiting...")
    sys.stdout.write(counts_text(ready.ruleset, found))
    sys.stdout.flush()
    return 0


def _stay(seconds: int, started: float) -> None:
    """Until the end of -M; without it until somebody ends us, as Falco does."""
    if not seconds:
        print(
            "(cks-trainer: the recording has ended; like Falco this goes on until Ctrl-C. -M SECONDS ends by itself.)",
            file=sys.stderr,
            flush=True,
        )
        while True:
            time.sleep(_IDLE)
    time.sleep(max(0.0, started + seconds - time.monotonic()))


def counts_text(ruleset: Ruleset, alerts: list[Alert]) -> str:
    """What Falco prints on stdout when it ends: how many alerts, by priority and by rule."""
    priorities = Counter(alert.priority for alert in alerts)
    rules = Counter(alert.rule for alert in alerts)
    lines = [f"Events detected: {len(alerts)}", "Rule counts by severity:"]
    lines += [f"   {priority.label.upper()}: {priorities[priority]}" for priority in Priority if priorities[priority]]
    lines.append("Triggered rules by rule name:")
    lines += [f"   {rule.name}: {rules[rule.name]}" for rule in ruleset.rules if rules[rule.name]]
    return "\n".join(lines) + "\n"
