"""`make fuzz`: hundreds of thousands of generated documents through the engine, which must answer each, soon, and never raise.

A document is made from the seed, its kind and its number alone: ``--only rules:123`` makes one again.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType

from tests.fuzz_big import BIG
from tests.fuzz_checks import KINDS, Broken, Document, Watch, document_of, forget, size_of

_CHUNK = 1000
_MEMORY = 6 << 30
"""Bytes of address space of a worker: what grows without bound ends in a MemoryError, not in the machine's swap."""
_HANGS = 30
"""Seconds, and for each MB as many again, after which a document counts as one that never ends."""
_SHRINKING = 20.0
"""Seconds for one failure."""
_WORKERS = 2


@dataclass
class Failure:
    kind: str
    name: str
    """The document's number, or its name among the big ones."""
    what: str
    signature: str
    """What failures of one cause have in common."""
    document: Document = ()


@dataclass
class Tally:
    documents: int = 0
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0
    slowest_name: str = ""
    memory: int = 0

    def add(self, other: Tally) -> None:
        self.documents += other.documents
        self.failures += other.failures
        if other.slowest > self.slowest:
            self.slowest, self.slowest_name = other.slowest, other.slowest_name
        self.memory = max(self.memory, other.memory)


@dataclass(frozen=True)
class Job:
    kind: str
    seed: int
    names: tuple[str, ...]
    """Numbers of documents; or the one big input."""
    big: bool = False


class _Hangs(BaseException):
    """Not an Exception, so that nothing on the way takes it for its own."""


def _ring(signum: int, frame: FrameType | None) -> None:
    raise _Hangs


def _jobs(documents: int, seed: int) -> Iterator[Job]:
    """Kinds in turn, so that a run that is stopped has seen something of each."""
    for kind, inputs in BIG.items():
        for name in inputs:
            yield Job(kind, seed, (name,), big=True)
    done = dict.fromkeys(KINDS, 0)
    totals = {kind: round(documents * entry.share) for kind, entry in KINDS.items()}
    while any(done[kind] < totals[kind] for kind in KINDS):
        kind = min(KINDS, key=lambda name: done[name] / max(1, totals[name]))
        upto = min(done[kind] + _CHUNK, totals[kind])
        yield Job(kind, seed, tuple(str(number) for number in range(done[kind], upto)))
        done[kind] = upto


def _made(job: Job, name: str) -> Document:
    return (BIG[job.kind][name](),) if job.big else document_of(job.kind, job.seed, int(name))


def _run(job: Job) -> tuple[Job, Tally]:
    """One job in a process of its own, whose peak of memory is then the job's."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    tally = Tally()
    before: Document = ()
    for name in job.names:
        document = _made(job, name)
        watch = Watch(size_of(document))
        problem = _problem(job.kind, document, watch)
        if problem is not None and before:
            forget()
            if _problem(job.kind, document, Watch(size_of(document))) is None:
                problem = (
                    f"{problem[0]} (only after other documents; the one before was {before!a:.500})",
                    f"after others: {problem[1]}",
                )
        before = document
        tally.documents += 1
        if watch.worst > tally.slowest:
            tally.slowest, tally.slowest_name = watch.worst, name
        if problem is not None:
            tally.failures.append(Failure(job.kind, name, *problem, () if job.big else document))
    tally.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return job, tally


def _problem(kind: str, document: Document, watch: Watch) -> tuple[str, str] | None:
    """What is wrong, and its signature."""
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, _HANGS * (1 + watch.size / 1_000_000))
    try:
        KINDS[kind].check(document, watch)
    except Broken as broken:
        return str(broken), "".join(char for char in str(broken).split("'")[0] if not char.isdigit())
    except _Hangs:
        place = traceback.extract_tb(sys.exc_info()[2])[-2]
        return f"does not end; stopped in {place.filename}:{place.lineno}", "hangs"
    except (Exception, RecursionError, MemoryError) as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/trainer/" in frame.filename]
        place = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.partition('/trainer/')[2] or place.filename}:{place.lineno}"
        return f"raised {type(error).__name__}: {str(error)[:200]} at {where}", f"{type(error).__name__} {where}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def shrunk(failure: Failure) -> Document:
    """The document without the lines and characters that its failure does not need."""
    until = time.monotonic() + _SHRINKING

    def fails(document: Document) -> bool:
        forget()
        problem = _problem(failure.kind, document, Watch(size_of(document), "slow" in failure.signature))
        return problem is not None and problem[1] == failure.signature

    best = failure.document
    for index in range(len(best)):
        for separator in ("\n", ""):
            parts = best[index].split(separator) if separator else list(best[index])
            size = max(1, len(parts) // 2)
            while size and time.monotonic() < until:
                place = 0
                while place < len(parts) and time.monotonic() < until:
                    fewer = parts[:place] + parts[place + size :]
                    candidate = (*best[:index], separator.join(fewer), *best[index + 1 :])
                    if fails(candidate):
                        parts, best = fewer, candidate
                    else:
                        place += size
                size //= 2
    return best


def _campaign(documents: int, seed: int, minutes: float) -> dict[str, Tally]:
    tallies = {name: Tally() for kind in KINDS for name in (kind, f"{kind}, big")}
    started = shown = time.monotonic()
    gc.collect()
    gc.freeze()  # the workers share what is loaded, and their collector leaves it alone
    with multiprocessing.get_context("fork").Pool(_WORKERS, maxtasksperchild=1) as pool:
        for job, tally in pool.imap_unordered(_run, _jobs(documents, seed)):
            tallies[f"{job.kind}, big" if job.big else job.kind].add(tally)
            now = time.monotonic()
            if now - shown > 3:
                shown = now
                done, failed = sum(t.documents for t in tallies.values()), sum(len(t.failures) for t in tallies.values())
                print(f"{now - started:5.0f} s  {done} documents  {failed} failures", file=sys.stderr, flush=True)
            if minutes and now - started > minutes * 60:
                print(f"stopped after {minutes} minutes", file=sys.stderr)
                pool.terminate()
                break
    return tallies


def _report(tallies: dict[str, Tally], seed: int) -> int:
    print(f"{'kind':<18}{'documents':>10}{'failures':>10}{'ms / 10 KB':>12}{'peak MB':>9}  slowest")
    for kind, tally in tallies.items():
        name = tally.slowest_name
        print(
            f"{kind:<18}{tally.documents:>10}{len(tally.failures):>10}{tally.slowest * 1000:>12.1f}{tally.memory / 1e6:>9.0f}  {name}"
        )
    print(f"all: {sum(tally.documents for tally in tallies.values())} documents, seed {seed}")
    first: dict[tuple[str, str], list[Failure]] = {}
    for tally in tallies.values():
        for failure in tally.failures:
            first.setdefault((failure.kind, failure.signature), []).append(failure)
    for same in first.values():
        failure = min(same, key=lambda one: size_of(one.document))
        print(
            f"\n{failure.kind}: {failure.what}\n  {len(same)} documents, such as: --seed {seed} --only {failure.kind}:{failure.name}"
        )
        if failure.document:
            print(f"  shrunk: {list(shrunk(failure))!a}")
    return 1 if first else 0


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Feeds generated documents to the engine.")
    arguments.add_argument("--documents", type=int, default=220_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--minutes", type=float, default=0, help="stop after so many, whatever is left")
    arguments.add_argument("--only", metavar="KIND:NAME", help="one document: its number, or its name among the big ones")
    given = arguments.parse_args()
    # Loads the grammar and the catalogue, so that no document pays for them.
    for kind in KINDS:
        for number in range(20):
            _problem(kind, document_of(kind, 0, number), Watch(0, timing=False))
    if given.only:
        kind, _, name = given.only.partition(":")
        job = Job(kind, given.seed, (name,), big=name in BIG[kind])
        print("".join(f"{text}\n-----\n" for text in _made(job, name))[:5000].encode("utf-8", "replace").decode())
        return _report({kind: _run(job)[1]}, given.seed)
    return _report(_campaign(given.documents, given.seed, given.minutes), given.seed)


if __name__ == "__main__":
    sys.exit(main())
