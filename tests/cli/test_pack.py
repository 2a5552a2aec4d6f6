"""pack new, record, build, install, list, info, remove; and what an installed pack's exercises answer to."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.docker_engine import needs_docker
from tests.hostile_archives import HOSTILE, write
from tests.small_pack import EXERCISE, PACK, REFERENCE, write_pack
from trainer.content.packaging import build_pack

Cli = Callable[..., Done]
GOOD = REFERENCE.replace("${app}", "web")
TEN = [
    "a path that climbs out",
    "an absolute path",
    "a symbolic link",
    "a hard link",
    "a device",
    "names that differ in capitals",
    "a bomb",
    "too many files",
    "a file that is not the manifest's",
    "a name with a control character",
]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def archive(cli: Cli, pack: Path, tmp_path: Path) -> Path:
    path = tmp_path / "small.ckspack"
    assert cli("pack", "build", str(pack), "-o", str(path)).code == 0
    return path


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_pack_can_be_linted(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "My Class 2"
    made = cli("pack", "new", str(folder))
    assert made.code == 0
    assert f"cks-trainer pack record {folder}" in made.err
    assert "id: my-class-2\n" in (folder / "exercises" / "pack.yaml").read_text()
    assert not list(folder.rglob("recordings"))
    linted = cli("pack", "lint", str(folder))
    assert linted.code == 0
    assert "error" not in linted.out
    assert len(list((folder / "exercises").glob("*/decoys/*.yaml"))) == 2


def test_two_new_packs_have_different_uuids(cli: Cli, tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        cli("pack", "new", str(tmp_path / name), "--id", "same")
        texts.append((tmp_path / name / "exercises" / "token-read" / "exercise.yaml").read_text())
    assert texts[0] != texts[1]


@pytest.mark.parametrize("there", ["file", "folder"])
def test_new_never_writes_where_something_is(cli: Cli, tmp_path: Path, there: str) -> None:
    folder = tmp_path / "x"
    if there == "file":
        folder.write_text("mine")
    else:
        (folder / "sub").mkdir(parents=True)
    before = tree(tmp_path)
    done = cli("pack", "new", str(folder))
    assert done.code == 2
    assert "next:" in done.err
    assert tree(tmp_path) == before


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@needs_docker
def test_a_new_pack_proves_itself_after_recording(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    cli("pack", "new", str(folder))
    recorded = cli("pack", "record", str(folder))
    assert recorded.code == 0
    names = {path.name for path in (folder / "scenarios" / "order-tokens" / "recordings").iterdir()}
    assert names == {"seed-0.jsonl", "seed-1.jsonl"}
    proven = cli("pack", "verify", str(folder), "--mutants", "--json")
    data = json.loads(proven.out)
    assert [row for row in data["checks"] if not row["ok"]] == []
    assert [one["survived"] for one in data["mutants"]] == [0]
    assert data["mutants"][0]["killed"] > 10
    assert proven.code == 0


def test_record_says_which_scenarios_there_are(cli: Cli, pack: Path, tmp_path: Path) -> None:
    done = cli("pack", "record", str(pack), "--scenario", "nothing")
    assert done.code == 2
    assert "scenarios: shells" in done.err
    assert cli("pack", "record", str(tmp_path)).code == 2


def test_lint_errors_have_file_line_and_column(cli: Cli, tmp_path: Path) -> None:
    folder = write_pack(tmp_path, exercise=EXERCISE.replace("points: 4", "points: four"), task="Nothing.\n")
    done = cli("pack", "lint", str(folder))
    assert done.code == 1
    line = EXERCISE.splitlines().index("    points: 4") + 1
    assert f"{folder}/exercises/find-shells/exercise.yaml:{line}:13: error" in done.out


def test_verify_with_mutants_fails_on_survivors(cli: Cli, pack: Path) -> None:
    assert cli("pack", "verify", str(pack)).code == 0
    done = cli("pack", "verify", str(pack), "--mutants")
    assert done.code == 1
    assert 'survived find-shells: Shell in web: `container.name = "web"` with `startswith`' in done.out
    head, row, total = done.out.splitlines()[-3:]
    assert head.split() == [
        *("exercise", "proof", "criteria", "actions", "decoys"),
        *("mutants", "killed", "equivalent", "accepted", "survived"),
    ]
    assert row.split()[1:5] == ["ok", "5", "4", "2"]
    counts = [int(word) for word in row.split()[5:]]
    assert counts[0] == sum(counts[1:])
    assert total.split()[-8:] == row.split()[-8:]
    data = json.loads(cli("pack", "verify", str(pack), "--mutants", "--exercise", "find-shells", "--json").out)
    assert data["mutants"][0]["mutants"] == counts[0]
    assert (data["mutants"][0]["criteria"], data["mutants"][0]["decoys"]) == (5, 2)


def two_exercises(folder: Path, **changed: str) -> Path:
    """The small pack with a second exercise, which is broken where ``changed`` says so."""
    write_pack(folder)
    shutil.copytree(folder / "exercises" / "find-shells", folder / "exercises" / "other")
    other = folder / "exercises" / "other" / "exercise.yaml"
    other.write_text(other.read_text().replace("0f6c3a0e", "1f6c3a0e"))
    for name, text in changed.items():
        (folder / "exercises" / "other" / f"{name}.yaml").write_text(text)
    return folder


@pytest.mark.parametrize("mutants", [False, True])
def test_verify_of_one_exercise_looks_at_no_other(cli: Cli, tmp_path: Path, mutants: bool) -> None:
    folder = two_exercises(tmp_path, reference="- rule: [\n")
    more = ["--mutants"] if mutants else []
    data = json.loads(cli("pack", "verify", str(folder), "--exercise", "find-shells", "--json", *more).out)
    rows = data["checks"] if mutants else data
    assert {row["exercise"] for row in rows} == {"scenario shells", "find-shells"}
    assert all(row["ok"] for row in rows)
    assert cli("pack", "verify", str(folder), "--exercise", "find-shells").code == 0
    bad = cli("pack", "verify", str(folder), "--exercise", "other", *more)
    assert bad.code == 1
    assert "FAIL other" in bad.out
    assert cli("pack", "verify", str(folder), "--exercise", "nothing").code == 2


def test_verify_with_mutants_fails_on_a_proof_that_fails(cli: Cli, tmp_path: Path) -> None:
    """Every mutant dies when all is graded that the reference says, and yet the decoy does not do what it should."""
    accepted = "accepted_mutants:\n"
    pack = write_pack(tmp_path / "a")
    for one in json.loads(cli("pack", "verify", str(pack), "--mutants", "--json").out)["mutants"][0]["results"]:
        if one["fate"] == "survived":
            accepted += f"  - {{mutant: {json.dumps(one['mutant'])}, reason: r}}\n"
    good = write_pack(tmp_path / "b", exercise=EXERCISE + accepted)
    assert cli("pack", "verify", str(good), "--mutants").code == 0
    wrong = write_pack(tmp_path / "c", exercise=EXERCISE.replace("fails: [quiet]", "fails: [catches]") + accepted)
    done = cli("pack", "verify", str(wrong), "--mutants", "--exercise", "find-shells")
    assert done.code == 1
    assert "FAIL find-shells" in done.out
    assert done.out.splitlines()[-1].split()[3] == "FAIL"


def test_build_prints_the_archives_checksum(cli: Cli, pack: Path, tmp_path: Path) -> None:
    done = cli("pack", "build", str(pack), "-o", str(tmp_path / "a.tar.gz"), "--json")
    data = json.loads(done.out)
    assert done.code == 0
    assert data["sha256"] == hashlib.sha256((tmp_path / "a.tar.gz").read_bytes()).hexdigest()
    assert data["pack"] == {"id": "small", "version": "1.2.0"}


@pytest.mark.parametrize("name, code", [("x.zip", 2), ("no-folder/x.ckspack", 2)])
def test_build_says_what_a_name_must_be(cli: Cli, pack: Path, tmp_path: Path, name: str, code: int) -> None:
    assert cli("pack", "build", str(pack), "-o", str(tmp_path / name)).code == code
    assert not (tmp_path / name).exists()


def test_a_pack_with_errors_leaves_the_old_archive(cli: Cli, archive: Path, pack: Path) -> None:
    before = archive.read_bytes()
    (pack / "exercises" / "find-shells" / "task.en.md").write_text("Nothing.\n")
    done = cli("pack", "build", str(pack), "-o", str(archive))
    assert done.code == 1
    assert "task.en.md:1:1: error" in done.err
    assert archive.read_bytes() == before
    assert [path.name for path in archive.parent.iterdir() if path.name.startswith(".small")] == []


def test_install_asks_and_writes_nothing_without_a_yes(
    cli: Cli, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = cli("pack", "install", str(archive))
    assert refused.code == 2
    assert "--yes" in refused.err
    assert "root@web$ sh -c id" in refused.err
    monkeypatch.setattr("trainer.cli.pack_store.is_terminal", lambda stream: True)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert cli("pack", "install", str(archive)).code == 1
    assert not (tmp_path / "home").exists()


def test_trust_is_asked_once(cli: Cli, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("trainer.cli.pack_store.is_terminal", lambda stream: True)
    monkeypatch.setattr("click.confirm", lambda *_, **__: asked.append(1) is None)
    for command in ("install", "remove", "install"):
        assert cli("pack", command, "small" if command == "remove" else str(archive)).code == 0
    assert asked == [1]


def test_an_installed_pack_is_used_listed_and_removed(cli: Cli, archive: Path, rules: Path) -> None:
    assert cli("pack", "install", str(archive), "--yes").code == 0
    for name in ("find-shells", "small/find-shells", "small@1.2.0/find-shells"):
        assert cli("grade", name, "--rules", str(rules), "--recorded", "--json").code == 0, name
    listed = json.loads(cli("list", "--json").out)
    assert {"pack", "exercises", "exams", "packs"} <= set(listed)
    assert "find-shells" not in {row["slug"] for row in listed["exercises"]}
    (other,) = listed["packs"]
    assert (other["id"], other["exercises"][0]["slug"], other["exercises"][0]["state"]) == ("small", "find-shells", "passed")
    assert "small/find-shells" in cli("list").out
    assert [row["id"] for row in json.loads(cli("pack", "list", "--json").out)] == ["cks-core", "small"]
    info = json.loads(cli("pack", "info", "small", "--json").out)
    assert info["runs"][0]["commands"][0] == {"container": "web", "user": "root", "command": "sh -c id"}
    assert info["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert cli("pack", "remove", "small@1.2.0").code == 0
    assert json.loads(cli("list", "--json").out)["packs"] == []
    assert cli("grade", "small/find-shells", "--rules", str(rules)).code == 2


def test_a_slug_of_two_packs_wants_the_packs_name(cli: Cli, tmp_path: Path, rules: Path) -> None:
    for name in ("one", "two"):
        folder = write_pack(tmp_path / name, pack=PACK.replace("id: small", f"id: {name}"))
        assert cli("pack", "install", str(folder), "--yes").code == 0
    done = cli("grade", "find-shells", "--rules", str(rules), "--recorded")
    assert done.code == 2
    assert "one/find-shells, two/find-shells" in done.err
    assert cli("grade", "two/find-shells", "--rules", str(rules), "--recorded").code == 0


def test_the_newest_version_answers_to_the_packs_name(cli: Cli, tmp_path: Path, rules: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        changed = EXERCISE.replace("{en: Find shells,", f"{{en: Of {version},")
        folder = write_pack(tmp_path / version, pack=PACK.replace("1.2.0", version), exercise=changed)
        assert cli("pack", "install", str(folder), "--yes").code == 0
    (other,) = json.loads(cli("list", "--json").out)["packs"]
    assert other["exercises"][0]["title"]["en"] == "Of 1.10.0"
    assert cli("grade", "small@1.9.0/find-shells", "--rules", str(rules), "--recorded").code == 0


def test_info_looks_at_a_folder_and_an_archive_without_installing(cli: Cli, archive: Path, pack: Path, tmp_path: Path) -> None:
    answers = [json.loads(cli("pack", "info", str(source), "--json").out) for source in (archive, pack)]
    assert answers[0] == answers[1]
    assert not (tmp_path / "home").exists()
    assert cli("pack", "info", "no-such-pack").code == 2


def test_a_wrong_checksum_is_refused(cli: Cli, archive: Path, tmp_path: Path) -> None:
    done = cli("pack", "install", str(archive), "--sha256", "0" * 64, "--yes")
    assert done.code == 2
    assert hashlib.sha256(archive.read_bytes()).hexdigest() in done.err
    assert not (tmp_path / "home").exists()
    assert cli("pack", "install", str(archive), "--sha256", build_pack(tmp_path / "pack").sha256, "--yes").code == 0


@pytest.mark.parametrize("name", TEN)
def test_a_hostile_archive_is_refused_with_a_sentence(cli: Cli, archive: Path, tmp_path: Path, name: str) -> None:
    hostile = write(tmp_path, name, archive.read_bytes())
    before = tree(tmp_path)
    done = cli("pack", "install", str(hostile), "--yes")
    assert done.code == 2
    assert done.out == ""
    assert HOSTILE[name][1] in done.err
    assert "next:" in done.err
    assert "\x1b" not in done.err
    assert tree(tmp_path) == before
    assert not (tmp_path / "home").exists()
    assert not list(Path("/tmp").glob("escaped*"))
