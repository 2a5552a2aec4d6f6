"""A recording that is made twice is one file: what chance decides is not in it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.docker_engine import needs_docker
from trainer.capture import run_scenario
from trainer.content import load_scenario
from trainer.events import write_recording


@needs_docker
@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@pytest.mark.parametrize("name", ["read-shadow", "team-shells"])
def test_recording_twice_gives_the_same_file(tmp_path: Path, name: str) -> None:
    for number in ("one", "two"):
        write_recording(run_scenario(load_scenario(name), lambda event: None), tmp_path / number)
    one, two = ((tmp_path / number).read_bytes() for number in ("one", "two"))
    assert one == two
    assert len(gzip.compress(one)) < 100_000
