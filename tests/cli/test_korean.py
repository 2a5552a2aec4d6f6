"""What list and grade print in Korean has no English words left, and columns stand below each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.small_pack import EVERY_CONTAINER, write_pack
from trainer.diagnostics.render import display_width

Cli = Callable[..., Done]


def test_a_report_in_korean(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_pack(tmp_path / "pack")
    rules = tmp_path / "rules.yaml"
    rules.write_text(EVERY_CONTAINER)
    monkeypatch.setenv("CKS_TRAINER_LANG", "ko")
    done = cli("grade", str(folder / "exercises" / "find-shells"), "--rules", str(rules), "--recorded")
    assert "통과하지 못함: 10점 중 8점 (녹화, 변형 0)" in done.out
    for word in ("passed", "failed", "expected", "actual", "why", "help", "caught", "silent", "points", "variant"):
        assert not re.search(rf"\b{word}\b", done.out), word


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_columns_stand_below_each_other(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    assert cli("pack", "install", str(write_pack(tmp_path / "pack")), "--yes").code == 0
    monkeypatch.setenv("CKS_TRAINER_LANG", lang)
    unit = "분  " if lang == "ko" else " min  "
    lines = [line for line in cli("list").out.splitlines() if re.search(rf"\d{unit}", line) and "%" not in line]
    assert any("small/find-shells" in line for line in lines)
    assert len({display_width(line.split(unit)[0]) for line in lines}) == 1
