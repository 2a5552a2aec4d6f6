"""Two ways to build the images: debootstrap on this machine, or Debian's slim image where the engine can get it."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from trainer.capture.docker_engine import BUILD, IMAGE_LABEL, LABEL, OWNER_PID, docker_errors, labels
from trainer.capture.image import BASE_IMAGE, TRACER_IMAGE, OnProgress, Progress
from trainer.errors import CaptureError

if TYPE_CHECKING:
    from docker import APIClient

SUITE = "bookworm"
PULLED_IMAGE = ("debian", "12-slim")
PACKAGES = [
    "adduser",
    "curl",
    "iproute2",
    "libpython3.11-stdlib",
    "netcat-openbsd",
    "openssh-client",
    "passwd",
    "perl-base",
    "procps",
    "python3-minimal",
    "util-linux",
    "wget",
]
TRACER_PACKAGES = ["strace"]
STAGE = ".cks-tracer"
_CHANGES = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    'CMD ["/bin/bash"]',
    f"LABEL {IMAGE_LABEL}=1",
]
_STEPS = 4


def can_debootstrap() -> bool:
    return shutil.which("debootstrap") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def build_with_debootstrap(client: APIClient, say: OnProgress) -> None:
    with tempfile.TemporaryDirectory(prefix="cks-trainer-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "root"
        say(Progress(1, _STEPS, "unpacking a small Debian (about a minute, once)"))
        packages = ",".join(sorted(PACKAGES + TRACER_PACKAGES))
        command = ["debootstrap", "--variant=minbase", f"--include={packages}", SUITE, str(root), *_mirror()]
        _run(command, "debootstrap", say)
        say(Progress(2, _STEPS, "setting it up"))
        _run(["chroot", str(root), "/bin/sh", "-c", _provision()], "setting up the base image", say)
        (root / "etc/hostname").write_text("base\n")
        (root / "etc/resolv.conf").write_text("")
        say(Progress(3, _STEPS, f"importing {BASE_IMAGE}"))
        tar = ["tar", "-C", str(root), "--numeric-owner", "--sort=name", f"--exclude=./{STAGE}", "--exclude=./dev/*", "-c", "."]
        with (
            subprocess.Popen(tar, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
            docker_errors("importing the base image"),
        ):
            assert process.stdout is not None
            _import_base(client, process.stdout)
        stage = io.BytesIO()
        with tarfile.open(fileobj=stage, mode="w") as archive:
            archive.add(root / STAGE, arcname=".")
        _make_tracer(client, stage.getvalue(), say)


def build_from_image(client: APIClient, say: OnProgress) -> None:
    """Needs a registry once; the container that installs the packages is the only one that ever has network."""
    name = ":".join(PULLED_IMAGE)
    say(Progress(1, _STEPS, f"getting {name}"))
    with docker_errors(f"getting {name}"):
        if not client.images(name=name):
            for line in client.pull(*PULLED_IMAGE, stream=True, decode=True):
                if "error" in line:
                    raise CaptureError(f"getting {name}: {line['error']}")
    say(Progress(2, _STEPS, "installing its tools (about a minute, once)"))
    install = f"apt-get update -qq && apt-get install -y -qq --no-install-recommends {' '.join(PACKAGES + TRACER_PACKAGES)}\n"
    script = f"export DEBIAN_FRONTEND=noninteractive\n{install}" + _provision()
    with docker_errors("building the base image"):
        container = client.create_container(name, command=["/bin/sh", "-ec", script], labels=labels(BUILD))["Id"]
        try:
            client.start(container)
            status = client.wait(container)["StatusCode"]
            if status:
                tail = client.logs(container, tail=3).decode(errors="replace").strip()
                raise CaptureError(f"installing the base image's tools failed: {tail}")
            stream, _ = client.get_archive(container, f"/{STAGE}/.")
            stage = b"".join(stream)
            say(Progress(3, _STEPS, f"importing {BASE_IMAGE}"))
            with tempfile.TemporaryFile() as file:
                _without_stage(client.export(container), file)
                file.seek(0)
                _import_base(client, file)
        finally:
            client.remove_container(container, force=True)
    _make_tracer(client, stage, say)


def _provision() -> str:
    return Path(__file__).with_name("provision.sh").read_text(encoding="utf-8")


def _import_base(client: APIClient, tar: IO[bytes]) -> None:
    repository, _, tag = BASE_IMAGE.partition(":")
    # A file has a length, and the SDK's call announces a body without one; pieces have none.
    pieces = iter(lambda: tar.read(1 << 20), b"")
    client.import_image_from_stream(pieces, repository=repository, tag=tag, changes=_CHANGES)


def _make_tracer(client: APIClient, stage: bytes, say: OnProgress) -> None:
    say(Progress(4, _STEPS, f"building {TRACER_IMAGE}"))
    repository, _, tag = TRACER_IMAGE.partition(":")
    with docker_errors("building the tracer image"):
        container = client.create_container(BASE_IMAGE, command=["/usr/bin/strace"], labels=labels(BUILD))["Id"]
        try:
            client.put_archive(container, "/", stage)
            client.commit(container, repository=repository, tag=tag, changes=[*_CHANGES, f"LABEL {LABEL}= {OWNER_PID}="])
        finally:
            client.remove_container(container, force=True)


def _without_stage(chunks: Iterator[bytes], file: IO[bytes]) -> None:
    with tempfile.TemporaryFile() as whole:
        for chunk in chunks:
            whole.write(chunk)
        whole.seek(0)
        with tarfile.open(fileobj=whole) as source, tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as target:
            for member in source:
                name = member.name.removeprefix("./")
                if name.split("/")[0] == STAGE or name.startswith("dev/"):
                    continue
                target.addfile(member, source.extractfile(member) if member.isreg() else None)


def _mirror() -> list[str]:
    """The Debian mirror that this machine's own apt uses; debootstrap knows the default one itself."""
    if shutil.which("apt-get") is None:
        return []
    shown = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    rows = [line.split() for line in shown.splitlines()]
    for site, release, component in (row for row in rows if len(row) == 3):
        if component == "main" and release == SUITE:
            return [site]
    return []


def _run(command: list[str], what: str, say: OnProgress) -> None:
    """Run to the end; its last line is the reason when it fails, and its narration is progress meanwhile."""
    environment = os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    last = ""
    try:
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=environment,
        ) as process:
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    last = line.strip() or last
                    if found := re.match(r"I: (Unpacking|Configuring|Retrieving) (\S+)", line):
                        say(Progress(1, _STEPS, f"small Debian: {found[1].lower()} {found[2].strip('.')}"))
            except BaseException:
                process.kill()
                raise
    except OSError as error:
        raise CaptureError(f"{what} cannot be started: {error.strerror}") from None
    if process.returncode:
        raise CaptureError(f"{what} failed: {last}")
