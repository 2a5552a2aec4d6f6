"""The wheel carries the core pack and every data file, and finds them where it is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (found,) = folder.glob("*.whl")
    return found


def test_wheel_has_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "trainer", "exercises", "scenarios"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    wanted = {name if name.startswith("trainer/") else f"trainer/_core/{name}" for name in tracked.stdout.split()}
    assert wanted <= names
    assert "trainer/_core/exercises/pack.yaml" in names


def test_installed_wheel_grades(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from trainer.content import core_pack_folder, load_pack\n"
        "from trainer.grading import Submission, grade\n"
        "folder = core_pack_folder(); assert str(folder).startswith(sys.argv[1]), folder\n"
        "pack, problems = load_pack(folder); assert not problems\n"
        "exercise = pack.exercises[0]\n"
        "report = grade(exercise, Submission({'falco_rules.local.yaml': exercise.reference}), pack.base_rules, live=False, pack=pack)\n"
        "print(report.passed)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code, str(site)], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == "True", done.stderr
