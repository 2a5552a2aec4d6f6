"""Which parameters every event type has, in Falco's order, and which argument of the system call each comes from.

``name:kind,argument,...``; the kinds are functions of trainer.capture.decode.
"""

from __future__ import annotations

_TEXT = """
open         fd:fdret name:path,0 flags:open,1 mode:openmode,2,1 dev:dev ino:zero
openat       fd:fdret dirfd:fd,0 name:rel,1,0 flags:open,2 mode:openmode,3,2 dev:dev ino:zero
openat2      fd:fdret dirfd:fd,0 name:rel,1,0 flags:how,2 mode:howmode,2 resolve:resolve,2 dev:dev ino:zero
creat        fd:fdret name:path,0 mode:octal,1 dev:dev ino:zero creat_flags:creatflags
open_by_handle_at fd:fdret mountfd:fd,0 flags:open,2 path:handlepath dev:dev ino:zero
close        res:res fd:fd,0
read         res:res data:buffer,1 fd:fd,0 size:uint,2
pread        res:res data:buffer,1 fd:fd,0 size:uint,2 pos:uint,3
readv        res:res size:iovsize,1 data:iov,1 fd:fd,0
preadv       res:res size:iovsize,1 data:iov,1 fd:fd,0 pos:uint,3
write        res:res data:sent,1 fd:fd,0 size:uint,2
pwrite       res:res data:sent,1 fd:fd,0 size:uint,2 pos:uint,3
writev       res:res data:sentiov,1 fd:fd,0 size:iovsize,1
pwritev      res:res data:sentiov,1 fd:fd,0 size:iovsize,1 pos:uint,3
socket       fd:fdret domain:enum,0,family type:uint,1 proto:uint,2 flags:fdflags,1
bind         res:res addr:sockaddr,1 fd:fd,0
connect      res:res tuple:tuple fd:fd,0 addr:sockaddr,1
listen       res:res fd:fd,0 backlog:uint,1
accept       fd:fdret tuple:tuple queuepct:zero queuelen:zero queuemax:backlog
accept4      fd:fdret tuple:tuple queuepct:zero queuelen:zero queuemax:backlog flags:acceptflags,3
send         res:res data:sent,1 fd:fd,0 size:uint,2 tuple:tuple
sendto       res:res data:sent,1 fd:fd,0 size:uint,2 tuple:tuple
recv         res:res data:buffer,1 fd:fd,0 size:uint,2 tuple:tuple
recvfrom     res:res data:buffer,1 tuple:rtuple fd:fd,0 size:uint,2
sendmsg      res:res data:msg,1 fd:fd,0 size:msgsize,1 tuple:tuple
recvmsg      res:res size:ressize data:rmsg,1 tuple:rtuple msgcontrol:null fd:fd,0
sendmmsg     res:mres fd:fd,0 size:mmsgsize,1 data:mmsg,1 tuple:tuple
recvmmsg     res:mres fd:fd,0 size:mmsgsize,1 data:mmsg,1 tuple:rtuple msgcontrol:null
shutdown     res:res fd:fd,0 how:enumhex,1,shutdown
getsockname
getpeername
socketpair   res:res fd1:pairfd,3,0 fd2:pairfd,3,1 source:pairend,0 peer:pairend,1 domain:enum,0,family type:uint,1 proto:uint,2
setsockopt   res:res fd:fd,0 level:level,1 optname:optname,2,1 val:optval,3,1,2 optlen:uint,4
getsockopt   res:res fd:fd,0 level:level,1 optname:optname,2,1 val:optval,3,1,2 optlen:listed,4
pipe         res:res fd1:pairfd,0,0 fd2:pairfd,0,1 ino:zero
pipe2        res:res fd1:pairfd,0,0 fd2:pairfd,0,1 ino:zero flags:fdflags,1
dup          res:fdret oldfd:fd,0
dup2         res:fdret oldfd:fd,0 newfd:fd,1
dup3         res:fdret oldfd:fd,0 newfd:fd,1 flags:fdflags,2
fcntl        res:fdret fd:fd,0 cmd:enum,1,fcntl arg:hex,2
ioctl        res:res fd:fd,0 request:hex,1 argument:hex,2
flock        res:res fd:fd,0 operation:flags,1,flock
close_range  res:res first:uint,0 last:uint,1 flags:flags,2,close_range
eventfd      res:fdret initval:uint,0 flags:zero
eventfd2     res:fdret flags:fdflags,1 initval:uint,0
signalfd     res:fdret fd:fd,0 mask:zero flags:zero
signalfd4    res:fdret flags:fdflags,3 fd:fd,0 mask:zero
timerfd_create res:fdret clockid:uint,0 flags:zero
inotify_init res:fdret flags:zero
inotify_init1 res:fdret flags:fdflags,0
epoll_create res:res size:int,0
epoll_create1 res:res flags:flags,0,epoll
epoll_wait   res:res maxevents:int,2
memfd_create fd:fdret name:str,0 flags:flags,1,memfd
userfaultfd  res:res flags:fdflags,0
pidfd_open   fd:fdret pid:pid,0 flags:pidfdflags,1
pidfd_getfd  fd:fdret pid_fd:fd,0 target_fd:fd,1 flags:uint,2
bpf          fd:fdret cmd:enum,0,bpf
io_uring_setup res:res entries:uint,0 sq_entries:uring,1,sq_entries \
 cq_entries:uring,1,cq_entries flags:uringflags,1,flags,io_setup sq_thread_cpu:uring,1,sq_thread_cpu \
 sq_thread_idle:uring,1,sq_thread_idle features:uringflags,1,features,io_features
io_uring_enter res:res fd:fd,0 to_submit:uint,1 min_complete:uint,2 flags:flags,3,io_enter sig:zero
io_uring_register res:res fd:fd,0 opcode:uint,1 arg:hex,2 nr_args:uint,3
stat         res:res path:path,0
lstat        res:res path:path,0
fstat        res:res fd:fd,0
newfstatat   res:res dirfd:fd,0 path:rel,1,0 flags:flags,3,fstatat
access       res:res name:path,0 mode:flags,1,access
lseek        res:res fd:fd,0 offset:uint,1 whence:enum,2,whence
getcwd       res:res path:strret,0
chdir        res:res path:str,0
fchdir       res:res fd:fd,0
chroot       res:res path:path,0
getdents     res:res fd:fd,0
getdents64   res:res fd:fd,0
mkdir        res:res path:path,0 mode:hex,1
mkdirat      res:res dirfd:fd,0 path:rel,1,0 mode:hex,2
rmdir        res:res path:path,0
unlink       res:res path:path,0
unlinkat     res:res dirfd:fd,0 name:rel,1,0 flags:flags,2,unlinkat
rename       res:res oldpath:path,0 newpath:path,1
renameat     res:res olddirfd:fd,0 oldpath:rel,1,0 newdirfd:fd,2 newpath:rel,3,2
renameat2    res:res olddirfd:fd,0 oldpath:rel,1,0 newdirfd:fd,2 newpath:rel,3,2 flags:flags,4,rename
link         res:res oldpath:path,0 newpath:path,1
linkat       res:res olddir:fd,0 oldpath:rel,1,0 newdir:fd,2 newpath:rel,3,2 flags:flags,4,linkat
symlink      res:res target:str,0 linkpath:path,1
symlinkat    res:res target:str,0 linkdirfd:fd,1 linkpath:rel,2,1
chmod        res:res filename:path,0 mode:permissions,1
fchmod       res:res fd:fd,0 mode:permissions,1
fchmodat     res:res dirfd:fd,0 filename:rel,1,0 mode:permissions,2
chown        res:res path:path,0 uid:int,1 gid:int,2
lchown       res:res path:path,0 uid:int,1 gid:int,2
fchown       res:res fd:fd,0 uid:int,1 gid:int,2
fchownat     res:res dirfd:fd,0 pathname:rel,1,0 uid:int,2 gid:int,3 flags:flags,4,fchownat
mknod        res:res path:path,0 mode:mode,1 dev:uint,2
mknodat      res:res dirfd:fd,0 path:rel,1,0 mode:mode,2 dev:uint,3
mount        res:res dev:str,0 dir:path,1 type:str,2 flags:flags,3,mount
umount       res:res name:path,0
umount2      res:res name:path,0 flags:flags,1,umount
sendfile     res:res offset:offset,2 out_fd:fd,0 in_fd:fd,1 size:uint,3
splice       res:res fd_in:fd,0 fd_out:fd,2 size:uint,4 flags:flags,5,splice
copy_file_range res:res fdout:fd,2 offout:offset,3 fdin:fd,0 offin:offset,1 len:uint,4
setuid       res:res uid:uid,0
setgid       res:res gid:gid,0
setreuid     res:res ruid:uid,0 euid:uid,1
setregid     res:res rgid:gid,0 egid:gid,1
setresuid    res:res ruid:uid,0 euid:uid,1 suid:uid,2
setresgid    res:res rgid:gid,0 egid:gid,1 sgid:gid,2
getuid       uid:uidret
geteuid      euid:uidret
getgid       gid:gidret
getegid      egid:gidret
getresuid    res:res ruid:uidlist,0 euid:uidlist,1 suid:uidlist,2
getresgid    res:res rgid:gidlist,0 egid:gidlist,1 sgid:gidlist,2
setsid       res:pidret
setpgid      res:res pid:pid,0 pgid:pid,1
capset       res:res cap_inheritable:cap,1,inheritable cap_permitted:cap,1,permitted cap_effective:cap,1,effective
kill         res:res pid:pid,0 sig:signal,1
tkill        res:res tid:pid,0 sig:signal,1
tgkill       res:res pid:pid,0 tid:pid,1 sig:signal,2
ptrace       res:res addr:ptraceaddr,2 data:ptraceaddr,3 request:enum,0,ptrace pid:pid,1
prctl        res:res option:enum,0,prctl arg2_str:prctlstr,1,0 arg2_int:prctlint,1,0
seccomp      res:res op:uint,0 flags:hex,1
unshare      res:res flags:flags,0,clone
setns        res:res fd:fd,0 nstype:flags,1,clone
keyctl       res:res operation:enum,0,keyctl arg2:uint,1 arg3:uint,2 arg4:uint,3 arg5:uint,4
init_module  res:res img:null length:uint,1 uargs:str,2
finit_module res:res fd:fd,0 uargs:str,1 flags:flags,2,finit
delete_module res:res name:str,0 flags:flags,1,delete_module
process_vm_readv res:res pid:pid,0 data:null
process_vm_writev res:res pid:pid,0 data:null
mmap         res:hexret vm_size:zero vm_rss:zero vm_swap:zero addr:hex,0 length:uint,1 prot:flags,2,prot flags:flags,3,mmap \
 fd:fd,4 offset:uint,5
munmap       res:res vm_size:zero vm_rss:zero vm_swap:zero addr:hex,0 length:uint,1
mprotect     res:res addr:hex,0 length:uint,1 prot:flags,2,prot
brk          res:hexret vm_size:zero vm_rss:zero vm_swap:zero addr:hex,0
mlock        res:res addr:hex,0 len:uint,1
munlock      res:res addr:hex,0 len:uint,1
mlockall     res:res flags:flags,0,mlockall
munlockall   res:res
mlock2       res:res addr:hex,0 len:uint,1 flags:flags,2,mlock2
futex        res:res addr:hex,0 op:flags,1,futex val:uint,2
poll         res:res fds:fdlist,0 timeout:int,2
ppoll        res:res fds:fdlist,0 timeout:timespec,2 sigmask:zero
select       res:res
nanosleep    res:res interval:timespec,0
getrlimit    res:res cur:limit,1,rlim_cur max:limit,1,rlim_max resource:enum,0,rlimit
setrlimit    res:res cur:limit,1,rlim_cur max:limit,1,rlim_max resource:enum,0,rlimit
prlimit      res:res newcur:limit,2,rlim_cur newmax:limit,2,rlim_max oldcur:limit,3,rlim_cur oldmax:limit,3,rlim_max pid:int,0 \
 resource:enum,1,rlimit
quotactl     res:res special:str,1
semget       res:res key:hex,0 nsems:int,1 semflg:hex,2
"""

TYPES = {"pread64": "pread", "pwrite64": "pwrite", "prlimit64": "prlimit", "_llseek": "llseek", "sendfile64": "sendfile"}
"""System calls whose event has another name."""


def _table() -> dict[str, tuple[tuple[str, str, tuple[int | str, ...]], ...]]:
    found: dict[str, tuple[tuple[str, str, tuple[int | str, ...]], ...]] = {}
    for line in _TEXT.strip().splitlines():
        event, *params = line.split()
        specs = []
        for param in params:
            name, _, rest = param.partition(":")
            kind, *args = rest.split(",")
            specs.append((name, kind, tuple(int(arg) if arg.isdecimal() else arg for arg in args)))
        found[event] = tuple(specs)
    return found


PARAMS = _table()

CATEGORIES = {
    "file": """open openat openat2 creat open_by_handle_at stat lstat fstat newfstatat access lseek getcwd chdir fchdir mkdir
        mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat chmod fchmod fchmodat
        chown lchown fchown fchownat mount umount umount2 getdents getdents64 flock userfaultfd""",
    "net": "socket bind connect listen accept accept4 shutdown getsockname getpeername setsockopt getsockopt",
    "IPC": "socketpair pipe pipe2 eventfd eventfd2 futex inotify_init inotify_init1",
    "memory": "brk mmap munmap mprotect mlock munlock mlockall munlockall mlock2 memfd_create",
    "process": """execve execveat clone clone3 fork vfork procexit setsid setpgid getrlimit setrlimit prlimit prctl ptrace unshare
        setns chroot capset pidfd_open pidfd_getfd semget""",
    "signal": "kill tkill tgkill signalfd signalfd4 signaldeliver",
    "user": """setuid setgid setreuid setregid setresuid setresgid getuid geteuid getgid getegid getresuid getresgid quotactl""",
    "time": "timerfd_create",
    "sleep": "nanosleep",
    "wait": "poll ppoll select epoll_wait epoll_create epoll_create1",
    "read": "read pread readv preadv recv recvfrom recvmsg recvmmsg",
    "write": "write pwrite writev pwritev send sendto sendmsg sendmmsg sendfile",
    "io": "close dup dup2 dup3 fcntl ioctl splice copy_file_range close_range io_uring_setup io_uring_enter io_uring_register",
    "syscall": "process_vm_readv process_vm_writev",
}
CATEGORY = {event: category for category, events in CATEGORIES.items() for event in events.split()}

_CREATES = """open openat openat2 creat open_by_handle_at socket accept accept4 eventfd eventfd2 signalfd signalfd4
    timerfd_create inotify_init inotify_init1 memfd_create pidfd_open pidfd_getfd bpf userfaultfd epoll_create epoll_create1
    io_uring_setup"""
CREATES = frozenset(_CREATES.split())
"""Events whose result is a descriptor."""
MESSAGES = frozenset(("sendmmsg", "recvmmsg"))
PAIRS = frozenset(("pipe", "pipe2", "socketpair"))
DUPS = frozenset(("dup", "dup2", "dup3"))
USES_FD = {
    event: index
    for index, events in enumerate(
        (
            """close read write pread pwrite readv writev preadv pwritev bind connect listen send sendto recv recvfrom shutdown
            setsockopt getsockopt sendmsg sendmmsg recvmsg recvmmsg fstat lseek fchdir fcntl ioctl splice unlinkat mkdirat
            fchmodat fchmod fchown fchownat mknodat newfstatat getdents getdents64 setns flock sendfile
            io_uring_enter io_uring_register finit_module fsconfig""",
            "symlinkat",
            "copy_file_range",
            "",
            "mmap",
        )
    )
    for event in events.split()
}
"""Events that use a descriptor, and which argument it is."""
