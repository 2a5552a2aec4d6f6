"""What the server and its page say, in English and Korean. Errors are English, as everywhere on the command line."""

from __future__ import annotations

from typing import Final

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "address": ("open in a browser: {address}", "브라우저에서 열기: {address}"),
    "once": (
        "the address works once; the browser that used it may open more tabs. Ctrl-C ends",
        "이 주소는 한 번만 쓸 수 있습니다. 연 브라우저에서는 탭을 더 열 수 있습니다. Ctrl-C로 끝냅니다",
    ),
    "another": ("for another browser: {address}", "다른 브라우저용: {address}"),
    "exposed": (
        "warning: {host} is reached from other machines, without encryption. Whoever opens the address uses your account,\n"
        "         your files and your Docker; give it to nobody whom you would not give your keyboard",
        "경고: {host}에는 다른 컴퓨터에서 암호화 없이 접속할 수 있습니다. 주소를 연 사람은 내 계정, 내 파일, 내 Docker를\n"
        "      쓰게 됩니다. 키보드를 맡길 수 없는 사람에게는 알려 주지 마세요",
    ),
    "ending": ("closing {count} tab(s) …", "탭 {count}개를 닫는 중 …"),
    "ended": (
        "stopped; everything is saved, nothing was left running",
        "멈췄습니다. 모두 저장했고 남아서 실행 중인 것은 없습니다",
    ),
    "killed": (
        "stopped; {count} tab(s) did not end in time. Next: cks-trainer clean",
        "멈췄습니다. 탭 {count}개가 제때 끝나지 않았습니다. 다음: cks-trainer clean",
    ),
    "page.starting": ("The trainer is starting…", "트레이너를 시작하는 중…"),
    "page.closed": (
        "The trainer has ended, or the connection was lost. Everything that you typed is saved.",
        "트레이너가 끝났거나 연결이 끊어졌습니다. 입력한 내용은 모두 저장되었습니다.",
    ),
    "page.again": ("Open it again", "다시 열기"),
    "page.script": ("The trainer needs JavaScript.", "트레이너에는 JavaScript가 필요합니다."),
    "no.title": ("This address does not open the trainer", "이 주소로는 트레이너를 열 수 없습니다"),
    "no.text": (
        "An address works once, in one browser. The terminal in which cks-trainer serve runs shows one that is still unused.",
        "주소는 브라우저 하나에서 한 번만 쓸 수 있습니다. 아직 쓰지 않은 주소가 cks-trainer serve를 실행한 터미널에 있습니다.",
    ),
    "tabs.full": (
        "{count} tabs are open already, each with a program of its own. Close one of them, then open this one again.",
        "이미 탭 {count}개가 열려 있고 탭마다 프로그램이 하나씩 실행 중입니다. 하나를 닫고 다시 여세요.",
    ),
}


def say(lang: str, key: str, **params: object) -> str:
    """One sentence in ``lang`` (``ko``, else English). Raises KeyError for a key that the table has not."""
    text = _TEXTS[key][lang == "ko"]
    return text.format(**params) if params else text
