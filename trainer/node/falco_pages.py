"""What the node's ``falco`` prints about itself: --help, --version and --list."""

from __future__ import annotations

from trainer.engine import FieldCatalogue, FieldInfo
from trainer.engine.rules.definitions import ENGINE_VERSION
from trainer.node.setup import FALCO_VERSION, LIBS_VERSION

_RULER = "-" * 40
_HELP = """\
Falco - Cloud Native Runtime Security (cks-trainer's node: its own engine, events from the scenario's recording)
Usage:
  falco [OPTION...]

  -h, --help                Print this page
  -c <path>                 Configuration file. If not specified uses /etc/falco/falco.yaml.
      --dry-run             Load configuration and rules, and stop before the first event.
  -L                        Show the name and description of all rules and exit; with json_output as JSON, with details.
  -l <rule>                 Show the name and description of the rule with name <rule> and exit.
      --list [=<source>]    List all fields, or those for rules of <source>: syscall, k8s_audit.
  -N                        With --list: names only.
      --markdown            With --list: as a Markdown table.
  -M <num_seconds>          Stop after so many seconds.
  -o, --option <opt>=<val>  Set a value of the configuration: -o json_output=true, -o "append_output[]={...}", -o file_output.enabled=true
  -r <rules_file>           Rules file or directory, instead of the configuration's rules_files. May be given several times.
  -U, --unbuffered          Write every alert at once, also with buffered_outputs: true.
  -V, --validate <file>     Check rules files and exit. May be given several times.
      --version             Print version number.
      --fast                (only here) All events at once, without waiting."""


def help_text() -> str:
    return _HELP


def version_text() -> str:
    engine = ".".join(map(str, ENGINE_VERSION))
    return f"Falco version: {FALCO_VERSION}\nLibs version:  {LIBS_VERSION}\nEngine:        {engine}\n(cks-trainer's engine, which behaves as this version)"


def field_list(catalogue: FieldCatalogue, source: str, *, names_only: bool, markdown: bool) -> str:
    """The fields, by class, with type and description. ``source`` empty: of every source."""
    fields = [info for info in catalogue.all() if not source or source in catalogue.sources(info)]
    if names_only:
        return "\n".join(info.name for info in fields)
    classes: dict[str, list[FieldInfo]] = {}
    for info in fields:
        classes.setdefault(info.class_, []).append(info)
    blocks = []
    for name, members in classes.items():
        sources = ", ".join(dict.fromkeys(one for info in members for one in catalogue.sources(info)))
        if markdown:
            head = [
                f"## Field Class: {name}",
                "",
                f"Event Sources: {sources}",
                "",
                "Name | Type | Description",
                ":----|:-----|:-----",
            ]
            rows = [f"`{info.name}` | {info.type} | {_description(info)}" for info in members]
        else:
            head = [_RULER, f"Field Class:                  {name}", f"Event Sources:                {sources}", ""]
            rows = [f"{info.name:<29} (Type: {info.type}) {_description(info)}" for info in members]
        blocks.append("\n".join([*head, *rows, ""]))
    return "\n".join(blocks).rstrip("\n")


def _description(info: FieldInfo) -> str:
    return info.description.get("en", "") + (" (deprecated)" if info.deprecated else "")
