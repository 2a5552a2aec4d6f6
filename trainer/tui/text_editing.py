"""What the TUI says about finding in the editor, in English and Korean; ``trainer.tui.text`` has it in its tables."""

from __future__ import annotations

EDITING: dict[str, tuple[str, str]] = {
    "key.find": ("Find", "찾기"),
    "find.label": ("Find:", "찾기:"),
    "find.count": ("{number} of {count}", "{count}개 중 {number}번째"),
    "find.none": ("none", "없음"),
    "find.keys": ("↑ ↓ Esc", "↑ ↓ Esc"),
    "palette.find": ("Find in the editor", "편집기에서 찾기"),
    "palette.find_help": ("Words in the file that is shown", "보이는 파일에서 글자 찾기"),
}
_STEPS = (
    ("Enter, F3, ↓", "while finding: next place", "찾는 중에: 다음 위치"),
    ("Shift+F3, ↑", "while finding: previous place (Shift+Enter too)", "찾는 중에: 이전 위치 (Shift+Enter도 가능)"),
)
FIND_HELP = (("Ctrl+F, Alt+S", "find in the editor", "편집기에서 찾기"), *_STEPS)
FIND_EXAM_HELP = (("Alt+S", "find in the editor", "편집기에서 찾기"), *_STEPS)
RULES_HELP: dict[str, tuple[tuple[str, str, str], ...]] = {
    "rules": (
        ("↑ ↓ PgUp PgDn", "scroll", "스크롤"),
        ("Ctrl+F, Alt+S, /", "find", "찾기"),
        *_STEPS,
        ("Ctrl+L", "English / Korean", "영어 / 한국어"),
        ("Escape, F9, q", "back to the task", "과제로 돌아가기"),
        ("Ctrl+Q", "quit", "종료"),
    ),
}
"""Rows of the help pages: keys, English, Korean."""
