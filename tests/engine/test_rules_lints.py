from __future__ import annotations

import pytest

from trainer.diagnostics import Code, Diagnostic
from trainer.engine import extended_outputs, load_rules
from trainer.source import SourceFile

BASE = """\
- macro: spawned_process
  condition: evt.type in (execve, execveat)
- macro: container
  condition: container.id != host
- rule: Terminal shell in container
  desc: d
  condition: spawned_process and container and proc.tty != 0
  output: "%proc.name"
  priority: NOTICE
"""


def found(text: str, base: str = BASE, matching: str = "first") -> list[Diagnostic]:
    files = [SourceFile("base.yaml", base), SourceFile("local.yaml", text)]
    return list(load_rules(files, matching=matching).diagnostics)


def rule(condition: str, output: str = "x", name: str = "R", extra: str = "") -> str:
    return f"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: '{output}'\n  priority: INFO\n{extra}"


def fixed(text: str, diagnostic: Diagnostic) -> str:
    assert diagnostic.fix is not None
    for edit in sorted(diagnostic.fix.edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


CASES = [
    (Code.TRN_NO_CONTAINER, rule("spawned_process"), "rule: R", None),
    (Code.TRN_ONLY_OPEN, rule("evt.type = openat and container"), "evt.type = openat", "evt.type in (open, openat, openat2)"),
    (Code.TRN_ONLY_EXECVE, rule("evt.type = execve and container"), "evt.type = execve", "evt.type in (execve, execveat)"),
    (
        Code.TRN_PREFIX_TRAP,
        rule("evt.type in (open, openat, openat2) and container and fd.name startswith /etc"),
        "/etc",
        "startswith /etc/",
    ),
    (Code.TRN_FIELD_CLIENT_SIDE, rule("evt.type = connect and container", "to %fd.cip"), "%fd.cip", "to %fd.sip"),
    (Code.TRN_EVT_DIR, rule("spawned_process and evt.dir = < and container"), "evt.dir = <", "spawned_process and container"),
    (Code.TRN_APPEND_KEY, "- macro: container\n  condition: and evt.num > 0\n  append: true\n", "append", "condition: append"),
    (Code.TRN_MACRO_AS_EVTTYPE, rule("evt.type = spawned_process"), "spawned_process", "condition: spawned_process\n"),
    (Code.TRN_NEVER_MATCHES, rule("spawned_process and container and proc.name = /bin/sh"), "/bin/sh", None),
    (Code.TRN_NEVER_MATCHES, rule("spawned_process and container and proc.name = abcdefghijklmnop"), "abcdefghijklmnop", None),
    (Code.TRN_NEVER_MATCHES, rule("evt.type = open and evt.type = close and container"), "rule: R", None),
    (
        Code.TRN_RULE_NAME_TYPO,
        rule("spawned_process and container", name="Terminal shell in containr"),
        "Terminal shell in containr",
        "Terminal shell in container",
    ),
    (
        Code.TRN_REDEFINES,
        rule("spawned_process and container", name="Terminal shell in container"),
        "Terminal shell in container",
        None,
    ),
    (
        Code.TRN_PREFIX_TRAP,
        rule("spawned_process and container.image.repository startswith docker.io/library/nginx"),
        "docker.io/library/nginx",
        None,
    ),
    (
        Code.TRN_IMAGE_NO_REGISTRY,
        rule("spawned_process and container.image.repository = nginx"),
        "nginx",
        "container.image.repository = docker.io/library/nginx",
    ),
    (
        Code.TRN_IMAGE_NO_REGISTRY,
        rule("spawned_process and container.image.repository in (docker.io/library/redis, bitnami/redis)"),
        "bitnami/redis",
        "docker.io/bitnami/redis)",
    ),
    (Code.TRN_FIELD_TAIL, rule("spawned_process and container", "%evt.time.ns"), "%evt.time.ns", "'%evt.time'"),
    (Code.TRN_FIELD_TAIL, rule("spawned_process and container", "a %proc.namex b"), "%proc.namex", None),
    (
        Code.TRN_SHADOWED,
        rule("container and spawned_process and proc.tty != 0 and proc.name = bash", name="S"),
        "rule: S",
        None,
    ),
    (
        Code.TRN_YAML_COMMENT,
        rule("spawned_process and container and proc.cmdline contains #x"),
        "#x",
        '"spawned_process and container and proc.cmdline contains #x"',
    ),
    (Code.TRN_YAML_COMMENT, rule("spawned_process # and container"), "# and container", None),
    (Code.TRN_YAML_COMMENT, rule("spawned_process and container").replace("'x'", "x #%proc.name"), "#%proc.name", None),
    (
        Code.TRN_YAML_TAG,
        rule("!container and spawned_process"),
        "!container",
        "condition: not container and spawned_process",
    ),
    (
        Code.TRN_FD_NET_FIRST_ONLY,
        rule("evt.type = connect and container and fd.net in (10.0.0.0/8, 172.16.0.0/12)"),
        "fd.net in (10.0.0.0/8, 172.16.0.0/12)",
        None,
    ),
]


@pytest.mark.parametrize("code, text, marked, after", CASES, ids=[f"{code}-{number}" for number, (code, *_) in enumerate(CASES)])
def test_lint(code: Code, text: str, marked: str, after: str | None) -> None:
    notes = [diagnostic for diagnostic in found(text) if diagnostic.code is code]
    assert len(notes) == 1
    (note,) = notes
    assert note.span is not None
    assert note.span.text == marked
    assert note.span.file.name == "local.yaml"
    assert note.help
    assert not note.is_error
    if after is not None:
        assert after in fixed(text, note)
        assert code not in [diagnostic.code for diagnostic in found(fixed(text, note))]


def test_a_good_rule_has_no_notes() -> None:
    text = rule("spawned_process and container and proc.name in (bash, sh)", "%proc.name %container.id")
    text += rule("evt.type = connect and container and fd.sip = 1.1.1.1", "%fd.cip %fd.sip", name="S")
    text += rule("evt.type in (open, openat, openat2) and container and fd.name startswith /etc/", name="T")
    assert found(text) == []


def test_base_rules_are_not_looked_at() -> None:
    assert [d for d in load_rules([SourceFile("a", rule("evt.type = openat")), SourceFile("b", "")]).diagnostics] == []


@pytest.mark.parametrize(
    "text, word, after",
    [
        (rule("evt.type = open and proc.nam = x"), "proc.name", "proc.name = x"),
        (rule("evt.type = opena"), "open", None),
        (rule("spawned_proces and container"), "spawned_process", "condition: spawned_process and"),
        ("- rule: R\n  condition: spawned_process\n  output: x\n  priority: INFO\n", "desc", "  desc: What"),
        (rule("spawned_process").replace("INFO", "warn"), "WARNING", "priority: WARNING"),
        (rule("spawned_process", extra="  tag: [a]\n"), "tags", "  tags: [a]"),
        ("- rule: Terminal shell\n  condition: and x\n  override: {condition: append}\n", "letter by letter", None),
        (rule("evt.type = open", "100 % sure"), "per cent", None),
        ("- rule: a: b\n", "quotes", None),
    ],
)
def test_help_for_errors(text: str, word: str, after: str | None) -> None:
    diagnostics = [d for d in found(text) if d.code.startswith("LOAD_") and d.help]
    assert word in diagnostics[0].help
    if after is not None:
        assert after in fixed(text, diagnostics[0])


NEVER = [
    ("proc.name startswith /tmp", "/tmp", None),
    ("proc.pname contains bin/", "bin/", None),
    ("proc.name glob '*/bash'", "'*/bash'", None),
    ("proc.name pmatch (/usr/bin)", "/usr/bin", None),
    ("proc.name regex '/usr/.*'", "'/usr/.*'", None),
    ("proc.aname[2] endswith /sh", "/sh", None),
    ("proc.name = abcdefghijklmnop", "abcdefghijklmnop", "proc.name = abcdefghijklmno\n"),
    ("proc.exepath = cat", "cat", None),
    ("proc.exepath startswith usr/", "usr/", None),
    ("container.id = 0123456789abcdef", "0123456789abcdef", "container.id = 0123456789ab\n"),
    ("fd.directory = /etc/", "/etc/", "fd.directory = /etc\n"),
    ("evt.type in (read, pread64)", "pread64", "evt.type in (read, pread)"),
    ("evt.type = syscall", "syscall", None),
    ("evt.res = success", "success", "evt.res = SUCCESS"),
    ("evt.res = enoent", "enoent", "evt.res = ENOENT"),
    ("evt.res = 0", "0", "evt.res = SUCCESS"),
    ("evt.res in (SUCCESS, -1)", "-1", None),
    ("fd.typechar = file", "file", None),
    ("fd.type = socket", "socket", None),
    ("fd.type = dir", "dir", None),
]
SOMETIMES = [
    "proc.name startswith tmp",
    "proc.name = kworker/0:1",
    "proc.name contains -",
    'proc.name in ("<NA>", "N/A")',
    "proc.name glob '[!/]*'",
    "proc.name regex '(/x|y)'",
    "proc.name pmatch (bash)",
    "proc.name = abcdefghijklmno",
    "proc.name = runc:[2:INIT]",
    "proc.cmdline startswith /tmp",
    "tolower(proc.name) = /x",
    "proc.exepath = memfd:x",
    "proc.exepath startswith memfd",
    "proc.exepath endswith /cat",
    "fd.directory = /",
    "fd.directory startswith /etc/",
    "evt.type = procexit",
    "evt.type = statx",
    "evt.res = SUCCESS",
    "evt.res != ENOENT",
    "evt.res startswith E",
    "fd.typechar in (f, d, 4)",
    "fd.type in (file, directory, ipv4)",
]


@pytest.mark.parametrize("check, marked, after", NEVER, ids=[check for check, *_ in NEVER])
def test_values_that_a_field_never_has(check: str, marked: str, after: str | None) -> None:
    text = rule(f"container and evt.num > 0 and {check}")
    (note,) = [diagnostic for diagnostic in found(text) if diagnostic.code is Code.TRN_NEVER_MATCHES]
    assert note.span is not None
    assert note.span.text == marked
    if after is None:
        assert note.fix is None or "never" not in note.message
    else:
        assert after in fixed(text, note)
        assert Code.TRN_NEVER_MATCHES not in [diagnostic.code for diagnostic in found(fixed(text, note))]


@pytest.mark.parametrize("check", SOMETIMES)
def test_values_that_a_field_can_have(check: str) -> None:
    codes = [diagnostic.code for diagnostic in found(rule(f"container and evt.num > 0 and {check}"))]
    assert Code.TRN_NEVER_MATCHES not in codes
    assert not [code for code in codes if code.startswith("LOAD_ERR")]


NEAR_MISSES = [
    (Code.TRN_IMAGE_NO_REGISTRY, rule("spawned_process and container.image.repository = quay.io/nginx")),
    (Code.TRN_IMAGE_NO_REGISTRY, rule("spawned_process and container.image.repository = localhost/nginx")),
    (Code.TRN_IMAGE_NO_REGISTRY, rule("spawned_process and container.image.repository = reg:5000/nginx")),
    (Code.TRN_IMAGE_NO_REGISTRY, rule("spawned_process and container.image.repository endswith /nginx")),
    (Code.TRN_IMAGE_NO_REGISTRY, rule("spawned_process and container.image.repository contains nginx")),
    (Code.TRN_IMAGE_NO_REGISTRY, rule("spawned_process and container.image.repository in (nginx, docker.io/library/nginx)")),
    (Code.TRN_IMAGE_NO_REGISTRY, rule("spawned_process and container.image.repository startswith docker.io")),
    (Code.TRN_PREFIX_TRAP, rule("spawned_process and container.image.repository startswith docker.io/library/")),
    (Code.TRN_PREFIX_TRAP, rule("evt.type = openat and container and fd.name startswith /dev/tty")),
    (Code.TRN_PREFIX_TRAP, rule("evt.type = openat and container and fd.name startswith /tmp/build-")),
    (
        Code.TRN_FIELD_TAIL,
        rule("spawned_process and container", "%proc.name. %proc.aname[2]x (%proc.pname) %evt.time,%user.name-"),
    ),
    (Code.TRN_FIELD_TAIL, rule("spawned_process and container", "%toupper(proc.name)x")),
    (Code.TRN_YAML_COMMENT, rule("spawned_process and container # for the audit team")),
    (Code.TRN_YAML_COMMENT, rule("spawned_process and container").replace("'x'", "x # printed in the log")),
    (Code.TRN_YAML_COMMENT, rule("'spawned_process and container' # and proc.name = x")),
    (Code.TRN_YAML_COMMENT, rule("spawned_process and container and proc.cmdline contains a#b")),
    (Code.TRN_YAML_TAG, rule("not container and spawned_process and user.name != root")),
    (Code.TRN_YAML_TAG, rule("!!str container and spawned_process")),
    (Code.TRN_RULE_NAME_TYPO, rule("spawned_process and container", name="Editor shell in container")),
    (Code.TRN_EVT_DIR, rule("spawned_process and container and evt.num > 1")),
]


@pytest.mark.parametrize("code, text", NEAR_MISSES, ids=[f"{code}-{number}" for number, (code, _) in enumerate(NEAR_MISSES)])
def test_near_miss_has_no_note(code: Code, text: str) -> None:
    diagnostics = found(text)
    assert code not in [diagnostic.code for diagnostic in diagnostics]
    assert not [diagnostic for diagnostic in diagnostics if diagnostic.is_error]


def test_no_fix_where_it_would_turn_a_condition_around() -> None:
    (note,) = [d for d in found(rule("not evt.dir = < and spawned_process and container")) if d.code is Code.TRN_EVT_DIR]
    assert note.fix is None


FIRST = rule("evt.type in (open, openat) and container and fd.name in (/a, /b) and not proc.name = x", name="First")


@pytest.mark.parametrize(
    "condition, silent",
    [
        ("container and evt.type = open and fd.name = /a and not proc.name = x and user.name = root", True),
        ("container and evt.type in (openat, open) and (fd.name = /a or fd.name = /b) and not proc.name = x", True),
        ("container and evt.type = open and fd.name in (/a) and not proc.name in (x, y)", True),
        ("container and evt.type = open and fd.name = /a and proc.name != x", False),
        ("container and evt.type = open and fd.name = /c and not proc.name = x", False),
        ("container and evt.type in (open, creat) and fd.name = /a and not proc.name = x", False),
        ("evt.type = open and fd.name = /a and not proc.name = x", False),
        ("container and evt.type = open and (fd.name = /a or user.name = root) and not proc.name = x", False),
    ],
)
def test_rule_silenced_by_an_earlier_one(condition: str, silent: bool) -> None:
    text = rule(condition, name="Second")
    assert (Code.TRN_SHADOWED in [d.code for d in found(text, BASE + FIRST)]) is silent
    assert Code.TRN_SHADOWED not in [d.code for d in found(text, BASE + FIRST, matching="all")]
    assert Code.TRN_SHADOWED not in [d.code for d in found(text, BASE + FIRST + "  enabled: false\n")]


def test_lists_of_networks_are_no_row_of_comparisons() -> None:
    first = rule("evt.type = connect and container and fd.net in (10.0.0.0/8, 11.0.0.0/8)", name="First")
    text = rule("evt.type = connect and container and fd.net = 11.0.0.0/8", name="Second")
    assert Code.TRN_SHADOWED not in [d.code for d in found(text, BASE + first)]


def test_output_that_the_configuration_extends() -> None:
    file = SourceFile("local.yaml", rule("spawned_process and container", "%proc.name"))
    ruleset = load_rules([SourceFile("base.yaml", BASE), file]).ruleset
    (note,) = extended_outputs(ruleset, file, "container_id=%container.id")
    assert note.span is not None
    assert note.span.text == "'%proc.name'"
    assert extended_outputs(ruleset, file, " ") == []
    assert extended_outputs(ruleset, SourceFile("local.yaml", "- list: a\n  items: [x]\n"), "x") == []


@pytest.mark.parametrize(
    "text, word, after",
    [
        (rule("spawned_process and container", "%username"), "user.name", "'%user.name'"),
        (rule("spawned_process and container", "%k.pod.name"), "k8s.pod.name", "'%k8s.pod.name'"),
        (rule("spawned_process and proc.user = root"), "user.name", "and user.name = root"),
        (rule("spawned_process and k8s.namespace = a"), "k8s.ns.name", "and k8s.ns.name = a"),
        (rule("spawned_process and container = true"), "macro", "spawned_process and container\n"),
        (rule("spawned_process and container == false"), "not container", "spawned_process and not container\n"),
        (rule("container and proc.name in (bash sh)"), "comma", "in (bash, sh)"),
        (rule("container and proc.name in ('a b' c)"), "comma", "in ('a b', c)"),
    ],
)
def test_invented_names_and_lists_without_commas_are_mended(text: str, word: str, after: str) -> None:
    diagnostic = next(d for d in found(text) if d.is_error)
    assert word in diagnostic.help
    assert after in fixed(text, diagnostic)
    assert not [d for d in found(fixed(text, diagnostic)) if d.is_error]


@pytest.mark.parametrize("priority", ["warning", "Warning", "WARNING", "informational", "info"])
def test_a_priority_may_be_written_in_any_case(priority: str) -> None:
    assert found(rule("spawned_process and container").replace("INFO", priority)) == []


def test_an_exception_with_too_few_values_says_what_is_missing() -> None:
    extra = "  exceptions:\n    - name: e\n      fields: [proc.name, proc.pname]\n      values: [[a]]\n"
    (error,) = [d for d in found(rule("spawned_process and container", extra=extra)) if d.is_error]
    assert "one value for each" in error.help
    assert error.span is not None
    assert error.span.text == "a"


def test_a_note_inside_a_macro_names_the_way_from_the_rule() -> None:
    macros = "- macro: inner\n  condition: proc.name = /bin/sh\n- macro: outer\n  condition: (inner or proc.name = x)\n"
    (note,) = [d for d in found(macros + rule("spawned_process and container and outer")) if d.code is Code.TRN_NEVER_MATCHES]
    assert note.notes == ("rule `R` uses macro `outer`, which uses macro `inner`",)
    assert [a.span.text for a in note.annotations] == ["/bin/sh", "inner", "outer"]


@pytest.mark.parametrize("code", [code for code in Code if code.startswith("TRN_")])
def test_no_lint_is_an_error(code: Code) -> None:
    texts = [text for other, text, *_ in CASES if other is code]
    assert not [d for text in texts for d in found(text) if d.code is code and d.is_error]


def test_what_only_a_broken_rule_uses_is_not_called_unused() -> None:
    own = "- macro: mine\n  condition: proc.name = sh\n- list: names\n  items: [a]\n"
    unused = {Code.LOAD_UNUSED_MACRO, Code.LOAD_UNUSED_LIST}
    broken = found(own + rule("spawned_process and mine and proc.nam in (names)"))
    assert any(one.is_error for one in broken)
    assert not unused & {one.code for one in broken}
    assert unused <= {one.code for one in found(own)}
    files = [SourceFile("base.yaml", BASE), SourceFile("local.yaml", own)]
    assert unused <= {one.code for one in load_rules(files, mode="falco").diagnostics}


def test_what_a_broken_rule_before_uses_is_not_called_unused_by_the_next_file() -> None:
    base = BASE + "- macro: mine\n  condition: proc.name = sh\n" + rule("mine and proc.nam = sh", name="broken")
    words = [one for one in found(rule("spawned_process and container"), base) if one.code is Code.LOAD_UNUSED_MACRO]
    assert not words
