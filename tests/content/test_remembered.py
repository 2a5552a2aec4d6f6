"""A pack that is remembered is the pack that is there."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from tests.small_pack import write_pack
from trainer.content import load_pack, remembered
from trainer.content.remembered import load_pack_remembered


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "memory"


def files(memory: Path) -> list[Path]:
    return sorted(memory.iterdir()) if memory.is_dir() else []


def test_the_second_time_nothing_is_read(folder: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_pack_remembered(folder, memory)
    assert first == load_pack(folder.resolve())
    assert first[0] is not None
    monkeypatch.setattr(remembered, "load_pack", lambda _: pytest.fail("was read again"))
    assert load_pack_remembered(folder, memory) == first


@pytest.mark.parametrize("name", ["exercises/pack.yaml", "exercises/{slug}/task.en.md", "scenarios/{scenario}/scenario.yaml"])
def test_a_changed_file_is_read(folder: Path, memory: Path, name: str) -> None:
    pack, _ = load_pack_remembered(folder, memory)
    assert pack is not None
    path = folder / name.format(slug=pack.exercises[0].slug, scenario=pack.exercises[0].scenario)
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "# a word\n", encoding="utf-8")
    assert load_pack_remembered(folder, memory) == load_pack(folder.resolve())
    path.write_text(text + "? [\n", encoding="utf-8")
    again = load_pack_remembered(folder, memory)
    assert again == load_pack(folder.resolve())
    assert again != (pack, ())


def test_a_new_exercise_is_seen(folder: Path, memory: Path) -> None:
    pack, _ = load_pack_remembered(folder, memory)
    assert pack is not None
    (folder / "exercises" / "another").mkdir()
    _, found = load_pack_remembered(folder, memory)
    assert any("another" in (diagnostic.span.file.name if diagnostic.span else "") for diagnostic in found)


@pytest.mark.parametrize("data", [b"", b"rubbish", pickle.dumps(1), pickle.dumps(((), (None, ()))), b"\x80\x05"])
def test_a_damaged_memory_is_nothing(folder: Path, memory: Path, data: bytes) -> None:
    first = load_pack_remembered(folder, memory)
    (path,) = files(memory)
    path.write_bytes(data)
    assert load_pack_remembered(folder, memory) == first
    assert path.read_bytes() != data


class _Command:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def test_a_hostile_memory_runs_nothing(folder: Path, memory: Path, tmp_path: Path) -> None:
    first = load_pack_remembered(folder, memory)
    (path,) = files(memory)
    stamp = pickle.loads(path.read_bytes())[0]
    path.write_bytes(pickle.dumps((stamp, _Command(f"touch {tmp_path}/ran"))))
    assert load_pack_remembered(folder, memory) == first
    assert not (tmp_path / "ran").exists()


def test_without_a_place_to_write_the_pack_is_read(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("in the way")
    assert load_pack_remembered(folder, place / "memory") == load_pack(folder.resolve())
    assert place.read_text() == "in the way"
