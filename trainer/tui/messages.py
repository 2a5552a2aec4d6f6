"""What worker threads tell the screens. Threads touch no widget: they post one of these, or fill a Feed that a timer drains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from trainer.content import Pack
from trainer.grading import ExamReport
from trainer.tui.desk import Checked, Failure, Run
from trainer.tui.exam_desk import Prepared

if TYPE_CHECKING:
    from trainer.capture import DockerStatus


class CheckDone(Message):
    """The live check of one version of the text; ``checked`` is None when the check itself failed."""

    def __init__(self, version: int, checked: Checked | None, failure: Failure | None = None) -> None:
        super().__init__()
        self.version = version
        self.checked = checked
        self.failure = failure


class RunDone(Message):
    """A run ended: with a result, by cancelling (both None), or with a failure."""

    def __init__(self, run: Run | None, failure: Failure | None = None) -> None:
        super().__init__()
        self.run = run
        self.failure = failure


class ExamPrepared(Message):
    """The tasks of an exam are ready, or could not be made ready."""

    def __init__(self, prepared: Prepared | None, failure: Failure | None = None) -> None:
        super().__init__()
        self.prepared = prepared
        self.failure = failure


class GradingStep(Message):
    """The grading of an exam comes to a task."""

    def __init__(self, number: int, count: int, slug: str) -> None:
        super().__init__()
        self.number = number
        self.count = count
        self.slug = slug


class GradingDone(Message):
    """The grading of an exam ended: with a report, by cancelling (both None), or with a failure."""

    def __init__(self, report: ExamReport | None, failure: Failure | None = None) -> None:
        super().__init__()
        self.report = report
        self.failure = failure


class PacksFound(Message):
    """The installed packs were read."""

    def __init__(self, packs: tuple[Pack, ...]) -> None:
        super().__init__()
        self.packs = packs


class DockerKnown(Message):
    """What the Docker engine answered; None when asking failed."""

    def __init__(self, status: DockerStatus | None) -> None:
        super().__init__()
        self.status = status


@dataclass
class ExplainEvent(Message):
    """A widget asks for the explanation of an event, against ``rule`` or the rule shown last."""

    event_num: int
    rule: str | None = None


@dataclass
class ShowEvents(Message):
    """A widget asks for the events of one action."""

    action_id: str


@dataclass
class HintShown(Message):
    """The learner took one more hint."""

    count: int


class GivingUp(Message):
    """The learner wants to see the solution before passing."""
