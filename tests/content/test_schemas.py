"""docs/schemas says what the readers read: every file of the core pack fits, the keys are the same, and what one refuses the other does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.content.json_schema import problems
from tests.exam_pack import DRAWN, FIXED, write_exam_pack
from tests.small_pack import EXERCISE, PACK, SCENARIO, write_pack
from trainer.content.criteria import KINDS
from trainer.content.loader import load_pack

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "docs" / "schemas").glob("*.json")}
EXAMPLE = ROOT / "trainer" / "content" / "example"
FILES = [
    *((path, "exercise") for folder in (ROOT, EXAMPLE) for path in sorted(folder.glob("exercises/*/exercise.yaml"))),
    *((path, "scenario") for folder in (ROOT, EXAMPLE) for path in sorted(folder.glob("scenarios/*/scenario.yaml"))),
    (ROOT / "exercises" / "pack.yaml", "pack"),
    *((path, "exam") for path in sorted(ROOT.glob("exercises/exams/*.yaml"))),
]
SMALL = {"pack": PACK, "scenario": SCENARIO, "exercise": EXERCISE}


def fits(text: str, name: str) -> list[str]:
    return problems(yaml.safe_load(text), SCHEMAS[name])


@pytest.mark.parametrize("path, name", FILES, ids=[str(path.relative_to(ROOT)) for path, _ in FILES])
def test_every_file_fits_its_schema(path: Path, name: str) -> None:
    text = path.read_text(encoding="utf-8").replace("@UUID@", "0f6c3a0e-56a5-4c52-9d6e-0a4f4b8e7c11")
    assert fits(text, name) == []


def test_the_documentations_examples_fit() -> None:
    text = (ROOT / "docs" / "writing-packs.md").read_text(encoding="utf-8")
    found = []
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        name = next((name for name, mark in (("pack", "base_rules:"), ("scenario", "containers:\n"), ("exercise", "target_seconds:")) if mark in block and "blueprint" not in block), None)  # fmt: skip
        if name is not None and name not in found:
            found.append(name)
            assert fits(block, name) == []
    assert sorted(found) == ["exercise", "pack", "scenario"]


def keys_of(tmp_path: Path, name: str, text: str) -> set[str]:
    """The keys that a reader knows: it lists them when it finds one that it does not."""
    _, found = load_pack(write_pack(tmp_path, **{name: text}))
    messages = [one.help for one in found if "'qqqq'" in one.message and one.help.startswith("known keys")]
    assert len(messages) == 1
    return set(messages[0].removeprefix("known keys: ").split(", "))


@pytest.mark.parametrize("name", SMALL)
def test_the_schema_has_the_readers_keys(tmp_path: Path, name: str) -> None:
    assert keys_of(tmp_path, name, SMALL[name] + "qqqq: 1\n") == set(SCHEMAS[name]["properties"])


@pytest.mark.parametrize("key, before", [("containers", "    image: nginx:1.27\n"), ("actions", "    kind: benign\n")])
def test_the_schema_has_the_keys_of_containers_and_actions(tmp_path: Path, key: str, before: str) -> None:
    text = SCENARIO.replace(before, before + "    qqqq: 1\n")
    assert keys_of(tmp_path, "scenario", text) == set(SCHEMAS["scenario"]["properties"][key]["items"]["properties"])


def test_the_schema_has_the_kinds_of_criteria_with_their_keys(tmp_path: Path) -> None:
    branches = {one["properties"]["kind"]["const"]: one for one in SCHEMAS["exercise"]["$defs"]["criterion"]["oneOf"]}
    assert set(branches) == set(KINDS)
    for kind in ("loads", "fires", "silent", "output", "priority"):
        text = EXERCISE.replace(f"    kind: {kind}\n", f"    kind: {kind}\n    qqqq: 1\n")
        assert keys_of(tmp_path / kind, "exercise", text) == set(branches[kind]["properties"]), kind


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("pack", "format_version: 1", "format_version: 2"),
        ("pack", "id: small", "id: Small Pack"),
        ("pack", "languages: [en, ko]", "languages: [ko]"),
        ("pack", "licence: Apache-2.0\n", ""),
        ("pack", "title: {en: Small, ko: 작은}", "title: {ko: 작은}"),
        ("scenario", "kind: benign", "kind: good"),
        ("scenario", "run: [sh, -c, id]", "run: sh -c id"),
        ("scenario", "run: [sh, -c, id]", "run: []"),
        ("scenario", "network: true", "network: yes please"),
        ("scenario", "app: [web, shop, billing]", "app: []"),
        ("scenario", "  - id: sh-in-web", "  - id: SH"),
        ("exercise", "difficulty: quick", "difficulty: easy"),
        ("exercise", "target_seconds: 120", "target_seconds: 5"),
        ("exercise", "target_seconds: 120\n", ""),
        ("exercise", "kind: fires", "kind: catches"),
        ("exercise", "points: 4", "points: four"),
        ("exercise", "priority: WARNING", "priority: LOUD"),
        ("exercise", "uuid: 0f6c", "uuid: xyz"),
        ("exercise", "    actions: [sh-in-web, bash-in-web]\n", ""),
        ("exercise", '    line: "%evt.num,%user.uid,%proc.name"\n', ""),
        ("exercise", "fails: [quiet]", "fails: []"),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(tmp_path: Path, name: str, old: str, new: str) -> None:
    assert old in SMALL[name]
    text = SMALL[name].replace(old, new, 1)
    _, found = load_pack(write_pack(tmp_path, **{name: text}))
    assert [diagnostic for diagnostic in found if diagnostic.is_error]
    assert fits(text, name)


@pytest.mark.parametrize("text", [FIXED, DRAWN])
def test_the_exams_schema_has_the_readers_keys(tmp_path: Path, text: str) -> None:
    slug = "fixed" if text is FIXED else "drawn"
    assert fits(text, "exam") == []
    _, found = load_pack(write_exam_pack(tmp_path, **{slug: text + "qqqq: 1\n"}))
    known = {one.help.removeprefix("known keys: ") for one in found if "'qqqq'" in one.message}
    assert known == {", ".join(sorted(SCHEMAS["exam"]["properties"]))}


@pytest.mark.parametrize(
    "text, old, new",
    [
        (FIXED, "duration_minutes: 10", "duration_minutes: 481"),
        (FIXED, "clock: running", "clock: fast"),
        (FIXED, "slug: fixed\n", ""),
        (FIXED, "points: 5", "points: 0"),
        (FIXED, "points: 5", "marks: 5"),
        (FIXED, "tasks:\n", "tasks: []\nblueprint:\n"),
        (DRAWN, "count: 1, skills", "skills"),
        (DRAWN, "[core, quick]", "[core, easy]"),
    ],
)
def test_what_the_exam_reader_refuses_the_schema_refuses(tmp_path: Path, text: str, old: str, new: str) -> None:
    assert old in text
    slug = "fixed" if text is FIXED else "drawn"
    changed = text.replace(old, new, 1)
    _, found = load_pack(write_exam_pack(tmp_path, **{slug: changed}))
    assert [diagnostic for diagnostic in found if diagnostic.is_error]
    assert fits(changed, "exam")


def test_small_files_fit() -> None:
    for name, text in SMALL.items():
        assert fits(text, name) == []


def test_schemas_say_which_draft_they_are() -> None:
    def refs(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if "$ref" in value else set()
            return own.union(*(refs(one) for one in value.values()))
        return set().union(*(refs(one) for one in value)) if isinstance(value, list) else set()

    assert set(SCHEMAS) >= set(SMALL)
    for name in SMALL:
        assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert {ref.removeprefix("#/$defs/") for ref in refs(SCHEMAS[name])} == set(SCHEMAS[name]["$defs"])
