"""Runs a scenario in Docker: containers up, actions in their order under the tracer, events out meanwhile, containers gone."""

from __future__ import annotations

import queue
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from trainer.capture.actions import ActionLoop
from trainer.capture.containers import RunObjects, remove_leftovers
from trainer.capture.docker_engine import BUILD_IMAGE, connect, docker_errors
from trainer.capture.image import BASE_IMAGE, TRACER_IMAGE, OnProgress, Progress
from trainer.capture.image_index import image_index
from trainer.capture.model import ContainerInfo, bounding_set
from trainer.capture.node import container_identity, image_identity
from trainer.capture.strace import STRACE_OPTIONS
from trainer.capture.streams import start_thread
from trainer.capture.tracers import Message, Target
from trainer.content.digest import scenario_digest
from trainer.content.given import given_recording
from trainer.content.model import Container, Scenario
from trainer.errors import CaptureCancelled, CaptureError, DockerUnavailable, ImageMissing
from trainer.events import Event, Recording, RecordingHeader

if TYPE_CHECKING:
    from docker import APIClient

_TICK = 0.05
_SYSTEM_MOUNTS = (
    *("/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"),
    *("/etc/hosts", "/etc/hostname", "/etc/resolv.conf"),
)
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ADDRESS = re.compile(r"\{ip:([^{}]+)\}")


def run_scenario(
    scenario: Scenario,
    on_event: Callable[[Event], None],
    *,
    on_progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> Recording:
    """Run ``scenario``; blocking. ``on_event`` gets each event when it happens, in the calling thread.

    Raises DockerUnavailable, ImageMissing, CaptureCancelled, CaptureError; whatever happens, nothing is left in the engine.
    Of a scenario whose events are given nothing is run, and no engine is asked.
    """
    if scenario.is_given:
        recording = given_recording(scenario)
        for event in recording.events:
            if cancel is not None and cancel.is_set():
                raise CaptureCancelled("the run was cancelled")
            on_event(event)
        return recording
    client = connect()
    _check_images(client, scenario)
    objects = RunObjects(client, uuid.uuid4().hex[:12])
    run = _Run(scenario, objects, client, on_event, on_progress or (lambda progress: None), cancel or threading.Event())
    sweep = start_thread("leftovers", lambda: _sweep(client))
    try:
        with docker_errors(f"running the scenario {scenario.name}"):
            return run.run()
    finally:
        with docker_errors("removing the scenario's containers"):
            objects.remove()
        run.close()
        sweep.join(timeout=10)


def _check_images(client: APIClient, scenario: Scenario) -> None:
    from docker.errors import ImageNotFound

    with docker_errors("looking for the images"):
        try:
            client.inspect_image(TRACER_IMAGE)  # type: ignore[no-untyped-call]
            for container in scenario.containers:
                image_index(client, container.base)
        except ImageNotFound:
            raise ImageMissing(f"the image {BASE_IMAGE} or {TRACER_IMAGE} is not in this Docker engine", BUILD_IMAGE) from None


def environment(image: Iterable[str], own: Mapping[str, str]) -> tuple[str, ...]:
    """Of a container's first process: the image's variables, and the container's own in their place or after them."""
    found = dict([item.partition("=")[::2] for item in (_PATH, *image)]) | dict(own)
    return tuple([f"{name}={value}" for name, value in found.items()])


def _sweep(client: APIClient) -> None:
    # The run itself will say what is wrong with the engine.
    with suppress(CaptureError):
        remove_leftovers(client)


class _Run:
    def __init__(
        self,
        scenario: Scenario,
        objects: RunObjects,
        client: APIClient,
        on_event: Callable[[Event], None],
        on_progress: OnProgress,
        cancel: threading.Event,
    ) -> None:
        self._scenario = scenario
        self._objects = objects
        self._client = client
        self._on_event = on_event
        self._on_progress = on_progress
        self._cancel = cancel
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._addresses: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="cks-trainer start")
        self._targets: dict[str, Target] = {}

    def run(self) -> Recording:
        started = time.time_ns()
        scenario = self._scenario
        self._on_progress(Progress(0, len(scenario.actions), "starting the containers"))
        self._start_containers()
        loop = ActionLoop(
            self._targets,
            {name: self._info(target.container) for name, target in self._targets.items()},
            self._messages,
            self._pool,
            self._on_event,
            self._on_progress,
            self._cancel,
        )
        actions = [replace(action, run=self._filled_in(action.run)) for action in scenario.actions]
        events, results = loop.run(actions)
        engine = f"docker, API {self._objects.client.api_version}"
        digest = scenario_digest(scenario)
        header = RecordingHeader(
            scenario=scenario.name, seed=scenario.seed, engine=engine, start_ns=started, scenario_digest=digest
        )
        return Recording(header, events, results)

    def close(self) -> None:
        """After the containers were removed: what is still being created removes itself, and is waited for."""
        for target in self._targets.values():
            target.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start_containers(self) -> None:
        containers = self._scenario.containers
        self._addresses = self._objects.make_network({item.name: item.address for item in containers if item.network})
        starts = {action.container: action for action in self._scenario.actions if action.starts}
        for item in containers:
            start = starts.get(item.name)
            item = replace(item, command=start.run) if start is not None else item
            self._targets[item.name] = Target(self._objects, self._with_addresses(item), self._messages, start)
        waited = [self._pool.submit(self._start_container, target) for target in self._targets.values()]
        for future in waited:
            self._wait(future)

    def _wait(self, future: Future[None]) -> None:
        while True:
            if self._cancel.is_set():
                raise CaptureCancelled("the run was cancelled")
            try:
                return future.result(timeout=_TICK)
            except NotYet:
                if future.done():
                    raise

    def _start_container(self, target: Target) -> None:
        container = target.container
        target.create(self._addresses.get(container.name))
        acts = any(action.container == container.name for action in self._scenario.actions)
        if acts:
            target.create_tracer(STRACE_OPTIONS)
            target.attach()
        self._objects.start(target.id, container)
        if acts:
            self._pool.submit(self._start_tracer, target)
        if container.network and target.start is None and PurePosixPath(container.command[0]).name != "sleep":
            self._objects.wait_listening(target.id)

    def _start_tracer(self, target: Target) -> None:
        try:
            with docker_errors(f"starting the tracer of {target.container.name}"):
                target.start_tracer()
        except CaptureError as error:
            kind = "lost" if isinstance(error, DockerUnavailable) else "broken"
            self._messages.put(Message(kind, target, "", error.message.encode()))

    def _filled_in(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """``{ip:NAME}`` replaced by the address of the container NAME."""

        def address(found: re.Match[str]) -> str:
            if found[1] not in self._addresses:
                raise CaptureError(f"{found[0]}: the scenario {self._scenario.name} has no container {found[1]} with network")
            return self._addresses[found[1]]

        return tuple([_ADDRESS.sub(address, word) for word in words])

    def _with_addresses(self, item: Container) -> Container:
        return replace(
            item,
            command=self._filled_in(item.command),
            env=dict(zip(item.env, self._filled_in(tuple(item.env.values())), strict=True)),
            files=dict(zip(item.files, self._filled_in(tuple(item.files.values())), strict=True)),
        )

    def _info(self, container: Container) -> ContainerInfo:
        """Ids are made from the scenario, so that a second recording shows the same ones."""
        identity = container_identity(self._scenario.name, container.name)
        index = image_index(self._client, container.base)
        scripts = {path: text.split("\n")[0] for path, text in container.files.items() if text.startswith("#!")}
        return ContainerInfo(
            id=identity[:12],
            full_id=identity,
            name=container.name,
            image=container.image,
            image_id=image_identity(container.image),
            labels=container.labels,
            passwd=container.files.get("/etc/passwd", index.passwd),
            group=container.files.get("/etc/group", index.group),
            links=index.links,
            shebangs=index.shebangs | scripts,
            files=index.files | container.files.keys(),
            setuid=index.setuid,
            owners=index.owners,
            no_new_privileges=container.no_new_privileges,
            bounding=bounding_set(container.cap_add, container.cap_drop),
            ip=self._addresses.get(container.name),
            bridge_ip=self._objects.gateway if container.name in self._addresses else None,
            env=environment(index.env, container.env),
            mounts=(*_SYSTEM_MOUNTS, *container.tmpfs_paths, *container.volumes),
            upper=frozenset(container.files),
            main=(*index.entrypoint, *container.command),
            host_pid=container.host_pid,
        )
