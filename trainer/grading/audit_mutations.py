"""Small mistakes that learners make in checks of Kubernetes audit events: one verb too many, any subresource, the first container only."""

from __future__ import annotations

from collections.abc import Iterator

from trainer.engine.filter.ast import BinaryCheckExpr, FieldExpr, ListExpr, ValueExpr

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
"""Of requests for objects."""
_KIN = (("get", "list", "watch"), ("create", "update", "patch"), ("delete", "deletecollection"))
_WITH_INDEX = ("ka.req.pod.containers.", "ka.req.pod.volumes.")
_TWINS = {
    "ka.user.name": "ka.impuser.name",
    "ka.impuser.name": "ka.user.name",
    "ka.target.name": "ka.resp.name",
    "ka.target.resource": "ka.target.subresource",
    "ka.target.subresource": "ka.target.resource",
}
"""Fields that are taken for one another."""

_RESOURCES = frozenset(
    (
        *("pods", "services", "secrets", "configmaps", "serviceaccounts", "namespaces", "nodes", "events"),
        *("endpoints", "endpointslices", "persistentvolumes", "bindings", "persistentvolumeclaims", "resourcequotas"),
        *("limitranges", "replicationcontrollers", "podtemplates", "podsecuritypolicies", "poddisruptionbudgets"),
        *("deployments", "daemonsets", "statefulsets", "replicasets", "controllerrevisions", "jobs", "cronjobs"),
        *("ingresses", "ingressclasses", "networkpolicies", "roles", "rolebindings", "clusterroles"),
        *("clusterrolebindings", "certificatesigningrequests", "leases", "priorityclasses", "runtimeclasses"),
        *("storageclasses", "volumeattachments", "csidrivers", "csinodes", "horizontalpodautoscalers"),
        *("customresourcedefinitions", "apiservices", "mutatingwebhookconfigurations"),
        *("validatingwebhookconfigurations", "validatingadmissionpolicies", "tokenreviews", "subjectaccessreviews"),
        *("selfsubjectaccessreviews", "selfsubjectrulesreviews", "localsubjectaccessreviews"),
        *("secretproviderclasses", "secretproviderclasspodstatuses", "externalsecrets", "clusterexternalsecrets"),
        *("sealedsecrets", "secretstores", "pushsecrets", "secretsyncs", "podmonitors", "podmetrics"),
    )
)
"""Of the Kubernetes API and of extensions that many clusters have."""
_SUBRESOURCES = frozenset(
    (
        *("exec", "attach", "portforward", "log", "proxy", "status", "scale", "eviction", "ephemeralcontainers"),
        *("binding", "resize", "token", "approval", "finalize"),
    )
)
_BOOLEANS = frozenset({"true", "false"})
DOMAINS: dict[str, frozenset[str]] = {
    "ka.verb": frozenset((*VERBS, "post", "put", "head", "options")),
    "ka.stage": frozenset({"RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"}),
    "ka.auth.decision": frozenset({"allow", "forbid"}),
    "ka.response.code": frozenset(str(code) for code in range(100, 600)),
    "ka.req.pod.host_network": _BOOLEANS,
    "ka.req.pod.host_pid": _BOOLEANS,
    "ka.req.pod.host_ipc": _BOOLEANS,
    "ka.req.container.privileged": _BOOLEANS,
    "ka.target.resource": _RESOURCES,
    "ka.target.subresource": _SUBRESOURCES,
}
"""Values of the fields whose values are all known, or well known."""


def audit_changes(expr: BinaryCheckExpr, text: str) -> Iterator[tuple[str, str, str]]:
    """Of a check on a ``ka.*`` field: what is done, the check's new text, and the event that would show it."""
    if not isinstance(expr.left, FieldExpr) or not expr.left.full_name.startswith("ka."):
        return
    field, operator = expr.left.full_name, expr.operator
    values = _values(expr)
    for new, needed in _rewritten(field, operator, values):
        yield f"`{text}` becomes `{new}`", new, needed
    if (twin := _TWINS.get(field)) is not None and text.startswith(field):
        new = twin + text[len(field) :]
        yield f"`{text}` asks for {twin}", new, f"an action on which `{text}` and `{new}` differ"
    if operator == "intersects" and field.startswith(_WITH_INDEX) and text.startswith(field) and expr.left.argument is None:
        new = f"{field}[0]" + text[len(field) :]
        yield f"`{text}` looks at the first one only", new, f"an attack for which the first {field} is another one"
    if operator == "intersects" and text.startswith(f"{field} intersects"):
        new = text.replace(" intersects", " in", 1)
        yield f"`{text}` with `in` instead of `intersects`", new, f"an attack for which {field} holds another value beside"


def _values(expr: BinaryCheckExpr) -> tuple[str, ...]:
    if isinstance(expr.right, ValueExpr):
        return (expr.right.text,)
    return tuple([item.text for item in expr.right.items]) if isinstance(expr.right, ListExpr) else ()


def _rewritten(field: str, operator: str, values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if operator not in ("=", "==", "in") or not values:
        return
    if field == "ka.verb":
        kin = next((family for family in _KIN if values[0] in family), ())
        other = next((verb for verb in kin if verb not in values), None)
        if other is not None:
            yield f"ka.verb in ({', '.join((*values, other))})", f"a harmless action with the verb {other}, the same otherwise"
    elif field.startswith("ka.target."):
        yield f"{field} exists", f"a harmless action with another {field}"
