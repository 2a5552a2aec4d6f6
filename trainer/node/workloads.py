"""What runs on the node after ``kubectl scale``: workloads, read off the pods' names as Kubernetes makes them, and their replicas.

What was scaled is kept in the answer file ``scaled``: lines ``NAMESPACE/NAME REPLICAS`` of what was changed, sorted.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from trainer.node.place import SCALED, Place

MOST_REPLICAS = 100
_SHAPES = (
    ("Job", re.compile(r"(?P<name>.+)-[0-9]{8,10}-[a-z0-9]{5}")),
    ("Deployment", re.compile(r"(?P<name>.+)-(?=[a-z]*[0-9])[a-z0-9]{6,10}-[a-z0-9]{5}")),
    ("StatefulSet", re.compile(r"(?P<name>.+)-[0-9]{1,3}")),
    ("DaemonSet", re.compile(r"(?P<name>.+)-(?=[a-z]*[0-9])[a-z0-9]{5}")),
)
_LINE = re.compile(r"(?P<namespace>[^\s/]+)/(?P<name>[^\s/]+)\s+(?P<replicas>[0-9]{1,3})")
SCALABLE = ("Deployment", "StatefulSet")


@dataclass(frozen=True, slots=True)
class Pod:
    namespace: str
    name: str
    containers: tuple[dict[str, str], ...]
    """As ``trainer.node.opening`` wrote them."""
    workload: str = ""
    """Name of what made it; empty for a pod of its own."""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    kind: str
    """Deployment, StatefulSet, DaemonSet or Job."""
    namespace: str
    name: str
    pods: tuple[Pod, ...]
    """Of the scenario."""
    replicas: int
    """As they are now."""


def owner(pod: str) -> tuple[str, str]:
    """Kind and name of the workload that a pod's name tells of; empty for a pod of its own."""
    for kind, shape in _SHAPES:
        if match := shape.fullmatch(pod):
            return kind, match["name"]
    return "", ""


def workloads(place: Place) -> tuple[Workload, ...]:
    """By namespace and name."""
    made: dict[tuple[str, str, str], list[Pod]] = {}
    for pod in _scenario_pods(place):
        if pod.workload:
            made.setdefault((pod.namespace, pod.workload, pod.kind), []).append(pod)
    scaled = read_scaled(place)
    return tuple(
        Workload(kind, namespace, name, tuple(pods), scaled.get((namespace, name), len(pods)))
        for (namespace, name, kind), pods in sorted(made.items())
    )


def pods(place: Place) -> tuple[Pod, ...]:
    """Those that run now, by namespace and name."""
    running: list[Pod] = [pod for pod in _scenario_pods(place) if not pod.workload]
    for workload in workloads(place):
        first = workload.pods[0]
        more = (
            Pod(first.namespace, _another_name(first.name, number), (), workload.name, workload.kind)
            for number in range(len(workload.pods), workload.replicas)
        )
        running += [*workload.pods[: workload.replicas], *more]
    return tuple(sorted(running, key=lambda pod: (pod.namespace, pod.name)))


def containers(place: Place) -> tuple[dict[str, str], ...]:
    """Those that run now, in the scenario's order, as ``trainer.node.opening`` wrote them."""
    gone = gone_containers(place)
    return tuple(container for container in place.facts["containers"] if container["id"] not in gone)


def gone_containers(place: Place) -> frozenset[str]:
    """Ids of the containers whose pods were scaled away."""
    return frozenset(
        container["id"]
        for workload in workloads(place)
        for pod in workload.pods[workload.replicas :]
        for container in pod.containers
    )


def read_scaled(place: Place) -> dict[tuple[str, str], int]:
    """Namespace and name to replicas. Lines that cannot be read count for nothing: the learner may write this file too."""
    path = place.inside / SCALED
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    matches = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return {(match["namespace"], match["name"]): int(match["replicas"]) for match in matches if match}


def scale(place: Place, workload: Workload, replicas: int) -> None:
    """Keeps it; what is as it was in the beginning has no line."""
    scaled = read_scaled(place)
    scaled.pop((workload.namespace, workload.name), None)
    if replicas != len(workload.pods):
        scaled[workload.namespace, workload.name] = replicas
    lines = [f"{namespace}/{name} {count}\n" for (namespace, name), count in sorted(scaled.items())]
    (place.inside / SCALED).write_text("".join(lines), encoding="utf-8")


def _scenario_pods(place: Place) -> list[Pod]:
    members: dict[tuple[str, str], list[dict[str, str]]] = {}
    for container in place.facts["containers"]:
        if container["pod"]:
            members.setdefault((container["namespace"] or "default", container["pod"]), []).append(container)
    found = []
    for (namespace, name), inside in members.items():
        kind, workload = owner(name)
        found.append(Pod(namespace, name, tuple(inside), workload, kind))
    return found


def _another_name(pod: str, number: int) -> str:
    stem, _, last = pod.rpartition("-")
    return f"{stem}-{number}" if last.isdigit() else f"{stem}-{hashlib.sha256(f'{pod}/{number}'.encode()).hexdigest()[:5]}"
