"""Reading packs: good ones become data, bad ones diagnostics with a place, and nothing raises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_pack import EXERCISE, PACK, SCENARIO, write_pack
from trainer.content import (
    ActionKind,
    core_pack_folder,
    fill_exercise,
    load_exercise,
    load_pack,
    load_scenario,
    recordings_by_seed,
    scenario_recordings,
)
from trainer.diagnostics import Code, Diagnostic
from trainer.errors import PackError

ROOT = Path(__file__).resolve().parent.parent.parent


def errors(found: tuple[Diagnostic, ...]) -> list[str]:
    return [diagnostic.message for diagnostic in found if diagnostic.is_error]


def test_a_good_pack_is_read_whole(tmp_path: Path) -> None:
    pack, found = load_pack(write_pack(tmp_path))
    assert found == ()
    assert pack is not None
    assert (pack.id, pack.version, pack.languages, pack.falco) == ("small", "1.2.0", ("en", "ko"), "0.44.1")
    assert pack.scenarios == ("shells",)
    (exercise,) = pack.exercises
    assert exercise.slug == "find-shells"
    assert [criterion.kind for criterion in exercise.criteria] == ["loads", "fires", "silent", "output", "priority"]
    assert exercise.criteria[1].params == {"rule": "Shell in web", "actions": ("sh-in-web", "bash-in-web")}
    assert exercise.criteria[1].needs == ("loads",)
    assert [decoy.fails for decoy in exercise.decoys] == [("quiet",), ("catches",)]
    assert set(exercise.task) == {"en", "ko"}
    assert "falco_rules.yaml" in pack.base_rules.name


def test_the_examples_of_the_documentation_are_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "writing-packs.md").read_text(encoding="utf-8")
    pack_yaml, scenario, exercise, *exams = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    folder = tmp_path / "exercises" / "detect-shell"
    files = {
        "exercises/pack.yaml": pack_yaml.replace("order: [detect-shell, read-shadow]", "order: [detect-shell]"),
        "exercises/base/falco_rules.yaml": "[]\n",
        "scenarios/shell-in-web-app/scenario.yaml": scenario,
        "exercises/detect-shell/exercise.yaml": exercise,
        "exercises/exams/full-mock.yaml": exams[0],
        "exercises/exams/drill.yaml": exams[1],
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (folder / "decoys").mkdir()
    for name in ("task.en.md", "task.ko.md", "starter.yaml", "reference.yaml", "decoys/every-container.yaml"):
        (folder / name).write_text("# x\n")
    pack, found = load_pack(tmp_path)
    assert errors(found) == []
    assert pack is not None
    assert len(pack.exercises) == 1
    assert [exam.slug for exam in pack.exams] == ["drill", "full-mock"]


def _changed(tmp_path: Path, which: str, old: str, new: str) -> tuple[object, tuple[Diagnostic, ...], str]:
    text = {"pack": PACK, "scenario": SCENARIO, "exercise": EXERCISE}[which]
    assert old in text
    bad = text.replace(old, new, 1)
    pack, found = load_pack(write_pack(tmp_path, **{which: bad}))
    return pack, found, bad


@pytest.mark.parametrize(
    "which, old, new, words, marked",
    [
        pytest.param("exercise", "difficulty: quick", "dificulty: quick", "'dificulty'", "dificulty", id="unknown key"),
        pytest.param("exercise", "difficulty: quick", "difficulty: hard", "one of: quick, core, deep", "hard", id="choice"),
        pytest.param("exercise", "points: 10", "points: 11", "add up to 10", "11", id="points"),
        pytest.param("exercise", "points: 4", "points: four", "whole number", "four", id="number"),
        pytest.param("exercise", "kind: fires", "kind: fire", "one of: loads, fires", "fire", id="kind"),
        pytest.param("exercise", "[sh-in-web, bash-in-web]", "[sh-in-wb]", "no action 'sh-in-wb'", "sh-in-wb", id="action"),
        pytest.param("exercise", "scenario: shells", "scenario: shels", "no scenario 'shels'", "shels", id="scenario"),
        pytest.param("exercise", "needs: [loads]", "needs: [load]", "does not stand before it", "load", id="need"),
        pytest.param("exercise", "kind: silent\n    points: 2\n    needs: [catches]", "kind: silent\n    points: 2\n    needs: [loads]", "must need one of kind fires", "[loads]", id="ungated silent"),
        pytest.param("exercise", "fails: [quiet]", "fails: [loud]", "no criterion 'loud'", "loud", id="decoy"),
        pytest.param("exercise", "file: decoys/only-bash.yaml", "file: ../../../../x.yaml", "leads out", "../../../../x.yaml", id="path"),
        pytest.param("exercise", "when: LOAD_NO_EVTTYPE", "when: LOAD_NOTHING", "no diagnostic code", "LOAD_NOTHING", id="hint"),
        pytest.param("exercise", "uuid: 0f6c", "uuid: zzzz", "not a uuid", "zzzz3a0e-56a5-4c52-9d6e-0a4f4b8e7c11", id="uuid"),
        pytest.param("exercise", "The rules load,", "'${nothing} loads',", "no variable 'nothing'", None, id="variable"),
        pytest.param("exercise", "title: {en: Find shells, ko: 셸 찾기}", "title: {ko: 셸 찾기}", "has no en text", "title", id="english"),
        pytest.param("exercise", "title: {en: Find shells, ko: 셸 찾기}", "title: Find", "by language", "Find", id="not by language"),
        pytest.param("exercise", "criteria:\n", "criteria: 5\nx:\n", "'criteria' must be a list", "5", id="list"),
        pytest.param("exercise", "domain: runtime", "domain: runtime\ndomain: two", "twice", "domain", id="key twice"),
        pytest.param("exercise", "priority: WARNING", "priority: LOUD", "not a priority", "LOUD", id="priority"),
        pytest.param("scenario", "in: reports", "in: report", "no container 'report'", "report", id="container"),
        pytest.param("scenario", "run: [sh, -c, id]", "run: [sh, -c, 'echo ${HOME}']", "no variable 'HOME'", "'echo ${HOME}'", id="shell variable"),
        pytest.param("scenario", "run: [sh, -c, id]", "run: [sh, -c, ${app}]", "not YAML", None, id="unquoted"),
        pytest.param("scenario", "run: [sh, -c, id]", "run: [nc, '{ip:web}']", "has no network", "[nc, '{ip:web}']", id="no network"),
        pytest.param("scenario", "kind: benign", "kind: harmless", "one of: attack, benign, background", "harmless", id="kind of action"),
        pytest.param("scenario", "- id: bash-in-web", "- id: sh-in-web", "used twice", None, id="action twice"),
        pytest.param("pack", "licence: Apache-2.0\n", "", "'licence' is missing", None, id="licence"),
        pytest.param("pack", "base/falco_rules.yaml", "base/none.yaml", "does not exist", None, id="base rules"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_diagnostic_at_its_place(
    tmp_path: Path, which: str, old: str, new: str, words: str, marked: str | None
) -> None:
    pack, found, _ = _changed(tmp_path, which, old, new)
    hits = [d for d in found if words in d.message and d.span is not None and f"{which}.yaml" in d.span.file.name]
    hits = hits or [d for d in found if words in d.message]
    assert hits, [d.message for d in found]
    assert all(d.code is Code.TRN_CONTENT for d in found)
    assert hits[0].is_error
    assert hits[0].span is not None
    if marked is not None:
        assert hits[0].span.text == marked
    if which == "pack":
        assert pack is None
    else:
        assert pack is not None
        assert pack.exercises == ()  # type: ignore[attr-defined]


def test_a_typing_mistake_in_a_key_gets_a_suggestion(tmp_path: Path) -> None:
    _, found, _ = _changed(tmp_path, "exercise", "target_seconds:", "target_second:")
    assert any("did you mean 'target_seconds'?" in diagnostic.help for diagnostic in found)


def test_a_missing_translation_is_a_warning_and_the_exercise_stays(tmp_path: Path) -> None:
    pack, found, _ = _changed(tmp_path, "exercise", "{en: Shells are caught, ko: 셸을 잡는다}", "{en: Shells are caught}")
    assert errors(found) == []
    assert [diagnostic.message for diagnostic in found] == ["'text' has no ko text"]
    assert pack is not None
    assert pack.exercises  # type: ignore[attr-defined]


@pytest.mark.parametrize("which", ["pack", "scenario", "exercise"])
@pytest.mark.parametrize("version, side", [("2", "upgrade cks-trainer"), ("0", "upgrade the pack")])
def test_a_version_that_cannot_be_read_names_the_side_to_upgrade(tmp_path: Path, which: str, version: str, side: str) -> None:
    _, found, _ = _changed(tmp_path, which, "format_version: 1", f"format_version: {version}")
    assert any(side in diagnostic.help for diagnostic in found) or which == "scenario"
    assert any(f"format_version {version}" in diagnostic.message for diagnostic in found)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "\x00", "just text", "? [a]\n: b\n", "- &a [*a]", "{{{{", "a: b: c"])
@pytest.mark.parametrize("which", ["pack", "scenario", "exercise"])
def test_rubbish_never_raises(tmp_path: Path, which: str, text: str) -> None:
    pack, found = load_pack(write_pack(tmp_path, **{which: text}))
    assert errors(found)
    assert (pack is None) == (which == "pack")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    pack, found = load_pack(tmp_path / "nowhere")
    assert pack is None
    assert "is missing" in found[0].message
    folder = write_pack(tmp_path)
    (folder / "exercises" / "find-shells" / "task.en.md").unlink()
    pack, found = load_pack(folder)
    assert errors(found) == ["task.en.md is missing"]
    assert pack is not None
    assert pack.exercises == ()


def test_one_broken_exercise_leaves_the_others(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    other = folder / "exercises" / "second"
    other.mkdir()
    (other / "exercise.yaml").write_text("nothing: here\n")
    pack, found = load_pack(folder)
    assert errors(found)
    assert pack is not None
    assert [exercise.slug for exercise in pack.exercises] == ["find-shells"]


def test_order_and_equal_uuids(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, pack=PACK + "order: [find-shells]\n")
    source = folder / "exercises" / "find-shells"
    subprocess.run(["cp", "-r", str(source), str(folder / "exercises" / "a-copy")], check=True)
    pack, found = load_pack(folder)
    assert pack is not None
    assert [exercise.slug for exercise in pack.exercises] == ["find-shells", "a-copy"]
    assert errors(found) == ["exercise 'a-copy' has the same uuid"]


def test_a_link_out_of_the_pack_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("secret")
    folder = write_pack(tmp_path / "pack")
    decoy = folder / "exercises" / "find-shells" / "decoys" / "only-bash.yaml"
    decoy.unlink()
    decoy.symlink_to(outside)
    _, found = load_pack(folder)
    assert any("leads out" in message for message in errors(found))


def test_seeds_draw_variables_and_seed_zero_takes_the_first(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    first = load_scenario("shells", 0, folder)
    assert first.variables == {"app": "web"}
    assert first.containers[0].name == first.actions[0].container == "web"
    assert first.actions[0].kind is ActionKind.ATTACK
    drawn = {load_scenario("shells", seed, folder).variables["app"] for seed in range(1, 30)}
    assert drawn == {"web", "shop", "billing"}
    assert load_scenario("shells", 7, folder) == load_scenario("shells", 7, folder)


def test_an_exercise_is_filled_with_a_seeds_variables(tmp_path: Path) -> None:
    exercise, _ = load_exercise(write_pack(tmp_path) / "exercises" / "find-shells")
    assert exercise is not None
    assert "${app}" in exercise.reference.text
    filled = fill_exercise(exercise, {"app": "shop"})
    assert 'container.name = "shop"' in filled.reference.text
    assert "${" not in filled.decoys[1].file.text


def test_dollars_can_be_written(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, scenario=SCENARIO.replace("[sh, -c, id]", "[sh, -c, 'echo $${HOME} $HOME ${app}']"))
    assert load_scenario("shells", 0, folder).actions[0].run[2] == "echo ${HOME} $HOME web"


def test_a_scenario_by_path_or_name_and_its_errors(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    assert load_scenario(folder / "scenarios" / "shells").name == "shells"
    with pytest.raises(PackError) as raised:
        load_scenario("nothing", 0, folder)
    assert "shells" in raised.value.help
    (folder / "scenarios" / "shells" / "scenario.yaml").write_text("title: x\n")
    with pytest.raises(PackError, match=r"scenario.yaml:1"):
        load_scenario("shells", 0, folder)


def test_recordings_are_found_by_seed(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("seed-10.jsonl", "seed-2.jsonl.gz", "seed-0.jsonl", "other.jsonl", "seed-x.jsonl"):
        (folder / name).touch()
    assert list(recordings_by_seed(tmp_path)) == [0, 2, 10]
    assert [path.name for path in scenario_recordings(tmp_path)] == ["seed-0.jsonl", "seed-2.jsonl.gz", "seed-10.jsonl"]


def test_the_core_pack_is_found_in_a_checkout_and_in_a_wheel(tmp_path: Path) -> None:
    assert (core_pack_folder() / "exercises" / "pack.yaml").is_file()
    site = tmp_path / "site"
    subprocess.run(["cp", "-r", str(ROOT / "trainer"), str(site / "trainer")], check=True) if site.mkdir() is None else None
    code = "from trainer.content import core_pack_folder as f\ntry: print(f())\nexcept Exception as e: print(type(e).__name__)"

    def found() -> str:
        done = subprocess.run([sys.executable, "-c", code], cwd=site, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert found() == "PackError"
    (site / "trainer" / "_core" / "exercises").mkdir(parents=True)
    (site / "trainer" / "_core" / "exercises" / "pack.yaml").write_text(PACK)
    assert found() == str((site / "trainer" / "_core").resolve())
