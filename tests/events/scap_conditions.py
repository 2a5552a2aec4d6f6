"""Conditions that sysdig 0.29 and today's Falco must answer alike on the same events: no container, no field or operator of only one of them."""

from __future__ import annotations

_FILES = "evt.type in (open, openat, read, write, close, pread, lseek, ioctl)"
_NAMES = "bash sh nc python3 curl cat ls timeout true sleep chmod mkdir cp mv curly".split()  # noqa: SIM905
_TYPES = """execve openat close read write mmap brk mprotect connect socket procexit clone vfork lseek pread access ioctl munmap
    prlimit rt_sigaction rt_sigprocmask getrandom fcntl futex getcwd listen bind shutdown poll sendto
    setsockopt getsockname getpeername wait4 getpid mkdir chdir fchmodat renameat2 getdents64 signaldeliver uname""".split()  # noqa: SIM905
_FOLDERS = "/etc /lib /usr /proc /dev /usr/lib /etc/ld.so.cache /dev/null /lib/x86_64-linux-gnu".split()  # noqa: SIM905


def _made() -> list[str]:
    found = [f"proc.name={name}" for name in _NAMES]
    found += [f"proc.name={name} and evt.type=openat" for name in _NAMES[:8]]
    found += [f"proc.name!={name} and evt.type=execve" for name in _NAMES[:8]]
    found += [f"evt.type={name}" for name in _TYPES]
    found += [f"evt.type!={name} and proc.name=nc" for name in _TYPES[:10]]
    found += [f"{_FILES} and fd.name startswith {folder}" for folder in _FOLDERS]
    found += [
        f"{_FILES} and fd.name contains {text}" for text in ("lib", "so.6", "passwd", "null", "mem", "x86_64", "locale", "tcp")
    ]
    found += [f"{_FILES} and fd.name endswith {text}" for text in (".so.6", "cache", "passwd", "null", "mem", "hosts", "conf")]
    found += [f"{_FILES} and not fd.name startswith {folder}" for folder in _FOLDERS[:6]]
    found += [f"{_FILES} and fd.directory={folder}" for folder in ("/etc", "/dev", "/lib/x86_64-linux-gnu", "/proc/self")]
    found += [
        f"{_FILES} and fd.filename={name}" for name in ("passwd", "ld.so.cache", "libc.so.6", "null", "mem", "nsswitch.conf")
    ]
    found += [f"{_FILES} and fd.num={number}" for number in range(5)]
    found += [f"{_FILES} and fd.num>{number}" for number in range(4)]
    found += [f"fd.typechar={char} and {_FILES}" for char in "f4u"]
    found += [f"fd.type={kind} and {_FILES}" for kind in ("file", "ipv4", "unix", "directory")]
    found += [f"evt.type=connect and fd.sport={port}" for port in (53, 80, 443, 8080, 9100)]
    found += [
        "evt.type=connect and fd.sip=10.77.0.11",
        "evt.type=connect and fd.cip=10.77.0.10",
        "fd.l4proto=tcp and evt.type=connect",
    ]
    found += [
        "fd.l4proto=udp and evt.type=connect",
        "evt.type=sendto and fd.sport=514",
        "evt.type=connect and fd.name contains 10.77.0.11",
    ]
    found += [
        "evt.type in (bind, listen)",
        "evt.type=listen and fd.name contains 8000",
    ]
    found += [f"evt.type=openat and evt.is_open_{how}=true" for how in ("read", "write")]
    found += [f"evt.type=openat and evt.is_open_{how}=false" for how in ("read", "write")]
    found += [
        f"evt.type=openat and evt.arg.flags contains {flag}"
        for flag in ("O_CLOEXEC", "O_CREAT", "O_WRONLY", "O_RDONLY", "O_TRUNC")
    ]
    found += [f"evt.type=openat and evt.arg.name contains {text}" for text in ("etc", "lib", "so.6", "null")]
    found += [f"evt.type={name} and evt.rawres<0" for name in ("openat", "connect", "access", "execve", "read", "ioctl", "close")]
    found += [f"evt.type={name} and evt.failed=true" for name in ("openat", "connect", "access", "ioctl")]
    found += [f"evt.type={name} and evt.failed=false" for name in ("openat", "connect", "access", "execve", "read", "lseek")]
    found += [
        f"evt.type in (openat, connect, access, ioctl, execve) and evt.res={name}" for name in ("ENOENT", "SUCCESS", "ENOTTY")
    ]
    found += [f"evt.type=read and evt.rawres>{number}" for number in (0, 100, 800, 831, 832)]
    found += [f"evt.type=read and evt.rawres>={number}" for number in (0, 832, 1024)]
    found += [f"proc.cmdline contains {text}" for text in ("-c", "10.77", "dev", "nc", '"-z -w"')]
    found += [f"proc.args contains {text}" for text in ("-c", "10.77", "dev", "-z")]
    found += [f"proc.pname={name}" for name in ("containerd-shim", "bash", "sh", "timeout", "systemd")]
    found += [f"proc.aname[2]={name}" for name in ("systemd", "containerd-shim", "bash")]
    found += [f"user.uid={number}" for number in (0, 1000)]
    found += [
        "proc.name in (bash, sh)",
        "proc.name in (nc, python3) and evt.type=connect",
        "not proc.name in (nc, bash) and evt.type=execve",
    ]
    found += [
        "proc.name startswith py",
        "proc.name contains sh",
        "proc.name endswith sh",
        "proc.name glob b*",
        "proc.name glob ?c",
    ]
    found += ["proc.cwd=/", "proc.cwd startswith /", "proc.exe startswith /", "proc.exe=nc", "proc.exe contains sh"]
    found += ["evt.type=execve and proc.name=nc", "evt.type=execve and proc.pname exists", "evt.type=clone and evt.rawres=0"]
    found += [
        "evt.type=clone and evt.rawres>0",
        "evt.type in (clone, vfork) and proc.name=bash",
        "evt.type=procexit and proc.name=nc",
    ]
    found += [
        f"({_FILES}) and fd.name exists and proc.name=bash",
        "evt.is_io_read=true and proc.name=nc",
        "evt.is_io_write=true and evt.type=write",
    ]
    found += [
        "evt.type=write and evt.buffer contains root",
        "evt.type=read and evt.buffer contains ELF",
        "evt.type=write and evt.buflen>10",
    ]
    found += [
        "evt.arg.res exists and evt.type=close",
    ]
    found += [
        f"(proc.name={one} or proc.name={two}) and not evt.type=openat"
        for one, two in (("nc", "bash"), ("sh", "cat"), ("ls", "cp"))
    ]
    return found


CONDITIONS = _made()
