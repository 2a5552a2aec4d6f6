"""The report of an exam as text for the screen: the overview (verdict, skills, tasks), and each criterion's outcome."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from trainer.grading import ExamReport, Outcome
from trainer.grading.exam_export import attempt_line, points_text, task_line
from trainer.grading.exam_report import ExamGroup, ExamTaskResult
from trainer.grading.exam_texts import exam_text, minutes
from trainer.tui.text import Words
from trainer.tui.widgets.criteria import MARK, STYLE
from trainer.tui.widgets.frame import bar

BAR = 10
LONG_BAR = 30


def overview(report: ExamReport, words: Words, width: int) -> Content:
    """Verdict, by skill, by difficulty, by task."""
    lang = words.lang
    verdict = ("report.passed", "bold $success") if report.passed else ("report.not_passed", "bold $error")
    lines = [
        Content.assemble(
            (words(verdict[0]), verdict[1]),
            "  ",
            (words("report.line", percent=f"{report.percent:g}", pass_percent=report.pass_percent), "bold"),
        ),
        Content.assemble(
            _verdict_bar(report),
            "  ",
            words("report.of", score=points_text(report.score), max_score=points_text(report.max_score)),
        ),
        Content.styled(attempt_line(report, lang), "$text-muted"),
    ]
    for name, groups in (("by skill", report.by_skill), ("by difficulty", report.by_difficulty)):
        lines += ["", _heading(name, lang)]  # type: ignore[list-item]
        lines += [_group(group, report.pass_percent, lang, name == "by difficulty", width) for group in groups]
    lines += ["", _heading("tasks", lang)]  # type: ignore[list-item]
    lines += [_task(task, words, width) for task in report.tasks]
    return Content("\n").join(Content(line) if isinstance(line, str) else line for line in lines)


def details(report: ExamReport, words: Words) -> Content:
    """Every task with every criterion; actual and expected where it did not pass."""
    lines: list[Content] = []
    for task in report.tasks:
        lines.append(
            Content.assemble((f"{task.number}. {words.of(task.title)}", "bold $accent" if task.passed else "bold $text"))
        )
        lines.append(Content.styled(task_line(task, words.lang), "$text-muted"))
        for one in task.criteria:
            style = STYLE[one.outcome]
            lines.append(
                Content.assemble(
                    (f"{MARK[one.outcome]} ", style),
                    f"{one.points:>2}/{one.max_points}  ",
                    words.of(one.text),
                    (f"  {words(f'outcome.{one.outcome.value}')}", style),
                )
            )
            if one.outcome is Outcome.PASSED:
                continue
            for key, text in (("expected", one.expected), ("actual", one.actual), ("why", one.reason)):
                if text:
                    lines.append(Content.assemble("    ", (words(f"criteria.{key}") + ": ", "$text-muted"), text))
        lines.append(Content(""))
    return Content("\n").join(lines[:-1])


def _heading(name: str, lang: str) -> Content:
    said = f"   {exam_text(lang, 'points')}, {exam_text(lang, 'time')} / {exam_text(lang, 'target')}"
    return Content.assemble((exam_text(lang, name), "bold"), (said, "$text-muted"))


def _verdict_bar(report: ExamReport) -> Content:
    """Filled up to the percent reached, with the line that had to be reached."""
    line = min(LONG_BAR - 1, LONG_BAR * report.pass_percent // 100)
    whole = bar(int(LONG_BAR * report.percent / 100), LONG_BAR, "$success" if report.passed else "$error")
    return Content.assemble(whole[:line], ("┃", "bold $foreground"), whole[line + 1 :])


def _group(group: ExamGroup, pass_percent: int, lang: str, difficulty: bool, width: int) -> Content:
    name = exam_text(lang, f"difficulty.{group.name}") if difficulty else group.name
    style = "$success" if group.percent >= pass_percent else "$error"
    points = f"{points_text(group.score)}/{points_text(group.max_score)}"
    time = _time(group.seconds, group.target_seconds)
    room = max(8, min(24, width - BAR - 8 - 10 - time.cell_length - 5))
    return Content.assemble(
        "  ",
        _padded(name, room),
        " ",
        bar(round(BAR * group.percent / 100), BAR, style),
        (f" {group.percent:>5g} %", style),
        f" {points:>9}  ",
        time,
    )


def _task(task: ExamTaskResult, words: Words, width: int) -> Content:
    mark = Outcome.ERROR if task.is_ours else Outcome.PASSED if task.passed else Outcome.FAILED
    points = f"{points_text(task.score)}/{points_text(task.max_score)}"
    time = _time(task.seconds, task.target_seconds)
    room = max(12, width - 7 - 10 - time.cell_length - 4)
    return Content.assemble(
        (f"{MARK[mark]} ", STYLE[mark]), f"{task.number:>2} ", _padded(words.of(task.title), room), f" {points:>9}  ", time
    )


def _time(seconds: float, target: int) -> Content:
    """Seconds against the target."""
    spent = minutes(seconds)
    style = "$warning" if seconds > target else "$success"
    return Content.assemble((f"{spent:>7}", style), (f" / {minutes(target):>5}", "$text-muted"))


def _padded(text: str, width: int) -> Content:
    content = Content(text).truncate(width, ellipsis=True)
    return Content.assemble(content, " " * (width - cell_len(content.plain)))
