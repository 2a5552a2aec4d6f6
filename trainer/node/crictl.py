"""The node's ``crictl``: ps, pods, images, inspect, from the scenario's metadata. Ids are those of the events."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence

from trainer.node.arguments import UsageProblem, Words, pretty, read_words, table
from trainer.node.place import Place
from trainer.node.workloads import Pod, containers, pods

_DIGITS = 13
"""Of an id that crictl shows."""
_VALUED = {"-o": "output", "--output": "output", "--name": "name", "--namespace": "namespace", "--pod": "pod", "-p": "pod"}
_FLAGS = {"-a": "all", "--all": "all", "-q": "quiet", "--quiet": "quiet", "-h": "help", "--help": "help", "--no-trunc": "long"}
_USAGE = """\
crictl of cks-trainer's node: what runs in the exercise's scenario.
  crictl ps [--name NAME] [--pod POD-ID] [-q] [-o json]      containers
  crictl pods [--name NAME] [--namespace NS] [-q] [-o json]  pods
  crictl images [-q] [-o json]                               images
  crictl inspect CONTAINER-ID                                one container; the id may be cut"""


def crictl(place: Place, arguments: list[str]) -> int:
    try:
        words = read_words(arguments, _VALUED, _FLAGS)
        if words.flags & {"help"} or not words.words:
            print(_USAGE)
            return 0
        verb, *names = words.words
        if verb == "ps":
            return _ps(place, words)
        if verb in ("pods", "pod"):
            return _pods(place, words)
        if verb in ("images", "image", "img"):
            return _images(place, words)
        if verb == "inspect":
            return _inspect(place, names)
    except UsageProblem as problem:
        print(f"crictl: {problem}", file=sys.stderr)
        return 1
    print(f"crictl: No help topic for {verb!r}; this node knows ps, pods, images and inspect", file=sys.stderr)
    return 3


def pod_id(pod: Pod) -> str:
    """64 hexadecimal digits, made from the names as the containers' are."""
    return hashlib.sha256(f"pod/{pod.namespace}/{pod.name}".encode()).hexdigest()


def _ps(place: Place, words: Words) -> int:
    by_pod = {(pod.namespace, pod.name): pod for pod in pods(place)}
    rows, items = [], []
    for one in containers(place):
        pod = by_pod.get((one["namespace"] or "default", one["pod"]))
        if words.values.get("name", "") not in one["name"]:
            continue
        identity = pod_id(pod) if pod is not None else ""
        if not identity.startswith(words.values.get("pod", "")):
            continue
        shown = one["full_id"] if "long" in words.flags else one["full_id"][:_DIGITS]
        rows.append(
            (shown, one["image"], "2 hours ago", one["state"], one["name"], "0", identity[:_DIGITS], one["pod"], one["namespace"])
        )
        items.append({"id": one["full_id"], "podSandboxId": identity, "metadata": {"name": one["name"], "attempt": 0},
                      "image": {"image": one["image"]}, "state": "CONTAINER_RUNNING"})  # fmt: skip
    head = ("CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE")
    return _show(words, head, rows, {"containers": items})


def _pods(place: Place, words: Words) -> int:
    chosen = [
        pod
        for pod in pods(place)
        if words.values.get("name", "") in pod.name and words.values.get("namespace", pod.namespace) == pod.namespace
    ]
    rows = [(pod_id(pod)[:_DIGITS], "2 hours ago", "Ready", pod.name, pod.namespace, "0", "(default)") for pod in chosen]
    items = [
        {"id": pod_id(pod), "metadata": {"name": pod.name, "namespace": pod.namespace}, "state": "SANDBOX_READY"}
        for pod in chosen
    ]
    return _show(words, ("POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"), rows, {"items": items})


def _images(place: Place, words: Words) -> int:
    found = place.facts["images"]
    rows = [(image["id"][:_DIGITS], image["repository"], image["tag"] or "<none>") for image in found]
    items = [
        {"id": image["id"], "repoTags": [f"{image['repository']}:{image['tag']}"] if image["tag"] else []} for image in found
    ]
    if words.flags & {"quiet"} or words.values.get("output"):
        return _show(words, (), rows, {"images": items})
    return _show(words, ("IMAGE", "TAG", "IMAGE ID"), [(name, tag, identity) for identity, name, tag in rows], {"images": items})


def _show(words: Words, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], whole: object) -> int:
    form = words.values.get("output", "table")
    if form == "json":
        print(pretty(whole))
    elif form != "table":
        raise UsageProblem(f"don't know how to print {form!r}; json and table are known")
    elif "quiet" in words.flags:
        print("\n".join(row[0] for row in rows))
    else:
        print(table(head, rows))
    return 0


def _inspect(place: Place, names: list[str]) -> int:
    if not names:
        raise UsageProblem("ID cannot be empty")
    for name in names:
        one = next((one for one in containers(place) if one["full_id"].startswith(name)), None)
        if one is None:
            print(f"crictl: getting the status of the container {name!r}: container with id starting with {name} not found: ID does not exist", file=sys.stderr)  # fmt: skip
            return 1
        labels = {"io.kubernetes.container.name": one["name"]}
        if one["pod"]:
            labels |= {"io.kubernetes.pod.name": one["pod"], "io.kubernetes.pod.namespace": one["namespace"] or "default"}
        image = {"image": one["image"]}
        status = {"id": one["full_id"], "metadata": {"name": one["name"], "attempt": 0}, "state": "CONTAINER_RUNNING",
                  "image": image, "imageRef": one["image_id"], "labels": labels}  # fmt: skip
        print(pretty({"status": status, "info": {"config": {"image": image, "command": one["command"]}}}))
    return 0
