"""Lines of strace to records and values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.capture import strace
from trainer.capture.strace import Exit, Signal, Started, StraceParser, Syscall


def one(line: str) -> strace.Record | None:
    return StraceParser().feed(line)


def test_finished_call() -> None:
    record = one('17 1795516038.933247889 openat(-100</tmp>, "/etc/passwd", 0x80000) = 3</etc/passwd>')
    assert isinstance(record, Syscall)
    assert (record.pid, record.time_ns, record.name, record.ret) == (17, 1795516038933247889, "openat", 3)
    assert strace.split_args(record.text) == ["-100</tmp>", '"/etc/passwd"', "0x80000"]
    assert record.ret_text == "3</etc/passwd>"


@pytest.mark.parametrize(
    "line, ret, errno",
    [
        ('5 1.000000 access("/x", 0x4) = -1 ENOENT (No such file or directory)', -1, "ENOENT"),
        ("5 1.000000 gettid()     = 5", 5, ""),
        ("5 1.000000 exit_group(0) = ?", None, ""),
        ("5 1.000000 read(0, 0x7f, 1) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)", None, "ERESTARTSYS"),
        ("5 1.000000 brk(NULL) = 0x55eb", 0x55EB, ""),
        ("5 1.000000 fcntl(3, 0x3) = 0x8000 (flags O_RDONLY|O_LARGEFILE)", 0x8000, ""),
        ('[pid 5] 1.000000 write(1, ") = -1 EPERM", 12) = 12', 12, ""),
    ],
)
def test_results(line: str, ret: int | None, errno: str) -> None:
    record = one(line)
    assert isinstance(record, Syscall)
    assert (record.pid, record.ret, record.errno) == (5, ret, errno)


def test_halves_are_joined_for_each_thread() -> None:
    parser = StraceParser()
    assert isinstance(parser.feed("1 1.000000001 wait4(-1,  <unfinished ...>"), Started)
    assert isinstance(parser.feed("2 1.000000002 accept4(3<TCP:[1.1.1.1:80]>,  <unfinished ...>"), Started)
    first = parser.feed("1 1.000000003 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 9")
    second = parser.feed('2 1.000000004 <... accept4 resumed>{sa_family=0x2, sin_port="\\xa9\\xe2"}, [16], 0) = 4')
    assert isinstance(first, Syscall)
    assert isinstance(second, Syscall)
    assert strace.split_args(first.text) == ["-1", "[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]", "0", "NULL"]
    assert second.text.startswith("3<TCP:[1.1.1.1:80]>,")
    assert (first.started_ns, first.time_ns, second.ret) == (1000000001, 1000000003, 4)


def test_endings_and_signals() -> None:
    assert one("7 1.5 +++ exited with 3 +++") == Exit(7, 1500000000, 3, "")
    assert one("7 1.5 +++ killed by SIGSEGV (core dumped) +++") == Exit(7, 1500000000, 0, "SIGSEGV", True)
    assert one("7 1.5 --- SIGCHLD {si_signo=17, si_code=0x1, si_pid=8, si_uid=0} ---") == Signal(7, 1500000000, "SIGCHLD", 17, 8)
    assert one("7 1.5 --- stopped by SIGSTOP ---") is None


def test_execve_of_a_thread_ends_under_the_leaders_number() -> None:
    parser = StraceParser()
    parser.feed('12 1.0 execve("/bin/true", ["true"], [] <unfinished ...>')
    ended = parser.feed("10 1.1 +++ superseded by execve in pid 12 +++")
    assert ended == Exit(10, 1100000000, 0, "", superseded_by=12)
    record = parser.feed("10 1.2 <... execve resumed>) = 0")
    assert isinstance(record, Syscall)
    assert (record.pid, strace.split_args(record.text)[0]) == (10, '"/bin/true"')


@pytest.mark.parametrize(
    "text, value",
    [
        ("0644", 0o644),
        ("0x80000", 0x80000),
        ("0x1|0x80000", 0x80001),
        ("-1", -1),
        ("NULL", 0),
        ("0x1200000|17", 0x1200011),
        ("0", 0),
        ("3</x>", 3),
        ("", 0),
        ("rubbish", 0),
    ],
)
def test_numbers(text: str, value: int) -> None:
    assert strace.number(text) == value


def test_strings() -> None:
    assert strace.string(r'"a\n\"\\\0\3771\x41"') == b'a\n"\\\x00\xff1A'
    assert strace.string(r'"\1773"...', 1) == b"\x7f"
    assert strace.string('@"abs"') == b"\0abs"
    assert strace.string("0x7ffe") is None
    assert strace.path(r'"/tmp/\303\244"') == "/tmp/ä"
    assert strace.strings(r'["sh", "-c", "a, [b] \"c\""]') == ["sh", "-c", 'a, [b] "c"']
    assert strace.strings("NULL") is None


def test_descriptors() -> None:
    assert strace.fd("3</tmp/a b, c>").path == "/tmp/a b, c"
    assert strace.fd("9</memfd:x>(deleted)").path == "/memfd:x"
    assert strace.fd("0</dev/null<char 1:3>>").path == "/dev/null"
    assert strace.fd("4<TCP:[1.2.3.4:5->6.7.8.9:80]>").addresses == ("1.2.3.4", 5, "6.7.8.9", 80)
    assert strace.fd("4<TCPv6:[[::1]:5->[fe80::2]:80]>").addresses == ("::1", 5, "fe80::2", 80)
    assert strace.fd("4<UDP:[0.0.0.0:53]>").addresses == ("0.0.0.0", 53, "", 0)
    assert strace.fd("4<TCP:[15761]>").addresses is None
    assert strace.fd("-100</work>").number == -100


def test_members() -> None:
    text = '{msg_name={sa_family=0x2, sin_port="\\x00\\x63"}, msg_iov=[{iov_base="a,b", iov_len=3}], msg_flags=0}'
    assert strace.member(text, "msg_name") == '{sa_family=0x2, sin_port="\\x00\\x63"}'
    assert strace.member(text, "msg_iov") == '[{iov_base="a,b", iov_len=3}]'
    assert strace.member(text, "absent") is None


LINE = st.one_of(
    st.text(max_size=200),
    st.builds("{} {}.{} {}".format, st.integers(0, 99999), st.integers(0, 9999), st.integers(0, 999999), st.text(max_size=150)),
    st.builds(
        "9 1.5 {}({}) = {}".format, st.sampled_from(["openat", "execve", "read"]), st.text(max_size=100), st.text(max_size=40)
    ),
)


@given(st.lists(LINE, max_size=8))
def test_no_line_is_too_strange(lines: list[str]) -> None:
    parser = StraceParser()
    for line in lines:
        record = parser.feed(line)
        if isinstance(record, Syscall):
            for arg in strace.split_args(record.text):
                strace.number(arg)
                strace.fd(arg).addresses  # noqa: B018
                strace.path(arg)
                strace.strings(arg)
                strace.member(arg, "x")


@given(st.binary(max_size=80))
def test_octal_text_gives_the_bytes_back(data: bytes) -> None:
    text = '"' + "".join(f"\\{byte:03o}" for byte in data) + '"'
    assert strace.string(text) == data
    assert strace.string(text, 7) == data[:7]
