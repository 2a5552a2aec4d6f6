"""The events of .scap files: their numbers, names and parameters.

A line is ``number name name:kind ... < name ...``: the event at a call's return, with the parameters that today's Falco gives it, and after
``<`` those of the event at its entry, whose number is one less. The numbers and the first parameters are those of sysdig 0.29 (2022), and
they never change; newer parameters stand behind. A number with two names is told apart by how many parameters there are. Events of after 2022 have no entry.
"""

from __future__ import annotations

from dataclasses import dataclass

_TEXT = """
1 syscall ID:u16 nativeID:u16 < ID nativeID
3 open fd:fd name:str flags:u32 mode:u32 dev:u32 ino:u64 < name flags mode
5 close res:errno fd:fd < fd
7 read res:errno data:bytes fd:fd size:u32 < fd size
9 write res:errno data:bytes fd:fd size:u32 < fd size
19 socket fd:fd domain:u32 type:u32 proto:u32 flags:u32 < domain type proto
21 bind res:errno addr:addr fd:fd < fd
23 connect res:errno tuple:tuple fd:fd addr:addr < fd addr
25 listen res:errno fd:fd backlog:i32 < fd backlog:u32
29 send res:errno data:bytes fd:fd size:u32 tuple:tuple < fd size
31 sendto res:errno data:bytes fd:fd size:u32 tuple:tuple < fd size tuple
33 recv res:errno data:bytes fd:fd size:u32 tuple:tuple < fd size
35 recvfrom res:errno data:bytes tuple:tuple fd:fd size:u32 < fd size
37 shutdown res:errno fd:fd how:u8 < fd how
39 getsockname
41 getpeername
43 socketpair res:errno fd1:fd fd2:fd source:u64 peer:u64 domain:u32 type:u32 proto:u32 < domain type proto
45 setsockopt res:errno fd:fd level:u8 optname:u8 val:dyn optlen:u32
47 getsockopt res:errno fd:fd level:u8 optname:u8 val:dyn optlen:u32
49 sendmsg res:errno data:bytes fd:fd size:u32 tuple:tuple < fd size tuple
51 sendmmsg res:errno fd:fd size:u32 data:bytes tuple:tuple
53 recvmsg res:errno size:u32 data:bytes tuple:tuple msgcontrol:bytes fd:fd < fd
55 recvmmsg res:errno fd:fd size:u32 data:bytes tuple:tuple msgcontrol:bytes
59 creat fd:fd name:str mode:u32 dev:u32 ino:u64 creat_flags:u16 < name mode
61 pipe res:errno fd1:fd fd2:fd ino:u64
61 pipe2 res:errno fd1:fd fd2:fd ino:u64 flags:u32
63 eventfd res:fd initval:u64 flags:u32 < initval flags
65 futex res:errno addr:u64 op:u16 val:u64 < addr op val
67 stat res:errno path:str
69 lstat res:errno path:str
71 fstat res:errno fd:fd < fd
73 stat64 res:errno path:str
75 lstat64 res:errno path:str
77 fstat64 res:errno < fd:fd
79 epoll_wait res:errno maxevents:errno < maxevents
81 poll res:errno fds:fds timeout:i64 < fds timeout
85 select res:errno
87 lseek res:errno fd:fd offset:i64 whence:u8 < fd offset whence
89 llseek res:errno fd:fd offset:i64 whence:u8 < fd offset whence
93 getcwd res:errno path:str
95 chdir res:errno path:str
97 fchdir res:errno fd:fd < fd
113 pread res:errno data:bytes fd:fd size:u32 pos:u64 < fd size pos
115 pwrite res:errno data:bytes fd:fd size:u32 pos:u64 < fd size pos
117 readv res:errno size:u32 data:bytes fd:fd < fd
119 writev res:errno data:bytes fd:fd size:u32 < fd size
121 preadv res:errno size:u32 data:bytes fd:fd pos:u64 < fd pos
123 pwritev res:errno data:bytes fd:fd size:u32 pos:u64 < fd size pos
125 dup2 res:fd oldfd:fd newfd:fd < oldfd
125 dup3 res:fd oldfd:fd newfd:fd flags:u32 < oldfd
125 dup res:fd oldfd:fd < oldfd
127 signalfd res:fd fd:fd mask:u32 flags:u8 < fd mask flags
129 kill res:errno pid:pid sig:u8 < pid sig
131 tkill res:errno tid:pid sig:u8 < tid sig
133 tgkill res:errno pid:pid tid:pid sig:u8 < pid tid sig
135 nanosleep res:errno interval:u64 < interval
137 timerfd_create res:fd clockid:u8 flags:u8 < clockid flags
139 inotify_init res:fd flags:u8 < flags
141 getrlimit res:errno cur:i64 max:i64 resource:u8 < resource
143 setrlimit res:errno cur:i64 max:i64 resource:u8 < resource
145 prlimit res:errno newcur:i64 newmax:i64 oldcur:i64 oldmax:i64 pid:i64 resource:u8 < pid:pid resource
151 fcntl res:fd fd:fd cmd:u8 arg:u64 < fd cmd
159 brk res:u64 vm_size:u32 vm_rss:u32 vm_swap:u32 addr:u64 < addr
161 mmap res:errno vm_size:u32 vm_rss:u32 vm_swap:u32 addr:u64 length:u64 prot:u32 flags:u32 fd:fd offset:u64 < addr length \
    prot flags fd offset
163 mmap2 res:errno vm_size:u32 vm_rss:u32 vm_swap:u32 addr:u64 length:u64 prot:u32 flags:u32 fd:fd pgoffset:u64 < addr length \
    prot flags fd pgoffset
165 munmap res:errno vm_size:u32 vm_rss:u32 vm_swap:u32 addr:u64 length:u64 < addr length
167 splice res:errno fd_in:fd fd_out:fd size:u64 flags:u32 < fd_in fd_out size flags
169 ptrace res:errno addr:dyn data:dyn request:u16 pid:pid < request pid
171 ioctl res:errno fd:fd request:u64 argument:u64 < fd request argument
175 rename res:errno oldpath:str newpath:str
177 renameat res:errno olddirfd:fd oldpath:str newdirfd:fd newpath:str
179 symlink res:errno target:str linkpath:str
181 symlinkat res:errno target:str linkdirfd:fd linkpath:str
186 procexit status:errno ret:errno sig:u8 core:u8 reaper_tid:pid
189 sendfile res:errno offset:u64 out_fd:fd in_fd:fd size:u64 < out_fd in_fd offset size
191 quotactl res:errno special:str quotafilepath:str dqb_bhardlimit:u64 dqb_bsoftlimit:u64 dqb_curspace:u64 dqb_ihardlimit:u64 \
    dqb_isoftlimit:u64 dqb_btime:u64 dqb_itime:u64 dqi_bgrace:u64 dqi_igrace:u64 dqi_flags:u8 quota_fmt_out:u8 cmd:u16 type:u8 \
    id:u32 quota_fmt:u8 < cmd type id quota_fmt
193 setresuid res:errno ruid:id euid:id suid:id < ruid euid suid
195 setresgid res:errno rgid:id egid:id sgid:id < rgid egid sgid
199 setuid res:errno uid:id < uid
201 setgid res:errno gid:id < gid
203 getuid uid:id
205 geteuid euid:id
207 getgid gid:id
209 getegid egid:id
211 getresuid res:errno ruid:id euid:id suid:id
213 getresgid res:errno rgid:id egid:id sgid:id
223 clone res:pid exe:str args:bytes tid:pid pid:pid ptid:pid cwd:str fdlimit:i64 pgft_maj:u64 pgft_min:u64 vm_size:u32 \
    vm_rss:u32 vm_swap:u32 comm:str cgroups:bytes flags:u32 uid:u32 gid:u32 vtid:pid vpid:pid pidns_init_start_ts:u64
225 fork res:pid exe:str args:bytes tid:pid pid:pid ptid:pid cwd:str fdlimit:i64 pgft_maj:u64 pgft_min:u64 vm_size:u32 \
    vm_rss:u32 vm_swap:u32 comm:str cgroups:bytes flags:u32 uid:u32 gid:u32 vtid:pid vpid:pid pidns_init_start_ts:u64
227 vfork res:pid exe:str args:bytes tid:pid pid:pid ptid:pid cwd:str fdlimit:i64 pgft_maj:u64 pgft_min:u64 vm_size:u32 \
    vm_rss:u32 vm_swap:u32 comm:str cgroups:bytes flags:u32 uid:u32 gid:u32 vtid:pid vpid:pid pidns_init_start_ts:u64
232 signaldeliver spid:pid dpid:pid sig:u8
237 getdents res:errno fd:fd < fd
239 getdents64 res:errno fd:fd < fd
241 setns res:errno fd:fd nstype:u32 < fd nstype
243 flock res:errno fd:fd operation:u32 < fd operation
247 accept fd:fd tuple:tuple queuepct:u8 queuelen:u32 queuemax:u32
249 accept4 fd:fd tuple:tuple queuepct:u8 queuelen:u32 queuemax:u32 flags:i32 < flags
251 semop res:errno nsops:u32 sem_num_0:u16 sem_op_0:i16 sem_flg_0:u16 sem_num_1:u16 sem_op_1:i16 sem_flg_1:u16 semid:i32 < \
    semid
253 semctl res:errno semid:i32 semnum:i32 cmd:u16 val:i32 < semid semnum cmd val
255 ppoll res:errno fds:fds timeout:u64 sigmask:u32 < fds timeout sigmask
257 mount res:errno dev:str dir:str type:str flags:u32 < flags
259 umount res:errno name:str < flags:u32
259 umount2 res:errno name:str flags:u32 < flags
263 semget res:errno key:i32 nsems:i32 semflg:u32 < key nsems semflg
265 access res:errno name:str mode:u32 < mode
267 chroot res:errno path:str
275 setsid res:pid
277 mkdir res:errno path:str mode:u32 < mode
279 rmdir res:errno path:str
285 unshare res:errno flags:u32 < flags
293 execve res:errno exe:str args:bytes tid:pid pid:pid ptid:pid cwd:str fdlimit:u64 pgft_maj:u64 pgft_min:u64 vm_size:u32 \
    vm_rss:u32 vm_swap:u32 comm:str cgroups:bytes env:bytes tty:u32 vpgid:pid loginuid:id flags:u32 cap_inheritable:u64 \
    cap_permitted:u64 cap_effective:u64 exe_ino:u64 exe_ino_ctime:u64 exe_ino_mtime:u64 uid:id trusted_exepath:str pgid:pid gid:id \
    filename:str < filename
295 setpgid res:errno pid:pid pgid:pid < pid pgid
299 seccomp res:errno op:u64 flags:u64 < op
301 unlink res:errno path:str
303 unlinkat res:errno dirfd:fd name:str flags:u32
305 mkdirat res:errno dirfd:fd path:str mode:u32
307 openat fd:fd dirfd:fd name:str flags:u32 mode:u32 dev:u32 ino:u64 < dirfd name flags mode
309 link res:errno oldpath:str newpath:str
311 linkat res:errno olddir:fd oldpath:str newdir:fd newpath:str flags:u32
313 fchmodat res:errno dirfd:fd filename:str mode:u32
315 chmod res:errno filename:str mode:u32
317 fchmod res:errno fd:fd mode:u32
319 renameat2 res:errno olddirfd:fd oldpath:str newdirfd:fd newpath:str flags:u32
321 userfaultfd res:errno flags:u32
324 container json:str
327 openat2 fd:fd dirfd:fd name:str flags:u32 mode:u32 resolve:u32 dev:u32 ino:u64 < dirfd name flags mode resolve
329 mprotect res:errno addr:u64 length:u64 prot:u32 < addr length prot
331 execveat res:errno exe:str args:bytes tid:pid pid:pid ptid:pid cwd:str fdlimit:u64 pgft_maj:u64 pgft_min:u64 vm_size:u32 \
    vm_rss:u32 vm_swap:u32 comm:str cgroups:bytes env:bytes tty:u32 vpgid:pid loginuid:id flags:u32 cap_inheritable:u64 \
    cap_permitted:u64 cap_effective:u64 exe_ino:u64 exe_ino_ctime:u64 exe_ino_mtime:u64 uid:id trusted_exepath:str pgid:pid gid:id \
    < dirfd:fd pathname:str flags
333 copy_file_range res:errno fdout:fd offout:u64 fdin:fd offin:u64 len:u64 < fdin offin len
335 clone3 res:pid exe:str args:bytes tid:pid pid:pid ptid:pid cwd:str fdlimit:i64 pgft_maj:u64 pgft_min:u64 vm_size:u32 \
    vm_rss:u32 vm_swap:u32 comm:str cgroups:bytes flags:u32 uid:u32 gid:u32 vtid:pid vpid:pid pidns_init_start_ts:u64
337 open_by_handle_at fd:fd mountfd:fd flags:u32 path:str dev:u32 ino:u64
339 io_uring_setup res:errno entries:u32 sq_entries:u32 cq_entries:u32 flags:u32 sq_thread_cpu:u32 sq_thread_idle:u32 \
    features:u32
341 io_uring_enter res:errno fd:fd to_submit:u32 min_complete:u32 flags:u32 sig:u32
343 io_uring_register res:errno fd:fd opcode:u16 arg:u64 nr_args:u32
345 mlock res:errno addr:u64 len:u64
347 munlock res:errno addr:u64 len:u64
349 mlockall res:errno flags:u32
351 munlockall res:errno
353 capset res:errno cap_inheritable:u64 cap_permitted:u64 cap_effective:u64
363 dup2 res:fd oldfd:fd newfd:fd
365 dup3 res:fd oldfd:fd newfd:fd flags:u32
367 dup res:fd oldfd:fd
369 bpf fd:fd cmd:u32
371 mlock2 res:errno addr:u64 len:u64 flags:u32
373 fsconfig res:errno fd:fd cmd:u32 key:str value_bytebuf:bytes value_charbuf:str aux:i32
375 epoll_create res:errno size:i32
377 epoll_create1 res:errno flags:u32
379 chown res:errno path:str uid:u32 gid:u32
381 lchown res:errno path:str uid:u32 gid:u32
383 fchown res:errno fd:fd uid:u32 gid:u32
385 fchownat res:errno dirfd:fd pathname:str uid:u32 gid:u32 flags:u32
387 umount res:errno name:str
389 accept4 fd:fd tuple:tuple queuepct:u8 queuelen:u32 queuemax:u32 flags:i32
391 umount2 res:errno name:str flags:u32
393 pipe2 res:errno fd1:fd fd2:fd ino:u64 flags:u32
395 inotify_init1 res:fd flags:u16
397 eventfd2 res:fd flags:u16 initval:u64
399 signalfd4 res:fd flags:u16 fd:fd mask:u32
401 prctl res:errno option:u32 arg2_str:str arg2_int:i64
405 memfd_create fd:fd name:str flags:u32
407 pidfd_getfd fd:fd pid_fd:fd target_fd:fd flags:u32
409 pidfd_open fd:fd pid:pid flags:u32
411 init_module res:errno img:bytes length:u64 uargs:str
413 finit_module res:errno fd:fd uargs:str flags:u32
415 mknod res:errno path:str mode:u32 dev:u32
417 mknodat res:errno dirfd:fd path:str mode:u32 dev:u32
419 newfstatat res:errno dirfd:fd path:str flags:u32
421 process_vm_readv res:i64 pid:pid data:bytes
423 process_vm_writev res:i64 pid:pid data:bytes
425 delete_module res:errno name:str flags:u32
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """One event of a file."""

    number: int
    name: str
    params: tuple[tuple[str, str], ...]
    """Name and kind of each parameter."""
    entry: tuple[tuple[str, str], ...] | None
    """The same of the event at the call's entry; None where there is none."""


def _pairs(text: str, known: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found = []
    for item in text.split():
        name, _, kind = item.partition(":")
        found.append((name, kind or known[name]))
    return tuple(found)


def _layouts() -> tuple[Layout, ...]:
    found = []
    for line in _TEXT.strip().splitlines():
        number, name, rest = (*line.split(" ", 2), "")[:3]
        params, _, entry = rest.partition("<")
        pairs = _pairs(params, {})
        once = int(number) in ONCE
        found.append(Layout(int(number), name, pairs, None if once or int(number) >= _FIRST_NEW else _pairs(entry, dict(pairs))))
    return tuple(found)


PROCEXIT, SIGNAL, CONTAINER = 186, 232, 324
ONCE = frozenset((PROCEXIT, SIGNAL, CONTAINER))
"""Events of one moment, with no entry and no return."""
GENERIC = 1
"""A system call that has no event of its own: only its name is kept."""
_FIRST_NEW = 336
"""Numbers from here on are younger than sysdig 0.29; they are read and not written."""
LAYOUTS = _layouts()
BY_NAME = {layout.name: layout for layout in LAYOUTS if layout.number < _FIRST_NEW}
BY_NUMBER: dict[int, tuple[Layout, ...]] = {}
for _layout in sorted(LAYOUTS, key=lambda item: len(item.params)):
    BY_NUMBER[_layout.number] = (*BY_NUMBER.get(_layout.number, ()), _layout)
"""The layout with the fewest parameters first."""

OLD = {103: "openat", 99: "mkdir", 101: "rmdir", 109: "unlink", 111: "unlinkat", 105: "link", 107: "linkat", 91: "ioctl"}
"""Numbers of before 2022 that Falco has replaced since; their parameters are not read."""
for _numbers, _name in (
    ((13, 155, 173, 215, 231, 283, 289), "execve"),
    ((15, 157, 217), "clone"),
    ((183, 219), "fork"),
    ((185, 221), "vfork"),
    ((27,), "accept"),
    ((57,), "accept4"),
    ((11,), "brk"),
    ((83,), "select"),
):
    OLD |= dict.fromkeys(_numbers, _name)


def layout_of(number: int, count: int) -> Layout | None:
    """The layout of an event's number and how many parameters it has; None when the table has none."""
    found = BY_NUMBER.get(number)
    if found is None:
        return None
    return next((item for item in found if len(item.params) >= count), found[-1])


_CALLS = """
- restart_syscall exit read write open close creat link unlink chdir time mknod chmod stat lseek getpid mount ptrace alarm
fstat pause utime access sync kill rename mkdir rmdir dup pipe times brk acct ioctl fcntl setpgid umask chroot ustat dup2
getppid getpgrp setsid sethostname setrlimit getrusage gettimeofday settimeofday symlink lstat readlink uselib swapon
reboot mmap munmap truncate ftruncate fchmod getpriority setpriority statfs fstatfs syslog setitimer getitimer uname
vhangup wait4 swapoff sysinfo fsync setdomainname adjtimex mprotect init_module delete_module quotactl getpgid fchdir
sysfs personality getdents select flock msync readv writev getsid fdatasync mlock munlock mlockall munlockall
sched_setparam sched_getparam sched_setscheduler sched_getscheduler sched_yield sched_get_priority_max
sched_get_priority_min sched_rr_get_interval nanosleep mremap poll prctl rt_sigaction rt_sigprocmask rt_sigpending
rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend getcwd capget capset sendfile getrlimit lchown getuid getgid geteuid getegid
setreuid setregid getgroups setgroups fchown setresuid getresuid setresgid getresgid chown setuid setgid setfsuid setfsgid
pivot_root mincore madvise gettid setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr
flistxattr removexattr lremovexattr fremovexattr tkill futex sched_setaffinity sched_getaffinity set_thread_area
get_thread_area io_setup io_destroy io_getevents io_submit io_cancel exit_group epoll_create epoll_ctl epoll_wait
remap_file_pages set_tid_address timer_create timer_settime timer_gettime timer_getoverrun timer_delete clock_settime
clock_gettime clock_getres clock_nanosleep tgkill utimes mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify
mq_getsetattr kexec_load waitid add_key request_key keyctl ioprio_set ioprio_get inotify_init inotify_add_watch
inotify_rm_watch openat mkdirat mknodat fchownat futimesat unlinkat renameat linkat symlinkat readlinkat fchmodat
faccessat pselect6 ppoll unshare set_robust_list get_robust_list splice tee vmsplice getcpu epoll_pwait utimensat signalfd
timerfd_create eventfd timerfd_settime timerfd_gettime signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 preadv
pwritev rt_tgsigqueueinfo perf_event_open fanotify_init prlimit64 clock_adjtime syncfs setns getdents64 socket bind
connect listen accept getsockname getpeername socketpair sendto recvfrom shutdown setsockopt getsockopt sendmsg sendmmsg
recvmsg recvmmsg accept4 semop semget semctl msgsnd msgrcv msgget msgctl shmdt shmget shmctl statfs64 fstatfs64 fstatat64
sendfile64 ugetrlimit bdflush sigprocmask ipc socketcall stat64 lstat64 fstat64 fcntl64 mmap2 newselect sgetmask ssetmask
sigpending olduname umount signal nice stime llseek waitpid pread64 pwrite64 arch_prctl shmat rt_sigreturn fallocate
newfstatat process_vm_readv process_vm_writev fork vfork setuid32 getuid32 setgid32 geteuid32 getgid32 setresuid32
setresgid32 getresuid32 getresgid32 finit_module bpf seccomp sigaltstack getrandom fadvise64 renameat2 userfaultfd openat2
umount2 execve execveat copy_file_range clone clone3 open_by_handle_at io_uring_setup io_uring_enter io_uring_register
mlock2 getegid32 fsconfig fspick fsmount fsopen open_tree move_mount mount_setattr memfd_create memfd_secret ioperm
kexec_file_load pidfd_getfd pidfd_open pidfd_send_signal pkey_alloc pkey_mprotect pkey_free landlock_create_ruleset
quotactl_fd landlock_restrict_self landlock_add_rule epoll_pwait2 migrate_pages move_pages preadv2 pwritev2 kcmp
sched_setattr mbind epoll_ctl_old lookup_dcookie modify_ldt statx set_mempolicy io_pgetevents set_mempolicy_home_node
semtimedop get_kernel_syms readahead futex_waitv getpmsg name_to_handle_at process_mrelease nfsservctl epoll_wait_old rseq
create_module - sched_getattr faccessat2 _sysctl query_module get_mempolicy sync_file_range process_madvise membarrier
iopl close_range fanotify_mark recv send
"""
CALLS = tuple(_CALLS.split())
"""The node's names of system calls in the order of Falco's numbers for them; ``-`` is none."""
CALL_NUMBERS = {name: number for number, name in reversed(tuple(enumerate(CALLS))) if name != "-"}
OLD_CALLS = 329
"""sysdig 0.29 knows as many, and falls over a greater number: the calls behind are written as 0 with Linux's number beside it."""

_NATIVE = """
open_by_handle_at=304 io_uring_setup=425 io_uring_enter=426 io_uring_register=427 mlock2=325 fsconfig=431 fspick=433
fsmount=432 fsopen=430 open_tree=428 move_mount=429 mount_setattr=442 memfd_create=319 memfd_secret=447 ioperm=173
kexec_file_load=320 pidfd_getfd=438 pidfd_open=434 pidfd_send_signal=424 pkey_alloc=330 pkey_mprotect=329 pkey_free=331
landlock_create_ruleset=444 quotactl_fd=443 landlock_restrict_self=446 landlock_add_rule=445 epoll_pwait2=441
migrate_pages=256 move_pages=279 preadv2=327 pwritev2=328 kcmp=312 sched_setattr=314 mbind=237 epoll_ctl_old=214
lookup_dcookie=212 modify_ldt=154 statx=332 set_mempolicy=238 io_pgetevents=333 set_mempolicy_home_node=450 semtimedop=220
get_kernel_syms=177 readahead=187 futex_waitv=449 getpmsg=181 name_to_handle_at=303 process_mrelease=448 nfsservctl=180
epoll_wait_old=215 rseq=334 create_module=174 sched_getattr=315 faccessat2=439 _sysctl=156 query_module=178
get_mempolicy=239 sync_file_range=277 process_madvise=440 membarrier=324 iopl=172 close_range=436 fanotify_mark=301
"""
NATIVE = {name: int(number) for name, _, number in (item.partition("=") for item in _NATIVE.split())}
"""Linux's numbers (x86-64) of the calls that are younger than sysdig 0.29."""
NATIVE_NAMES = {number: name for name, number in NATIVE.items()}
