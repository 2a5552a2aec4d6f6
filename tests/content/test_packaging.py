"""Building and installing packs: the same bytes each time, whole or not at all, and nothing outside its folder."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.hostile_archives import HOSTILE, file, members, packed, with_manifest, write
from tests.small_pack import EXERCISE, PACK, REFERENCE, SCENARIO, write_pack
from trainer.content.archives import archive_of, read_archive
from trainer.content.footprint import footprint, footprint_lines, visible
from trainer.content.installing import (
    Installed,
    find_installed,
    install,
    installed,
    is_trusted,
    load_installed,
    remove,
    trust,
    version_key,
)
from trainer.content.lints import lint_pack
from trainer.content.loader import load_pack
from trainer.content.packaging import RefusedPack, build_pack, open_source
from trainer.content.seeds import seeds_to_record
from trainer.errors import PackError


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "home" / "packs"


def archive(pack: Path) -> Path:
    path = pack.parent / "small.ckspack"
    path.write_bytes(build_pack(pack).data)
    return path


def put(source: Path, root: Path, sha256: str | None = None) -> tuple[Installed, bool]:
    with open_source(source, sha256) as candidate:
        return install(candidate, root)


def everything(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def test_the_same_files_give_the_same_bytes(pack: Path, tmp_path: Path) -> None:
    first = build_pack(pack)
    copy = write_pack(tmp_path / "elsewhere" / "copy")
    for path in copy.rglob("*"):
        path.chmod(0o700)
    assert build_pack(copy).data == first.data
    with tarfile.open(fileobj=io.BytesIO(first.data), mode="r:gz") as tar:
        infos = tar.getmembers()
    assert [info.name for info in infos] == sorted(info.name for info in infos)
    assert {(info.mtime, info.uid, info.gid, info.uname, info.mode) for info in infos} == {(0, 0, 0, "", 0o644)}
    assert first.data[4:8] == bytes(4)
    assert "scenarios/shells/recordings/seed-0.jsonl" in {info.name for info in infos}


def test_one_byte_more_is_another_archive(pack: Path) -> None:
    before = build_pack(pack).sha256
    path = pack / "exercises" / "find-shells" / "task.en.md"
    path.write_text(path.read_text() + "\n")
    assert build_pack(pack).sha256 != before


@pytest.mark.parametrize("hidden", [".git/config", "exercises/.draft.yaml", "exercises/find-shells/starter.yaml~", "notes.txt"])
def test_what_is_not_the_packs_stays_out(pack: Path, hidden: str) -> None:
    before = build_pack(pack).data
    (pack / hidden).parent.mkdir(exist_ok=True)
    (pack / hidden).write_text("secret")
    assert build_pack(pack).data == before


@pytest.mark.parametrize(
    "changed, word",
    [
        pytest.param({"exercise": EXERCISE.replace("points: 10", "points: 11")}, "add up", id="an error"),
        pytest.param({"task": "Find it."}, "does not name", id="a task that names nothing"),
        pytest.param({"exercise": EXERCISE.replace("en: Think of macros.", "en: 'container.name = \"web\" and proc.name in (shells)'")}, "part of the reference", id="a hint that tells"),
    ],
)  # fmt: skip
def test_a_pack_with_errors_is_not_built(tmp_path: Path, changed: dict[str, str], word: str) -> None:
    folder = write_pack(tmp_path / "pack", **changed)
    with pytest.raises(RefusedPack) as refused:
        build_pack(folder)
    errors = [diagnostic for diagnostic in refused.value.diagnostics if diagnostic.is_error]
    assert any(word in diagnostic.message for diagnostic in errors)
    assert all(diagnostic.span is not None and diagnostic.span.position.line >= 1 for diagnostic in errors)


def test_a_pack_without_recordings_is_not_built(pack: Path) -> None:
    (pack / "scenarios" / "shells" / "recordings" / "seed-0.jsonl").unlink()
    with pytest.raises(PackError, match="no recording of seed 0: shells") as refused:
        build_pack(pack)
    assert "pack record" in refused.value.help


def test_a_pack_with_a_link_is_not_built(pack: Path) -> None:
    (pack / "exercises" / "find-shells" / "more.yaml").symlink_to("/etc/passwd")
    with pytest.raises(PackError, match="symbolic link"):
        build_pack(pack)


@pytest.mark.parametrize("kind", ["archive", "folder", "git checkout"])
def test_a_pack_is_installed_whole(pack: Path, root: Path, kind: str) -> None:
    if kind == "git checkout":
        (pack / ".git" / "hooks").mkdir(parents=True)
        (pack / ".git" / "config").write_text("[core]\n")
    one, is_new = put(archive(pack) if kind == "archive" else pack, root)
    assert is_new
    assert one.folder == root / "small" / "1.2.0"
    assert load_installed(one).exercises[0].slug == "find-shells"
    assert not list(root.rglob(".git"))
    assert [other.name for other in installed(root)] == ["small@1.2.0"]
    assert not list(root.glob(".new-*"))


def test_installing_again_changes_nothing(pack: Path, root: Path) -> None:
    put(pack, root)
    state = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    _, is_new = put(archive(pack), root)
    assert not is_new
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == state


def test_a_version_is_never_overwritten(pack: Path, root: Path) -> None:
    one, _ = put(pack, root)
    task = one.folder / "exercises" / "find-shells" / "task.en.md"
    before = task.read_text()
    (pack / "exercises" / "find-shells" / "task.en.md").write_text(before + "More.\n")
    with pytest.raises(PackError, match="other contents"):
        put(pack, root)
    assert task.read_text() == before


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_nothing_is_written(pack: Path, root: Path, name: str, tmp_path: Path) -> None:
    path = write(tmp_path, name, archive(pack).read_bytes())
    before = everything(tmp_path)
    outside = {str(place) for place in Path("/tmp").glob("escaped*")}
    with pytest.raises(PackError) as refused:
        put(path, root)
    assert HOSTILE[name][1] in refused.value.message
    assert refused.value.message.isprintable()
    assert refused.value.help
    assert everything(tmp_path) == before
    assert {str(place) for place in Path("/tmp").glob("escaped*")} == outside


def test_a_good_archive_that_was_taken_apart_is_still_good(pack: Path, root: Path, tmp_path: Path) -> None:
    """The helper that makes hostile archives makes good ones too: so a refusal is about what was added."""
    path = tmp_path / "good.ckspack"
    path.write_bytes(packed(with_manifest(members(archive(pack).read_bytes()))))
    assert put(path, root)[1]


@pytest.mark.parametrize(
    "version, word",
    [("99", "upgrade cks-trainer"), ("0", "upgrade the pack")],
)
def test_a_format_version_says_which_side_to_upgrade(tmp_path: Path, root: Path, version: str, word: str) -> None:
    folder = write_pack(tmp_path / "pack", pack=PACK.replace("format_version: 1", f"format_version: {version}"))
    with pytest.raises(RefusedPack) as refused:
        put(folder, root)
    assert any(word in diagnostic.help for diagnostic in refused.value.diagnostics)
    assert not root.exists()


@pytest.mark.parametrize("version", ["..", "../x", "1..2", "a/b", ".1", "1.", "x" * 60, "1\n2"])
def test_a_version_that_is_no_name_for_a_folder(tmp_path: Path, root: Path, version: str) -> None:
    folder = write_pack(tmp_path / "pack", pack=PACK.replace("version: 1.2.0", f'version: "{version}"'.replace("\n", "\\n")))
    with pytest.raises(PackError):
        put(folder, root)
    assert not root.exists()


def test_a_pin_holds_archives_and_folders(pack: Path, root: Path) -> None:
    built = build_pack(pack)
    path = archive(pack)
    for source in (path, pack):
        with pytest.raises(PackError, match="not the pack that was pinned"):
            put(source, root, "0" * 64)
        assert not root.exists()
    with pytest.raises(PackError, match="no sha256"):
        put(path, root, "abc")
    assert put(path, root, built.sha256.upper())[1]
    assert not put(pack, root, built.sha256)[1]


def test_trust_is_for_one_version_with_its_contents(pack: Path, root: Path) -> None:
    with open_source(pack) as candidate:
        assert not is_trusted(root, candidate)
        trust(root, candidate)
        assert is_trusted(root, candidate)
    with open_source(archive(pack)) as candidate:
        assert is_trusted(root, candidate)
    path = pack / "exercises" / "find-shells" / "task.en.md"
    path.write_text(path.read_text() + "More.\n")
    with open_source(pack) as candidate:
        assert not is_trusted(root, candidate)


def test_versions_and_removal(tmp_path: Path, root: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.10.0-rc1"):
        put(write_pack(tmp_path / version, pack=PACK.replace("1.2.0", version)), root)
    assert [one.version for one in installed(root)] == ["1.10.0", "1.10.0-rc1", "1.9.0"]
    assert find_installed(root, "small").version == "1.10.0"
    assert find_installed(root, "small@1.9.0").version == "1.9.0"
    with pytest.raises(PackError, match="3 versions"):
        remove(root, "small")
    assert remove(root, "small@1.10.0").version == "1.10.0"
    assert find_installed(root, "small").version == "1.10.0-rc1"
    for name in ("small@1.10.0-rc1", "small"):
        remove(root, name)
    assert installed(root) == ()
    assert not (root / "small").exists()
    with pytest.raises(PackError, match="no installed pack"):
        remove(root, "../../etc")


def test_versions_of_all_shapes_can_be_ordered() -> None:
    versions = ["1", "1a", "1.0", "1.0-rc.1", "v2", "2024-01", "1.0+x", "a.b"]
    assert len(sorted(versions, key=version_key)) == len(versions)
    assert version_key("1.10") > version_key("1.9") > version_key("1.9-rc2") > version_key("1.9-rc1")


def test_a_failed_write_leaves_nothing(pack: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with open_source(pack) as candidate:
        monkeypatch.setattr("trainer.content.installing._write_json", full)
        with pytest.raises(PackError, match="No space left"):
            install(candidate, root)
    assert installed(root) == ()
    assert not list(root.rglob("*"))


def test_the_summary_tells_what_will_run_and_obeys_nothing(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("run: [sh, -c, id]", 'run: [sh, -c, "id\\e[2J"]').replace(
        "    image: alpine:3.20\n", "    image: alpine:3.20\n    cap_add: [CAP_SYS_ADMIN]\n    user: app\n"
    )
    loaded, _ = load_pack(write_pack(tmp_path, scenario=scenario))
    assert loaded is not None
    lines = list(footprint_lines(footprint(loaded)))
    text = "\n".join(lines)
    for words in (
        "root@web$ sh -c 'id\\x1b[2J'",
        "app@reports$ sh -c date",
        "CAREFUL",
        "SYS_ADMIN",
        "private",
        "nginx:1.27",
        "shop",
    ):
        assert words in text
    assert all(line.isprintable() for line in lines)
    assert visible("a\u202eb\x07") == "a\\u202eb\\x07"


def test_seeds_to_record_show_every_choice(pack: Path) -> None:
    folder = pack / "scenarios" / "shells"
    from trainer.content.scenarios import read_scenario

    seeds = seeds_to_record(folder)
    assert seeds[0] == 0
    apps = set()
    for seed in seeds:
        scenario, _ = read_scenario(folder, seed)
        assert scenario is not None
        apps.add(scenario.variables["app"])
    assert apps == {"web", "shop", "billing"}
    assert len(seeds) == 3
    (folder / "recordings" / "seed-9.jsonl").write_text("")
    assert 9 in seeds_to_record(folder)


def test_reading_an_archive_gives_what_was_put_in(tmp_path: Path) -> None:
    path = tmp_path / "x.ckspack"
    path.write_bytes(archive_of({"exercises/a.yaml": b"a", "scenarios/b.yaml": b""}))
    assert read_archive(path)[0] == {"exercises/a.yaml": b"a", "scenarios/b.yaml": b""}
    path.write_bytes(packed([file("exercises/a.yaml"), file("exercises/b.yaml")]))
    assert set(read_archive(path)[0]) == {"exercises/a.yaml", "exercises/b.yaml"}


@pytest.mark.parametrize("length, leaks", [(41, True), (39, False)])
def test_a_hint_shares_no_forty_characters_with_the_reference(tmp_path: Path, length: int, leaks: bool) -> None:
    piece = " ".join(REFERENCE.split())[50 : 50 + length]
    hint = EXERCISE.replace(
        "{en: Think of macros., ko: 매크로를 생각하세요.}", f"{{en: '~{piece.replace(chr(39), '')}~', ko: 힌트}}"
    )
    loaded, _ = load_pack(write_pack(tmp_path, exercise=hint))
    assert loaded is not None
    found = [diagnostic for diagnostic in lint_pack(loaded) if "part of the reference" in diagnostic.message]
    assert bool(found) is leaks
    if leaks:
        assert found[0].span is not None
        assert found[0].span.text.startswith("'~")
