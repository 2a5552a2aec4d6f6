"""From strace's lines to Falco's fields: what the golden traces do not show."""

from __future__ import annotations

import pickle
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from trainer.capture.inspector import Inspector
from trainer.capture.model import ActionStart, ContainerInfo
from trainer.events import Event

CONTAINER = ContainerInfo(
    id="0123456789ab",
    full_id="0123456789ab" + "0" * 52,
    name="web",
    image="registry.local:5000/shop/nginx:1.25",
    image_id="a" * 64,
    labels={
        "io.kubernetes.pod.name": "web-0",
        "io.kubernetes.pod.namespace": "shop",
        "io.kubernetes.pod.uid": "u1",
        "app": "web",
    },
    passwd="root:x:0:0::/root:/bin/bash\napp:x:1000:1000::/home/app:/bin/sh\n",
    group="root:x:0:\napp:x:1000:\n",
    links={"/bin": "usr/bin", "/usr/bin/sh": "dash", "/opt/app/link": "/etc/shadow"},
    shebangs={"/opt/app/app.sh": "#!/bin/sh", "/opt/app/tool.py": "#!/usr/bin/env python3"},
    files=frozenset(("/etc/passwd", "/etc/shadow", "/usr/bin/dash", "/usr/bin/id", "/opt/app/app.sh", "/tmp")),
    setuid={"/usr/bin/su": (0, None)},
    ip="172.18.0.2",
    bridge_ip="172.18.0.1",
    mounts=("/data",),
)
START = ActionStart("act", CONTAINER, ("sh",), None, 0, 0, False, "/data", {"PATH": "/usr/bin", "A": " b "}, 0, 7, 0xA80425FB)
SHELL = '7 execve("/usr/bin/sh", ["sh", "-c", "x"], ["PATH=/usr/bin", "A= b "]) = 0'


def run(*lines: str, start: ActionStart = START) -> list[Event]:
    """Events of lines that come at once; from one that begins with LATER on, a second after the first ones."""
    inspector = Inspector()
    inspector.start(start)
    events = []
    for number, line in enumerate(lines, 1):
        later = line.startswith("LATER ")
        pid, _, rest = line.removeprefix("LATER ").partition(" ")
        events += inspector.feed(f"{pid} 170000000{int(later)}.{number:09d} {rest}")
    return events + inspector.finish_action(start.action_id)


def last(*lines: str, start: ActionStart = START) -> dict[str, object]:
    return dict(run(SHELL, *lines, start=start)[-1].fields)


def test_the_stub_is_not_shown() -> None:
    events = run(
        "7 --- SIGCONT {si_signo=18, si_code=0, si_pid=13, si_uid=0} ---",
        "7 rt_sigreturn({mask=[]}) = 0",
        '7 execve("/usr/local/bin/sh", ["sh"], []) = -1 ENOENT (No such file or directory)',
        SHELL,
        '7 openat(-100</data>, "f", 0) = 3</data/f>',
        "7 exit_group(0) = ?",
        "7 +++ exited with 0 +++",
    )
    assert [event.type for event in events] == ["execve", "openat", "procexit"]
    assert [event.num for event in events] == [1, 2, 3]
    assert {event.action for event in events} == {"act"}
    assert pickle.loads(pickle.dumps(events)) == events


def test_process_container_and_pod() -> None:
    fields = run(SHELL)[0].fields
    assert fields["proc.cmdline"] == "sh -c x"
    assert fields["proc.exepath"] == "/usr/bin/dash"
    assert fields["proc.args"] == ("-c", "x")
    assert fields["proc.env"] == {"PATH": "/usr/bin", "A": "b"}
    assert fields["proc.aname"] == ("containerd-shim", "systemd")
    assert (fields["proc.pname"], fields["proc.vpid"], fields["proc.cwd"], fields["proc.tty"]) == (
        "containerd-shim",
        7,
        "/data/",
        0,
    )
    assert (fields["container.id"], fields["container.name"]) == ("0123456789ab", "web")
    assert (fields["container.image.repository"], fields["container.image.tag"]) == ("registry.local:5000/shop/nginx", "1.25")
    assert (fields["k8s.ns.name"], fields["k8s.pod.name"], fields["container.labels"]) == ("shop", "web-0", "app:web")
    assert (fields["user.name"], fields["user.loginuid"], fields["evt.type" if "evt.type" in fields else "evt.dir"]) == (
        "root",
        -1,
        "<",
    )


def test_a_terminal() -> None:
    fields = run(SHELL, start=replace(START, tty=True))[0].fields
    assert (fields["proc.tty"], fields["proc.stdin.name"]) == (34816, "/dev/pts/0")


def test_links_are_shown_as_passed() -> None:
    fields = last('7 openat(-100</data>, "/opt/app/../app/link", 0) = 3</etc/shadow>')
    assert (fields["fd.name"], fields["fd.nameraw"], fields["fd.directory"]) == (
        "/opt/app/link",
        "/opt/app/../app/link",
        "/opt/app",
    )
    assert fields["evt.is_open_read"] is True


def test_failed_open_has_a_name_but_no_type() -> None:
    fields = last('7 openat(-100</data>, "secret", 0x1) = -1 EACCES (Permission denied)')
    assert (fields["fd.num"], fields["fd.name"], fields["evt.res"], fields["evt.rawres"]) == (-1, "/data/secret", "EACCES", -13)
    assert "fd.type" not in fields
    assert "fd.filename" not in fields
    assert (fields["evt.is_open_write"], fields["fs.path.name"]) == (True, "<UNKNOWN>")


def test_layers() -> None:
    opened = '7 openat(-100</data>, "/etc/passwd", 0) = 3</etc/passwd>'
    assert last(opened)["fd.is_lower_layer"] is True
    assert last('7 chmod("/etc/passwd", 0600) = 0', opened)["fd.is_upper_layer"] is True
    fields = last('7 openat(-100</data>, "/tmp/new", 0x41, 0644) = 3</tmp/new>')
    assert (fields["fd.is_upper_layer"], fields["evt.is_open_create"]) == (True, True)
    for outside in ("/proc/self/status", "/data/x", "/etc/hosts"):
        fields = last(f'7 openat(-100</data>, "{outside}", 0) = 3<{outside}>')
        assert (fields["fd.is_upper_layer"], fields["fd.is_lower_layer"]) == (False, False)


def test_a_program_that_executes_itself_through_proc_is_found() -> None:
    again = '7 execve("/proc/self/exe", ["id"], ["PATH=/usr/bin"]) = 0'
    fields = last(again)
    assert (fields["proc.name"], fields["proc.exepath"]) == ("exe", "/usr/bin/dash")


def test_scripts() -> None:
    fields = run('7 execve("./app.sh", ["./app.sh", "a"], []) = 0', start=replace(START, cwd="/opt/app"))[0].fields
    assert (fields["proc.name"], fields["proc.exe"], fields["proc.exepath"]) == ("app.sh", "/bin/sh", "/usr/bin/dash")
    assert fields["proc.cmdline"] == "app.sh ./app.sh a"
    fields = run('7 execve("/opt/app/tool.py", ["/opt/app/tool.py"], []) = 0')[0].fields
    assert fields["proc.cmdline"] == "tool.py python3 /opt/app/tool.py"


def test_a_script_written_and_run() -> None:
    fields = last(
        '7 openat(-100</data>, "/tmp/x", 0x241, 0755) = 3</tmp/x>',
        '7 write(3</tmp/x>, "#!/bin/sh\\nid\\n", 13) = 13',
        "7 close(3</tmp/x>) = 0",
        '7 rename("/tmp/x", "/tmp/y") = 0',
        '7 execve("/tmp/y", ["/tmp/y"], []) = 0',
    )
    assert (fields["proc.name"], fields["proc.exe"], fields["proc.exepath"]) == ("y", "/bin/sh", "/usr/bin/dash")
    assert fields["proc.is_exe_upper_layer"] is False


def test_a_program_dropped_and_run() -> None:
    fields = last(
        '7 openat(-100</data>, "/tmp/miner", 0x241, 0755) = 3</tmp/miner>',
        "7 close(3</tmp/miner>) = 0",
        '7 execve("/tmp/miner", ["[kworker]"], []) = 0',
    )
    assert (fields["proc.name"], fields["proc.exe"], fields["proc.is_exe_upper_layer"]) == ("miner", "[kworker]", True)


def test_memfd() -> None:
    fields = last('7 memfd_create("pp", 0) = 3</memfd:pp>(deleted)', '7 execve("/proc/self/fd/3", ["x"], []) = 0')
    assert (fields["proc.name"], fields["proc.exepath"], fields["proc.is_exe_from_memfd"]) == ("3", "memfd:pp", True)


def test_a_failed_execve_shows_the_caller() -> None:
    fields = last('7 execve("none", ["none", "arg"], []) = -1 ENOENT (No such file or directory)')
    assert (fields["proc.name"], fields["evt.res"]) == ("sh", "ENOENT")
    arguments = fields["evt.arg"]
    assert isinstance(arguments, dict)
    assert (arguments["filename"], arguments["exe"], arguments["args"]) == ("/data/none", "none", "arg.")


def test_set_uid_programs() -> None:
    app = replace(START, uid=1000, gid=1000, caps=0)
    fields = last('7 execve("/usr/bin/su", ["su"], []) = 0', start=app)
    assert (fields["user.uid"], fields["user.name"], fields["group.name"]) == (0, "root", "app")
    assert "CAP_SETUID" in str(fields["thread.cap_effective"])
    locked = replace(app, container=replace(CONTAINER, no_new_privileges=True))
    assert last('7 execve("/usr/bin/su", ["su"], []) = 0', start=locked)["user.name"] == "app"


def test_setuid_keeps_what_falco_knows_of_capabilities() -> None:
    fields = last("7 setuid(1000) = 0")
    assert (fields["user.name"], fields["thread.cap_effective"] != "") == ("app", True)
    assert last("7 setuid(1000) = 0", '7 execve("/usr/bin/id", ["id"], []) = 0')["thread.cap_effective"] == ""
    assert last("7 setuid(4242) = 0")["user.name"] == "<NA>"


def test_children_and_orphans() -> None:
    events = run(
        SHELL,
        "7 clone(child_stack=NULL, flags=0x1200000|17 <unfinished ...>",
        "9 close(0</dev/null>) = 0",
        "7 <... clone resumed>, child_tidptr=0x7f) = 9",
        "7 +++ exited with 0 +++",
        "9 getuid() = 0",
        "LATER 9 getuid() = 0",
    )
    assert [(event.type, event.fields["proc.vpid"]) for event in events] == [
        ("execve", 7),
        ("clone", 9),
        ("close", 9),
        ("clone", 7),
        ("procexit", 7),
        ("getuid", 9),
        ("getuid", 9),
    ]
    assert (events[1].fields["evt.rawres"], events[3].fields["evt.rawres"]) == (0, 9)
    assert (events[2].fields["proc.pname"], events[2].fields["proc.aname"]) == ("sh", ("sh", "containerd-shim", "systemd"))
    # Whether the parent or the child is faster is chance: the event just after the parent's end looks like the one before.
    assert (events[5].fields["proc.pname"], events[5].fields["proc.pgid"]) == ("sh", events[2].fields["proc.pgid"])
    assert events[6].fields["proc.pname"] == "sleep"
    assert "proc.pgid" not in events[6].fields
    assert "proc.stdin.type" in events[3].fields


def test_a_connection_waits_for_its_port() -> None:
    inspector = Inspector()
    inspector.start(START)
    lines = [
        SHELL,
        "7 socket(0x2, 0x1, 0x6) = 3<TCP:[99]>",
        '7 connect(3<TCP:[99]>, {sa_family=0x2, sin_port="\\x11\\x5c", sin_addr="\\xac\\x12\\x00\\x09"}, 16) = 0',
        "7 getuid() = 0",
        "7 dup2(3<TCP:[172.18.0.2:40404->172.18.0.9:4444]>, 0</dev/null>) = 0<TCP:[172.18.0.2:40404->172.18.0.9:4444]>",
        '7 execve("/bin/bash", ["bash", "-i"], []) = 0',
    ]
    made = [inspector.feed(f"7 1.{number:06d} {line[2:]}") for number, line in enumerate(lines)]
    assert [len(events) for events in made] == [1, 1, 0, 0, 3, 1]
    connect, _, dup = made[4]
    assert connect.fields["fd.name"] == "172.18.0.2:40404->172.18.0.9:4444"
    assert (connect.fields["fd.sip"], connect.fields["fd.sport"], connect.fields["fd.l4proto"]) == ("172.18.0.9", 4444, "tcp")
    assert (dup.fields["fd.num"], dup.fields["proc.stdin.type"]) == (0, "ipv4")
    assert made[5][0].fields["proc.stdin.name"] == "172.18.0.2:40404->172.18.0.9:4444"


def test_a_connection_without_a_later_line_is_not_lost() -> None:
    events = run(
        SHELL,
        "7 socket(0x2, 0x1, 0x6) = 3<TCP:[99]>",
        '7 connect(3<TCP:[99]>, {sa_family=0x2, sin_port="\\x00\\x50", sin_addr="\\xac\\x12\\x00\\x09"}, 16) = -1 EINPROGRESS (now)',
    )
    fields = events[-1].fields
    assert (fields["evt.res"], fields["fd.cip"], fields["fd.sip"]) == (
        "EINPROGRESS",
        "172.18.0.2",
        "172.18.0.9",
    )


def test_refused_connections_have_no_name() -> None:
    fields = last(
        "7 socket(0x2, 0x1, 0x6) = 3<TCP:[99]>",
        '7 connect(3<TCP:[99]>, {sa_family=0x2, sin_port="\\x00\\x50", sin_addr="\\x7f\\x00\\x00\\x01"}, 16) = -1 ECONNREFUSED (no)',
    )
    assert (fields["fd.name"], fields["fd.connected"], "fd.sip" in fields) == ("", False, False)
    arguments = fields["evt.arg"]
    assert isinstance(arguments, dict)
    assert arguments["addr"] == "127.0.0.1:80"


def test_text_is_sanitised_and_buffers_are_bytes() -> None:
    assert last('7 openat(-100</data>, "/tmp/a\\nb\\377", 0) = 3</tmp/a\\nb\\377>')["fd.name"] == "/tmp/a\ufffdb\ufffd"
    fields = last('7 read(0</dev/null>, "a\\0\\377b", 10) = 4')
    assert fields["evt.buffer"] == b"a\0\xffb"
    assert "data=a..b" in str(fields["evt.args"])


def test_other_calls_are_generic() -> None:
    fields = last("7 wait4(-1, NULL, 0, NULL) = -1 ECHILD (No child processes)")
    assert (fields["evt.args"], fields["evt.category"]) == ("", "other")
    assert not {"evt.res", "evt.rawres", "evt.failed", "fd.num"} & set(fields)


def test_the_end_by_a_signal() -> None:
    fields = last("7 +++ killed by SIGSEGV (core dumped) +++")
    assert fields["evt.args"] == "status=139 ret=0 sig=11(SIGSEGV) core=1 reaper_tid=0"


def test_actions_one_after_another() -> None:
    inspector = Inspector()
    events = []
    for vpid in (7, 8):
        inspector.start(replace(START, vpid=vpid, action_id=f"a{vpid}"))
        events += inspector.feed(f'{vpid} {vpid}.0 execve("/usr/bin/id", ["id"], []) = 0')
        events += inspector.feed(f"{vpid} {vpid}.1 +++ exited with 0 +++")
        events += inspector.finish_action(f"a{vpid}")
    assert [(event.num, event.action) for event in events] == [(1, "a7"), (2, "a7"), (3, "a8"), (4, "a8")]


CALLS = [
    "openat",
    "execve",
    "clone",
    "vfork",
    "connect",
    "dup2",
    "fcntl",
    "sendmsg",
    "recvmsg",
    "poll",
    "close",
    "read",
    "write",
    "socket",
]
CALLS += [
    "chmod",
    "renameat2",
    "symlinkat",
    "accept4",
    "pipe2",
    "setresuid",
    "mmap",
    "getsockopt",
    "prctl",
    "kill",
    "bind",
    "unlinkat",
]
VALUE = st.one_of(
    st.sampled_from(["NULL", "-100</x>", "3</etc/passwd>", "0", '"/a"', '""', '["a", "b"]', "[3<pipe:[1]>, 4<pipe:[1]>]", "0x241", "-1"]),
    st.sampled_from(["{sa_family=0x2, sin_port=\"\\x00\\x50\"}", "3<TCP:[9]>", "3<TCP:[1.1.1.1:2->3.3.3.3:4]>", "[{iov_base=\"a\"}]"]),
    st.text(max_size=30),
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from([7, 8]), st.sampled_from(CALLS), st.lists(VALUE, max_size=6), VALUE), max_size=12))
def test_no_call_is_too_strange(calls: list[tuple[int, str, list[str], str]]) -> None:
    run(SHELL, *(f"{pid} {name}({', '.join(args)}) = {result}" for pid, name, args, result in calls))


def test_files_written_before_the_first_action_are_in_the_upper_layer() -> None:
    written = replace(START, container=replace(CONTAINER, upper=frozenset(("/bin/tool",))))
    fields = last('7 execve("/usr/bin/tool", ["tool"], []) = 0', start=written)
    assert (fields["proc.is_exe_upper_layer"], fields["proc.is_exe_lower_layer"]) == (True, False)
