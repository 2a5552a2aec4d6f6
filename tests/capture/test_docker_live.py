"""Live runs on a real Docker engine: events while an action runs, and nothing left whatever happens."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trainer.capture import clean, docker_status, ensure_image, run_scenario
from trainer.capture.docker_engine import LABEL, OWNER_HOST, OWNER_PID, connect, host_name
from trainer.capture.image import BASE_IMAGE
from trainer.content.model import Action, ActionKind, Container, Scenario
from trainer.errors import CaptureCancelled, CaptureError, DockerUnavailable, ImageMissing
from trainer.events import Event, read_recording, write_recording
from trainer.events.normal import normalised

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Skips, saying so, where no Docker engine answers; there is one in CI, so there it fails."""
    status = docker_status()
    if not status.available:
        if os.environ.get("CI"):
            pytest.fail(f"Docker is needed in CI: {status.problem}")
        pytest.skip(f"no Docker engine: {status.problem}")
    if not (status.image_present and status.tracer_present):
        ensure_image()


def action(
    name: str, *run: str, container: str = "web", user: str | None = None, tty: bool = False, timeout: float = 10.0
) -> Action:
    return Action(name, run, container, ActionKind.ATTACK, user=user, tty=tty, timeout=timeout)


def scenario(*actions: Action, containers: tuple[Container, ...] = (Container("web", "nginx:1.25"),)) -> Scenario:
    return Scenario("test", 1, containers, actions)


def of_run(run_label: str | None = None) -> list[dict[str, Any]]:
    return connect().containers(all=True, filters={"label": f"{LABEL}={run_label}" if run_label else LABEL})


def mine() -> list[str]:
    """Containers of this process."""
    return [
        found["Names"][0]
        for found in connect().containers(all=True, filters={"label": LABEL})
        if found["Labels"].get(OWNER_PID, "").startswith(f"{os.getpid()}:")
    ]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert mine() == []
    networks = connect().networks(filters={"label": LABEL})
    assert [found["Name"] for found in networks if found["Labels"].get(OWNER_PID, "").startswith(f"{os.getpid()}:")] == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith(("action", "tracer"))] == []


def run(found: Scenario, **options: Any) -> tuple[list[Event], Any]:
    events: list[Event] = []
    recording = run_scenario(found, events.append, **options)
    assert list(recording.events) == events
    return events, recording


def test_actions_run_in_order_and_events_name_them() -> None:
    events, recording = run(
        scenario(
            action("write", "sh", "-c", "echo one >/tmp/x"),
            action("read", "cat", "/tmp/x"),
            action("fail", "sh", "-c", "exit 3", user="app"),
        )
    )
    assert [(result.id, result.exit_code, result.error) for result in recording.actions] == [
        ("write", 0, None),
        ("read", 0, None),
        ("fail", 3, None),
    ]
    assert {event.action for event in events} == {"write", "read", "fail"}
    assert [event.num for event in events] == list(range(1, len(events) + 1))
    assert recording.actions[0].ended_ns <= recording.actions[1].started_ns


def test_events_come_while_the_action_runs() -> None:
    seen: list[float] = []
    found = scenario(action("slow", "sh", "-c", "cat /etc/hostname; sleep 1.5; cat /etc/hostname"))
    run_scenario(found, lambda event: seen.append(time.monotonic()))
    assert seen[-1] - seen[0] > 1.2  # and were not all handed over at the end


def test_files_users_and_environment_of_a_container() -> None:
    web = Container(
        "web",
        "x",
        env={"COLOUR": "red"},
        files={"/opt/app/run.sh": '#!/bin/sh\ntest "$COLOUR" = red\n', "/mnt/t/f": "t"},
        tmpfs=("/mnt/t",),
    )
    _, recording = run(
        scenario(
            action("script", "/opt/app/run.sh"),
            action("user", "sh", "-c", 'test "$(id -u)" = 1000', user="app"),
            action("tmpfs", "grep", "t", "/mnt/t/f"),
            action("clean-env", "sh", "-c", 'cat /proc/$$/environ | tr "\\0" "\\n" | grep -c ^PWD='),
            containers=(web,),
        )
    )
    assert [result.exit_code for result in recording.actions] == [0, 0, 0, 1]


def test_an_action_may_use_what_an_earlier_one_made() -> None:
    """Its stub is started ahead, when its user does not exist yet."""
    _, recording = run(
        scenario(action("add", "useradd", "eve"), action("be", "id", user="eve"), action("no", "id", user="nobody-here"))
    )
    assert [result.exit_code for result in recording.actions] == [0, 0, None]
    assert "nobody-here" in (recording.actions[2].error or "")


def test_an_interactive_shell_at_a_terminal_ends() -> None:
    _, recording = run(scenario(action("shell", "bash", "-i", tty=True), action("again", "sh", tty=True)))
    assert [(result.exit_code, result.error) for result in recording.actions] == [(0, None), (0, None)]


def test_containers_of_a_network_reach_each_other_and_nothing_else() -> None:
    containers = (
        Container("web", "x", network=True),
        Container("c2", "x", command=("python3", "-IBSc", SERVER), network=True),
        Container("alone", "x"),
    )
    _, recording = run(
        scenario(
            action("call", "nc", "-z", "-w", "2", "{ip:c2}", "4444"),
            action("fixed", "sh", "-c", "case {ip:web} in 10.77.*.10) ;; *) exit 9;; esac"),
            action("alone", "sh", "-c", "! nc -z -w 1 {ip:c2} 4444", container="alone"),
            action("out", "sh", "-c", "! nc -z -w 1 192.0.2.1 80"),
            containers=containers,
        )
    )
    assert [result.exit_code for result in recording.actions] == [0, 0, 0, 0]


SERVER = "import socket\ns=socket.socket(); s.bind(('0.0.0.0',4444)); s.listen(5)\nwhile 1: s.accept()"


def test_an_unknown_address_is_an_error_of_the_scenario() -> None:
    with pytest.raises(CaptureError, match=r"\{ip:c2\}"):
        run(scenario(action("call", "nc", "{ip:c2}", "1")))


def test_a_hanging_action_is_ended_with_all_its_processes() -> None:
    found = scenario(
        action("hang", "sh", "-c", "setsid sleep 77 & trap '' TERM INT; while :; do sleep 78; done", timeout=0.7),
        action("after", "sh", "-c", "! pgrep -f 'sleep 7[78]'"),
    )
    _, recording = run(found)
    assert "time limit" in (recording.actions[0].error or "")
    assert recording.actions[0].exit_code == 137
    assert recording.actions[1].exit_code == 0


def test_what_runs_on_in_the_background_is_still_seen() -> None:
    events, recording = run(scenario(action("spawn", "sh", "-c", "(sleep 0.3; exec cat /etc/hostname) >/dev/null 2>&1 &")))
    assert recording.actions[0].exit_code == 0
    assert recording.actions[0].ended_ns < events[-1].time_ns


@pytest.mark.parametrize("kill", [("pkill", "-9", "-x", "sh"), ("/opt/app/script",)])
def test_an_action_that_kills_every_shell_does_not_hit_the_next_action(kill: tuple[str, ...]) -> None:
    """In the first form it is seen that stubs must not wait beside it; in the second they are killed, and started again."""
    web = Container("web", "x", files={"/opt/app/script": "#!/bin/sh\npkill -9 -x sh\n"})
    _, recording = run(scenario(action("kill", *kill), action("next", "true"), containers=(web,)))
    assert (recording.actions[-1].exit_code, recording.actions[-1].error) == (0, None)


def test_an_action_that_looks_around_does_not_see_the_tracer() -> None:
    looking = [
        action("ps", "ps", "-ef"),
        action("find", "find", "/proc", "-maxdepth", "2", "-name", "status"),
        action("shell", "sh", "-c", "cat /proc/[0-9]*/comm"),
    ]
    events, recording = run(scenario(*looking, action("later", "true")))
    assert recording.actions[0].exit_code == 0
    acting = {event.fields["proc.vpid"] for event in events} | {1}
    seen = {int(number) for event in events for number in re.findall(r"/proc/(\d+)", str(event.fields.get("fd.name", "")))}
    assert 1 in seen
    assert seen <= acting


def run_in_thread(
    found: Scenario, cancel: threading.Event | None = None
) -> tuple[threading.Thread, list[BaseException], threading.Event]:
    """Starts a run; the event is set with the first event of the container."""
    errors: list[BaseException] = []
    running = threading.Event()

    def work() -> None:
        try:
            run_scenario(found, lambda event: running.set(), cancel=cancel)
        except CaptureError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, errors, running


HANG = ("sh", "-c", "cat /etc/hostname; sleep 60")


def test_cancelling_removes_everything() -> None:
    cancel = threading.Event()
    thread, errors, running = run_in_thread(scenario(action("hang", *HANG, timeout=60)), cancel)
    assert running.wait(20)
    cancel.set()
    thread.join(20)
    assert not thread.is_alive()
    assert isinstance(errors[0], CaptureCancelled)


def test_cancelling_before_the_containers_run() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CaptureCancelled):
        run_scenario(scenario(action("a", "true")), lambda event: None, cancel=cancel)


def test_a_container_that_is_killed_is_a_clear_error() -> None:
    thread, errors, running = run_in_thread(scenario(action("hang", *HANG, timeout=60)))
    assert running.wait(20)
    client = connect()
    for found in client.containers(filters={"label": LABEL}):
        if found["Names"][0].endswith("-web") and found["Labels"].get(OWNER_PID, "").startswith(f"{os.getpid()}:"):
            client.remove_container(found["Id"], force=True)
    thread.join(20)
    assert not thread.is_alive()
    assert "web ended before the scenario did" in str(errors[0])


class Proxy:
    """A way to the engine that can be cut."""

    def __init__(self, path: Path, engine: str) -> None:
        self._engine = engine
        self._sockets: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._engine)
                self._sockets += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        for found in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)
            found.close()


def test_an_engine_that_goes_away_is_a_clear_error_and_is_cleaned_up_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Path("/var/run/docker.sock")
    if not engine.is_socket():
        pytest.skip("the engine is not at its usual socket")
    proxy = Proxy(tmp_path / "docker.sock", str(engine))
    with monkeypatch.context() as patch:
        patch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
        thread, errors, running = run_in_thread(scenario(action("hang", *HANG, timeout=60)))
        assert running.wait(20)
        proxy.cut()
        thread.join(20)
    assert not thread.is_alive()
    assert isinstance(errors[0], DockerUnavailable)
    assert "stopped answering" in str(errors[0])
    assert len(mine()) == 2
    assert clean() == 2


@pytest.mark.parametrize("module, name", [("runner", "TRACER_IMAGE"), ("image_index", "BASE_IMAGE")])
def test_an_image_that_is_not_built_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> None:
    monkeypatch.setattr(f"trainer.capture.{module}.{name}", "cks-trainer/not-built:1")
    with pytest.raises(ImageMissing) as raised:
        run(scenario(action("a", "true")))
    assert "doctor --build" in raised.value.help


def test_a_container_that_ends_by_itself_is_a_clear_error() -> None:
    with pytest.raises(CaptureError, match="web ended before the scenario did: exit code 0"):
        run(scenario(action("a", "sleep", "5"), containers=(Container("web", "x", command=("true",)),)))


def test_an_exception_of_the_listener_removes_everything() -> None:
    class Stop(Exception):
        pass

    def listener(event: Event) -> None:
        raise Stop

    with pytest.raises(Stop):
        run_scenario(scenario(action("a", "true")), listener)


CHILD = """
import sys, os
from trainer.capture import run_scenario
from trainer.content.model import *
web = Container("web", "x", network=True)
s = Scenario("t", 1, (web,), (Action("a", ("sleep", "60"), "web", ActionKind.ATTACK, timeout=60),))
run_scenario(s, lambda event: print("event", flush=True))
"""


def start_child() -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parent.parent.parent
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "event\n"
    return child


def owned_by(pid: int) -> int:
    client = connect()
    found = [*client.containers(all=True, filters={"label": LABEL}), *client.networks(filters={"label": LABEL})]
    return sum(1 for item in found if item["Labels"].get(OWNER_PID, "").startswith(f"{pid}:"))


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 15
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()


def test_control_c_removes_everything() -> None:
    child = start_child()
    child.send_signal(signal.SIGINT)
    assert child.wait(20) != 0
    assert owned_by(child.pid) == 0


@pytest.mark.parametrize("how", ["clean", "next run"])
def test_leftovers_of_a_dead_owner_are_removed_and_those_of_the_living_are_not(how: str) -> None:
    living, dead = start_child(), start_child()
    try:
        dead.kill()
        dead.wait()
        assert owned_by(dead.pid) == 3  # container, tracer, network
        if how == "clean":
            assert clean() >= 3
        else:
            run(scenario(action("a", "true")))
        wait_for(lambda: owned_by(dead.pid) == 0)
        assert owned_by(living.pid) == 3
    finally:
        living.kill()
        living.wait()
        clean()
    assert owned_by(living.pid) == 0


def test_a_process_that_got_the_number_of_a_dead_owner_is_not_the_owner() -> None:
    client = connect()
    labels = {LABEL: "old", OWNER_PID: f"{os.getppid()}:1", OWNER_HOST: host_name()}
    made = client.create_container(BASE_IMAGE, command=["true"], labels=labels)
    assert clean() >= 1
    assert made["Id"] not in [found["Id"] for found in client.containers(all=True)]


def test_a_recording_can_be_written_and_read(tmp_path: Path) -> None:
    _, recording = run(scenario(action("read", "cat", "/etc/shadow")))
    write_recording(recording, tmp_path / "r.jsonl")
    found = read_recording(tmp_path / "r.jsonl")
    assert found == normalised(recording)
    assert [event.fields for event in found.events] == [event.fields for event in normalised(recording).events]
