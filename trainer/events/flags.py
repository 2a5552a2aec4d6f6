"""Numbers of Linux turned into the numbers and names that Falco shows for them.

A table lists names in the order in which Falco tries them; each match takes its bits away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

Table = tuple[tuple[str, int], ...]


def _bits(names: str) -> Table:
    """``A=3 B C``: B continues with the next bit number."""
    found: list[tuple[str, int]] = []
    bit = -1
    for item in names.split():
        name, _, given = item.partition("=")
        bit = int(given) if given else bit + 1
        found.append((name, 1 << bit))
    return tuple(found)


def _numbers(names: str) -> Table:
    """``A=3 B C``: B continues with the next number."""
    found: list[tuple[str, int]] = []
    value = -1
    for item in names.split():
        name, _, given = item.partition("=")
        value = int(given, 0) if given else value + 1
        found.append((name, value))
    return tuple(found)


FILE = _numbers(
    "O_LARGEFILE=2048 O_DIRECTORY=1024 O_DIRECT=512 O_TRUNC=256 O_SYNC=128 O_NONBLOCK=64 O_EXCL=32 O_DSYNC=16 "
    "O_APPEND=8 O_CREAT=4 O_RDWR=3 O_WRONLY=2 O_RDONLY=1 O_CLOEXEC=4096 O_NONE=0 O_TMPFILE=8192 O_F_CREATED=16384 "
    "FD_UPPER_LAYER=32768 FD_LOWER_LAYER=65536"
)
O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TMPFILE, O_F_CREATED = 1, 2, 3, 4, 8192, 16384
O_DIRECTORY, O_CLOEXEC, UPPER, LOWER = 1024, 4096, 32768, 65536

TABLES: dict[str, Table] = {
    "file": FILE,
    "clone": _bits(
        "CLONE_FILES CLONE_FS CLONE_IO CLONE_NEWIPC CLONE_NEWNET CLONE_NEWNS CLONE_NEWPID CLONE_NEWUTS CLONE_PARENT "
        "CLONE_PARENT_SETTID CLONE_PTRACE CLONE_SIGHAND CLONE_SYSVSEM CLONE_THREAD CLONE_UNTRACED CLONE_VM "
        "CLONE_INVERTED NAME_CHANGED CLOSED CLONE_NEWUSER=20 CLONE_CHILD_CLEARTID=23 CLONE_CHILD_SETTID CLONE_SETTLS "
        "CLONE_STOPPED CLONE_VFORK CLONE_NEWCGROUP CLONE_CHILD_IN_PIDNS"
    ),
    "execve": _bits("EXE_WRITABLE EXE_UPPER_LAYER EXE_FROM_MEMFD EXE_LOWER_LAYER"),
    "execveat": _bits("AT_EMPTY_PATH AT_SYMLINK_NOFOLLOW"),
    "creat": _bits("FD_UPPER_LAYER_CREAT FD_LOWER_LAYER_CREAT"),
    "prot": (*_bits("PROT_READ PROT_WRITE PROT_EXEC PROT_SEM PROT_GROWSDOWN PROT_GROWSUP PROT_SAO"), ("PROT_NONE", 0)),
    "mmap": _bits(
        "MAP_SHARED MAP_PRIVATE MAP_FIXED MAP_ANONYMOUS MAP_32BIT MAP_RENAME MAP_NORESERVE MAP_POPULATE MAP_NONBLOCK "
        "MAP_GROWSDOWN MAP_DENYWRITE MAP_EXECUTABLE MAP_INHERIT MAP_FILE MAP_LOCKED"
    ),
    "mount": _bits(
        "RDONLY NOSUID NODEV NOEXEC SYNCHRONOUS REMOUNT MANDLOCK DIRSYNC NOATIME=10 NODIRATIME BIND MOVE REC SILENT "
        "POSIXACL UNBINDABLE PRIVATE SLAVE SHARED RELATIME KERNMOUNT I_VERSION STRICTATIME LAZYTIME NOSEC=28 BORN "
        "ACTIVE NOUSER"
    ),
    "umount": _bits("FORCE DETACH EXPIRE NOFOLLOW"),
    "unlinkat": (("AT_REMOVEDIR", 0x200),),
    "linkat": (("AT_SYMLINK_FOLLOW", 0x400), ("AT_EMPTY_PATH", 0x1000)),
    "fstatat": (("AT_EMPTY_PATH", 0x1000), ("AT_NO_AUTOMOUNT", 0x800), ("AT_SYMLINK_NOFOLLOW", 0x100)),
    "fchownat": (("AT_EMPTY_PATH", 0x1000),),
    "rename": _bits("RENAME_NOREPLACE RENAME_EXCHANGE RENAME_WHITEOUT"),
    "resolve": _bits("RESOLVE_BENEATH RESOLVE_IN_ROOT RESOLVE_NO_MAGICLINKS RESOLVE_NO_SYMLINKS RESOLVE_NO_XDEV RESOLVE_CACHED"),
    "access": (("F_OK", 0), ("R_OK", 4), ("W_OK", 2), ("X_OK", 1)),
    "splice": _bits("SPLICE_F_MOVE SPLICE_F_NONBLOCK SPLICE_F_MORE SPLICE_F_GIFT"),
    "memfd": _bits("MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB"),
    "epoll": _bits("EPOLL_CLOEXEC"),
    "pidfd": _bits("PIDFD_NONBLOCK"),
    "flock": (("LOCK_SH", 1), ("LOCK_EX", 2), ("LOCK_NB", 4), ("LOCK_UN", 8), ("LOCK_NONE", 0)),
    "close_range": (("CLOSE_RANGE_UNSHARE", 1), ("CLOSE_RANGE_CLOEXEC", 2)),
    "mlockall": _bits("MCL_CURRENT MCL_FUTURE MCL_ONFAULT"),
    "mlock2": _bits("MLOCK_ONFAULT"),
    "finit": (("MODULE_INIT_IGNORE_MODVERSIONS", 1), ("MODULE_INIT_IGNORE_VERMAGIC", 2), ("MODULE_INIT_COMPRESSED_FILE", 4)),
    "delete_module": (("O_NONBLOCK", 64), ("O_TRUNC", 256)),
    "io_features": _bits(
        "IORING_FEAT_SINGLE_MMAP IORING_FEAT_NODROP IORING_FEAT_SUBMIT_STABLE IORING_FEAT_RW_CUR_POS "
        "IORING_FEAT_CUR_PERSONALITY IORING_FEAT_FAST_POLL IORING_FEAT_POLL_32BITS IORING_FEAT_SQPOLL_NONFIXED "
        "IORING_FEAT_ENTER_EXT_ARG IORING_FEAT_NATIVE_WORKERS IORING_FEAT_RSRC_TAGS"
    ),
    "io_setup": _bits(
        "IORING_SETUP_IOPOLL IORING_SETUP_SQPOLL IORING_SQ_NEED_WAKEUP IORING_SETUP_SQ_AFF IORING_SETUP_CQSIZE "
        "IORING_SETUP_CLAMP IORING_SETUP_ATTACH_WQ IORING_SETUP_R_DISABLED"
    ),
    "io_enter": _bits("IORING_ENTER_GETEVENTS IORING_ENTER_SQ_WAKEUP IORING_ENTER_SQ_WAIT IORING_ENTER_EXT_ARG"),
    "futex": _numbers(
        "FUTEX_CLOCK_REALTIME=256 FUTEX_PRIVATE_FLAG=128 FUTEX_CMP_REQUEUE_PI=12 FUTEX_WAIT_REQUEUE_PI=11 "
        "FUTEX_WAKE_BITSET=10 FUTEX_WAIT_BITSET=9 FUTEX_TRYLOCK_PI=8 FUTEX_UNLOCK_PI=7 FUTEX_LOCK_PI=6 FUTEX_WAKE_OP=5 "
        "FUTEX_CMP_REQUEUE=4 FUTEX_REQUEUE=3 FUTEX_FD=2 FUTEX_WAKE=1 FUTEX_WAIT=0"
    ),
    "mode": _bits("S_IXOTH S_IWOTH S_IROTH S_IXGRP S_IWGRP S_IRGRP S_IXUSR S_IWUSR S_IRUSR S_ISVTX S_ISGID S_ISUID"),
}
TABLES["mode"] += (("S_IFREG", 0o100000), ("S_IFCHR", 0o020000), ("S_IFDIR", 0o040000), ("S_IFIFO", 0o010000))

ENUMS: dict[str, dict[int, str]] = {
    "family": {
        value: name
        for name, value in _numbers(
            "AF_UNSPEC AF_LOCAL|AF_UNIX AF_INET AF_AX25 AF_IPX AF_APPLETALK AF_NETROM AF_BRIDGE AF_ATMPVC AF_X25 "
            "AF_INET6 AF_ROSE AF_DECnet AF_NETBEUI AF_SECURITY AF_KEY AF_ROUTE|AF_NETLINK AF_PACKET AF_ASH AF_ECONET "
            "AF_ATMSVC AF_RDS AF_SNA AF_IRDA AF_PPPOX AF_WANPIPE AF_LLC AF_CAN=29 AF_TIPC AF_BLUETOOTH AF_IUCV AF_RXRPC "
            "AF_ISDN AF_PHONET AF_IEEE802154 AF_CAIF AF_ALG AF_NFC"
        )
    },
    "whence": {0: "SEEK_SET", 1: "SEEK_CUR", 2: "SEEK_END"},
    "shutdown": {0: "SHUT_RD", 1: "SHUT_WR", 2: "SHUT_RDWR"},
    "level": {0: "UNKNOWN", 1: "SOL_SOCKET", 2: "SOL_TCP"},
    "sockopt": {
        value: name
        for name, value in _numbers(
            "UNKNOWN SO_DEBUG SO_REUSEADDR SO_TYPE SO_ERROR SO_DONTROUTE SO_BROADCAST SO_SNDBUF SO_RCVBUF SO_KEEPALIVE "
            "SO_OOBINLINE SO_NO_CHECK SO_PRIORITY SO_LINGER SO_BSDCOMPAT SO_REUSEPORT SO_PASSCRED SO_PEERCRED "
            "SO_RCVLOWAT SO_SNDLOWAT SO_RCVTIMEO SO_SNDTIMEO SO_BINDTODEVICE=25 SO_ATTACH_FILTER SO_DETACH_FILTER "
            "SO_PEERNAME SO_TIMESTAMP SO_ACCEPTCONN SO_PEERSEC SO_SNDBUFFORCE SO_RCVBUFFORCE SO_PASSSEC SO_TIMESTAMPNS "
            "SO_MARK SO_TIMESTAMPING SO_PROTOCOL SO_DOMAIN"
        )
    },
    "rlimit": {
        value: f"RLIMIT_{name}"
        for name, value in _numbers(
            "CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME UNKNOWN=255"
        )
    },
    "fcntl": {
        value: name
        for name, value in _numbers(
            "UNKNOWN F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK=8 F_SETLKW F_SETOWN F_GETOWN=12 F_SETSIG "
            "F_GETSIG=15 F_SETOWN_EX=21 F_GETOWN_EX F_SETLEASE F_GETLEASE F_CANCELLK F_DUPFD_CLOEXEC F_NOTIFY "
            "F_SETPIPE_SZ F_GETPIPE_SZ F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW"
        )
    },
    "ptrace": {
        value: f"PTRACE_{name}"
        for name, value in _numbers(
            "UNKNOWN TRACEME PEEKTEXT PEEKDATA PEEKUSR POKETEXT POKEDATA POKEUSR CONT KILL SINGLESTEP ATTACH DETACH "
            "SYSCALL SETOPTIONS GETEVENTMSG GETSIGINFO SETSIGINFO GETREGSET SETREGSET SEIZE INTERRUPT LISTEN "
            "PEEKSIGINFO GETSIGMASK SETSIGMASK GETREGS SETREGS GETFPREGS SETFPREGS GETFPXREGS SETFPXREGS OLDSETOPTIONS "
            "GET_THREAD_AREA SET_THREAD_AREA ARCH_PRCTL SYSEMU SYSEMU_SINGLESTEP SINGLEBLOCK"
        )
    },
    "prctl": {
        value: f"PR_{name}"
        for name, value in _numbers(
            "SET_PDEATHSIG=1 GET_PDEATHSIG GET_DUMPABLE SET_DUMPABLE GET_UNALIGN SET_UNALIGN GET_KEEPCAPS SET_KEEPCAPS "
            "GET_FPEMU SET_FPEMU GET_FPEXC SET_FPEXC GET_TIMING SET_TIMING SET_NAME GET_NAME GET_ENDIAN=19 SET_ENDIAN "
            "GET_SECCOMP SET_SECCOMP CAPBSET_READ CAPBSET_DROP GET_TSC SET_TSC GET_SECUREBITS SET_SECUREBITS "
            "SET_TIMERSLACK GET_TIMERSLACK SET_MM=35 SET_CHILD_SUBREAPER GET_CHILD_SUBREAPER SET_NO_NEW_PRIVS "
            "GET_NO_NEW_PRIVS GET_TID_ADDRESS SET_THP_DISABLE GET_THP_DISABLE MPX_ENABLE_MANAGEMENT "
            "MPX_DISABLE_MANAGEMENT SET_FP_MODE GET_FP_MODE CAP_AMBIENT"
        )
    },
    "bpf": {
        0: "BPF_MAP_CREATE",
        1: "BPF_MAP_LOOKUP_ELEM",
        2: "BPF_MAP_UPDATE_ELEM",
        3: "BPF_MAP_DELETE_ELEM",
        5: "BPF_PROG_LOAD",
    },
    "keyctl": {0: "KEYCTL_GET_KEYRING_ID", 1: "KEYCTL_JOIN_SESSION_KEYRING", 2: "KEYCTL_UPDATE", 3: "KEYCTL_REVOKE"},
}

_FCNTL = {0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 8, 7: 9, 8: 10, 9: 12, 10: 13, 11: 15, 15: 21, 16: 22, 36: 30, 37: 31, 38: 32}
_FCNTL |= {1024: 23, 1025: 24, 1029: 25, 1030: 26, 1026: 27, 1031: 28, 1032: 29}
_PTRACE = {
    0: 1,
    1: 2,
    2: 3,
    3: 4,
    4: 5,
    5: 6,
    6: 7,
    7: 8,
    8: 9,
    9: 10,
    12: 26,
    13: 27,
    14: 28,
    15: 29,
    16: 11,
    17: 12,
    18: 30,
    19: 31,
}
_PTRACE |= {21: 32, 24: 13, 25: 33, 26: 34, 30: 35, 31: 36, 32: 37, 33: 38, 0x4200: 14, 0x4201: 15, 0x4202: 16, 0x4203: 17}
_PTRACE |= {0x4204: 18, 0x4205: 19, 0x4206: 20, 0x4207: 21, 0x4208: 22, 0x4209: 23, 0x420A: 24, 0x420B: 25}
_CLONE = {0x400: 0, 0x200: 1, 0x80000000: 2, 0x8000000: 3, 0x40000000: 4, 0x20000: 5, 0x20000000: 6, 0x4000000: 7, 0x8000: 8}
_CLONE |= {0x100000: 9, 0x2000: 10, 0x800: 11, 0x40000: 12, 0x10000: 13, 0x800000: 14, 0x100: 15, 0x10000000: 20, 0x200000: 23}
_CLONE |= {0x1000000: 24, 0x80000: 25, 0x4000: 27, 0x2000000: 28}
_OPEN = {0o100: 4, 0o200: 32, 0o1000: 256, 0o2000: 8, 0o4000: 64, 0o10000: 16, 0o40000: 512, 0o100000: 2048, 0o200000: 1024}
_MMAP = {1: 0, 2: 1, 0x10: 2, 0x20: 3, 0x40: 4, 0x100: 9, 0x800: 10, 0x1000: 11, 0x2000: 14, 0x4000: 6, 0x8000: 7, 0x10000: 8}
_POLL = {1: 0, 2: 1, 4: 2, 0x2000: 3, 8: 4, 0x10: 5, 0x20: 6, 0x40: 7, 0x80: 8, 0x100: 9, 0x200: 10}
_RESOLVE = {0x08: 0, 0x10: 1, 0x02: 2, 0x04: 3, 0x01: 4, 0x20: 5}


def _moved(value: int, bits: Mapping[int, int]) -> int:
    return sum(1 << bit for linux, bit in bits.items() if value & linux)


@lru_cache(maxsize=256)
def open_flags(value: int) -> int:
    """Flags of open(2)."""
    found = (O_RDONLY, O_WRONLY, O_RDWR, 0)[value & 3]
    for linux, falco in _OPEN.items():
        if value & linux:
            found |= falco
    if value & 0o4010000 == 0o4010000:
        found |= 128
    # Falco tests O_TMPFILE by any of its bits, and O_DIRECTORY is one of them.
    if value & 0o20200000:
        found |= O_TMPFILE
    if value & 0o2000000:
        found |= O_CLOEXEC
    return found


def poll_events(value: int) -> int:
    """Events of poll(2)."""
    return _moved(value, _POLL)


def fd_flags(value: int) -> int:
    """Flags of pipe2, dup3, eventfd2 and socket: only close-on-exec and non-blocking."""
    return (O_CLOEXEC if value & 0o2000000 else 0) | (64 if value & 0o4000 else 0)


CONVERSIONS: dict[str, Callable[[int], int]] = {
    "file": open_flags,
    "clone": lambda value: _moved(value, _CLONE),
    "mmap": lambda value: _moved(value, _MMAP),
    "resolve": lambda value: _moved(value, _RESOLVE),
    "mount": lambda value: value & 0xFFFFFFFF,
    "fchownat": lambda value: value & 0x1000,
    "family": lambda value: value if value in ENUMS["family"] else 0,
    "epoll": lambda value: 1 if value & 0o2000000 else 0,
    "fcntl": lambda value: _FCNTL.get(value, 0),
    "ptrace": lambda value: _PTRACE.get(value, 0),
    "execveat": lambda value: (1 if value & 0x1000 else 0) | (2 if value & 0x100 else 0),
}


def flag_names(value: int, table: Table) -> str:
    """Names joined by a bar, "" when none fits."""
    if value == 0:
        return next((name for name, bits in table if bits == 0), "")
    names: list[str] = []
    for name, bits in table:
        if bits and value & bits == bits:
            names.append(name)
            value &= ~bits
    return "|".join(names)


_CAPABILITIES = """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST
    NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE
    SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM
    BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
"""
CAPABILITIES = tuple(f"CAP_{name}" for name in _CAPABILITIES.split())


def capability_names(mask: int) -> str:
    return " ".join(name for bit, name in enumerate(CAPABILITIES) if mask >> bit & 1)
