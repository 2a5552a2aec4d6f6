"""Kubernetes audit events as an API server writes them, short enough to read: what each test needs and the usual rest."""

from __future__ import annotations

import json
from typing import Any

TIME = "2026-01-02T03:04:05.123456Z"
TIME_NS = 1_767_323_045_123_456_000


def audit_event(verb: str = "get", resource: str = "pods", **more: Any) -> dict[str, Any]:
    """An event of the last stage; ``more`` replaces whole keys, and None takes one away."""
    event: dict[str, Any] = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": "7e0f2c1e-0000-4000-8000-000000000001",
        "stage": "ResponseComplete",
        "requestURI": f"/api/v1/namespaces/shop/{resource}",
        "verb": verb,
        "user": {"username": "alice", "groups": ["devs", "system:authenticated"]},
        "sourceIPs": ["10.0.0.7"],
        "userAgent": "kubectl/v1.34.0",
        "objectRef": {"resource": resource, "namespace": "shop", "name": "web", "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2026-01-02T03:04:05.100000Z",
        "stageTimestamp": TIME,
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: allowed"},
    }
    event |= more
    return {key: value for key, value in event.items() if value is not None}


def create_pod(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return audit_event("create", responseStatus={"code": 201}, requestObject={"spec": {"containers": list(containers), **spec}})


PRIVILEGED = create_pod(
    {"name": "web", "image": "nginx:1.29"},
    {"name": "shell", "image": "reg.local:5000/tools/shell:2", "securityContext": {"privileged": True, "runAsUser": 0}},
)
HOST_PATH = create_pod(
    {"name": "web", "image": "nginx@sha256:00"},
    volumes=[
        {"name": "cfg", "configMap": {"name": "web"}},
        {"name": "etc", "hostPath": {"path": "/etc", "type": "Directory"}},
        {"name": "log", "hostPath": {"path": "/var/log"}},
    ],
    hostNetwork=True,
)
EXEC = audit_event(
    "create",
    stage="ResponseStarted",
    requestURI="/api/v1/namespaces/shop/pods/web/exec?command=sh&command=-c&container=web&stdin=true&tty=true&label=a%2Fb+c",
    objectRef={"resource": "pods", "namespace": "shop", "name": "web", "subresource": "exec"},
    responseStatus={"code": 101},
)
ANONYMOUS = audit_event(
    "list",
    "secrets",
    user={"username": "system:anonymous", "groups": ["system:unauthenticated"]},
    objectRef={"resource": "secrets", "namespace": "shop"},
)
FORBIDDEN = audit_event(
    "list",
    "secrets",
    user={"username": "system:anonymous", "groups": ["system:unauthenticated"]},
    responseStatus={"code": 403, "reason": "Forbidden"},
    annotations={"authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": ""},
)
CONFIG_MAP = audit_event("create", "configmaps", requestObject={"kind": "ConfigMap", "data": {"app.ini": 'password="a<b"\n'}})
CLUSTER_ROLE = audit_event(
    "create",
    "clusterroles",
    objectRef={"resource": "clusterroles", "name": "wide"},
    requestObject={
        "rules": [
            {"apiGroups": [""], "resources": ["pods", "pods/exec"], "verbs": ["get", "create"]},
            {"nonResourceURLs": ["/metrics"], "verbs": ["*"]},
        ]
    },
)
BINDING = audit_event(
    "create",
    "clusterrolebindings",
    requestObject={
        "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [
            {"kind": "User", "name": "bob"},
            {"kind": "ServiceAccount", "name": "builder", "namespace": "ci"},
            {"kind": "Group", "name": "devs"},
        ],
    },
)
NODE_PORT = audit_event(
    "create", "services", requestObject={"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}, {"port": 443}]}}
)


def lines(*events: dict[str, Any]) -> str:
    """The log file that holds these events."""
    return "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events)
