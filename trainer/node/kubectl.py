"""The node's ``kubectl``: get, describe, scale, logs, from the scenario's metadata; what is scaled is kept and may be graded."""

from __future__ import annotations

import sys
from collections.abc import Callable

from trainer.node.arguments import UsageProblem, Words, pretty, read_words, table
from trainer.node.place import Place
from trainer.node.workloads import MOST_REPLICAS, SCALABLE, Pod, Workload, pods, scale, workloads

NODE_NAME = "node"
_VALUED = {"-n": "namespace", "--namespace": "namespace", "-o": "output", "--output": "output", "--replicas": "replicas"} | {
    "-c": "container", "--container": "container", "--tail": "tail"}  # fmt: skip
_FLAGS = {"-A": "everywhere", "--all-namespaces": "everywhere", "-f": "follow", "--follow": "follow", "--no-headers": "bare"} | {
    "-h": "help", "--help": "help", "-w": "watch", "--watch": "watch"}  # fmt: skip
_KINDS = {
    "Pod": ("pods", "pod", "po"),
    "Deployment": ("deployments", "deployment", "deploy"),
    "StatefulSet": ("statefulsets", "statefulset", "sts"),
    "DaemonSet": ("daemonsets", "daemonset", "ds"),
    "Namespace": ("namespaces", "namespace", "ns"),
    "Node": ("nodes", "node", "no"),
}
_GROUPS = {"Deployment": "deployment.apps", "StatefulSet": "statefulset.apps", "DaemonSet": "daemonset.apps"}
_USAGE = """\
kubectl of cks-trainer's node: what runs in the exercise's scenario. Your own cluster is not touched.
  kubectl get pods|deployments|statefulsets|daemonsets|namespaces|nodes [NAME] [-n NS | -A] [-o wide|name|json]
  kubectl describe pod NAME [-n NS]
  kubectl scale deployment|statefulset NAME --replicas N [-n NS]
  kubectl logs POD [-n NS]"""


def kubectl(place: Place, arguments: list[str]) -> int:
    try:
        words = read_words(arguments, _VALUED, _FLAGS)
        if "help" in words.flags or not words.words:
            print(_USAGE)
            return 0
        verbs: dict[str, Callable[[Place, Words], int]] = {"get": _get, "describe": _describe, "scale": _scale, "logs": _logs}
        verb = verbs.get(words.words[0])
        if verb is None:
            raise UsageProblem(f"this node's kubectl knows get, describe, scale and logs, not {words.words[0]!r}")
        return verb(place, words)
    except UsageProblem as problem:
        print(f"error: {problem}" if not str(problem).startswith("Error") else str(problem), file=sys.stderr)
        return 1


def _namespace(words: Words) -> str:
    return words.values.get("namespace", "default")


def _named(words: Words) -> tuple[str, str]:
    """Kind and name of ``deployment web``, ``deploy/web``; the name is empty where none is given."""
    rest = words.words[1:]
    if not rest:
        raise UsageProblem("You must specify the type of resource, such as pods or deployments.")
    asked, slash, name = rest[0].partition("/")
    kind = next((kind for kind, names in _KINDS.items() if asked.lower().removesuffix(".apps") in names), None)
    if kind is None:
        raise UsageProblem(f'the server doesn\'t have a resource type "{asked}"')
    return kind, name if slash else rest[1] if len(rest) > 1 else ""


def _not_found(kind: str, name: str) -> UsageProblem:
    plural = {"Pod": "pods", "Namespace": "namespaces", "Node": "nodes"}.get(kind) or f"{_KINDS[kind][0]}.apps"
    return UsageProblem(f'Error from server (NotFound): {plural} "{name}" not found')


# get.


def _get(place: Place, words: Words) -> int:
    kind, name = _named(words)
    form = words.values.get("output", "")
    if form not in ("", "wide", "name", "json"):
        raise UsageProblem(
            f'unable to match a printer suitable for the output format "{form}", allowed formats here are: json,name,wide'
        )
    if kind in ("Namespace", "Node"):
        return _get_simple(place, kind, name, words)
    everywhere, namespace = "everywhere" in words.flags, _namespace(words)
    here: list[Pod | Workload] = [
        one
        for one in (pods(place) if kind == "Pod" else [one for one in workloads(place) if one.kind == kind])
        if everywhere or one.namespace == namespace
    ]
    found = [one for one in here if not name or one.name == name]
    if name and not found:
        raise _not_found(kind, name)
    if not found and form != "json":
        print("No resources found" if everywhere else f"No resources found in {namespace} namespace.", file=sys.stderr)
        return 0
    if form == "name":
        print("\n".join(f"{_GROUPS.get(kind, 'pod')}/{one.name}" for one in found))
    elif form == "json":
        items = [_json(one) for one in found]
        print(pretty(items[0] if name else {"apiVersion": "v1", "kind": "List", "items": items}))
    else:
        head, row = _columns(kind, form == "wide")
        rows = [((one.namespace,) if everywhere else ()) + row(one) for one in found]
        _print(words, (("NAMESPACE",) if everywhere else ()) + head, rows)
    return 0


def _print(words: Words, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    text = table(head, rows)
    print(text.partition("\n")[2] if "bare" in words.flags else text)


def _get_simple(place: Place, kind: str, name: str, words: Words) -> int:
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    if kind == "Node":
        head, rows = ("NAME", "STATUS", "ROLES", "AGE", "VERSION"), [(NODE_NAME, "Ready", "<none>", "30d", "v1.35.0")]
    else:
        of_pods = {one.namespace for one in pods(place)} | {one.namespace for one in workloads(place)}
        head = ("NAME", "STATUS", "AGE")
        rows = [(one, "Active", "30d") for one in sorted({"default", "kube-system"} | of_pods)]
    rows = [row for row in rows if not name or row[0] == name]
    if not rows and name:
        raise _not_found(kind, name)
    if words.values.get("output") == "name":
        print("\n".join(f"{kind.lower()}/{row[0]}" for row in rows))
    else:
        _print(words, head, rows)
    return 0


def _columns(kind: str, wide: bool) -> tuple[tuple[str, ...], Callable[[Pod | Workload], tuple[str, ...]]]:
    if kind == "Pod":

        def pod_row(one: Pod | Workload) -> tuple[str, ...]:
            assert isinstance(one, Pod)
            count = max(1, len(one.containers))
            row = (one.name, f"{count}/{count}", "Running", "0", "2h")
            return (*row, "<none>", NODE_NAME, "<none>", "<none>") if wide else row

        wider = ("IP", "NODE", "NOMINATED NODE", "READINESS GATES") if wide else ()
        return ("NAME", "READY", "STATUS", "RESTARTS", "AGE", *wider), pod_row

    def row(one: Pod | Workload) -> tuple[str, ...]:
        assert isinstance(one, Workload)
        count = str(one.replicas)
        inside = one.pods[0].containers
        images = (",".join(each["name"] for each in inside), ",".join(each["image"] for each in inside)) if wide else ()
        if kind == "Deployment":
            return (one.name, f"{count}/{count}", count, count, "2h", *images)
        return (one.name, f"{count}/{count}", "2h", *images)

    more = ("CONTAINERS", "IMAGES") if wide else ()
    head = ("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE") if kind == "Deployment" else ("NAME", "READY", "AGE")
    return (*head, *more), row


def _json(one: Pod | Workload) -> dict[str, object]:
    metadata = {"name": one.name, "namespace": one.namespace}
    inside = one.containers if isinstance(one, Pod) else one.pods[0].containers
    spec = {"containers": [{"name": each["name"], "image": each["image"], "command": each["command"]} for each in inside]}
    if isinstance(one, Pod):
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": "Running"}}
    return {"apiVersion": "apps/v1", "kind": one.kind, "metadata": metadata,
            "spec": {"replicas": one.replicas, "template": {"spec": spec}}, "status": {"readyReplicas": one.replicas}}  # fmt: skip


# describe, logs, scale.


def _pod(place: Place, words: Words, name: str) -> Pod:
    found = next((pod for pod in pods(place) if pod.name == name and pod.namespace == _namespace(words)), None)
    if found is None:
        raise _not_found("Pod", name)
    return found


def _describe(place: Place, words: Words) -> int:
    kind, name = _named(words)
    if kind != "Pod" or not name:
        raise UsageProblem("this node's kubectl describes pods: kubectl describe pod NAME [-n NAMESPACE]")
    pod = _pod(place, words, name)
    lines = [f"Name:             {pod.name}", f"Namespace:        {pod.namespace}", f"Node:             {NODE_NAME}"]
    if pod.workload:
        lines.append(f"Controlled By:    {'ReplicaSet' if pod.kind == 'Deployment' else pod.kind}/{_controller(pod)}")
    lines += ["Status:           Running", "Containers:"]
    for one in pod.containers:
        lines += [
            f"  {one['name']}:",
            f"    Container ID:  containerd://{one['full_id']}",
            f"    Image:         {one['image']}",
            f"    Image ID:      sha256:{one['image_id']}",
            "    Command:",
            *(f"      {word}" for word in one["command"]),
            "    State:          Running",
            "    Ready:          True",
            "    Restart Count:  0",
        ]
    print("\n".join(lines))
    return 0


def _controller(pod: Pod) -> str:
    return pod.name.rpartition("-")[0] if pod.kind == "Deployment" else pod.workload


def _logs(place: Place, words: Words) -> int:
    """The scenarios' main processes write nothing; that a pod is there is what can be seen."""
    if len(words.words) < 2:
        raise UsageProblem("expected 'logs POD'; kubectl logs POD [-n NAMESPACE]")
    _pod(place, words, words.words[1].removeprefix("pod/"))
    return 0


def _scale(place: Place, words: Words) -> int:
    kind, name = _named(words)
    text = words.values.get("replicas")
    if text is None:
        raise UsageProblem('required flag(s) "replicas" not set')
    if not (text.isascii() and text.isdigit()):
        raise UsageProblem(f'invalid argument "{text}" for "--replicas" flag: a number of replicas is needed')
    if int(text[:9]) > MOST_REPLICAS:
        raise UsageProblem(f"this node has room for {MOST_REPLICAS} replicas")
    if not name:
        raise UsageProblem("resource(s) were provided, but no name was specified")
    if kind not in SCALABLE:
        raise UsageProblem(f"could not find the scale of {kind} {name!r}: only deployments and statefulsets are scaled")
    found = next(
        (one for one in workloads(place) if (one.kind, one.namespace, one.name) == (kind, _namespace(words), name)), None
    )
    if found is None:
        raise _not_found(kind, name)
    scale(place, found, int(text))
    print(f"{_GROUPS[kind]}/{name} scaled")
    return 0
