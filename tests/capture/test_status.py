"""Without a Docker engine: a status with the next step, and the errors of a run."""

from __future__ import annotations

import pytest

from trainer.capture import docker_status, run_scenario
from trainer.capture.containers import files_archive
from trainer.capture.docker_engine import connect, owner_alive, owner_mark
from trainer.capture.image_index import ImageIndex
from trainer.capture.kit import IMAGE_SHELL, KIT_SHELL, shell_of
from trainer.capture.runner import environment
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


@pytest.mark.parametrize(
    ("links", "files", "own"),
    [
        ({"/bin": "usr/bin", "/usr/bin/sh": "dash"}, ["/usr/bin/dash"], False),
        ({"/bin/sh": "/bin/bash"}, ["/bin/bash"], False),
        ({"/bin/sh": "busybox"}, ["/bin/busybox"], True),
        ({"/bin/sh": "dash"}, [], True),
        ({}, ["/bin/sh"], True),
        ({}, ["/tool"], True),
    ],
)
def test_the_trainers_shell_stands_in_where_an_image_has_none_to_trust(
    links: dict[str, str], files: list[str], own: bool
) -> None:
    index = ImageIndex("0" * 12, links, {}, "", "", frozenset(files), {}, {})
    assert (shell_of(index) == KIT_SHELL) is own
    assert (shell_of(index) == IMAGE_SHELL) is not own


def test_a_containers_own_variables_replace_the_images() -> None:
    found = environment(["A=image", "B=b=c", "PATH=/opt/bin"], {"A": "own", "C": ""})
    assert found == ("PATH=/opt/bin", "A=own", "B=b=c", "C=")


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
