"""What a node says of itself, in English and Korean. The node's commands speak English, as on a node."""

from __future__ import annotations

from typing import Final

from trainer.content.footprint import visible
from trainer.node.opening import Node
from trainer.node.place import SCALED

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "head": (
        "You are on the node of: {title}\n"
        "This is your own shell on your own machine, with your own rights; the node's files are in a private folder, $NODE.",
        "노드에 들어왔습니다: {title}\n내 컴퓨터에서 내 권한으로 도는 내 셸입니다. 노드의 파일은 개인 폴더 $NODE에 있습니다.",
    ),
    "paths": (
        "In the commands below and in falco.yaml a path such as /etc/falco or /var/log means the node's.\n"
        "Everywhere else (cd, vim, >) write $NODE in front of it: $NODE/var/log/syslog. You are in $NODE/etc/falco.",
        "아래 명령과 falco.yaml에서는 /etc/falco, /var/log 같은 경로가 노드의 경로입니다.\n"
        "그 밖에서는(cd, vim, >) 앞에 $NODE를 붙이세요: $NODE/var/log/syslog. 지금 위치는 $NODE/etc/falco입니다.",
    ),
    "commands": (
        "Commands of the node: falco, systemctl, journalctl, crictl, kubectl. Text tools are your own.",
        "노드의 명령: falco, systemctl, journalctl, crictl, kubectl. 텍스트 도구는 내 것을 그대로 씁니다.",
    ),
    "files": ("Graded from here:", "여기서 채점하는 파일:"),
    "scaled": ("what you change with kubectl scale", "kubectl scale로 바꾼 것"),
    "leave": ("exit or Ctrl-D goes back; what you saved is kept.", "exit 또는 Ctrl-D로 돌아갑니다. 저장한 것은 남습니다."),
    "kept": (
        "{name} was changed elsewhere since the last shell; that shell's text is in {path}.",
        "{name}이(가) 지난 셸 이후 다른 곳에서 바뀌었습니다. 그 셸의 내용은 {path}에 있습니다.",
    ),
    "base": (
        "You changed falco_rules.yaml. It is not graded, and comes back as it was: an upgrade would do the same."
        " Your rules belong into falco_rules.local.yaml.",
        "falco_rules.yaml을 바꾸었습니다. 이 파일은 채점하지 않으며 업그레이드 때처럼 원래대로 돌아갑니다."
        " 내 룰은 falco_rules.local.yaml에 쓰세요.",
    ),
    "brought": ("Taken over: {names}", "가져온 파일: {names}"),
    "nothing": ("No graded file was changed.", "채점할 파일은 바뀌지 않았습니다."),
    "grade": ("next: cks-trainer node grade {exercise}{seed}", "다음: cks-trainer node grade {exercise}{seed}"),
    "over": ("Time is over; the shell is closed.", "시간이 끝나 셸을 닫습니다."),
}


def tell(lang: str, key: str, **values: object) -> str:
    english, korean = TEXTS[key]
    return (korean if lang == "ko" else english).format(**values)


def greeting(node: Node, title: str, lang: str) -> str:
    """What stands above the first prompt."""
    lines = ["", tell(lang, "head", title=visible(title)), tell(lang, "paths"), tell(lang, "commands"), tell(lang, "files")]
    for name, path in node.files.items():
        lines.append(f"  {name}: {tell(lang, 'scaled')}" if name == SCALED else f"  $NODE{path}")
    lines += [tell(lang, "kept", name=name, path=node.place.inside / "kept" / name) for name in node.kept]
    return "\n".join([*lines, tell(lang, "leave"), ""])
