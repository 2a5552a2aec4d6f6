"""What `record --format scap` writes of a run in Docker, as sysdig reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docker_engine import needs_docker
from tests.events.test_scap import _RETURNS, needs_sysdig, sysdig, sysdig_file, sysdig_type
from trainer.cli.main import run_cli
from trainer.events import read_recording


@needs_docker
@needs_sysdig
@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@pytest.mark.parametrize("scenario", ["read-shadow", "download-tools"])
def test_sysdig_reads_what_a_run_wrote(scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "home"))
    path = tmp_path / "run.scap"
    assert run_cli(["record", scenario, "--format", "scap", "-o", str(path)]) == 0
    events = read_recording(path).events
    rows = sysdig(path, "evt.type proc.name fd.name", _RETURNS)
    assert len(rows) == len(events) > 100
    for event, (kind, process, file) in zip(events, rows, strict=True):
        expected = sysdig_file(event)
        assert (kind, process) == (sysdig_type(event), event.fields["proc.name"]), event.num
        assert expected is None or (file or "<NA>") == expected, event.num
