"""What the exam commands say to people, in the languages of the trainer. Errors are English, as everywhere on the command line."""

from __future__ import annotations

from typing import Final

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "exam.line": ("{minutes:>3} min  {tasks:>2} tasks  pass {percent} %", "{minutes:>3}분  문제 {tasks:>2}개  합격선 {percent}%"),
    "exam.best": ("best {percent:g} % of {count} attempt(s)", "응시 {count}회, 최고 {percent:g}%"),
    "attempts": ("Attempts", "응시 기록"),
    "attempt.running": ("running, {left} left", "진행 중, {left} 남음"),
    "attempt.paused": ("paused, {left} left", "멈춤, {left} 남음"),
    "attempt.ungraded": (
        "{ended}, not graded yet: cks-trainer exam report {number}",
        "{ended}, 아직 채점 전: cks-trainer exam report {number}",
    ),
    "attempt.graded": ("{ended}, {percent:g} %, {verdict}", "{ended}, {percent:g}%, {verdict}"),
    "handed in": ("handed in", "제출함"),
    "time over": ("time over", "시간 종료"),
    "passed": ("passed", "합격"),
    "not passed": ("not passed", "불합격"),
    "began": ("{title}: {minutes} minutes from now, until {until}", "{title}: 지금부터 {minutes}분, {until}까지"),
    "began.paused": ("{title}: {minutes} minutes from now", "{title}: 지금부터 {minutes}분"),
    "left": ("{title}: {left} left of {duration}", "{title}: {duration} 중 {left} 남음"),
    "stopped": (
        "the clock stands still; go on with: cks-trainer exam resume",
        "시계를 멈췄습니다. 계속하려면: cks-trainer exam resume",
    ),
    "work in": ("work in {folder}", "작업 폴더: {folder}"),
    "next": (
        "save and see the time: cks-trainer exam resume; hand in: cks-trainer exam resume --finish",
        "저장하고 남은 시간 보기: cks-trainer exam resume, 제출: cks-trainer exam resume --finish",
    ),
    "ended": (
        "{title}: {ended}; see the report: cks-trainer exam report {number}",
        "{title}: {ended}. 보고서: cks-trainer exam report {number}",
    ),
    "points": ("{points:>3} points", "{points:>3}점"),
    "edited": ("edited", "편집함"),
    "untouched": ("untouched", "손대지 않음"),
    "flagged": ("flagged", "표시함"),
    "clock.running": (
        "The clock runs on, whatever you close.",
        "무엇을 닫아도 시계는 계속 갑니다.",
    ),
    "clock.paused": (
        "`cks-trainer exam pause` stops the clock, and `cks-trainer exam resume` starts it again.",
        "`cks-trainer exam pause`는 시계를 멈추고, `cks-trainer exam resume`은 다시 가게 합니다.",
    ),
    "task.head": ("Task {number} of {count}, {points} points", "문제 {number}/{count}, {points}점"),
    "task.files": ("Files that are graded", "채점하는 파일"),
    "readme": (
        """\
# {title}

{description}

{minutes} minutes; {percent} % are needed to pass. {clock}

- Each task has a folder. Read its `task.md`, and work in the files beside it. Other files are not graded.
- `falco_rules.yaml` is the node's own file, for reading: it is loaded before yours in every task, and changing this copy changes
  nothing.
- Do the tasks in any order. There are no hints, and nothing is graded before the end.
- What is saved in the files when the time is over counts; what is saved later does not.
- `cks-trainer exam resume` shows the time that is left and keeps your files safe; add `--finish` to hand in.
  `cks-trainer exam report` grades after the end.
- The real exam allows kubernetes.io and falco.org/docs. Allow yourself the same.

| # | points | folder |
|---|---|---|
{rows}
""",
        """\
# {title}

{description}

{minutes}분 동안 풀고, {percent}% 이상이면 합격입니다. {clock}

- 문제마다 폴더가 하나 있습니다. `task.md`를 읽고 그 옆의 파일에서 작업하세요. 다른 파일은 채점하지 않습니다.
- `falco_rules.yaml`은 노드의 파일로, 읽기용입니다. 모든 문제에서 내 파일보다 먼저 로드되며, 이 사본을 바꿔도 달라지는 것은 없습니다.
- 문제는 어떤 순서로 풀어도 됩니다. 힌트는 없고, 끝나기 전에는 아무것도 채점하지 않습니다.
- 시간이 끝났을 때 파일에 저장되어 있는 내용을 채점합니다. 그 뒤에 저장한 것은 세지 않습니다.
- `cks-trainer exam resume`은 남은 시간을 보여 주고 파일을 안전하게 보관합니다. `--finish`를 붙이면 제출합니다.
  `cks-trainer exam report`는 끝난 뒤에 채점합니다.
- 실제 시험에서는 kubernetes.io와 falco.org/docs를 볼 수 있습니다. 똑같이 하세요.

| # | 점수 | 폴더 |
|---|---|---|
{rows}
""",
    ),
}


def tell(language: str, name: str, **words: object) -> str:
    """The text ``name`` in ``language``, or in English."""
    english, korean = _TEXTS[name]
    return (korean if language == "ko" else english).format(**words)
