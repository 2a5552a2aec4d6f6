"""The example of each field: it compiles, is true of its value and of nothing else, and its text is what an output prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib import resources
from typing import Any

import pytest

from tests.engine.conditions import parsed
from trainer.engine.evaluate import Compiled, Output, compile_condition, compile_output
from trainer.engine.evaluate.extract import ANCESTORS, SIDES
from trainer.engine.fields import FieldCatalogue, FieldExample, FieldInfo, load_catalogue
from trainer.engine.filter import to_string
from trainer.engine.rules.plugins import AUDIT_PLUGINS, catalogue_of
from trainer.events import Event

ENTRIES: dict[str, dict[str, Any]] = json.loads(
    resources.files("trainer.engine.fields").joinpath("examples.json").read_text(encoding="utf-8")
)
FIELDS = load_catalogue().all()
WITH_CONDITION = [info for info in FIELDS if ENTRIES.get(info.name, {}).get("condition") is not None]
CATALOGUE: FieldCatalogue = catalogue_of(AUDIT_PLUGINS)
OF_AN_AUDIT_EVENT = {"evt.pluginname", "evt.plugininfo"}
ALWAYS = {
    "evt.num": Event(4711, 1, "openat"),
    "evt.rawtime": Event(1, 1, "openat"),
    "evt.around": Event(1, 1, "openat"),
    "evt.type": Event(1, 1, "connect"),
    "syscall.type": Event(1, 1, "container"),
    "evt.source": Event(1, 1, "pluginevent", "k8s_audit"),
}
"""Fields that no event is without, and an event with another value."""
NOT_PRINTED = {"fd.cnet": "<IPNET>", "fd.snet": "<IPNET>", "fd.lnet": "<IPNET>", "fd.rnet": "<IPNET>"}
"""What %FIELD prints of fields that are for conditions only; the others print <NA>."""


def example(info: FieldInfo) -> FieldExample:
    assert info.example is not None
    return info.example


def natural(value: Any) -> Any:
    if isinstance(value, dict):
        return bytes.fromhex(value["$bytes"])
    return tuple(value) if isinstance(value, list) else value


def source_of(info: FieldInfo) -> str:
    return "k8s_audit" if info.name in OF_AN_AUDIT_EVENT else info.source


def events_with(info: FieldInfo) -> list[Event]:
    """Events with the field and nothing else: in its natural shape, and as alert logs name it."""
    value, argument = natural(ENTRIES[info.name]["value"]), example(info).argument
    num, time_ns, type_, source = 1, 1, "openat", source_of(info)
    shapes: list[dict[str, Any]] = [{info.written(argument): value}]
    if argument is not None:
        shapes.append({info.name: {argument: value}})
    if info.name in SIDES:
        shapes = [{SIDES[info.name][-1]: value}]
    if info.name == "evt.num":
        num, shapes = value, [{}]
    elif info.name in ("evt.rawtime", "evt.around"):
        time_ns, shapes = value, [{}]
    elif info.name in ("evt.type", "syscall.type"):
        type_, shapes = value, [{}]
    elif info.name == "evt.source":
        source, shapes = value, [{}]
    return [Event(num, time_ns, type_, source, {} if value is None else shape) for shape in shapes]


def condition_of(info: FieldInfo) -> Compiled:
    condition = example(info).condition
    assert condition is not None
    found = compile_condition(parsed(condition), source_of(info), CATALOGUE)
    assert isinstance(found, Compiled), found
    return found


def printed(info: FieldInfo, event: Event) -> str:
    output = compile_output(f"%{info.written(example(info).argument)}", source_of(info), CATALOGUE)
    assert isinstance(output, Output), output
    return output.render(event)


def ids(info: FieldInfo) -> str:
    return info.name


def test_every_field_has_an_example_and_nothing_else_has() -> None:
    assert list(ENTRIES) == [info.name for info in FIELDS]
    for name, entry in ENTRIES.items():
        assert {"value", "condition"} <= set(entry) <= {"value", "condition", "argument", "output", "text"}, name


def test_an_argument_is_given_where_it_is_needed() -> None:
    assert [info.name for info in FIELDS if info.argument == "required" and example(info).argument is None] == []
    assert [info.name for info in FIELDS if info.argument == "none" and example(info).argument is not None] == []


@pytest.mark.parametrize("info", WITH_CONDITION, ids=ids)
def test_condition_is_true_of_the_value_alone(info: FieldInfo) -> None:
    condition = condition_of(info)
    assert condition.warnings == ()
    for event in events_with(info):
        assert condition.matches(event), event
    if info.name != "evt.count":  # which every event has, and always 1
        assert not condition.matches(ALWAYS.get(info.name, Event(1, 1, "openat", source_of(info))))


@pytest.mark.parametrize("info", WITH_CONDITION, ids=ids)
def test_condition_reads_as_falco_writes_it(info: FieldInfo) -> None:
    condition = example(info).condition
    assert condition is not None
    assert to_string(parsed(condition)) == condition or info.name == "ka.req.pod.containers.add_capabilities"  # quotes in quotes
    assert info.name in condition
    assert len(condition) <= 100


@pytest.mark.parametrize("info", FIELDS, ids=ids)
def test_value_text_is_what_an_output_prints(info: FieldInfo) -> None:
    text = example(info).value_text
    if info.filter_only:
        assert {printed(info, event) for event in events_with(info)} == {NOT_PRINTED.get(info.name, "<NA>")}
        assert text == str(ENTRIES[info.name]["value"])
    elif info.name == "evt.type.is":
        assert text == "0"
    else:
        for event in events_with(info):
            assert printed(info, event) == ("<NA>" if text is None else text)


@pytest.mark.parametrize("info", [info for info in FIELDS if example(info).output is not None], ids=ids)
def test_example_of_an_output_compiles(info: FieldInfo) -> None:
    output = compile_output(example(info).output or "", source_of(info), CATALOGUE)
    assert isinstance(output, Output)
    assert [token.name for token in output.fields] == [info.name]
    assert example(info).condition is None


@pytest.mark.parametrize("info", FIELDS, ids=ids)
def test_value_has_the_shape_of_the_field(info: FieldInfo) -> None:
    value = ENTRIES[info.name]["value"]
    items = value if isinstance(value, list) else [value]
    assert isinstance(value, list) == (info.is_list or info.name in ANCESTORS or info.name == "proc.args") or value is None
    shapes = {"BOOL": bool, "BYTEBUF": dict, "IPADDR": str, "IPNET": str, "CHARBUF": str, "DOUBLE": float}
    wanted = shapes.get(info.type, int)
    assert all(item is None or type(item) is wanted for item in items)


def test_deprecated_fields_have_no_condition() -> None:
    assert [info.name for info in FIELDS if info.deprecated and example(info).condition is not None] == []


def test_few_other_fields_have_none() -> None:
    none = [info.name for info in FIELDS if not info.deprecated and example(info).condition is None and not example(info).output]
    assert none == [
        "evt.type.is",
        "ka.req.pod.containers.eff_run_as_user",
        "ka.req.pod.containers.eff_run_as_group",
        "ka.sourceips",
    ]
    assert all("PRINT_ONLY" not in info.flags for info in WITH_CONDITION)


def test_a_field_without_value_is_deprecated_or_says_so() -> None:
    for info in FIELDS:
        if example(info).value_text is None:
            assert "never" in info.description["en"], info.name


def test_examples_differ() -> None:
    conditions = [example(info).condition for info in WITH_CONDITION]
    assert len(set(conditions)) == len(conditions)
    values = Counter(str(ENTRIES[info.name]["value"]) for info in WITH_CONDITION if info.type != "BOOL")
    flags = {"true", "0", "1"}
    assert [(value, count) for value, count in values.items() if count > 2 and value not in flags] == []


def test_another_field_has_no_example() -> None:
    assert FieldInfo("no.such", "CHARBUF", "no", "none", (), False, False, frozenset(), "core", "syscall").example is None


def test_examples_are_read_when_the_first_is_asked_for() -> None:
    code = (
        "from trainer.engine import load_catalogue; from trainer.engine.fields.examples import load_examples as read; "
        "info = load_catalogue().get('proc.name'); print(read.cache_info().currsize); info.example; print(read.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]


@pytest.mark.parametrize(
    "name, forms, written",
    [
        ("proc.aname", ("proc.aname[N]",), "proc.aname[2]"),
        ("evt.arg", ("evt.arg[N]", "evt.arg.NAME"), "evt.arg.2"),
        ("k8s.pod.label", ("k8s.pod.label[KEY]",), "k8s.pod.label[2]"),
        ("evt.type.is", ("evt.type.is.NAME",), "evt.type.is.2"),
    ],
)
def test_how_an_argument_is_written(name: str, forms: tuple[str, ...], written: str) -> None:
    info = load_catalogue().get(name)
    assert info is not None
    assert info.arguments == forms
    assert info.written("2") == written
    assert info.written(None) == name


def test_the_sources_of_a_field() -> None:
    catalogue = load_catalogue()
    sources = {name: catalogue.sources(info) for name in ("evt.num", "evt.type", "ka.verb") if (info := catalogue.get(name))}
    assert sources == {"evt.num": ("syscall", "k8s_audit"), "evt.type": ("syscall",), "ka.verb": ("k8s_audit",)}
