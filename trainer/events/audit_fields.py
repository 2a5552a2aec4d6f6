"""The fields of a Kubernetes audit event, as the plugins k8saudit 0.16 (``ka.*``) and json 0.7 (``jevt.*``, ``json.*``) extract them.

The plugins are followed where they are odd too, for a rule must fire here when it fires there: ``ka.sourceips`` looks in the wrong place and never
has a value, ``ka.req.pod.containers.eff_run_as_user`` is "0" for every container, and added capabilities and service ports come as one JSON text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias
from urllib.parse import parse_qsl

from trainer.events.audit_json import MISSING, Node, compact, gather, get, indented, is_text, parse_json, to_text
from trainer.events.model import FieldValue

PLUGIN = "k8saudit"

Value: TypeAlias = "str | tuple[str, ...] | None"
Extractor: TypeAlias = Callable[[Node, int | None], Value]
"""Event and index (``[N]``) to value; None and the empty list where the plugin gives none."""

_INDEX = re.compile(r"[0-9]{1,19}")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")


def _one(*keys: str) -> Extractor:
    def extract(event: Node, index: int | None) -> Value:
        node = get(event, *keys)
        return None if node is MISSING else to_text(node)

    return extract


def _array(*keys: str) -> Extractor:
    """The items of one array."""

    def extract(event: Node, index: int | None) -> Value:
        node = get(event, *keys)
        return tuple([to_text(item) for item in node]) if isinstance(node, list) else None

    return extract


def _each(*keys: str) -> Extractor:
    """The value of each item that has one; an array at the end of the way is one value, its JSON text."""

    def extract(event: Node, index: int | None) -> Value:
        found = gather(event, index, *keys)
        return None if found is None else tuple([to_text(node) for node in found if node is not MISSING])

    return extract


def _every(*keys: str) -> Extractor:
    """As _each, but nothing at all when one item lacks the value."""

    def extract(event: Node, index: int | None) -> Value:
        found = gather(event, index, *keys)
        return None if found is None or any(node is MISSING for node in found) else tuple([to_text(node) for node in found])

    return extract


def _joined(*keys: str) -> Extractor:
    """Each item's array of words as one text."""

    def extract(event: Node, index: int | None) -> Value:
        texts: list[str] = []
        for node in gather(event, index, *keys) or ():
            if node is MISSING:
                continue
            if not isinstance(node, list) or not all(is_text(word) for word in node):
                return None
            texts.append(" ".join([to_text(word) for word in node]))
        return tuple(texts)

    return extract


def _of_rules(key: str) -> Extractor:
    """The words of all arrays ``key`` in the rules of a role."""

    def extract(event: Node, index: int | None) -> Value:
        found = gather(event, index, "requestObject", "rules", key)
        return tuple([to_text(word) for node in found or () if isinstance(node, list) for word in node])

    return extract


def _effective(key: str) -> Extractor:
    """Where the plugin looks for ids no Kubernetes object has one: what remains is its default."""

    def extract(event: Node, index: int | None) -> Value:
        of_pod = get(event, "requestObject", "spec", key)
        default = "0" if of_pod is MISSING else to_text(of_pod)
        found = gather(event, index, *_CONTAINERS, key)
        return None if found is None else tuple([default if node is MISSING else to_text(node) for node in found])

    return extract


def _subjects(kind: str, namespaced: bool = False) -> Extractor:
    """Names of the subjects of one kind in a binding; ``namespaced`` puts ``namespace:`` before them."""

    def extract(event: Node, index: int | None) -> Value:
        subjects = get(event, "requestObject", "subjects")
        names: list[str] = []
        for subject in subjects if isinstance(subjects, list) else ():
            name, namespace, own = get(subject, "name"), get(subject, "namespace"), get(subject, "kind")
            if name is MISSING or own is MISSING or to_text(own) != kind or (namespaced and namespace is MISSING):
                continue
            names.append(f"{to_text(namespace)}:{to_text(name)}" if namespaced else to_text(name))
        return tuple(names)

    return extract


def _first(extract: Extractor) -> Extractor:
    """The first container's value alone."""

    def first(event: Node, index: int | None) -> Value:
        return next(iter(extract(event, 0) or ()), None)

    return first


def _repositories(event: Node, index: int | None) -> Value:
    """Everything from the first ``:`` on is cut, which takes a registry's port and the path behind it too."""
    images = _every(*_CONTAINERS, "image")(event, index)
    return None if images is None else tuple([image.split(":")[0].split("@")[0] for image in images])


def _host_ports(event: Node, index: int | None) -> Value:
    """hostPort, else containerPort, which is the same on the host's network."""
    ports: list[str] = []
    for node in gather(event, index, *_CONTAINERS, "ports") or ():
        if node is MISSING:
            continue
        if not isinstance(node, list):
            return None
        for port in node:
            number = get(port, "hostPort")
            number = get(port, "containerPort") if number is MISSING else number
            if number is not MISSING:
                ports.append(to_text(number))
    return tuple(ports)


def _any_privileged(event: Node, index: int | None) -> Value:
    found = gather(event, None, *_CONTAINERS, "securityContext", "privileged")
    return None if found is None else "true" if any(node is True for node in found) else "false"


def _volume_types(event: Node, index: int | None) -> Value:
    """All keys of a volume but its name."""
    volumes = get(event, "requestObject", "spec", "volumes")
    if isinstance(volumes, list) and index is not None:
        volumes = volumes[index : index + 1]
    chosen = volumes if isinstance(volumes, list) else [volumes]
    return tuple([to_text(key) for volume in chosen if isinstance(volume, dict) for key in volume if key != "name"])


def _pod_name(event: Node, index: int | None) -> Value:
    subresource = get(event, "objectRef", "subresource")
    if get(event, "objectRef", "resource") != "pods" or (is_text(subresource) and subresource):
        return None
    return _one("responseObject", "metadata", "name")(event, None)


def _always_true(event: Node, key: str) -> Value:
    return "true"


def _uri_param(event: Node, key: str) -> Value:
    """The first value of a parameter; a URI that is not well formed has none."""
    return next((value for name, value in _parameters(event) if name == key), None)


def _parameters(event: Node) -> list[tuple[str, str]]:
    uri = get(event, "requestURI")
    text = "" if uri is MISSING else to_text(uri)
    query = text.partition("#")[0].partition("?")[2]
    if ";" in query or _BAD_ESCAPE.search(text):
        return []
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def _mounts(event: Node, key: str) -> Value:
    """Whether a volume is this path of the host; a ``*`` at the end is for every path that begins so."""
    paths = _each("requestObject", "spec", "volumes", "hostPath", "path")(event, None)
    if paths is None or not key:
        return None
    prefix = key[:-1] if key.endswith("*") else None
    return "true" if any(path == key or (prefix is not None and path.startswith(prefix)) for path in paths) else "false"


_CONTAINERS = ("requestObject", "spec", "containers")
_CONTEXT = (*_CONTAINERS, "securityContext")
_POD_CONTEXT = ("requestObject", "spec", "securityContext")

_FIELDS: dict[str, Extractor] = {
    "ka.auditid": _one("auditID"),
    "ka.stage": _one("stage"),
    "ka.auth.decision": _one("annotations", "authorization.k8s.io/decision"),
    "ka.auth.reason": _one("annotations", "authorization.k8s.io/reason"),
    "ka.auth.openshift.decision": _one("annotations", "authentication.openshift.io/decision"),
    "ka.auth.openshift.username": _one("annotations", "authentication.openshift.io/username"),
    "ka.validations.admission.policy.failure": _one("annotations", "validation.policy.admission.k8s.io/validation_failure"),
    "ka.security.pod.violations": _one("annotations", "pod-security.kubernetes.io/audit-violations"),
    "ka.user.name": _one("user", "username"),
    "ka.user.groups": _array("user", "groups"),
    "ka.impuser.name": _one("impersonatedUser", "username"),
    "ka.verb": _one("verb"),
    "ka.uri": _one("requestURI"),
    "ka.target.name": _one("objectRef", "name"),
    "ka.target.namespace": _one("objectRef", "namespace"),
    "ka.target.resource": _one("objectRef", "resource"),
    "ka.target.subresource": _one("objectRef", "subresource"),
    "ka.target.pod.name": _pod_name,
    "ka.req.binding.subjects": _array("requestObject", "subjects"),
    "ka.req.binding.subjects.user_names": _subjects("User"),
    "ka.req.binding.subjects.serviceaccount_names": _subjects("ServiceAccount"),
    "ka.req.binding.subjects.serviceaccount_ns_names": _subjects("ServiceAccount", namespaced=True),
    "ka.req.binding.subjects.group_names": _subjects("Group"),
    "ka.req.binding.role": _one("requestObject", "roleRef", "name"),
    "ka.req.configmap.name": _one("objectRef", "name"),
    "ka.req.configmap.obj": _one("requestObject", "data"),
    "ka.req.pod.containers.args": _joined(*_CONTAINERS, "args"),
    "ka.req.pod.containers.command": _joined(*_CONTAINERS, "command"),
    "ka.req.pod.containers.name": _every(*_CONTAINERS, "name"),
    "ka.req.pod.containers.image": _every(*_CONTAINERS, "image"),
    "ka.req.container.image": _first(_every(*_CONTAINERS, "image")),
    "ka.req.pod.containers.image.repository": _repositories,
    "ka.req.container.image.repository": _first(_repositories),
    "ka.req.pod.host_ipc": _one("requestObject", "spec", "hostIPC"),
    "ka.req.pod.host_network": _one("requestObject", "spec", "hostNetwork"),
    "ka.req.container.host_network": _one("requestObject", "spec", "hostNetwork"),
    "ka.req.pod.host_pid": _one("requestObject", "spec", "hostPID"),
    "ka.req.pod.containers.host_port": _host_ports,
    "ka.req.pod.containers.privileged": _each(*_CONTEXT, "privileged"),
    "ka.req.container.privileged": _any_privileged,
    "ka.req.pod.containers.allow_privilege_escalation": _each(*_CONTEXT, "allowPrivilegeEscalation"),
    "ka.req.pod.containers.read_only_fs": _each(*_CONTEXT, "readOnlyRootFilesystem"),
    "ka.req.pod.run_as_user": _one(*_POD_CONTEXT, "runAsUser"),
    "ka.req.pod.containers.run_as_user": _each(*_CONTEXT, "runAsUser"),
    "ka.req.pod.containers.eff_run_as_user": _effective("runAsUser"),
    "ka.req.pod.run_as_group": _one(*_POD_CONTEXT, "runAsGroup"),
    "ka.req.pod.containers.run_as_group": _each(*_CONTEXT, "runAsGroup"),
    "ka.req.pod.containers.eff_run_as_group": _effective("runAsGroup"),
    "ka.req.pod.containers.proc_mount": _each(*_CONTEXT, "procMount"),
    "ka.req.role.rules": _array("requestObject", "rules"),
    "ka.req.role.rules.apiGroups": _of_rules("apiGroups"),
    "ka.req.role.rules.nonResourceURLs": _of_rules("nonResourceURLs"),
    "ka.req.role.rules.verbs": _of_rules("verbs"),
    "ka.req.role.rules.resources": _of_rules("resources"),
    "ka.req.pod.fs_group": _one(*_POD_CONTEXT, "fsGroup"),
    "ka.req.pod.supplemental_groups": _array(*_POD_CONTEXT, "supplementalGroups"),
    "ka.req.pod.containers.add_capabilities": _each(*_CONTEXT, "capabilities", "add"),
    "ka.req.service.type": _one("requestObject", "spec", "type"),
    "ka.req.service.ports": _each("requestObject", "spec", "ports"),
    "ka.req.pod.volumes.hostpath": _each("requestObject", "spec", "volumes", "hostPath", "path"),
    "ka.req.pod.volumes.flexvolume_driver": _each("requestObject", "spec", "volumes", "flexVolume", "driver"),
    "ka.req.pod.volumes.volume_type": _volume_types,
    "ka.resp.name": _one("responseObject", "metadata", "name"),
    "ka.response.code": _one("responseStatus", "code"),
    "ka.response.reason": _one("responseStatus", "reason"),
    "ka.useragent": _one("userAgent"),
    "ka.sourceips": _of_rules("sourceIPs"),
    "ka.cluster.name": _one("annotations", "cluster_name"),
}
_KEYED: dict[str, Callable[[Node, str], Value]] = {
    "ka.uri.param": _uri_param,
    "ka.req.binding.subject.has_name": _always_true,
    "ka.req.volume.hostpath": _mounts,
}

AUDIT_FIELDS = (*_FIELDS, *_KEYED)
"""Names of the ``ka.*`` fields."""


def json_value(event: Node, pointer: str) -> str | None:
    """What ``jevt.value[pointer]`` shows: a JSON pointer, whose first ``/`` may be left out."""
    keys = pointer.removeprefix("/").split("/")
    node = get(event, *[key.replace("~1", "/").replace("~0", "~") for key in keys])
    return None if node is MISSING else to_text(node)


class AuditFields(Mapping[str, FieldValue]):
    """The fields of one audit event by name, each worked out when it is first asked for.

    A field with an argument stands under its whole name: ``ka.uri.param[command]``, ``ka.req.pod.containers.image[0]``,
    ``jevt.value[/verb]``. Iteration gives what has a value without an argument (but the whole JSON once), and the parameters of the URI.
    """

    __slots__ = ("_event", "_found")

    def __init__(self, event: Node, time_ns: int, extra: Mapping[str, FieldValue] | None = None) -> None:
        """``time_ns`` (nanoseconds since the epoch) is the event's; ``extra`` are the fields that are not in the JSON."""
        self._event = event
        self._found: dict[str, FieldValue | None] = {
            "evt.pluginname": PLUGIN,
            "evt.is_async": False,
            "json.rawtime": str(time_ns),
            "jevt.rawtime": str(time_ns),
            **(extra or {}),
        }

    @classmethod
    def from_text(cls, text: str, time_ns: int, extra: Mapping[str, FieldValue] | None = None) -> AuditFields:
        """Of an event's JSON text. Raises ValueError when it is none."""
        return cls(parse_json(text), time_ns, extra)

    @property
    def text(self) -> str:
        """The event as one line of JSON."""
        return compact(self._event)

    def __getitem__(self, name: str) -> FieldValue:
        try:
            value = self._found[name]
        except KeyError:
            value = self._found[name] = self._extracted(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        own = [name for name, value in self._found.items() if value is not None and name.startswith("evt.")]
        parameters = [f"ka.uri.param[{name}]" for name, _ in _parameters(self._event)]
        yield from dict.fromkeys([*own, "evt.plugininfo", *(name for name in (*_FIELDS, *parameters) if name in self)])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _extracted(self, name: str) -> FieldValue | None:
        base, bracket, rest = name.partition("[")
        argument = rest[:-1] if rest.endswith("]") else None
        if base in ("jevt.value", "json.value"):
            return json_value(self._event, argument) if argument else None
        if name in ("jevt.obj", "json.obj"):
            return indented(self._event)
        if name == "evt.plugininfo":
            return compact(self._event)
        if (bracket and argument is None) or get(self._event, "auditID") is MISSING:
            return None
        if (keyed := _KEYED.get(base)) is not None:
            return None if argument is None else keyed(self._event, argument)
        extract = _FIELDS.get(base)
        if extract is None or (argument is not None and not _INDEX.fullmatch(argument)):
            return None
        value = extract(self._event, None if argument is None else int(argument))
        return None if value == () else value  # a list without items is no value for Falco
