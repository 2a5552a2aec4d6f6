"""Rules of the source k8s_audit: loaded only where the plugin is, and evaluated on audit events as Falco does with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit_events import (
    ANONYMOUS,
    BINDING,
    CLUSTER_ROLE,
    CONFIG_MAP,
    EXEC,
    FORBIDDEN,
    HOST_PATH,
    NODE_PORT,
    PRIVILEGED,
    audit_event,
    create_pod,
    lines,
)
from trainer.diagnostics import Code
from trainer.engine import AUDIT_PLUGINS, LoadResult, falco_results, load_rules, plugins_for
from trainer.events import Event, parse_recording
from trainer.source import SourceFile

HEAD = """\
- list: stages
  items: ["ResponseComplete"]
- macro: done
  condition: (jevt.value[/stage] in (stages))
- macro: create
  condition: ka.verb=create
- macro: pod
  condition: ka.target.resource=pods and not ka.target.subresource exists
"""


def rule(condition: str, output: str = "seen", **keys: str) -> str:
    more = "".join(f"  {key}: {value}\n" for key, value in {"source": "k8s_audit", **keys}.items())
    return f"- rule: r\n  desc: d\n  condition: >\n    {condition}\n  output: >-\n    {output}\n  priority: WARNING\n{more}"


def load(text: str, *, plugins: frozenset[str] = AUDIT_PLUGINS, mode: Any = "learner") -> LoadResult:
    return load_rules([SourceFile("rules.yaml", text)], plugins=plugins, mode=mode)


def event_of(event: dict[str, Any]) -> Event:
    (found,) = parse_recording(lines(event).encode(), "audit.log").events
    return found


def fires(condition: str, event: dict[str, Any]) -> bool:
    result = load(HEAD + rule(condition))
    assert result.ok, [found.message for found in result.diagnostics]
    happened = event_of(event)
    matched = bool(result.ruleset.match(happened))
    assert result.ruleset.explain("r", happened).matched is matched
    return matched


PRIVILEGED_POD = "done and pod and create and ka.req.pod.containers.privileged intersects (true)"
SENSITIVE_MOUNT = "pod and create and ka.req.pod.volumes.hostpath intersects (/proc, /, /etc, /root, /var/run/docker.sock)"
EXEC_POD = "ka.target.resource=pods and create and ka.target.subresource in (exec, attach)"
ANONYMOUS_ALLOWED = (
    'done and ka.user.name=system:anonymous and ka.auth.decision="allow" and not (ka.uri=/healthz or ka.uri startswith /healthz?)'
)
SECRETS_IN_CONFIG_MAP = (
    'ka.target.resource=configmaps and ka.verb in (create,update,patch) and ka.req.configmap.obj contains "password"'
)
WILDCARD = 'create and (ka.req.role.rules.resources intersects ("*") or ka.req.role.rules.verbs intersects ("*"))'
NODE_PORTS = "create and ka.target.resource=services and ka.req.service.type=NodePort"


@pytest.mark.parametrize(
    "condition, event, expected",
    [
        (PRIVILEGED_POD, PRIVILEGED, True),
        (PRIVILEGED_POD, create_pod({"image": "a", "securityContext": {"privileged": False}}), False),
        (PRIVILEGED_POD, create_pod({"image": "a"}), False),
        (PRIVILEGED_POD, {**PRIVILEGED, "verb": "update"}, False),
        (PRIVILEGED_POD, {**PRIVILEGED, "stage": "RequestReceived"}, False),
        (PRIVILEGED_POD, {**PRIVILEGED, "objectRef": {"resource": "pods", "subresource": "status"}}, False),
        (PRIVILEGED_POD + " and not ka.req.pod.containers.image.repository in (nginx, reg.local)", PRIVILEGED, False),
        (PRIVILEGED_POD + " and not ka.req.pod.containers.image.repository in (nginx)", PRIVILEGED, True),
        (PRIVILEGED_POD + " and ka.req.pod.containers.image[1] in (reg.local:5000/tools/shell:2)", PRIVILEGED, True),
        (PRIVILEGED_POD + " and ka.req.pod.containers.image[0] in (reg.local:5000/tools/shell:2)", PRIVILEGED, False),
        (SENSITIVE_MOUNT, HOST_PATH, True),
        (SENSITIVE_MOUNT, create_pod({"image": "a"}, volumes=[{"name": "x", "hostPath": {"path": "/etc/nginx"}}]), False),
        (SENSITIVE_MOUNT, create_pod({"image": "a"}, volumes=[{"name": "x", "emptyDir": {}}]), False),
        (SENSITIVE_MOUNT, PRIVILEGED, False),
        ("ka.req.pod.host_network intersects (true)", HOST_PATH, True),
        ("ka.req.pod.host_network intersects (true)", PRIVILEGED, False),
        ("ka.req.volume.hostpath[/var*] = true", HOST_PATH, True),
        (EXEC_POD, EXEC, True),
        (EXEC_POD, {**EXEC, "objectRef": {"resource": "pods", "subresource": "log"}}, False),
        (EXEC_POD, PRIVILEGED, False),
        (EXEC_POD + " and ka.uri.param[command] in (sh, bash)", EXEC, True),
        (EXEC_POD + " and ka.uri.param[command] in (sh, bash)", {**EXEC, "requestURI": "/x?command=date"}, False),
        (EXEC_POD + " and ka.uri.param[command] in (sh, bash)", {**EXEC, "requestURI": "/x"}, False),
        (ANONYMOUS_ALLOWED, ANONYMOUS, True),
        (ANONYMOUS_ALLOWED, FORBIDDEN, False),
        (ANONYMOUS_ALLOWED, {**ANONYMOUS, "requestURI": "/healthz?timeout=32s"}, False),
        (ANONYMOUS_ALLOWED, audit_event(), False),
        (SECRETS_IN_CONFIG_MAP, CONFIG_MAP, True),
        (SECRETS_IN_CONFIG_MAP, {**CONFIG_MAP, "requestObject": {"data": {"motd": "hello"}}}, False),
        (SECRETS_IN_CONFIG_MAP, {**CONFIG_MAP, "verb": "delete"}, False),
        (SECRETS_IN_CONFIG_MAP, audit_event("create", "configmaps"), False),
        (WILDCARD, CLUSTER_ROLE, True),
        (WILDCARD, {**CLUSTER_ROLE, "requestObject": {"rules": [{"resources": ["pods/*"], "verbs": ["get"]}]}}, False),
        ('create and ka.req.role.rules.verbs[0] intersects ("*")', CLUSTER_ROLE, False),
        ('create and ka.req.role.rules.verbs[1] intersects ("*")', CLUSTER_ROLE, True),
        ("create and ka.req.binding.role=cluster-admin", BINDING, True),
        ("ka.req.binding.subjects.serviceaccount_ns_names intersects (ci:builder)", BINDING, True),
        (NODE_PORTS, NODE_PORT, True),
        (NODE_PORTS, {**NODE_PORT, "requestObject": {"spec": {"type": "ClusterIP"}}}, False),
        ("ka.response.code startswith 2", PRIVILEGED, True),
        ("ka.response.code startswith 2", FORBIDDEN, False),
        ("ka.response.code = 201", PRIVILEGED, True),
        ("ka.user.groups intersects (system:masters)", audit_event(user={"groups": ["a", "system:masters"]}), True),
        ("ka.user.groups in (a, b, c)", audit_event(user={"groups": ["a", "b"]}), True),
        ("ka.user.groups in (a, c)", audit_event(user={"groups": ["a", "b"]}), False),
        ("jevt.value[/requestObject/spec/containers/1/securityContext/privileged] = true", PRIVILEGED, True),
        ("jevt.value[/sourceIPs/0] startswith 10.", PRIVILEGED, True),
        ("jevt.rawtime exists", EXEC, True),
        ("jevt.rawtime=0", EXEC, False),
        ('jevt.obj contains "nginx"', PRIVILEGED, True),
        ('json.value[/verb] = "create"', PRIVILEGED, True),
        ("evt.source = k8s_audit and evt.pluginname = k8saudit and evt.num = 1", EXEC, True),
        ("len(ka.req.pod.containers.image) = 2", PRIVILEGED, True),
        ("toupper(ka.verb) = CREATE", PRIVILEGED, True),
    ],
)
def test_conditions_on_audit_events(condition: str, event: dict[str, Any], expected: bool) -> None:
    assert fires(condition, event) is expected


@pytest.mark.parametrize(
    "field", ["ka.impuser.name", "ka.req.pod.containers.image", "ka.req.pod.containers.image[0]", "jevt.value[/x/y]"]
)
def test_an_absent_field_is_false_and_not_makes_it_true(field: str) -> None:
    event = audit_event()
    assert not fires(f"{field} exists", event)
    assert fires(f"not {field} exists", event)
    assert fires(f"not {field} in (a)", event)


def test_outputs_and_alerts() -> None:
    output = (
        "%ka.user.name %ka.req.pod.containers.image %ka.req.pod.containers.image[1] %ka.req.pod.containers.privileged "
        "%ka.impuser.name %ka.response.code %jevt.value[/userAgent] %evt.num %12ka.verb."
    )
    happened = event_of(PRIVILEGED)
    (alert,) = load(rule("ka.verb exists", output, tags="[k8s]")).ruleset.match(happened)
    assert alert.output == (
        "alice (nginx:1.29,reg.local:5000/tools/shell:2) (reg.local:5000/tools/shell:2) (true) "
        "<NA> 201 kubectl/v1.34.0 1 create      ."
    )
    assert alert.source == "k8s_audit"
    assert alert.time_ns == happened.time_ns
    assert alert.output_fields == {
        "evt.num": 1,
        "evt.time": happened.time_ns,
        "jevt.value[/userAgent]": "kubectl/v1.34.0",
        "ka.impuser.name": None,
        "ka.req.pod.containers.image": ["nginx:1.29", "reg.local:5000/tools/shell:2"],
        "ka.req.pod.containers.image[1]": ["reg.local:5000/tools/shell:2"],
        "ka.req.pod.containers.privileged": ["true"],
        "ka.response.code": "201",
        "ka.user.name": "alice",
        "ka.verb": "create",
    }
    assert '"source":"k8s_audit"' in alert.json_line()


def test_each_source_has_its_own_rules_and_events() -> None:
    text = rule("ka.verb exists") + rule("evt.type = execve", source="syscall").replace("rule: r", "rule: s")
    ruleset = load(text).ruleset
    assert [alert.rule for alert in ruleset.match(event_of(EXEC), matching="all")] == ["r"]
    assert [alert.rule for alert in ruleset.match(Event(1, 0, "execve"), matching="all")] == ["s"]


# Loading.


def codes(result: LoadResult) -> list[tuple[Code, str]]:
    return [(found.code, found.message) for found in result.diagnostics if found.code.name.startswith("LOAD")]


def test_without_the_plugin_a_rule_is_skipped_unread() -> None:
    text = rule("ka.nothing = 1 and proc.name = x", "%nothing")
    for mode in ("learner", "falco"):
        result = load(text, plugins=frozenset(), mode=mode)
        assert result.ok
        assert result.ruleset.rules == ()
        assert codes(result) == [(Code.LOAD_UNKNOWN_SOURCE, "Unknown source k8s_audit, skipping")]
    (shown,) = falco_results(load(text, plugins=frozenset(), mode="falco"))["falco_load_results"]
    assert shown["successful"] is True
    assert [warning["code"] for warning in shown["warnings"]] == ["LOAD_UNKNOWN_SOURCE"]


def test_with_the_plugin_other_sources_stay_unknown() -> None:
    result = load(rule("ct.name = x", source="aws_cloudtrail"))
    assert codes(result) == [(Code.LOAD_UNKNOWN_SOURCE, "Unknown source aws_cloudtrail, skipping")]
    assert load(rule("ka.verb exists"), plugins=frozenset({"json"})).ruleset.rules == ()


@pytest.mark.parametrize(
    "text, code, message",
    [
        (rule("ka.verbs = get"), Code.LOAD_ERR_COMPILE_CONDITION, "filter_check called with nonexistent field ka.verbs"),
        (rule("proc.name = sh"), Code.LOAD_ERR_COMPILE_CONDITION, "filter_check called with nonexistent field proc.name"),
        (
            rule("ka.verb = get", source="syscall"),
            Code.LOAD_ERR_COMPILE_CONDITION,
            "filter_check called with nonexistent field ka.verb",
        ),
        (
            rule("ka.uri.param = x"),
            Code.LOAD_ERR_COMPILE_CONDITION,
            "filter 'ka.uri.param': ka.uri.param requires an argument but none provided",
        ),
        (
            rule("ka.user.groups = devs"),
            Code.LOAD_ERR_COMPILE_CONDITION,
            "filter error: '=' operator not supported list filters",
        ),
        (rule("ka.verb = get", "%proc.name"), Code.LOAD_ERR_COMPILE_OUTPUT, "unknown filter: unexpected token after '"),
    ],
)
def test_rules_that_do_not_load(text: str, code: Code, message: str) -> None:
    result = load(text, mode="falco")
    assert not result.ok
    assert codes(result)[-1] == (code, message)


def test_na_is_no_value_to_compare_with() -> None:
    result = load(rule('ka.verb != "<NA>" and jevt.value[/x] in ("<NA>")'))
    assert [code for code, _ in codes(result)] == [Code.LOAD_UNSAFE_NA_CHECK, Code.LOAD_UNSAFE_NA_CHECK]


def test_json_fields_need_the_plugin_json() -> None:
    text = rule("jevt.value[/verb] = get")
    assert not load(text, plugins=frozenset({"k8saudit"})).ok
    assert load(text).ok
    # It reads the events of every source, so this loads; no system call is JSON.
    syscall = load(rule("jevt.value[/verb] exists and evt.type = execve", source="syscall"))
    assert syscall.ok
    assert syscall.ruleset.match(Event(1, 0, "execve")) == []


def exceptions(fields: str) -> str:
    return (
        rule("ka.verb = create")
        + f"  exceptions:\n    - name: e\n      fields: [{fields}]\n      comps: [=]\n      values: [[web]]\n"
    )


def test_exceptions_name_fields_of_the_source() -> None:
    result = load(exceptions("ka.target.name"))
    assert result.ok
    assert result.ruleset.match(event_of(PRIVILEGED)) == []
    refused = load(exceptions("proc.name"), mode="falco")
    assert codes(refused) == [(Code.LOAD_ERR_VALIDATE, "'proc.name' is not a supported filter field")]
    assert load(exceptions("proc.name"), plugins=frozenset(), mode="falco").ok


def test_a_rule_of_the_source_can_be_appended_to_and_keeps_it() -> None:
    more = "- rule: r\n  condition: and ka.target.namespace = shop\n  override: {condition: append}\n"
    result = load(rule("ka.verb = create") + more)
    assert result.ok
    assert [alert.rule for alert in result.ruleset.match(event_of(PRIVILEGED))] == ["r"]
    changed = load(rule("ka.verb = create") + rule("evt.type = open", source="syscall"), mode="falco")
    assert codes(changed)[-1] == (Code.LOAD_ERR_VALIDATE, "Rule has been re-defined with a different source")


def requirement(name: str, version: str, alternative: str = "") -> str:
    other = f"      alternatives: [{{name: {alternative}, version: 0.1.0}}]\n" if alternative else ""
    return f"- required_plugin_versions:\n    - name: {name}\n      version: {version}\n{other}" + rule("ka.verb = get")


@pytest.mark.parametrize(
    "text, fatal",
    [
        (requirement("k8saudit", "0.7.0", "k8saudit-eks"), None),
        (requirement("k8saudit", "0.16.0"), None),
        (requirement("k8saudit-eks", "0.4.0", "k8saudit"), None),
        (requirement("json", "0.7.0"), None),
        (
            requirement("k8saudit", "0.99.0"),
            "Error: Plugin 'k8saudit' version '0.16.0' is not compatible with required plugin version '0.99.0'",
        ),
        (
            requirement("json", "1.0.0"),
            "Error: Plugin 'json' version '0.7.4' is not compatible with required plugin version '1.0.0'",
        ),
        (requirement("okta", "0.1.0"), "Error: Plugin requirement not satisfied, must load one of: okta (>= 0.1.0)"),
    ],
)
def test_required_plugin_versions(text: str, fatal: str | None) -> None:
    assert load(text, mode="falco").fatal == fatal
    assert load(requirement("container", "0.4.0"), plugins=frozenset(), mode="falco").fatal is None
    without = load(text, plugins=frozenset(), mode="falco").fatal
    assert without is not None
    assert without.startswith("Error: Plugin requirement not satisfied, must load one of: ")


def test_the_events_say_which_plugins_there_were() -> None:
    assert plugins_for([Event(1, 0, "execve")]) == plugins_for([]) == frozenset()
    assert plugins_for([Event(1, 0, "execve"), event_of(EXEC)]) == AUDIT_PLUGINS


def test_the_same_files_with_and_without_the_plugin() -> None:
    base, own = SourceFile("base.yaml", rule("ka.verb = get")), SourceFile("own.yaml", "- list: a\n  items: []\n")
    for plugins, count in ((frozenset(), 0), (AUDIT_PLUGINS, 1), (frozenset(), 0)):
        assert len(load_rules([base, own], plugins=plugins).ruleset.rules) == count


@pytest.mark.parametrize(
    "condition, source, plugins, words",
    [
        ("ka.verb = get", "syscall", AUDIT_PLUGINS, "`ka.verb` is a field of the event source k8s_audit, and this rule is one of syscall"),
        ("ka.uri.param[a] = get", "syscall", frozenset(), "`ka.uri.param` is a field of the event source k8s_audit"),
        ("proc.name = sh", "k8s_audit", AUDIT_PLUGINS, "`proc.name` is a field of the event source syscall, and this rule is one of k8s_audit"),
        ("jevt.value[/a] = b", "syscall", frozenset(), "The field `jevt.value` comes with a plugin that this Falco does not load."),
        ("ka.verbs = get", "k8s_audit", AUDIT_PLUGINS, "Falco has no field `ka.verbs`; did you mean `ka.verb`?"),
    ],
)  # fmt: skip
def test_a_field_of_another_source_is_told_by_its_source(
    condition: str, source: str, plugins: frozenset[str], words: str
) -> None:
    rule = f"- rule: R\n  desc: d\n  condition: {condition}\n  output: x\n  priority: ERROR\n  source: {source}\n"
    (found,) = [item for item in load(rule, plugins=plugins).diagnostics if item.is_error]
    assert found.help.startswith(words)
    assert "did you mean" in words or found.fix is None
