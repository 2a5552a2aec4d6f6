"""What the TUI says about mock exams, in English and Korean; ``trainer.tui.text`` has it in its tables."""

from __future__ import annotations

from trainer.tui.text_editing import FIND_EXAM_HELP
from trainer.tui.text_node import NODE_HELP

EXAM: dict[str, tuple[str, str]] = {
    # Keys.
    "key.flag": ("Flag", "표시"),
    "key.note": ("Note", "메모"),
    "key.step": ("Question", "문제 이동"),
    "key.questions": ("List", "목록"),
    "key.hand_in": ("Hand in", "제출"),
    "key.export": ("Export", "내보내기"),
    "key.retry": ("Grade again", "다시 채점"),
    "key.scroll": ("Scroll", "스크롤"),
    "pane.questions": ("Questions", "문제 목록"),
    # The list at home.
    "exams.tasks": ("{count} tasks", "{count}문제"),
    "exams.word": ("mock exam", "모의시험"),
    "exams.new": ("○ new", "○ 새 시험"),
    "exams.running": ("▶ running: {left} left", "▶ 진행 중: {left} 남음"),
    "exams.paused": ("▶ paused: {left} left", "▶ 멈춤: {left} 남음"),
    "exams.best": ("{mark} best {percent} %", "{mark} 최고 {percent}%"),
    "exams.ungraded": ("◐ not graded yet", "◐ 채점 전"),
    "exams.hours": ("{hours} h {minutes} min", "{hours}시간 {minutes}분"),
    "exams.minutes": ("{minutes} min", "{minutes}분"),
    "exams.under": ("under 1 min", "1분 미만"),
    "exams.facts": (
        "{tasks} tasks, {minutes} minutes, {percent} % are needed to pass.",
        "문제 {tasks}개, {minutes}분, 합격선 {percent}%.",
    ),
    "exams.preparing": ("Preparing the exam…", "시험을 준비하는 중…"),
    # Before it starts.
    "start.rules": ("Rules", "규칙"),
    "start.no_hints": (
        "No hints, no test runs, no solutions: grading comes after handing in.",
        "힌트, 시험 실행, 모범 답안이 없습니다. 채점은 제출한 뒤에 합니다.",
    ),
    "start.runs_on": (
        "The clock runs on when the trainer is closed, as in the exam.",
        "트레이너를 닫아도 실제 시험처럼 시계는 계속 갑니다.",
    ),
    "start.stands": (
        "The clock stands still while the trainer is closed.",
        "트레이너를 닫아 둔 동안에는 시계가 멈춥니다.",
    ),
    "start.saved": ("Everything is saved as you type.", "입력하는 대로 모두 저장됩니다."),
    "start.ends": (
        "When the time is over, the exam hands itself in.",
        "시간이 다 되면 시험은 저절로 제출됩니다.",
    ),
    "start.best": ("Best so far: {percent} % (attempts: {count}).", "지금까지 최고: {percent}% (응시 {count}회)."),
    "start.ungraded": ("The last attempt is not graded yet: r grades it.", "마지막 응시는 아직 채점 전입니다. r로 채점합니다."),
    "start.left": ("{left} left of {duration}.", "{duration} 중 {left} 남음."),
    "start.other": (
        "Another exam is running: {title}, {left} left. Go on with it, or hand it in first.",
        "다른 시험이 진행 중입니다: {title}, {left} 남음. 그 시험을 계속하거나 먼저 제출하세요.",
    ),
    "start.start": ("start the exam, now", "지금 시험 시작"),
    "start.continue": ("continue the exam", "시험 계속"),
    "start.report": ("report of the last attempt", "마지막 응시의 결과"),
    "start.back": ("back", "뒤로"),
    # During the exam.
    "exam.question": ("question {number}/{count}", "문제 {number}/{count}"),
    "exam.points": ("{points} points", "{points}점"),
    "exam.clean": (
        "No problem found. What is saved now is graded at the end.",
        "문제가 없습니다. 지금 저장된 내용이 끝에 채점됩니다.",
    ),
    "exam.note": ("Note:", "메모:"),
    "exam.note_empty": ("yours alone, not graded", "나만 보는 메모, 채점하지 않음"),
    "exam.no_run": (
        "An exam has no test run: grading comes after handing in.",
        "시험에는 시험 실행이 없습니다. 제출한 뒤에 채점합니다.",
    ),
    "exam.left": ("{left} left.", "{left} 남았습니다."),
    "exam.left_running": (
        "Saved. The clock runs on: {left} left. Enter on the exam continues it.",
        "저장했습니다. 시계는 계속 갑니다: {left} 남음. 시험에서 Enter를 누르면 계속합니다.",
    ),
    "exam.left_paused": (
        "Saved. The clock stands still: {left} left. Enter on the exam continues it.",
        "저장했습니다. 시계는 멈췄습니다: {left} 남음. 시험에서 Enter를 누르면 계속합니다.",
    ),
    "exam.time_over": (
        "The time is over. The exam was handed in as it stood.",
        "시간이 다 되었습니다. 시험을 그대로 제출했습니다.",
    ),
    "exam.handed_in": ("The exam is handed in.", "시험을 제출했습니다."),
    "exam.hand_in": ("Hand in the exam?", "시험을 제출할까요?"),
    "exam.hand_in_left": ("{left} left; nothing can be changed afterwards.", "{left} 남음. 제출하면 더 고칠 수 없습니다."),
    "exam.untouched": ("Untouched:", "손대지 않음:"),
    "exam.flagged": ("Flagged:", "표시함:"),
    "exam.all_done": ("Every question was worked on, and none is flagged.", "모든 문제를 다루었고 표시한 문제가 없습니다."),
    "exam.do_hand_in": ("hand in and grade", "제출하고 채점"),
    "exam.do_go_on": ("go on with the exam", "시험 계속"),
    "exam.legend": ("○ untouched  ◐ edited  ⚑ flagged", "○ 손대지 않음  ◐ 편집함  ⚑ 표시함"),
    # Grading and the report.
    "report.title": ("Report", "시험 결과"),
    "report.grading": ("grading {number} of {count}: {title}", "{count}개 중 {number}번째 채점 중: {title}"),
    "report.starting": ("grading starts…", "채점을 시작하는 중…"),
    "report.failed": ("The exam could not be graded: {problem}", "시험을 채점하지 못했습니다: {problem}"),
    "report.retry": ("Your answers are saved. g grades again.", "답안은 저장되어 있습니다. g로 다시 채점합니다."),
    "report.incomplete": (
        "Something could not be graded, which is the trainer's fault; it costs no points. g grades again.",
        "일부를 채점하지 못했습니다. 학습자의 잘못이 아니며 점수를 잃지 않습니다. g로 다시 채점합니다.",
    ),
    "report.passed": ("PASSED", "합격"),
    "report.not_passed": ("NOT PASSED", "불합격"),
    "report.line": ("{percent} % of {pass_percent} % needed", "{percent}% (합격선 {pass_percent}%)"),
    "report.of": ("{score} / {max_score} points", "{max_score}점 중 {score}점"),
    "report.exported": ("The report is in {folder}: {names}", "결과를 {folder}에 저장했습니다: {names}"),
    "report.not_exported": ("The report could not be written: {problem}", "결과를 쓰지 못했습니다: {problem}"),
    "report.not_yet": ("There is no report yet.", "아직 결과가 없습니다."),
}

EXAM_HELP: dict[str, tuple[tuple[str, str, str], ...]] = {
    "exam": (
        ("F2 F3 F4", "task, editor, questions (Ctrl+O too)", "과제, 편집기, 문제 목록 (Ctrl+O도 가능)"),
        ("Ctrl+T", "next pane", "다음 창"),
        ("F6, F7", "previous, next question", "이전, 다음 문제"),
        ("Enter", "in the questions: go there, or hand in", "문제 목록에서: 그 문제로 가기 또는 제출"),
        ("Ctrl+F", "flag the question to come back to it, or unflag it", "다시 볼 문제로 표시하거나 표시 지우기"),
        ("Ctrl+N", "your note on the question; Enter goes back", "문제의 메모, Enter로 돌아가기"),
        ("Ctrl+G", "next file of the question", "문제의 다음 파일"),
        ("F8, Shift+F8", "next, previous problem in the rules", "룰의 다음, 이전 문제점"),
        ("F9", "base rules, or the definition of the name at the cursor", "기본 룰, 또는 커서가 놓인 이름의 정의"),
        ("Ctrl+Space", "how the word at the cursor may go on (Tab takes it)", "커서에서 이어질 말 제안 (Tab으로 선택)"),
        ("Ctrl+/", "comment on and off", "주석 켜고 끄기"),
        *FIND_EXAM_HELP,
        ("Ctrl+E", "your own editor ($EDITOR), and back", "내 편집기($EDITOR)로 열기"),
        NODE_HELP,
        ("Ctrl+S", "save (everything is saved by itself too)", "저장 (모두 저절로도 저장됨)"),
        ("Ctrl+Z, Ctrl+Y", "undo, redo", "실행 취소, 다시 실행"),
        ("F10", "hand in, after a question", "확인 후 제출"),
        ("Ctrl+L", "English / Korean", "영어 / 한국어"),
        ("Escape", "from the editor to the questions, from there home", "편집기에서 문제 목록으로, 거기서 처음 화면으로"),
        ("Ctrl+Q", "quit; the exam can be continued", "종료, 시험은 이어서 볼 수 있음"),
    ),
    "report": (
        ("↑ ↓ PgUp PgDn", "scroll", "스크롤"),
        ("Tab", "overview or criteria (in a wide window)", "요약 또는 채점 기준 (넓은 창에서)"),
        ("e", "export as JSON, CSV, Markdown and HTML", "JSON, CSV, Markdown, HTML로 내보내기"),
        ("g", "grade again what could not be graded", "채점하지 못한 것을 다시 채점"),
        ("Ctrl+L", "English / Korean", "영어 / 한국어"),
        ("Escape", "home", "처음 화면으로"),
        ("Ctrl+Q", "quit", "종료"),
    ),
}
"""Rows of the help pages: keys, English, Korean."""
