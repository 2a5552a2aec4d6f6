"""The tree's own rules: module size, names, no registry host or machine path in a tracked file."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = sorted((ROOT / "trainer").rglob("*.py"))


def test_modules_stay_small() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in MODULES if (lines := len(path.read_text().splitlines())) > 500}
    assert not long


def test_no_catch_all_module() -> None:
    assert not [path for path in MODULES if path.name in {"utils.py", "helpers.py", "misc.py"}]


def test_every_module_says_what_it_owns() -> None:
    silent = [str(path.relative_to(ROOT)) for path in MODULES if not path.read_text().lstrip().startswith(('"""', 'r"""'))]
    assert not silent


def test_no_machine_path_is_tracked() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    needle = "/" + "work/"
    found = [name for name in names if name and (ROOT / name).is_file() and needle.encode() in (ROOT / name).read_bytes()]
    assert not found
