"""The containers and the network of one run: made, tagged with their owner, and removed whatever happens."""

from __future__ import annotations

import io
import re
import tarfile
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trainer.capture.docker_engine import LABEL, active_runs, docker_errors, labels, owned_by_dead
from trainer.capture.image import BASE_IMAGE, TRACER_IMAGE
from trainer.capture.image_index import image_index
from trainer.capture.kit import IMAGE_SHELL, KIT_FOLDER, KIT_SHELL, kit_archive, shell_of
from trainer.capture.stubs import main_stub
from trainer.content.model import Action, Container
from trainer.errors import CaptureError

if TYPE_CHECKING:
    from docker import APIClient

MEMORY = 256 * 1024 * 1024
PIDS = 256
CPU_SECONDS = 120
"""Of one process: what runs wild after the trainer was killed comes to an end."""
FIRST_ADDRESS = 10
_SUBNETS = [f"10.77.{third}" for third in range(256)]
_POD_NAME = "io.kubernetes.pod.name"
_LISTENING = """
i=0
while [ $i -lt 50 ]; do
  while read -r line; do case "$line" in *" 0A "*) exit 0;; esac; done <<EOT
$(cat /proc/net/tcp /proc/net/tcp6)
EOT
  i=$((i + 1)); sleep 0.02
done
"""


@dataclass(frozen=True, slots=True)
class Place:
    """What a container's image means for the stubs in it."""

    shell: tuple[str, ...] = IMAGE_SHELL
    entrypoint: tuple[str, ...] = ()
    kit: bytes = b""
    """What is put into the kit's folder, where the image has no shell of use."""


USUAL = Place()


def place_of(client: APIClient, container: Container) -> Place:
    index = image_index(client, container.base)
    shell = shell_of(index)
    return Place(shell, index.entrypoint, kit_archive(client) if shell == KIT_SHELL else b"")


class RunObjects:
    """What one run has created in the engine."""

    def __init__(self, client: APIClient, run_id: str) -> None:
        self.client = client
        self.run_id = run_id
        self._labels = labels(run_id)
        active_runs.add(run_id)
        self._containers: list[str] = []
        self._network: str | None = None
        self._subnet: str | None = None
        self._lock = threading.Lock()
        self._closed = False

    def make_network(self, wanted: Mapping[str, str | None]) -> dict[str, str]:
        """A private internal network; the address of each container that wants one, as asked for or the next free one."""
        names = list(wanted)
        if not names:
            return {}
        asked = {address.rpartition(".")[0] for address in wanted.values() if address}
        from docker.errors import APIError
        from docker.types import IPAMConfig, IPAMPool

        with docker_errors("creating the scenario's network"):
            for prefix in asked or _SUBNETS:
                pool = IPAMPool(subnet=f"{prefix}.0/24", gateway=f"{prefix}.1")
                try:
                    made = self.client.create_network(
                        f"cks-{self.run_id}",
                        driver="bridge",
                        internal=True,
                        ipam=IPAMConfig(pool_configs=[pool]),
                        labels=self._labels,
                    )
                except APIError as error:
                    if "overlap" in str(error.explanation).lower():
                        continue
                    raise
                self._network, self._subnet = made["Id"], prefix
                return {name: wanted[name] or f"{prefix}.{FIRST_ADDRESS + order}" for order, name in enumerate(names)}
        place = " and ".join(asked) or "10.77.0.0 to 10.77.255.0"
        raise CaptureError(f"the network is in use: {place}", "remove unused networks: docker network prune")

    @property
    def gateway(self) -> str | None:
        return f"{self._subnet}.1" if self._subnet else None

    def create(self, container: Container, address: str | None, start: Action | None = None, place: Place = USUAL) -> str:
        """Created, with its files in it, not started. Returns the full id. ``start`` is the action that its start is."""
        from docker.types import LogConfig, Ulimit

        client = self.client
        named = container.hostname or container.labels.get(_POD_NAME, container.name)
        hostname = re.sub(r"[^a-zA-Z0-9.-]", "-", named)[:63].strip("-.") or "container"
        networking = None
        if address is not None and self._network is not None:
            endpoint = client.create_endpoint_config(ipv4_address=address, aliases=[container.name])
            networking = {"EndpointsConfig": {f"cks-{self.run_id}": endpoint}}
        host_config = client.create_host_config(
            network_mode=f"cks-{self.run_id}" if networking else "host" if container.host_network else "none",
            pid_mode="host" if container.host_pid else None,
            read_only=container.read_only,
            cap_drop=list(container.cap_drop),
            security_opt=["no-new-privileges"] if container.no_new_privileges else None,
            mem_limit=MEMORY,
            memswap_limit=MEMORY,
            pids_limit=PIDS,
            cap_add=list(container.cap_add),
            tmpfs=dict([mount.partition(":")[::2] for mount in container.tmpfs]),
            log_config=LogConfig(type=LogConfig.types.NONE),
            ulimits=[Ulimit(name="cpu", soft=CPU_SECONDS, hard=CPU_SECONDS)],
        )
        # Labels of the scenario are for the inspector; k8s labels on real containers would mislead other tools of this machine.
        made = client.create_container(
            container.base or BASE_IMAGE,
            command=[*place.entrypoint, *container.command] if start is not None else list(container.command),
            entrypoint=main_stub(container.name, place.shell) if start is not None else None,
            name=f"cks-{self.run_id}-{container.name}",
            hostname=None if container.host_network else hostname,
            working_dir=container.workdir,
            volumes=[*container.volumes, *([KIT_FOLDER] if place.kit else [])],
            tty=start is not None and start.tty,
            stdin_open=start is not None and (start.tty or start.stdin is not None),
            user=container.user,
            environment=dict(container.env),
            labels=self._labels,
            host_config=host_config,
            networking_config=networking,
        )
        identity: str = made["Id"]
        self._own(identity)
        if place.kit:
            client.put_archive(identity, KIT_FOLDER, place.kit)
        inside = {path: text for path, text in container.files.items() if not _below(path, container.tmpfs_paths)}
        if inside:
            client.put_archive(identity, "/", files_archive(inside))
        return identity

    def start(self, identity: str, container: Container) -> None:
        self.client.start(identity)
        for path, text in container.files.items():
            if _below(path, container.tmpfs_paths):
                script = 'mkdir -p "$(dirname "$1")"; printf %s "$2" >"$1"; case "$2" in "#!"*) chmod 755 "$1";; esac'
                self.quick_exec(identity, ["/bin/sh", "-c", script, "sh", path, text])

    def wait_listening(self, identity: str) -> None:
        """Until something listens in the container, at most a second: a server that is an action's counterpart needs its time."""
        self.quick_exec(identity, ["/bin/sh", "-c", _LISTENING])

    def quick_exec(self, identity: str, argv: list[str]) -> None:
        made = self.client.exec_create(identity, argv, stdout=True, stderr=True, user="0")
        self.client.exec_start(made["Id"])

    def create_tracer(self, target: str, source: str, options: tuple[str, ...]) -> str:
        from docker.types import LogConfig

        client = self.client
        host_config = client.create_host_config(
            pid_mode=f"container:{target}",
            network_mode=f"container:{target}",
            cap_drop=["ALL"],
            cap_add=["SYS_PTRACE", "KILL", "DAC_OVERRIDE", "DAC_READ_SEARCH"],
            read_only=True,
            mem_limit=MEMORY,
            pids_limit=PIDS,
            log_config=LogConfig(type=LogConfig.types.NONE),
        )
        made = client.create_container(
            TRACER_IMAGE,
            command=["/usr/bin/python3", "-ISc", source, *options],
            name=f"cks-{self.run_id}-tracer-{target[:12]}",
            stdin_open=True,
            user="0",
            labels=self._labels,
            host_config=host_config,
        )
        identity: str = made["Id"]
        self._own(identity)
        return identity

    def _own(self, identity: str) -> None:
        with self._lock:
            self._containers.append(identity)
            closed = self._closed
        if closed:
            # Created while the run was already being taken down.
            remove_containers(self.client, [identity])
            raise CaptureError("the run was ended")

    def remove(self) -> None:
        """Everything of this run; what is already gone is no error."""
        with self._lock:
            self._closed = True
            containers, self._containers = self._containers, []
        try:
            remove_containers(self.client, containers)
            if self._network is not None:
                remove_network(self.client, self._network)
                self._network = None
        finally:
            active_runs.discard(self.run_id)


def remove_containers(client: APIClient, identities: list[str]) -> int:
    if not identities:
        return 0
    with ThreadPoolExecutor(min(len(identities), 8), thread_name_prefix="cks-trainer remove") as pool:
        return sum(pool.map(lambda identity: _remove(client, identity), identities))


def _remove(client: APIClient, identity: str) -> bool:
    from docker.errors import APIError, NotFound

    for attempt in range(20):
        try:
            client.remove_container(identity, force=True, v=True)
        except NotFound:
            return True
        except APIError as error:
            # "removal already in progress", or a start that has not come to its end.
            if attempt == 19 or error.status_code not in (409, 500):
                return False
            time.sleep(0.05)
        else:
            return True
    return False


def remove_network(client: APIClient, identity: str) -> bool:
    from docker.errors import APIError, NotFound

    for _ in range(20):
        try:
            client.remove_network(identity)
        except NotFound:
            return False
        except APIError:
            time.sleep(0.05)  # an endpoint of a container that is being removed
        else:
            return True
    return False


def remove_leftovers(client: APIClient, *, everything: bool = False) -> int:
    """Remove what runs of dead owners left; with ``everything`` also what belongs to the living. The number removed."""
    now = time.time()

    def dead(found: Mapping[str, Any]) -> bool:
        created = found["Created"]
        moment = (
            float(created) if isinstance(created, int | float) else datetime.fromisoformat(created[:19] + "+00:00").timestamp()
        )
        return everything or owned_by_dead(found.get("Labels") or {}, moment, now)

    with docker_errors("removing what earlier runs left"):
        chosen = [found["Id"] for found in client.containers(all=True, filters={"label": LABEL}) if dead(found)]
        count = remove_containers(client, chosen)
        for found in client.networks(filters={"label": LABEL}):
            if dead(found):
                count += remove_network(client, found["Id"])
    return count


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def files_archive(files: Mapping[str, str]) -> bytes:
    """A tar of text files owned by root; what begins with ``#!`` may be executed."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, text in sorted(files.items()):
            data = text.encode()
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size = len(data)
            member.mode = 0o755 if data.startswith(b"#!") else 0o644
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()
