"""What lint finds beyond reading: other seeds, old recordings, rules that do not load, files that nothing names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.small_pack import BASE, EXERCISE, PACK, REFERENCE, SCENARIO, recording, write_pack
from trainer.content.digest import scenario_digest
from trainer.content.lints import lint_pack, unnamed_words
from trainer.content.loader import load_pack
from trainer.content.packaging import RefusedPack, build_pack, open_source
from trainer.content.scenarios import read_scenario
from trainer.diagnostics import Diagnostic
from trainer.events import read_recording, write_recording
from trainer.events.recording import read_outline
from trainer.grading import verify_pack


def lints(folder: Path) -> list[Diagnostic]:
    pack, found = load_pack(folder)
    assert pack is not None, found
    return [*found, *lint_pack(pack)]


def recorded(folder: Path) -> Path:
    """The small pack's seed 0 with the digest of its scenario."""
    place = folder / "scenarios" / "shells"
    scenario, _ = read_scenario(place, 0)
    assert scenario is not None
    one = recording(0, "web")
    one = replace(one, header=replace(one.header, scenario_digest=scenario_digest(scenario)))
    path = place / "recordings" / "seed-0.jsonl"
    write_recording(one, path)
    return path


def changed(folder: Path, old: str, new: str) -> None:
    path = folder / "scenarios" / "shells" / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    "old, new, is_other",
    [
        ("run: [sh, -c, id]", "run: [sh, -c, ls]", True),
        ("image: nginx:1.27", "image: nginx:1.28", True),
        ("    image: nginx:1.27", "    user: www-data\n    image: nginx:1.27", True),
        ("en: A shell in the web app.", "en: A shell.", False),
        ("title: {en: Shells", "title: {en: Some shells", False),
    ],
)
def test_a_recording_knows_its_scenario(tmp_path: Path, old: str, new: str, is_other: bool) -> None:
    folder = write_pack(tmp_path)
    path = recorded(folder)
    assert read_recording(path).header == read_outline(path).header
    assert read_outline(path).actions == read_recording(path).actions
    changed(folder, old, new)
    told = [one for one in lints(folder) if "another version" in one.message]
    assert bool(told) is is_other
    pack, _ = load_pack(folder)
    assert pack is not None
    report = verify_pack(pack)
    rows = [row for row in report.rows if "another version" in row.detail]
    assert [row.ok for row in rows] == [False] * is_other
    assert not any(row.warning for row in report.rows)
    if is_other:
        with pytest.raises(RefusedPack, match="as they are now"):
            build_pack(folder)


def test_a_recording_of_before_is_a_warning(tmp_path: Path) -> None:
    pack, _ = load_pack(write_pack(tmp_path))
    assert pack is not None
    report = verify_pack(pack)
    assert report.ok
    assert ["run pack record" in row.detail for row in report.rows if row.warning] == [True]


def test_a_name_that_hangs_on_a_variable(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, scenario=SCENARIO.replace("in: ${app}", "in: web", 1))
    found = [one for one in lints(folder) if one.is_error]
    assert len(found) == 1
    assert "with seed" in found[0].message
    assert "app = " in found[0].message
    assert found[0].span is not None
    assert found[0].span.text == "web"


def test_rules_that_do_not_load(tmp_path: Path) -> None:
    bad = REFERENCE.replace("spawned_process", "no_such_macro")
    found = [one for one in lints(write_pack(tmp_path / "a", reference=bad)) if one.is_error]
    assert ["no_such_macro" in one.message for one in found] == [True]
    found = lints(write_pack(tmp_path / "b", starter="- rule: x\n"))
    assert [one.severity.value for one in found if "starter does not load" in one.message] == ["info"]
    folder = write_pack(tmp_path / "c", base=BASE.replace("spawned_process and container and", "no_such_macro and"))
    assert [one.is_error for one in lints(folder) if "no_such_macro" in one.message] == [True]
    pack, _ = load_pack(folder)
    assert pack is not None
    rows = [row for row in verify_pack(pack).rows if not row.ok]
    assert ["the base rules do not load" in row.detail for row in rows] == [True]


def test_an_output_that_falco_does_not_take(tmp_path: Path) -> None:
    text = EXERCISE.replace("%proc.name", "%proc.nomen")
    found = [one for one in lints(write_pack(tmp_path, exercise=text)) if "does not take" in one.message]
    assert len(found) == 1
    assert found[0].span is not None
    assert "%proc.nomen" in found[0].span.text


def test_files_that_nothing_names(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    exercise = folder / "exercises" / "find-shells"
    assert [one for one in lints(folder) if "names this file" in one.message or "looks at a file" in one.message] == []
    (exercise / "decoys" / "forgotten.yaml").write_text("")
    (exercise / "answers" / "reference").mkdir(parents=True)
    (exercise / "answers" / "reference" / "log.txt").write_text("")
    names = [one.span.file.name for one in lints(folder) if one.span is not None and not one.is_error]
    assert any(name.endswith("forgotten.yaml") for name in names)
    assert any(name.endswith("log.txt") for name in names)


@pytest.mark.parametrize(
    "task, named",
    [
        ("The rule Shell in web is asked.", True),
        ("룰 Shell in web을 쓰세요.", True),
        ("The rule Shell in webs is asked.", False),
        ("The rule Shell in web-2 is asked.", False),
        ("`Shell in web`.", True),
    ],
)
def test_a_longer_word_is_another_word(tmp_path: Path, task: str, named: bool) -> None:
    pack, _ = load_pack(write_pack(tmp_path))
    assert pack is not None
    exercise = replace(pack.exercises[0], task={"en": task})
    assert ("Shell in web" not in unnamed_words(exercise, "en")) is named


def test_a_wrong_variable_is_marked_where_it_stands(tmp_path: Path) -> None:
    text = EXERCISE.replace("Think of macros.", '"Think of ${nobody}."')
    folder = write_pack(tmp_path, exercise=text)
    (folder / "exercises" / "find-shells" / "learned.en.md").write_text("One.\nTwo ${nothing}.\n")
    _, found = load_pack(folder)
    places = {
        (one.span.file.name.rsplit("/", 1)[-1], one.span.text) for one in found if one.span and "no variable" in one.message
    }
    assert places == {("exercise.yaml", "${nobody}"), ("learned.en.md", "${nothing}")}


def test_an_entry_is_marked_and_a_second_uuid(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, pack=PACK + "order: [find-shells, find-shels]\n")
    _, found = load_pack(folder)
    assert [one.span.text for one in found if one.span and "no exercise" in one.message] == ["find-shels"]


def test_what_a_folder_to_install_has_wrong_is_told_of_that_folder(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mine", exercise=EXERCISE.replace("kind: fires", "kind: catches"))
    with pytest.raises(RefusedPack) as caught, open_source(folder):
        pass
    assert caught.value.diagnostics
    for one in caught.value.diagnostics:
        assert one.span is not None
        assert one.span.file.name.startswith(str(folder))
    assert str(folder) in caught.value.help
