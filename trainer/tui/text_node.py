"""What the screens say about the node shell, in English and Korean. The shell's own words are in ``trainer.node.texts``."""

from __future__ import annotations

NODE: dict[str, tuple[str, str]] = {
    "node.no": ("This terminal cannot be lent to a shell.", "이 터미널은 셸에 내줄 수 없습니다."),
    "web.no_terminal": (
        "A browser tab has no terminal to lend. Run cks-trainer in a terminal for this: it goes on where you are here.",
        "브라우저 탭에는 빌려줄 터미널이 없습니다. 터미널에서 cks-trainer를 실행하면 여기서 하던 곳부터 이어집니다.",
    ),
    "node.failed": ("The node shell could not be opened: {problem}", "노드 셸을 열지 못했습니다: {problem}"),
    "node.back": ("Taken over from the node: {names}", "노드에서 가져옴: {names}"),
    "node.same": ("No graded file was changed on the node.", "노드에서 채점할 파일은 바뀌지 않았습니다."),
    "node.base": (
        "You changed falco_rules.yaml on the node. It is not graded, and comes back as it was. Your rules belong into"
        " falco_rules.local.yaml.",
        "노드의 falco_rules.yaml을 바꾸었습니다. 이 파일은 채점하지 않으며 원래대로 돌아갑니다. 내 룰은 falco_rules.local.yaml에 쓰세요.",
    ),
}

NODE_HELP = ("F12, Ctrl+\\", "your shell on the exercise's node, and back (exit)", "문제의 노드에서 내 셸 열기 (exit로 돌아옴)")
"""The row of the help pages: keys, English, Korean."""
