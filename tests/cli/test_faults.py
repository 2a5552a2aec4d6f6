"""Faults of the machine and of ourselves at the outermost boundary of the commands."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Cli = Callable[..., Done]


def test_a_bug_of_ours_is_a_sentence_and_a_log(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr("trainer.cli.grading.core_pack", fail)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = cli("list", bug=True)
    assert done.code == 2
    assert "a bug in cks-trainer: RuntimeError: oops" in done.err
    (log,) = tmp_path.glob("cks-trainer-error-*.log")
    assert str(log) in done.err
    assert "Traceback" in log.read_text()


@pytest.mark.parametrize("place", ["missing/out.jsonl", "file/out.jsonl", "folder"])
def test_record_looks_at_its_output_before_it_runs(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr("trainer.cli.machine.run_scenario", lambda *_, **__: pytest.fail("it ran"))
    done = cli("record", "devmem", "-o", str(tmp_path / place))
    assert done.code == 2
    assert "next: " in done.err
    assert not (tmp_path / "missing").exists()
