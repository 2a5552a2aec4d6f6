"""Archives that nobody should install, each made from a good one. ``HOSTILE`` lists them: name, how it is made, a word of the refusal."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

Member = tuple[tarfile.TarInfo, bytes]


def members(archive: bytes) -> list[Member]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        found = []
        for info in tar:
            file = tar.extractfile(info)
            found.append((info, file.read() if file is not None else b""))
        return found


def packed(entries: Iterable[Member]) -> bytes:
    """As tarfile writes it, without any of the checks that ``pack build`` has."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return gzip.compress(raw.getvalue(), mtime=0)


def file(name: str, data: bytes = b"x") -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


def special(name: str, kind: bytes, target: str = "") -> Member:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info, b""


def with_manifest(entries: list[Member]) -> list[Member]:
    """The entries with a manifest that names all of them: whoever builds a hostile archive can do that too."""
    import hashlib

    old = json.loads(next(data for info, data in entries if info.name == "manifest.json"))
    rest = [(info, data) for info, data in entries if info.name != "manifest.json"]
    listed = [{"path": i.name, "size": len(d), "sha256": hashlib.sha256(d).hexdigest()} for i, d in rest if i.isreg()]
    return [*rest, file("manifest.json", json.dumps({**old, "files": listed}).encode())]


def adding(*entries: Member) -> Callable[[bytes], bytes]:
    return lambda archive: packed(with_manifest([*members(archive), *entries]))


def _changed_file(archive: bytes) -> bytes:
    return packed(
        (file(info.name, data + b"# one byte more\n") if info.name.endswith("reference.yaml") else (info, data))
        for info, data in members(archive)
    )


def _sparse(archive: bytes) -> bytes:
    """A file of 8 GiB in a few bytes: GNU's sparse format."""
    info = tarfile.TarInfo("exercises/big.yaml")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[483:495] = b"100000000000"  # real size, octal
    checksum = sum(header[:148]) + 8 * 32 + sum(header[156:512])
    header[148:156] = b"%06o\0 " % checksum
    plain = gzip.decompress(packed(with_manifest(members(archive))))
    return gzip.compress(bytes(header) + plain, mtime=0)


def _bomb(archive: bytes) -> bytes:
    """1 GiB of zeros, in a megabyte of gzip."""
    raw = io.BytesIO()
    with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as stream:
        info = tarfile.TarInfo("exercises/zeros.yaml")
        info.size = 1 << 30
        stream.write(info.tobuf())
        for _ in range(1 << 10):
            stream.write(bytes(1 << 20))
    return raw.getvalue()


def _long_header(archive: bytes) -> bytes:
    """A pax header that says it is 1 GiB long: tarfile would read it into memory."""
    raw = io.BytesIO()
    with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as stream:
        info = tarfile.TarInfo("pax")
        info.type = tarfile.XHDTYPE
        info.size = 1 << 30
        stream.write(info.tobuf())
        for _ in range(1 << 10):
            stream.write(bytes(1 << 20))
    return raw.getvalue()


def _many(archive: bytes) -> bytes:
    return packed([*members(archive), *(file(f"exercises/base/f{number}.yaml", b"") for number in range(6_000))])


def _newer(archive: bytes) -> bytes:
    entries = members(archive)
    manifest = json.loads(next(data for info, data in entries if info.name == "manifest.json"))
    manifest["format_version"] = 99
    rest = [(info, data) for info, data in entries if info.name != "manifest.json"]
    return packed([*rest, file("manifest.json", json.dumps(manifest).encode())])


def _without_manifest(archive: bytes) -> bytes:
    return packed([(info, data) for info, data in members(archive) if info.name != "manifest.json"])


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a path that climbs out": (adding(file("exercises/../../escaped.yaml")), "leads out of the pack's folder"),
    "an absolute path": (adding(file("/tmp/escaped.yaml")), "absolute path"),
    "a symbolic link": (adding(special("exercises/link.yaml", tarfile.SYMTYPE, "/etc/passwd")), "a symbolic link"),
    "a link and a file through it": (
        adding(special("exercises/out", tarfile.SYMTYPE, "/tmp"), file("exercises/out/escaped.yaml")),
        "a symbolic link",
    ),
    "a hard link": (adding(special("exercises/hard.yaml", tarfile.LNKTYPE, "exercises/pack.yaml")), "a hard link"),
    "a device": (adding(special("exercises/null", tarfile.CHRTYPE)), "a device"),
    "names that differ in capitals": (adding(file("exercises/PACK.yaml")), "capitals"),
    "a folder that differs in capitals": (adding(file("Exercises/pack.yaml")), "nothing else"),
    "a file where a folder is": (adding(file("exercises/Base", b"x")), "capitals"),
    "the same name twice": (adding(file("exercises/pack.yaml")), "twice"),
    "a name with a control character": (adding(file("exercises/a\x1b[2Jb.yaml")), "a name has"),
    "a backslash": (adding(file("exercises\\..\\..\\escaped.yaml")), "a name has"),
    "a device of Windows": (adding(file("exercises/base/nul.yaml")), "device on Windows"),
    "a name that is too long": (adding(file("exercises/" + "a" * 300 + ".yaml")), "longer than"),
    "a hidden file": (adding(file(".git/config", b"[core]\nfsmonitor = touch escaped\n")), "a name has"),
    "a program beside the exercises": (adding(file("setup.py", b"print()")), "nothing else"),
    "a bomb": (_bomb, "MiB"),
    "a sparse file": (_sparse, "a sparse file"),
    "a header that never ends": (_long_header, "MiB"),
    "too many files": (_many, "more than 5000 files"),
    "a file that is not the manifest's": (_changed_file, "sha256 differ"),
    "a file that the manifest does not name": (
        lambda archive: packed([*members(archive), file("exercises/base/more.yaml")]),
        "not in its manifest",
    ),
    "no manifest": (_without_manifest, "no manifest.json"),
    "a format of tomorrow": (_newer, "reads up to"),
    "half an archive": (lambda archive: archive[: len(archive) // 2], "damaged"),
    "no archive at all": (lambda archive: b"PK\x03\x04" + archive, "gzipped tar"),
}
"""Name to how it is made of a good archive, and words of the refusal."""


def write(folder: Path, name: str, archive: bytes) -> Path:
    path = folder / "hostile.ckspack"
    path.write_bytes(HOSTILE[name][0](archive))
    return path
