"""One check of each field for the hover: Falco's own rules use most of these."""

from __future__ import annotations

from typing import Final

from trainer.engine.evaluate.constants import kind_of
from trainer.engine.evaluate.operands import Operand

_CHECKS: Final = {
    "evt.type": "evt.type in (open, openat, openat2)",
    "evt.res": "evt.res = SUCCESS",
    "evt.category": "evt.category = net",
    "evt.source": "evt.source = syscall",
    "evt.io_dir": "evt.io_dir = write",
    "evt.rawres": "evt.rawres >= 0",
    "evt.arg.flags": "evt.arg.flags contains O_CREAT",
    "proc.name": "proc.name in (bash, sh)",
    "proc.pname": "proc.pname = nginx",
    "proc.aname": "proc.aname = sshd",
    "proc.cmdline": 'proc.cmdline contains "curl http"',
    "proc.args": 'proc.args contains "-e"',
    "proc.exe": "proc.exe endswith /sh",
    "proc.exepath": "proc.exepath startswith /tmp/",
    "proc.pexepath": "proc.pexepath = /usr/sbin/nginx",
    "proc.cwd": "proc.cwd startswith /tmp",
    "proc.tty": "proc.tty != 0",
    "proc.vpid": "proc.vpid = 1",
    "proc.duration": "proc.duration <= 5000000000",
    "fd.name": "fd.name pmatch (/etc, /root/.ssh)",
    "fd.directory": "fd.directory in (/bin, /usr/bin)",
    "fd.filename": "fd.filename = authorized_keys",
    "fd.type": "fd.type = file",
    "fd.typechar": "fd.typechar = f",
    "fd.types": "fd.types intersects (ipv4, ipv6)",
    "fd.num": "fd.num >= 0",
    "fd.l4proto": "fd.l4proto = tcp",
    "fd.sockfamily": "fd.sockfamily = unix",
    "fd.port": "fd.port = 443",
    "fd.sport": "fd.sport in (80, 443)",
    "fd.sip": "fd.sip = 10.0.0.1",
    "fd.net": "fd.net = 10.0.0.0/8",
    "fd.snet": "fd.snet in (10.0.0.0/8, 192.168.0.0/16)",
    "fs.path.name": "fs.path.name startswith /etc/",
    "user.name": "user.name = root",
    "user.uid": "user.uid = 0",
    "user.loginuid": "user.loginuid >= 1000",
    "group.gid": "group.gid = 0",
    "container.id": "container.id != host",
    "container.type": "container.type = containerd",
    "container.image.repository": "container.image.repository endswith /nginx",
    "container.privileged": "container.privileged = true",
    "k8s.ns.name": "k8s.ns.name = kube-system",
    "k8s.pod.name": "k8s.pod.name startswith web-",
    "ka.verb": "ka.verb in (create, update)",
    "ka.target.resource": "ka.target.resource = secrets",
    "ka.user.name": 'ka.user.name startswith "system:"',
}
_OF_KIND: Final = {
    "string": "= value",
    "numeric": "= 1",
    "bool": "= true",
    "address": "= 10.0.0.1",
    "network": "= 10.0.0.0/8",
    "buffer": "contains text",
}


def example(written: str, operand: Operand | None) -> str:
    """A check of the field as it is written, with its argument."""
    if written in _CHECKS:
        return _CHECKS[written]
    if operand is None or operand.is_list:
        return f"{written} exists"
    if operand.type == "PORT":
        return f"{written} = 443"
    if operand.type in ("RELTIME", "ABSTIME"):
        return f"{written} > 1000000000"
    return f"{written} {_OF_KIND.get(kind_of(operand.type), 'exists')}"
