"""The golden cases of the conformance data as scenarios of ours: their image, their network and peer, their containers."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.conformance_data import conformance_folder
from trainer.capture.docker_engine import BUILD, labels
from trainer.capture.image import BASE_IMAGE
from trainer.content.model import Action, ActionKind, Container, Scenario

if TYPE_CHECKING:
    from docker import APIClient

IMAGE = "cks-trainer/oracle:1"
ADDRESS, GATEWAY = "172.31.77.2", "172.31.77.1"
_SECONDS = 30.0
_ORIGIN = "cks-trainer.oracle"
"""Label of the image: what it was made of."""
_IDS = {"root": 0, "app": 1000}


def folder_file(name: str) -> str:
    return (conformance_folder() / "capture" / name).read_text(encoding="utf-8")


def cases() -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in folder_file("cases.jsonl").splitlines()]
    return {case["id"]: case for case in found}


def ensure_oracle_image(client: APIClient) -> None:
    """Built from the trainer's base image, which has the recipe's packages already."""
    text = folder_file("recipe.json")
    recipe = json.loads(text)
    origin = hashlib.sha256((text + client.inspect_image(BASE_IMAGE)["Id"]).encode()).hexdigest()
    older = client.images(name=IMAGE)
    if any((image.get("Labels") or {}).get(_ORIGIN) == origin for image in older):
        return
    # The packages of the recipe compile the modules of libpython3.11-minimal; the trainer's base image does without.
    copies = [
        "python3 -ISB -m py_compile $(dpkg -L libpython3.11-minimal python3.11-minimal | grep '^/usr/lib/python3.11/.*[.]py$')"
    ]
    copies += [f"cp {it['of']} {it['path']} && chmod {it['mode']} {it['path']}" for it in recipe["copies"]]
    made = client.create_container(BASE_IMAGE, command=["sh", "-ec", " && ".join(copies)], labels=labels(BUILD))["Id"]
    try:
        client.put_archive(made, "/", _tree(recipe))
        client.start(made)
        if status := client.wait(made)["StatusCode"]:
            raise SystemExit(f"building {IMAGE} failed with {status}")
        repository, _, tag = IMAGE.partition(":")
        client.commit(made, repository=repository, tag=tag, changes=['CMD ["/bin/bash"]', f"LABEL {_ORIGIN}={origin}"])
    finally:
        client.remove_container(made, force=True)
    for image in older:
        client.remove_image(image["Id"])


def _tree(recipe: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind, key in ((tarfile.DIRTYPE, "directories"), (tarfile.REGTYPE, "files"), (tarfile.SYMTYPE, "symlinks")):
            for it in recipe[key]:
                member = tarfile.TarInfo(it["path"].lstrip("/"))
                member.type = kind
                member.mode = int(it.get("mode", "777"), 8)
                member.uid, member.gid = _IDS[it.get("owner", "root")], _IDS[it.get("group", "root")]
                member.linkname = it.get("target", "")
                data = it.get("content", "").encode()
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def scenario_of(case: Mapping[str, Any]) -> Scenario:
    container = _with_options(
        Container(
            name="or",
            image="oracle-base:1",
            base=IMAGE,
            command=tuple(case["main"]),
            network=case["network"],
            address=ADDRESS if case["network"] else None,
            hostname=hashlib.sha256(f"{case['id']}/or".encode()).hexdigest()[:12],
        ),
        case["container_options"],
    )
    starts = case["action"] is None
    action = Action(
        id=case["id"],
        run=tuple(case["main"] if starts else case["action"]),
        container=container.name,
        kind=ActionKind.ATTACK,
        user=case["user"],
        tty=case["tty"],
        timeout=_SECONDS,
        env=dict(item.split("=", 1) for item in case["env"]),
        workdir=case["workdir"],
        stdin=case["stdin"],
        lines=tuple(case["tty_lines"] or ()),
        starts=starts,
    )
    return Scenario(case["id"], 0, (container, *_peer(case)), (action,))


def _peer(case: Mapping[str, Any]) -> Iterator[Container]:
    if case["network"]:
        peer = json.loads(folder_file("recipe.json"))["network"]["peer"]
        command = ("python3", "-IBSc", peer["code"])
        yield Container(peer["name"], "oracle-base:1", base=IMAGE, command=command, network=True, address=peer["ip"])


def _with_options(container: Container, options: list[str]) -> Container:
    words = iter(options)
    for word in words:
        match word:
            case "--read-only":
                container = replace(container, read_only=True)
            case "--user":
                container = replace(container, user=next(words))
            case "-e":
                name, _, value = next(words).partition("=")
                container = replace(container, env={**container.env, name: value})
            case "-w":
                container = replace(container, workdir=next(words))
            case "--hostname":
                container = replace(container, hostname=next(words))
            case "--network":
                container = replace(container, host_network=next(words) == "host")
            case "--pid":
                container = replace(container, host_pid=next(words) == "host")
            case "--security-opt":
                container = replace(container, no_new_privileges=next(words).startswith("no-new-privileges"))
            case "--cap-add":
                container = replace(container, cap_add=(*container.cap_add, next(words)))
            case "--cap-drop":
                container = replace(container, cap_drop=(*container.cap_drop, next(words)))
            case "--label":
                name, _, value = next(words).partition("=")
                container = replace(container, labels={**container.labels, name: value})
            case "-v":
                container = replace(container, volumes=(*container.volumes, next(words)))
            case "--tmpfs":
                container = replace(container, tmpfs=(*container.tmpfs, next(words)))
            case _:
                raise ValueError(f"unknown container option {word}")
    return container
