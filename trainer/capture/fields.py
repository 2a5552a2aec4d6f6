"""Falco's fields of an event: the process, its descriptors, its container, and the event itself."""

from __future__ import annotations

from trainer.capture.call import sanitise
from trainer.capture.model import ContainerInfo
from trainer.capture.node import image_parts
from trainer.capture.threads import FdInfo, Thread, Users
from trainer.events import FieldValue, flags

Fields = dict[str, FieldValue]
_POD = "io.kubernetes.pod."


def command_line(thread: Thread) -> str:
    """proc.cmdline: the command's name, not argv[0], and the arguments."""
    return sanitise(" ".join((thread.comm, *thread.args)))


def container_fields(container: ContainerInfo) -> Fields:
    repository, tag = image_parts(container.image)
    labels = container.labels
    fields: Fields = {
        "container.id": container.id,
        "container.full_id": container.full_id,
        "container.name": container.name,
        "container.image": container.image,
        "container.image.id": container.image_id,
        "container.image.repository": repository,
        "container.image.tag": tag,
        "container.image.digest": "",
        "container.type": "docker",
        "container.privileged": container.privileged,
        "container.mounts": "",
        "container.ip": container.ip or "",
        "container.cni.json": "",
        "container.host_pid": container.host_pid,
        "container.host_network": False,
        "container.host_ipc": False,
        "k8s.pod.sandbox_id": "",
        "k8s.pod.full_sandbox_id": "",
        "k8s.pod.labels": "",
        "k8s.pod.ip": "",
        "k8s.pod.cni.json": "",
        "container.label": dict(labels),
        "container.labels": ", ".join(f"{key}:{value}" for key, value in labels.items() if not key.startswith("io.kubernetes.")),
    }
    if _POD + "name" in labels or _POD + "namespace" in labels:
        uid = labels.get(_POD + "uid", "")
        fields |= {
            "k8s.pod.name": labels.get(_POD + "name", ""),
            "k8s.ns.name": labels.get(_POD + "namespace", ""),
            "k8s.pod.uid": uid,
            "k8s.pod.id": uid,
        }
    return fields


def process_fields(thread: Thread, users: Users, host: dict[int, Thread]) -> Fields:
    """What stays the same from event to event until something happens to the process or its ancestors."""
    process = thread.process
    ancestors = list(process.ancestors())
    uid, gid = thread.uid, thread.gid
    name, home, shell = users.user(uid)
    args = tuple(sanitise(arg) for arg in process.args)
    exe = sanitise(process.exe)
    exe_flags = process.exe_flags
    fields: Fields = {
        "proc.name": sanitise(process.comm),
        "proc.exe": exe,
        "proc.exepath": sanitise(process.exepath),
        "proc.args": args,
        "proc.cmdline": command_line(process),
        "proc.exeline": f"{exe} {' '.join(args)}",
        "proc.cmdnargs": len(args),
        "proc.cmdlenargs": sum(len(arg.encode("utf-8", "surrogateescape")) for arg in process.args),
        "proc.env": _environment(process),
        "proc.cwd": sanitise(process.cwd if process.cwd.endswith("/") else process.cwd + "/"),
        "proc.pid": process.host_tid,
        "proc.vpid": process.vtid,
        "proc.sid": process.sid,
        "proc.vpgid": process.vpgid,
        "proc.is_sid_leader": process.sid == process.vtid,
        "proc.is_vpgid_leader": process.vpgid == process.vtid,
        "proc.tty": process.tty,
        "proc.is_exe_writable": bool(exe_flags & 1),
        "proc.is_exe_upper_layer": bool(exe_flags & 2),
        "proc.is_exe_from_memfd": bool(exe_flags & 4),
        "proc.is_exe_lower_layer": bool(exe_flags & 8),
        "proc.nchilds": max(process.threads - (not process.ending), 0),
        "proc.nthreads": process.threads,
        "proc.pid.ts": process.start_ns,
        "thread.tid": thread.host_tid,
        "thread.vtid": thread.vtid,
        "thread.ismain": thread.main is None,
        "thread.cap_permitted": flags.capability_names(thread.permitted),
        "thread.cap_effective": flags.capability_names(thread.effective),
        "thread.cap_inheritable": flags.capability_names(thread.inheritable),
        "user.uid": uid,
        "user.name": name,
        "user.homedir": home,
        "user.shell": shell,
        "user.loginuid": thread.loginuid,
        "user.loginname": "<NA>" if thread.loginuid < 0 else users.user(thread.loginuid)[0],
        "group.gid": gid,
        "group.name": users.group(gid),
    }
    _leaders(fields, process, ancestors, host)
    if ancestors:
        parent = ancestors[0]
        fields |= {
            "proc.ppid": parent.host_tid,
            "proc.pvpid": parent.vtid,
            "proc.pname": sanitise(parent.comm),
            "proc.pexe": sanitise(parent.exe),
            "proc.pexepath": sanitise(parent.exepath),
            "proc.pcmdline": command_line(parent),
            "proc.ppid.ts": parent.start_ns,
            "proc.aname": tuple(sanitise(item.comm) for item in ancestors),
            "proc.aexe": tuple(sanitise(item.exe) for item in ancestors),
            "proc.aexepath": tuple(sanitise(item.exepath) for item in ancestors),
            "proc.acmdline": tuple(command_line(item) for item in ancestors),
            "proc.aargs": tuple(sanitise(" ".join(item.args)) for item in ancestors),
            "proc.apid": tuple(item.host_tid for item in ancestors),
        }
    shells = [item.host_tid for item in (process, *ancestors) if item.comm.endswith("sh")]
    if shells:
        fields["proc.loginshellid"] = shells[-1]
    for number, stream in enumerate(("stdin", "stdout", "stderr")):
        info = process.fds.get(number)
        if info is not None:
            fields[f"proc.{stream}.type"] = info.kind or "<NA>"
            fields[f"proc.{stream}.name"] = sanitise(info.name)
    return fields


def _environment(process: Thread) -> Fields:
    if process.env_shown is not None and process.env_shown[0] is process.env:
        return process.env_shown[1]
    pairs: Fields = {}
    for item in process.env:
        key, equals, value = item.partition("=")
        if equals:
            pairs.setdefault(sanitise(key), sanitise(value).strip(" "))
    process.env_shown = (process.env, pairs)
    return pairs


def _leaders(fields: Fields, process: Thread, ancestors: list[Thread], host: dict[int, Thread]) -> None:
    """Names of the session's and the group's leader: in a PID namespace Falco finds them only among the ancestors."""
    session = group = None
    if process.container is not None and process.container.host_pid:
        # Numbers are the host's: a leader finds itself too.
        ancestors = [process, *ancestors]
    for item in ancestors:
        if item.container is None or item.sid != process.sid:
            break
        session = item
    for item in ancestors:
        if item.container is None or item.vpgid != process.vpgid:
            break
        group = item
    leader = host.get(process.vpgid)
    for key, found in (("proc.sid", session), ("proc.vpgid", group), ("proc.pgid", leader)):
        fields[f"{key}.exe"] = sanitise(found.exe) if found is not None else ""
        fields[f"{key}.exepath"] = sanitise(found.exepath) if found is not None else ""
        if key != "proc.sid":
            fields[f"{key}.name"] = sanitise(found.comm) if found is not None else ""
    fields["proc.sname"] = sanitise(session.comm) if session is not None else ""
    if leader is not None:
        fields["proc.pgid"] = leader.host_tid
        fields["proc.is_pgid_leader"] = leader is process


def fd_fields(number: int, info: FdInfo, thread: Thread, *, name_changed: bool) -> Fields:
    name = sanitise(info.name)
    fields: Fields = {
        "fd.num": number,
        "fd.type": info.kind or "<NA>",
        "fd.typechar": info.char,
        "fd.name": name,
        "fd.nameraw": sanitise(info.nameraw),
        "fd.l4proto": info.protocol or "<NA>",
        "fd.is_server": info.role == "server" and info.client is None and info.char in ("4", "6"),
        "fd.connected": info.connected,
        "fd.name_changed": name_changed,
        "fd.is_upper_layer": info.layer == 1,
        "fd.is_lower_layer": info.layer == 2,
        "fd.uid": f"{thread.host_tid}{number}",
    }
    if info.char == "f":
        folder, _, filename = name.rpartition("/")
        fields["fd.directory"] = folder or "/"
        fields["fd.filename"] = filename or "/"
    elif info.char == "d":
        fields["fd.directory"] = name
    elif info.char in ("4", "6"):
        fields["fd.sockfamily"] = "ip"
        _addresses(fields, info)
    elif info.kind == "unix":
        fields["fd.sockfamily"] = "unix"
    if thread.container is not None:
        fields["fd.containername"] = f"{thread.container.id}:{name}"
        if info.char in ("f", "d"):
            folder = name if info.char == "d" else name.rpartition("/")[0] or "/"
            fields["fd.containerdirectory"] = f"{thread.container.id}:{folder}"
    return fields


def _addresses(fields: Fields, info: FdInfo) -> None:
    if info.server is not None:
        fields["fd.sip"], fields["fd.sport"] = info.server
        fields["fd.sproto"] = str(info.server[1])
    if info.client is None or info.server is None:
        return
    fields["fd.cip"], fields["fd.cport"] = info.client
    fields["fd.cproto"] = str(info.client[1])
    # A container's address is no interface of the host, so Falco takes the server's side for the local one.
    fields["fd.lip"], fields["fd.lport"] = info.server
    fields["fd.rip"], fields["fd.rport"] = info.client
    fields["fd.lproto"], fields["fd.rproto"] = str(info.server[1]), str(info.client[1])


def fd_types(thread: Thread) -> tuple[str, ...]:
    """In the order in which Falco's table has them: the newest first, and turned round at each fork."""
    return tuple(dict.fromkeys(info.kind or "<NA>" for info in reversed(thread.fds.values())))
