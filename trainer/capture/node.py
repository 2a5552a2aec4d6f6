"""What runs on a scenario's node, under the names and ids that its events show: containers, pods, images."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from trainer.content.model import Scenario

POD_LABEL = "io.kubernetes.pod."


@dataclass(frozen=True, slots=True)
class NodeContainer:
    id: str
    """12 hexadecimal digits, container.id of the events."""
    full_id: str
    image: str
    name: str
    state: str
    pod: str
    """Empty for a container that is of no pod."""
    namespace: str


@dataclass(frozen=True, slots=True)
class NodePod:
    namespace: str
    name: str
    uid: str
    containers: tuple[str, ...]
    ready: str
    status: str


@dataclass(frozen=True, slots=True)
class NodeImage:
    repository: str
    tag: str
    id: str
    """64 hexadecimal digits, container.image.id of the events."""


def container_identity(scenario: str, container: str) -> str:
    """64 hexadecimal digits, made from the names so that a second run shows the same ones."""
    return hashlib.sha256(f"{scenario}/{container}".encode()).hexdigest()


def image_identity(image: str) -> str:
    return hashlib.sha256(image.encode()).hexdigest()


def image_parts(image: str) -> tuple[str, str]:
    """Repository and tag; a colon before a slash is a registry's port."""
    repository, colon, tag = image.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (image, "")


def node_containers(scenario: Scenario) -> tuple[NodeContainer, ...]:
    found = []
    for item in scenario.containers:
        identity = container_identity(scenario.name, item.name)
        pod, namespace = (item.labels.get(POD_LABEL + key, "") for key in ("name", "namespace"))
        found.append(NodeContainer(identity[:12], identity, item.image, item.name, "Running", pod, namespace))
    return tuple(found)


def node_pods(scenario: Scenario) -> tuple[NodePod, ...]:
    """In the order of kubectl: by namespace, then by name."""
    members: dict[tuple[str, str], list[str]] = {}
    uids: dict[tuple[str, str], str] = {}
    for shown, item in zip(node_containers(scenario), scenario.containers, strict=True):
        if shown.pod:
            key = (shown.namespace, shown.pod)
            members.setdefault(key, []).append(shown.name)
            uids[key] = uids.get(key) or item.labels.get(POD_LABEL + "uid", "")
    return tuple(
        [
            NodePod(*key, uids[key], tuple(names), f"{len(names)}/{len(names)}", "Running")
            for key, names in sorted(members.items())
        ]
    )


def node_images(scenario: Scenario) -> tuple[NodeImage, ...]:
    images = sorted({item.image for item in scenario.containers})
    return tuple([NodeImage(*image_parts(image), image_identity(image)) for image in images])
