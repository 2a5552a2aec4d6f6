"""What is known of a container's files without looking at them: layer, first line, owner. One for each container.

Everything starts in the image's lower layer; what this run creates, writes or changes is in the upper one.
"""

from __future__ import annotations

import re

from trainer.capture.model import ContainerInfo
from trainer.capture.threads import Links

NONE, UPPER, LOWER = 0, 1, 2
_NO_LAYER = ("/proc/", "/dev/", "/sys/")
_BOUND = frozenset(("/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/proc", "/dev", "/sys"))
_USUAL_SETUID: dict[str, tuple[int | None, int | None]] = {
    f"/usr/bin/{name}": (0, None) for name in ("su", "sudo", "passwd", "chsh", "chfn", "gpasswd", "newgrp", "mount", "umount")
} | {"/usr/bin/chage": (None, 42), "/usr/bin/expiry": (None, 42)}
"""Debian's, for an image whose files were not listed."""
_OWN_FD = re.compile(r"/(?:proc/(?:self|thread-self|\d+)|dev)/fd/(\d+)$")


class Files:
    def __init__(self, container: ContainerInfo) -> None:
        self._container = container
        self._links = Links(container)
        self.upper: set[str] = set()
        self.gone: set[str] = set()
        for path in container.upper:
            self.touch(self._links.resolve(path))
        self.seen: set[str] = set()
        """Paths that some call proved to exist."""
        self.shebangs: dict[str, str] = dict(container.shebangs)
        self.setuid: dict[str, tuple[int | None, int | None]] = dict(container.setuid or _USUAL_SETUID)
        self.owners: dict[str, int] = dict(container.owners)
        self.headless: set[str] = set()
        """Files emptied or created: their first bytes are still to be written."""
        self.locked = container.no_new_privileges
        """Set-uid programs give nothing."""
        self._mounts = tuple(mount.rstrip("/") + "/" for mount in container.mounts)

    def resolve(self, path: str) -> str:
        return self._links.resolve(path)

    def mount(self, path: str) -> None:
        self._mounts = (*self._mounts, path.rstrip("/") + "/")

    def layer(self, path: str) -> int:
        """Layer of a resolved path."""
        if not self._container.lower_is_overlay or path in _BOUND or path.startswith(_NO_LAYER) or not path.startswith("/"):
            return NONE
        if self._mounts and (path + "/").startswith(self._mounts):
            return NONE
        # Docker makes mount points in the root, which copies it up.
        return UPPER if path in self.upper or path == "/" else LOWER

    def exists(self, path: str) -> bool:
        """Whether a resolved path was there; guessed where the image's files are unknown."""
        if path in self.gone:
            return False
        if path in self.upper or path in self.seen or path in self._container.files:
            return True
        if self._container.files:
            return path.startswith(_NO_LAYER) and not path.startswith("/dev/shm/")
        return not path.startswith(("/tmp/", "/var/tmp/", "/run/", "/home/", "/root/", "/srv/", "/opt/", "/data/", "/dev/shm/"))

    def saw(self, path: str) -> None:
        self.seen.add(path)

    def touch(self, path: str) -> None:
        """A file was changed: overlayfs copied it up, its folder too."""
        self.upper.add(path)
        self.gone.discard(path)
        folder = path.rsplit("/", 1)[0]
        while folder and folder not in self.upper:
            self.upper.add(folder)
            folder = folder.rsplit("/", 1)[0]

    def create(self, path: str, uid: int) -> None:
        self.forget(path)
        self.touch(path)
        self.headless.add(path)
        if uid:
            self.owners[path] = uid

    def truncate(self, path: str) -> None:
        self.shebangs.pop(path, None)
        self.headless.add(path)

    def forget(self, path: str) -> None:
        self.shebangs.pop(path, None)
        self.setuid.pop(path, None)
        self.owners.pop(path, None)
        self._links.links.pop(path, None)

    def remove(self, path: str) -> None:
        self.forget(path)
        self.touch(path)
        self.upper.discard(path)
        self.gone.add(path)
        self.seen.discard(path)

    def wrote(self, path: str, data: bytes) -> None:
        """The first write into an empty file tells whether it is a script."""
        if path in self.headless:
            self.headless.discard(path)
            if data.startswith(b"#!"):
                self.shebangs[path] = data.split(b"\n", 1)[0].decode("utf-8", "surrogateescape")

    def copied(self, source: str, target: str) -> None:
        if target in self.headless:
            self.headless.discard(target)
            if source in self.shebangs:
                self.shebangs[target] = self.shebangs[source]

    def renamed(self, old: str, new: str) -> None:
        line, ids, owner, link = self.shebangs.get(old), self.setuid.get(old), self.owners.get(old), self._links.links.get(old)
        self.remove(old)
        self.forget(new)
        self.touch(new)
        if line is not None:
            self.shebangs[new] = line
        if ids is not None:
            self.setuid[new] = ids
        if owner is not None:
            self.owners[new] = owner
        if link is not None:
            self._links.links[new] = link

    def linked(self, old: str, new: str) -> None:
        self.touch(new)
        if old in self.shebangs:
            self.shebangs[new] = self.shebangs[old]

    def symlinked(self, path: str, target: str) -> None:
        self.touch(path)
        self._links.links[path] = target

    def chmod(self, path: str, mode: int, uid: int, gid: int) -> None:
        self.touch(path)
        owner = self.owners.get(path, uid if path in self.owners else 0)
        if mode & 0o6000:
            self.setuid[path] = (owner if mode & 0o4000 else None, gid if mode & 0o2000 else None)
        else:
            self.setuid.pop(path, None)

    def interpreter(self, path: str) -> tuple[str, str | None] | None:
        """Interpreter and its one argument, when the file is a script."""
        line = self.shebangs.get(path)
        if line is None or not line.startswith("#!"):
            return None
        parts = line[2:].strip(" \t\r\n").split(None, 1)
        if not parts:
            return None
        return parts[0], parts[1].rstrip() if len(parts) > 1 else None


def own_descriptor(path: str) -> int | None:
    """Number of a path such as /proc/self/fd/3."""
    found = _OWN_FD.match(path)
    return int(found[1]) if found else None
