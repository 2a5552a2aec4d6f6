"""Small images of every kind, made from Debian packages and one C program: with glibc, with musl, without a shell, with nothing."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.capture.image import cache_folder

if TYPE_CHECKING:
    from docker import APIClient

_SOURCE = Path(__file__).with_name("tool.c")
_LABEL = "cks-trainer.test"
"""Of the images: a hash of what is in them."""
_PACKAGES = ("musl", "musl-dev", "musl-tools", "busybox-static")
_PASSWD = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"
_TEXTS = {"etc/passwd": _PASSWD, "etc/group": "root:x:0:\napp:x:1000:\n", "etc/many": "many\n", "etc/entry": "entry\n"}

STATIC, MUSL, BUSYBOX, BARE, ENTRY = (f"cks-trainer/test-{name}:1" for name in ("static", "musl", "busybox", "bare", "entry"))


class Parts:
    """The compiled programs and unpacked packages, kept for the next run."""

    def __init__(self) -> None:
        origin = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:12]
        self.folder = cache_folder() / f"test-parts-{origin}"
        if not (self.folder / "done").is_file():
            self._make()

    def _make(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        packages = self.folder / "packages"
        packages.mkdir(parents=True)
        download = ["apt-get", "download", "-qq", *_PACKAGES]
        if subprocess.run(download, cwd=packages, check=False, capture_output=True).returncode:
            subprocess.run(["apt-get", "update", "-qq"], check=True, capture_output=True)  # a machine without lists
            subprocess.run(download, cwd=packages, check=True, capture_output=True)
        for package in packages.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), str(self.folder)], check=True)
        (specs,) = self.folder.glob("usr/lib/*-linux-musl/musl-gcc.specs")
        # The loader's path in a program stays as it is in every musl system; the compiler's own are those of this folder.
        own = self.folder / "specs"
        own.write_text(specs.read_text().replace("/usr/", f"{self.folder}/usr/"))
        for name, options in (("tool-musl", ()), ("tool-static", ("-static", "-no-pie"))):
            command = ["gcc", "-specs", str(own), "-O1", "-s", *options, "-o", str(self.folder / name), str(_SOURCE)]
            subprocess.run(command, check=True, capture_output=True)
        (self.folder / "done").touch()

    def program(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    @property
    def loader(self) -> tuple[str, bytes]:
        """musl's, which is its library too: the path in an image, and what it is."""
        (link,) = self.folder.glob("lib/ld-musl-*.so.1")
        return f"lib/{link.name}", link.read_bytes()


def _tree(programs: dict[str, bytes], links: dict[str, str], texts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in (programs | {path: text.encode() for path, text in texts.items()}).items():
            member = tarfile.TarInfo(path)
            member.size = len(data)
            member.mode = 0o755 if path in programs else 0o644
            archive.addfile(member, io.BytesIO(data))
        for path, target in links.items():
            member = tarfile.TarInfo(path)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return buffer.getvalue()


def ensure_test_images(client: APIClient) -> None:
    """Quick where the engine has them already."""
    parts = Parts()
    static = {"tool": parts.program("tool-static")}
    shell = {f"bin/{name}": "busybox" for name in ("sh", "cat", "sleep")}
    musl = {"opt/tool": parts.program("tool-musl"), parts.loader[0]: parts.loader[1]}
    for image, tree, change in (
        (STATIC, _tree(static, {}, _TEXTS), 'CMD ["/tool"]'),
        (MUSL, _tree(musl, {"tool": "opt/tool"}, _TEXTS), 'CMD ["/tool"]'),
        (BUSYBOX, _tree({"bin/busybox": parts.program("bin/busybox")}, shell, _TEXTS), 'CMD ["sh"]'),
        (BARE, _tree(static, {}, {}), 'CMD ["/tool"]'),
        (ENTRY, _tree(static, {}, _TEXTS), 'ENTRYPOINT ["/tool", "entry"]'),
    ):
        _import(client, image, tree, change)


def _import(client: APIClient, image: str, tree: bytes, change: str) -> None:
    origin = hashlib.sha256(tree + change.encode()).hexdigest()
    older = client.images(name=image)
    if any((found.get("Labels") or {}).get(_LABEL) == origin for found in older):
        return
    repository, _, tag = image.partition(":")
    client.import_image_from_stream(iter([tree]), repository=repository, tag=tag, changes=[change, f"LABEL {_LABEL}={origin}"])
    for found in older:
        client.remove_image(found["Id"])
