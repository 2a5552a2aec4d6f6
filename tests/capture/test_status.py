"""Without a Docker engine: a status with the next step, and the errors of a run."""

from __future__ import annotations

import pytest

from trainer.capture import docker_status, run_scenario
from trainer.capture.containers import files_archive
from trainer.capture.docker_engine import connect, owner_alive, owner_mark
from trainer.content.model import Scenario
from trainer.errors import DockerUnavailable


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:9", "nonsense://x"])
def test_no_engine_is_a_status_with_a_next_step(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    status = docker_status()
    assert not status.available
    assert status.problem.startswith("no Docker engine answers: ")
    assert "Traceback" not in status.problem
    assert "cks-trainer doctor" in status.next_step
    with pytest.raises(DockerUnavailable):
        connect()
    with pytest.raises(DockerUnavailable):
        run_scenario(Scenario("x", 1, (), ()), lambda event: None)


def test_an_owner_is_alive_only_as_the_same_process() -> None:
    assert owner_alive(owner_mark())
    pid, _, started = owner_mark().partition(":")
    assert not owner_alive(f"{pid}:{started}0")
    assert not owner_alive("")
    assert not owner_alive("999999999:1")


def test_scripts_of_a_scenario_can_be_executed() -> None:
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(files_archive({"/a/run": "#!/bin/sh\n", "/a/text": "é"}))) as archive:
        assert {member.name: oct(member.mode) for member in archive} == {"a/run": "0o755", "a/text": "0o644"}
        text = archive.extractfile("a/text")
        assert text is not None
        assert text.read() == "é".encode()
