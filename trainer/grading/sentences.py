"""The grader's own sentences, in the languages of the trainer. Why a clause decided is the engine's sentence."""

from __future__ import annotations

from typing import Final

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "any_own_rule": ("a rule of your file", "내 파일의 룰"),
    "rule": ("rule `{rule}`", "룰 `{rule}`"),
    "given": ("audit events are given; nothing is run", "감사 이벤트는 시나리오에 주어진 것이며, 아무것도 실행하지 않습니다"),
    "refused": (
        "Falco would not start with this file. The alerts are what its other rules would say if the errors were mended.",
        "이 파일로는 Falco가 시작되지 않습니다. 아래 경보는 오류를 고쳤을 때 나머지 룰이 낼 경보입니다.",
    ),
    "loads.expected": ("the rules load without errors", "룰이 오류 없이 로드됨"),
    "loads.ok": ("loaded without errors", "오류 없이 로드됨"),
    "loads.warnings": ("loaded without errors, {count} warning(s)", "오류 없이 로드됨, 경고 {count}개"),
    "loads.bad": ("{count} error(s)", "오류 {count}개"),
    "fires.expected": ("an alert of {rule} on: {actions}", "다음 동작에서 {rule}의 경보: {actions}"),
    "fires.most": (", at most {most} for each", ", 동작마다 최대 {most}개"),
    "noisy": ("{count} alerts on {action}", "{action}에서 경보 {count}개"),
    "noisy.help": (
        "the rule also answers what the program does later: say which event it is about",
        "룰이 프로그램이 나중에 하는 일에도 반응합니다. 어떤 이벤트에 대한 룰인지 정하세요",
    ),
    "silent.expected": ("no alert of {rule} on: {actions}", "다음 동작에서 {rule}의 경보 없음: {actions}"),
    "caught": ("caught: {actions}", "탐지함: {actions}"),
    "missed": ("missed: {actions}", "놓침: {actions}"),
    "alerted": ("alert on: {actions}", "경보 발생: {actions}"),
    "quiet": ("no alert", "경보 없음"),
    "no_rule": ("no rule named `{rule}` was loaded", "`{rule}`이라는 룰이 로드되지 않았습니다"),
    "no_rule.close": (
        "; your file has `{close}`: names must be equal to the letter",
        "; 내 파일에는 `{close}`가 있습니다: 이름은 글자까지 같아야 합니다",
    ),
    "no_rule.broken": (
        "rule `{rule}` has an error, so it was not loaded: {error}",
        "룰 `{rule}`에 오류가 있어 로드되지 않았습니다: {error}",
    ),
    "no_rule.help": ("write a rule with exactly this name", "정확히 이 이름으로 룰을 작성하세요"),
    "no_own_rules": ("your file holds no rule that could be loaded", "내 파일에 로드할 수 있는 룰이 없습니다"),
    "disabled": ("rule `{rule}` is disabled (enabled: false)", "룰 `{rule}`은 비활성화되어 있습니다 (enabled: false)"),
    "on_event": ("{action}, event {num} ({what}): {reason}", "{action}, 이벤트 {num} ({what}): {reason}"),
    "shadowed": (
        "`{rule}` matches this event, but `{other}` comes first, and Falco reports only the first rule that matches "
        "(rule_matching: first)",
        "`{rule}`도 이 이벤트와 일치하지만 `{other}`가 먼저이고, Falco는 처음 일치하는 룰 하나만 알립니다 (rule_matching: first)",
    ),
    "shadowed.help": (
        "an earlier rule takes the event away: narrow, override or disable `{other}` in your file, or make your rule its override",
        "앞선 룰이 이벤트를 가져갑니다: 내 파일에서 `{other}`를 좁히거나 override하거나 비활성화하세요",
    ),
    "shadowed.own": (
        "your own rule `{other}` stands first and takes the event: change their order, or let each rule match its own events",
        "내 룰 `{other}`가 앞에서 이벤트를 가져갑니다: 순서를 바꾸거나 룰마다 다른 이벤트와 일치하게 하세요",
    ),
    "false_alarm": ("`{rule}` fired, as {reason}", "`{rule}` 발생: {reason}"),
    "no_events": ("the trainer saw no event of action {action}", "동작 {action}의 이벤트를 하나도 보지 못했습니다"),
    "action_error": ("action {action} did not run: {error}", "동작 {action}이 실행되지 않았습니다: {error}"),
    "our_fault": ("this is the trainer's fault, not yours: it costs no points", "학습자의 잘못이 아니며, 점수를 잃지 않습니다"),
    "skipped": ("not looked at", "확인하지 않음"),
    "skipped.reason": ("this has to pass first: {needs}", "먼저 통과해야 합니다: {needs}"),
    "hidden": ("(hidden criterion)", "(숨은 채점 항목)"),
    "hidden.expected": ("shown when what it needs has passed", "필요한 항목을 통과하면 보임"),
    "output.expected": ("{rule} prints: {line}", "{rule}의 출력: {line}"),
    "output.fields": ("{rule} prints the fields: {fields}", "{rule}의 출력에 포함할 필드: {fields}"),
    "output.none": ("no alert whose line could be looked at", "확인할 경보가 없음"),
    "output.no_alert": ("{rule} fired on none of the actions", "{rule}이 어느 동작에서도 발생하지 않았습니다"),
    "output.event": (" (event {num})", " (이벤트 {num})"),
    "output.has": ("prints: {fields}", "출력 필드: {fields}"),
    "output.missing": ("missing in the output: {fields}", "출력에 없는 필드: {fields}"),
    "output.differs": (
        "the lines differ from character {at} on: expected `{expected}`, found `{actual}`",
        "{at}번째 글자부터 다릅니다: 기대값 `{expected}`, 실제 `{actual}`",
    ),
    "output.longer": ("the line goes on where it should end: `{actual}`", "끝나야 할 곳에서 줄이 이어집니다: `{actual}`"),
    "output.shorter": ("the line ends too early; missing: `{expected}`", "줄이 너무 일찍 끝납니다; 빠진 부분: `{expected}`"),
    "priority.differs": ("the priority of `{rule}` is {actual}", "`{rule}`의 우선순위가 {actual}입니다"),
    "priority.expected": ("{rule} has priority {priority}", "{rule}의 우선순위 {priority}"),
    "rule.expected": ("rule `{rule}` is there", "룰 `{rule}`이 있음"),
    "rule.with": ("rule `{rule}` with {what}", "룰 `{rule}`: {what}"),
    "rule.differs": ("not as asked: {what}", "요구와 다름: {what}"),
    "override.expected": (
        "the base file is untouched, and rule `{rule}` still exists{keep}",
        "기본 파일은 그대로이고 룰 `{rule}`이 여전히 있음{keep}",
    ),
    "override.keep": ("; unchanged: {what}", "; 그대로: {what}"),
    "override.ok": ("untouched; rule `{rule}` is there", "그대로임; 룰 `{rule}`이 있음"),
    "override.touched": ("the base rules file was changed", "기본 룰 파일이 변경됨"),
    "override.touched.help": (
        "put your change into falco_rules.local.yaml: an upgrade of Falco replaces the base file",
        "변경 사항은 falco_rules.local.yaml에 두세요: Falco를 업그레이드하면 기본 파일이 교체됩니다",
    ),
    "override.gone": ("rule `{rule}` is not loaded any more", "룰 `{rule}`이 더 이상 로드되지 않음"),
    "override.changed": ("changed: {what}", "변경됨: {what}"),
    "answer.missing": ("file {file} was not handed in", "파일 {file}이 제출되지 않음"),
    "answer.expected": ("{file}: {text}", "{file}: {text}"),
    "answer.asked": ("{file}: the right answer", "{file}: 맞는 답"),
    "answer.differs": ("line {number} is not right", "{number}번째 줄이 맞지 않음"),
    "answer.more": (
        "{count} lines are too many: what is right ends before line {number}",
        "{count}줄은 너무 많음: {number}번째 줄 앞에서 끝나야 함",
    ),
    "answer.less": ("lines are missing: {count} line(s), all right so far", "줄이 빠짐: {count}줄뿐이며, 여기까지는 맞음"),
    "answer.pattern.most": (", at most {count}", ", {count}줄 이하"),
    "answer.pattern.distinct": (", none of them twice", ", 같은 줄 없음"),
    "answer.twice": ("line {number} is line {first} once more", "{number}번째 줄은 {first}번째 줄과 같음"),
    "answer.many": ("{count} lines are too many", "{count}줄은 너무 많음"),
    "answer.pattern": (
        "{file}: every line matches {pattern}, at least {count} line(s)",
        "{file}: 모든 줄이 {pattern}과 일치, {count}줄 이상",
    ),
    "answer.lines": ("{count} line(s), all matching", "{count}줄, 모두 일치"),
    "answer.line": ("line {number} does not match: `{text}`", "{number}번째 줄이 일치하지 않음: `{text}`"),
    "answer.few": ("only {count} line(s)", "{count}줄뿐임"),
    "answer.empty": ("the file is empty", "파일이 비어 있음"),
    "config.expected": ("falco.yaml: {what}", "falco.yaml: {what}"),
    "config.invalid": ("falco.yaml cannot be read: {error}", "falco.yaml을 읽을 수 없음: {error}"),
    "config.differs": ("differs: {what}", "다름: {what}"),
    "absent": ("absent", "없음"),
    "bad_line": ("the exercise's own line is not an output template: {error}", "문제의 출력 형식이 잘못됨: {error}"),
    "clauses.all": ("every clause was true: {clauses}", "모든 조건이 참이었습니다: {clauses}"),
    "clauses.one": ("its only clause was true: {clauses}", "유일한 조건이 참이었습니다: {clauses}"),
    "clauses.value": (" ({field} was `{value}`)", " ({field} 값은 `{value}`)"),
    "clauses.none": (" ({field} has no value)", " ({field} 값이 없음)"),
}
LANGUAGES: Final = ("en", "ko")


def say(lang: str, name: str, **values: object) -> str:
    """A sentence; English for a language that is unknown."""
    text = _TEXTS[name][LANGUAGES.index(lang) if lang in LANGUAGES else 0]
    return text.format(**values)


def pick(texts: object, lang: str) -> str:
    """A content text in ``lang``, or in English."""
    return str(texts.get(lang) or texts.get("en") or "") if isinstance(texts, dict) else ""
