"""What the tracer knows about a container and an action before the first system call is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trainer.events.flags import CAPABILITIES

ALL_CAPABILITIES = (1 << 41) - 1
DOCKER_CAPABILITIES = 0xA80425FB
"""Docker's default."""


def bounding_set(add: Iterable[str], drop: Iterable[str]) -> int:
    """Capabilities of a container's root, as Docker counts: what is added wins over ALL dropped, and the other way round."""
    added, dropped = _names(add), _names(drop)
    mask = 0 if "ALL" in dropped else ALL_CAPABILITIES if "ALL" in added else DOCKER_CAPABILITIES
    for bit, name in enumerate(CAPABILITIES):
        if name in added:
            mask |= 1 << bit
        elif name in dropped:
            mask &= ~(1 << bit)
    return mask


def _names(given: Iterable[str]) -> set[str]:
    names = {name.upper() for name in given}
    return {name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}" for name in names}


@dataclass(frozen=True, slots=True)
class ContainerInfo:
    """A container as Docker and its image describe it."""

    id: str
    """12 hexadecimal digits."""
    full_id: str
    name: str
    image: str
    """As started, ``repository:tag`` (container.image)."""
    image_id: str
    """64 hexadecimal digits, without ``sha256:``."""
    labels: Mapping[str, str] = field(default_factory=dict)
    privileged: bool = False
    passwd: str = ""
    """Text of the container's /etc/passwd."""
    group: str = ""
    """Text of the container's /etc/group."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Symbolic links of the image: path to target as written."""
    shebangs: Mapping[str, str] = field(default_factory=dict)
    """Executable path to its first line, ``#!`` included."""
    ip: str | None = None
    bridge_ip: str | None = None
    env: tuple[str, ...] = ()
    """Main process's environment, ``NAME=value``."""
    mounts: tuple[str, ...] = ()
    """Mount points (tmpfs, volumes) that are not part of the image's overlay."""
    cwd: str = "/"
    lower_is_overlay: bool = True
    upper: frozenset[str] = frozenset()
    """Files that were written after the container was created."""
    files: frozenset[str] = frozenset()
    """Every path of the image, to know what an open creates; empty when unknown."""
    setuid: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    """Set-uid and set-gid programs of the image: the user and group that they give (None: unchanged)."""
    owners: Mapping[str, int] = field(default_factory=dict)
    """Owner of the image's files that are not root's."""
    no_new_privileges: bool = False
    bounding: int = DOCKER_CAPABILITIES
    """Most that root may do, as a bit mask."""
    host_pid: bool = False
    """Its processes are numbered as on the host."""
    main: tuple[str, ...] = ("sleep", "600")
    """Argument list of the container's main process (vpid 1)."""


@dataclass(frozen=True, slots=True)
class ActionStart:
    """The process of an action, stopped in its stub and about to be traced."""

    action_id: str | None
    container: ContainerInfo
    argv: tuple[str, ...]
    user: str | None
    """As given to docker exec: a number or a name; None is the image's."""
    uid: int
    gid: int
    tty: bool
    cwd: str
    env: Mapping[str, str]
    host_pid: int
    """0 when unknown: a stable number is made from the vpid."""
    vpid: int
    caps: int
    """Effective and permitted capabilities as a bit mask."""
    loginuid: int = -1
    streams: tuple[str, ...] = ()
    """Where descriptors 0, 1 and 2 lead, as /proc/PID/fd shows it; empty: /dev/null and pipes, or the terminal."""
