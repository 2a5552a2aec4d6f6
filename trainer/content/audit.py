"""Audit events in scenario.yaml: what an API server would have written to its audit log, checked as audit.k8s.io/v1 has it.

An event may be as short as verb, user, objectRef and responseStatus; what the API server writes besides is filled in. Its times are made
when it is recorded (trainer.content.given), so that a recording is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from trainer.content.reading import Fields
from trainer.source import Span
from trainer.source.plain import plain_scalar
from trainer.source.yaml import YamlMapping, YamlNode, YamlScalar, YamlSequence, key_text

API_VERSION: Final = "audit.k8s.io/v1"
STAGES: Final = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")
LEVELS: Final = ("Metadata", "Request", "RequestResponse")
KEYS: Final = (
    *(
        "kind",
        "apiVersion",
        "level",
        "auditID",
        "stage",
        "requestURI",
        "verb",
        "user",
        "impersonatedUser",
        "authenticationMetadata",
    ),
    *("sourceIPs", "userAgent", "objectRef", "responseStatus", "requestObject", "responseObject"),
    *("requestReceivedTimestamp", "stageTimestamp", "annotations"),
)
"""Keys of an event, in the order in which the API server writes them."""
MAX_VALUES = 5_000
"""Values of one event, which YAML's aliases could make many of."""
MAX_DEPTH = 50
_REF_KEYS: Final = ("resource", "namespace", "name", "uid", "apiGroup", "apiVersion", "resourceVersion", "subresource")
_WITHOUT_RESPONSE: Final = ("RequestReceived", "Panic")
_DECISION: Final = "authorization.k8s.io/decision"
_REASON: Final = "authorization.k8s.io/reason"


def read_audit(fields: Fields) -> tuple[Mapping[str, object], ...]:
    """The events under ``audit`` of an action: one mapping, or a list of them. What is wrong goes to the fields' problems."""
    node = fields.value("audit", required=True)
    if node is None:
        return ()
    nodes = node.items if isinstance(node, YamlSequence) else (node,)
    if not nodes:
        fields.problems.error(node.span, "'audit' must hold at least one event")
    events = []
    for one in nodes:
        if isinstance(one, YamlMapping):
            events.append(_event(Fields(one, fields.problems, fields.fill)))
        else:
            fields.problems.error(one.span, "'audit' must be an event of audit.k8s.io/v1, or a list of them (key: value)")
    return tuple(events)


def _event(fields: Fields) -> Mapping[str, object]:
    tree = _Trees(fields)
    found: dict[str, object] = {
        "kind": fields.choice("kind", ("Event",), "Event", required=False),
        "apiVersion": fields.choice("apiVersion", (API_VERSION,), API_VERSION, required=False),
    }
    stage = fields.choice("stage", STAGES, "ResponseComplete", required=False)
    ref = _texts(fields, "objectRef", _REF_KEYS, "an objectRef", ("resource",))
    verb = fields.text("verb", required=True)
    answers = stage not in _WITHOUT_RESPONSE
    status = _status(fields, tree, required=answers)
    request, response = tree.body("requestObject"), tree.mapping("responseObject")
    level = "Metadata" if request is None and response is None else "Request" if response is None else "RequestResponse"
    found |= {
        "level": fields.choice("level", LEVELS, level, required=False),
        "auditID": fields.optional_text("auditID"),
        "stage": stage,
        "requestURI": fields.optional_text("requestURI") or (_uri(verb, ref) if ref else None),
        "verb": verb,
        "user": _user(fields, "user", tree, required=True),
        "impersonatedUser": _user(fields, "impersonatedUser", tree, required=False),
        "authenticationMetadata": tree.mapping("authenticationMetadata"),
        "sourceIPs": list(fields.texts("sourceIPs")) or None,
        "userAgent": fields.optional_text("userAgent"),
        "objectRef": ref,
        "responseStatus": status,
        "requestObject": request,
        "responseObject": response,
        "annotations": fields.pairs("annotations") if fields.has("annotations") else _decided(status) if answers else None,
    }
    # A pasted event has times; they are made anew, in the order of the scenario.
    fields.ignore("requestReceivedTimestamp", "stageTimestamp")
    if not ref and not fields.has("requestURI"):
        fields.problems.error(fields.span, "an audit event needs an 'objectRef', or a 'requestURI' where it is about no object")
    if found["level"] == "Metadata" and (request is not None or response is not None):
        fields.problems.error(fields.at("level"), "the level Metadata logs no requestObject and no responseObject")
    if response is not None and found["level"] == "Request":
        fields.problems.error(fields.at("level"), "the level Request logs no responseObject")
    fields.done("an audit event")
    return {key: found[key] for key in KEYS if found.get(key) is not None}


def _texts(fields: Fields, key: str, keys: tuple[str, ...], what: str, required: tuple[str, ...]) -> dict[str, str] | None:
    inner = fields.mapping(key)
    if inner is None:
        return None
    found = {name: inner.text(name, required=name in required) for name in keys}
    inner.done(what)
    return {name: text for name, text in found.items() if text}


def _user(fields: Fields, key: str, tree: _Trees, *, required: bool) -> dict[str, object] | None:
    inner = fields.mapping(key, required=required)
    if inner is None:
        return None
    found: dict[str, object] = {
        "username": inner.text("username", required=True),
        "uid": inner.optional_text("uid"),
        "groups": list(inner.texts("groups")) or None,
        "extra": tree.mapping("extra", inner),
    }
    inner.done("a user")
    return {name: value for name, value in found.items() if value is not None}


def _status(fields: Fields, tree: _Trees, *, required: bool) -> dict[str, object] | None:
    inner = fields.mapping("responseStatus", required=required)
    if inner is None:
        return None
    code = inner.integer("code", required=True, low=100, high=599)
    whole = tree.of(inner.node)
    return {"metadata": {}, **whole, "code": code} if isinstance(whole, dict) else {"metadata": {}, "code": code}


def _decided(status: Mapping[str, object] | None) -> dict[str, str] | None:
    """What the authorizer writes: a request that it forbade is answered with 403, one without an identity (401) is not asked about."""
    code = status.get("code") if status is not None else None
    if code == 401:
        return None
    return {_DECISION: "forbid" if code == 403 else "allow", _REASON: ""}


def _uri(verb: str, ref: Mapping[str, str]) -> str:
    """Where the request went, without parameters; an object is created by a POST to its collection."""
    version = ref.get("apiVersion", "v1")
    parts = [f"apis/{ref['apiGroup']}/{version}" if "apiGroup" in ref else f"api/{version}"]
    parts += ["namespaces", ref["namespace"]] if "namespace" in ref and ref.get("resource") != "namespaces" else []
    parts.append(ref.get("resource", ""))
    if "name" in ref and (verb != "create" or "subresource" in ref):
        parts.append(ref["name"])
    parts += [ref["subresource"]] if "subresource" in ref else []
    return "/" + "/".join(parts)


class _Trees:
    """Values of any shape, as JSON has them, with the variables put in. Counts, so that one event stays small."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._left = MAX_VALUES

    def mapping(self, key: str, fields: Fields | None = None) -> dict[str, object] | None:
        inner = (fields or self._fields).mapping(key)
        found = self.of(inner.node) if inner is not None else None
        return found if isinstance(found, dict) else None

    def body(self, key: str) -> object:
        """An object, or the list of operations that a JSON patch is."""
        node = self._fields.value(key)
        if node is not None and not isinstance(node, YamlMapping | YamlSequence):
            self._fields.problems.error(node.span, f"{key!r} must be a mapping, or the list of a JSON patch")
            return None
        return None if node is None else self.of(node)

    def of(self, node: YamlNode, depth: int = 0) -> object:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            if self._left >= -1:  # said once
                self._left = -2
                said = f"an audit event holds at most {MAX_VALUES} values, {MAX_DEPTH} levels deep"
                self._fields.problems.error(node.span, said)
            return None
        if isinstance(node, YamlSequence):
            return [self.of(item, depth + 1) for item in node.items]
        if isinstance(node, YamlMapping):
            return self._object(node, depth)
        return _scalar(node, self._fields.fill)

    def _object(self, node: YamlMapping, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.pairs:
            name = key_text(key)
            name = self._fields.fill(name, key.span) if name is not None else None
            if name is None or name in found:
                said = "a key of an object must be a text" if name is None else f"key {name!r} stands here twice"
                self._fields.problems.error(key.span, said)
                continue
            found[name] = self.of(value, depth + 1)
        return found


def _scalar(node: YamlScalar, fill: Callable[[str, Span], str]) -> object:
    """As written after the variables were put in: a bare ``${port}`` that is 80 is a number."""
    return plain_scalar(node if "${" not in node.value else replace(node, value=fill(node.value, node.span)))
