"""Korean for the sentences of lints and hints, by their English template. Falco's own messages are never translated."""

from __future__ import annotations

KOREAN: dict[str, str] = {
    # From a place back to the rule.
    "rule `{rule}` uses macro `{macro}`": "룰 `{rule}` → 매크로 `{macro}`",
    "macro `{first}` uses macro `{macro}`": "매크로 `{first}` → 매크로 `{macro}`",
    ", which uses macro `{macro}`": " → 매크로 `{macro}`",
    "macro `{macro}` is used here": "매크로 `{macro}`을(를) 여기서 씁니다",
    "in macro `{macro}`": "매크로 `{macro}` 안",
    "the error in macro `{macro}`": "매크로 `{macro}`의 오류",
    "the value comes from this list": "이 리스트에서 온 값입니다",
    "Falco itself would end here: `Runtime error: {message}. Exiting.`": "실제 Falco는 여기서 종료합니다: `Runtime error: {message}. Exiting.`",
    "The macro '{macro}' exists, but its own condition has an error.": "매크로 '{macro}'은(는) 있지만 그 조건에 오류가 있습니다.",
    # Titles of fixes.
    "Replace `{old}` by `{new}`": "`{old}`을(를) `{new}`(으)로 바꾸기",
    "Write `{wanted}`": "`{wanted}`(으)로 쓰기",
    "Write `{macro}` alone": "`{macro}`만 쓰기",
    "Write `not` instead of `!`": "`!` 대신 `not` 쓰기",
    "Put a comma between the two items": "두 항목 사이에 쉼표 넣기",
    "Put the whole value in quotes": "값 전체를 따옴표로 묶기",
    "Add `{key}`": "`{key}` 추가하기",
    "Use `{condition}`": "`{condition}` 쓰기",
    "Use `override`": "`override` 쓰기",
    "Take it out": "지우기",
    # Beside Falco's messages: names.
    "Falco has no field `{name}`; did you mean `{meant}`?": "Falco에는 `{name}` 필드가 없습니다. `{meant}`을(를) 쓰려던 것인가요?",
    "The field `{name}` comes with a plugin that this Falco does not load.": (
        "`{name}` 필드는 플러그인이 제공하며, 이 Falco에는 그 플러그인이 로드되어 있지 않습니다."
    ),
    "`{name}` is a field of the event source {source}, and this rule is one of {own}: see the rule's key `source`.": (
        "`{name}`은(는) 이벤트 소스 {source}의 필드인데, 이 룰의 소스는 {own}입니다. 룰의 `source` 키를 확인하세요."
    ),
    "Falco has no field `{name}`. The field list shows all fields by class.": (
        "Falco에는 `{name}` 필드가 없습니다. 필드 목록에서 모든 필드를 볼 수 있습니다."
    ),
    "The field `{name}` takes no such argument.": "필드 `{name}`은(는) 그런 인자를 받지 않습니다.",
    "After a `%` comes the name of a field. A per cent sign itself cannot be printed.": (
        "`%` 뒤에는 필드 이름이 와야 합니다. 퍼센트 기호 자체는 출력할 수 없습니다."
    ),
    "There is no event type `{name}`; did you mean `{meant}`?": "이벤트 타입 `{name}`은(는) 없습니다. `{meant}`을(를) 쓰려던 것인가요?",
    "evt.type takes names of system calls and events, such as execve, openat or connect.": (
        "evt.type에는 execve, openat, connect 같은 시스템 콜이나 이벤트 이름을 씁니다."
    ),
    "`{macro}` is a macro. A macro stands alone in a condition; it is no value of evt.type.": (
        "`{macro}`은(는) 매크로입니다. 매크로는 조건에 단독으로 쓰며 evt.type의 값이 될 수 없습니다."
    ),
    "`{macro}` is a macro, true or false by itself: write `{macro}` or `not {macro}`, and compare fields only.": (
        "`{macro}`은(는) 그 자체로 참이나 거짓인 매크로입니다. `{macro}` 또는 `not {macro}`(으)로 쓰고, 비교는 필드에만 하세요."
    ),
    "`{name}` is a list: write `evt.type in ({name})`.": "`{name}`은(는) 리스트입니다. `evt.type in ({name})`(으)로 쓰세요.",
    "`{name}` is a list, not a macro: use it with a field, as in `proc.name in ({name})`.": (
        "`{name}`은(는) 매크로가 아니라 리스트입니다. `proc.name in ({name})`처럼 필드와 함께 쓰세요."
    ),
    "The macro `{name}` is defined below this one; a macro sees only macros that stand before it.": (
        "매크로 `{name}`은(는) 이보다 아래에 정의되어 있습니다. 매크로에서는 앞에 있는 매크로만 쓸 수 있습니다."
    ),
    "`{name}` must stand between or before checks; something is missing beside it.": (
        "`{name}`은(는) 비교식 사이나 앞에 써야 합니다. 옆에 무언가 빠졌습니다."
    ),
    "No macro `{name}` is defined in the files loaded so far. Add `- macro: {name}` with a condition.": (
        "지금까지 읽은 파일에 매크로 `{name}`이(가) 없습니다. `- macro: {name}`와 조건을 추가하세요."
    ),
    "No macro `{name}` is defined; did you mean `{meant}`?": "매크로 `{name}`이(가) 없습니다. `{meant}`을(를) 쓰려던 것인가요?",
    # Beside Falco's messages: keys and values.
    "This {kind} needs the key `{key}`.": "이 {kind}에는 `{key}` 키가 필요합니다.",
    " A rule has rule, desc, condition, output and priority.": " 룰에는 rule, desc, condition, output, priority가 있어야 합니다.",
    "This rule has no desc, condition, output or priority. They stand below `rule`, in its column.": (
        "이 룰에는 desc, condition, output, priority가 없습니다. `rule` 아래, 같은 열에 써야 합니다."
    ),
    "Indent the lines below `rule`": "`rule` 아래의 줄을 들여쓰기",
    "A priority is one of {names}.": "priority는 {names} 중 하나입니다.",
    " Did you mean {meant}?": " {meant}을(를) 쓰려던 것인가요?",
    " Did you mean `{meant}`?": " `{meant}`을(를) 쓰려던 것인가요?",
    "Falco ignores `{key}`; did you mean `{meant}`?": "Falco는 `{key}`을(를) 무시합니다. `{meant}`을(를) 쓰려던 것인가요?",
    "Falco ignores `{key}` here. Keys of a {kind}: {names}.": "Falco는 여기의 `{key}`을(를) 무시합니다. {kind}의 키: {names}.",
    "An append or override changes a rule that was loaded before; names are compared letter by letter.": (
        "append와 override는 앞에서 읽은 룰을 바꿉니다. 이름은 한 글자까지 똑같아야 합니다."
    ),
    "The key `{word}` is there, but its value is missing.": "`{word}` 키는 있지만 값이 없습니다.",
    "Only a macro that was defined before can be appended to.": "앞에서 정의한 매크로에만 덧붙일 수 있습니다.",
    "Only a list that was defined before can be appended to.": "앞에서 정의한 리스트에만 덧붙일 수 있습니다.",
    "The value is an empty text.": "값이 빈 문자열입니다.",
    "The value has the wrong type: true or false, or a number.": "값의 타입이 맞지 않습니다. true나 false, 또는 숫자여야 합니다.",
    "A list is expected here: `[a, b]`, or one `- item` a line.": "여기에는 목록이 필요합니다. `[a, b]`로 쓰거나 한 줄에 하나씩 `- 항목`으로 쓰세요.",
    "One text is expected here, not a list or a map. A long condition may stand under `>`.": (
        "여기에는 목록이나 맵이 아니라 문자열 하나가 필요합니다. 긴 조건은 `>` 아래에 쓸 수 있습니다."
    ),
    "Name `{word}` under `override` too, with append or replace, or take it out.": (
        "`{word}`도 `override` 아래에 append나 replace로 적거나, 그 키를 지우세요."
    ),
    "`{word}` has one value only: name it under `override` with `replace`.": "`{word}`은(는) 값이 하나뿐입니다. `override` 아래에 `replace`로 적으세요.",
    "`{word}` is no key that `override` can change.": "`{word}`은(는) `override`로 바꿀 수 있는 키가 아닙니다.",
    "Under `override` every key has the word `append` or `replace`.": "`override` 아래의 모든 키에는 `append`나 `replace`를 씁니다.",
    "`override` names `{word}`, but the item has no such key: add it with its new value, or take it out of `override`.": (
        "`override`에 `{word}`이(가) 있지만 항목에 그 키가 없습니다. 새 값을 추가하거나 `override`에서 지우세요."
    ),
    "Leave `append: true` out: `override` says what is appended.": "`append: true`를 지우세요. 무엇을 덧붙일지는 `override`가 정합니다.",
    "A rule keeps the `source` of its first definition.": "룰의 `source`는 처음 정의한 대로 유지됩니다.",
    "The source `{word}` comes from a plugin that is not loaded; the rule never runs.": (
        "소스 `{word}`은(는) 로드되지 않은 플러그인의 것이므로 이 룰은 실행되지 않습니다."
    ),
    "An item begins with rule, macro, list, required_engine_version or required_plugin_versions.": (
        "항목은 rule, macro, list, required_engine_version, required_plugin_versions 중 하나로 시작합니다."
    ),
    "Nothing uses this macro. A rule uses it by its name, without quotes or a field.": (
        "아무 데서도 이 매크로를 쓰지 않습니다. 룰에서는 따옴표나 필드 없이 이름만 씁니다."
    ),
    "Nothing uses this list. A rule uses it as in `proc.name in (name)`.": (
        "아무 데서도 이 리스트를 쓰지 않습니다. 룰에서는 `proc.name in (이름)`처럼 씁니다."
    ),
    "Say which events the rule is about, as in `evt.type in (execve, execveat) and ...`.": (
        "어떤 이벤트에 대한 룰인지 밝히세요. 예: `evt.type in (execve, execveat) and ...`"
    ),
    "The macro uses itself, directly or through others.": "매크로가 직접 또는 다른 매크로를 거쳐 자기 자신을 씁니다.",
    "This field is a number: write digits only.": "이 필드는 숫자입니다. 숫자만 쓰세요.",
    "To compare with another field's value, write `val(field)`.": "다른 필드의 값과 비교하려면 `val(필드)`로 쓰세요.",
    "Leave the field out: Falco 0.42 and later report only returns.": "이 필드를 지우세요. Falco 0.42부터는 반환 이벤트만 보고합니다.",
    "A condition can only name a macro of letters, digits and `_`.": "조건에서는 글자, 숫자, `_`로 된 매크로 이름만 쓸 수 있습니다.",
    "A condition can only name a list without blanks, quotes, commas and parentheses.": (
        "조건에서는 공백, 따옴표, 쉼표, 괄호가 없는 리스트 이름만 쓸 수 있습니다."
    ),
    # Exceptions.
    "The `fields` of an exception are names of Falco's fields.": "예외의 `fields`에는 Falco 필드 이름을 씁니다.",
    "Each entry of `values` is a list with one value for each of the `fields`, in their order.": (
        "`values`의 각 항목은 `fields`의 순서대로 필드마다 값 하나씩을 가진 목록입니다."
    ),
    "`comps` has one operator for each of the `fields`, in their order.": "`comps`에는 `fields`의 순서대로 연산자를 하나씩 씁니다.",
    "Where `fields` is one name, `comps` is one operator, not a list.": "`fields`가 이름 하나면 `comps`도 목록이 아니라 연산자 하나입니다.",
    "Where `fields` is one name, its values make a list: `comps` is `in`, or `fields` and `comps` become lists.": (
        "`fields`가 이름 하나면 값들이 목록이 됩니다. `comps`를 `in`으로 하거나 `fields`와 `comps`를 목록으로 쓰세요."
    ),
    "Where `fields` is one name, `values` is a list of words, not of lists.": "`fields`가 이름 하나면 `values`는 목록의 목록이 아니라 단어의 목록입니다.",
    "An exception says under `fields` which fields its values are for.": "예외는 `fields`에 어떤 필드의 값인지 적어야 합니다.",
    "`comps` holds operators of conditions, such as =, in, startswith or pmatch.": "`comps`에는 =, in, startswith, pmatch 같은 조건 연산자를 씁니다.",
    "The exception gets no `values`, so nothing is added.": "예외에 `values`가 없어서 아무것도 추가되지 않습니다.",
    # YAML.
    "A colon and a blank start a value: put a text that holds them in quotes, and check the indentation.": (
        "콜론과 공백은 값의 시작을 뜻합니다. 이것이 든 문자열은 따옴표로 묶고 들여쓰기를 확인하세요."
    ),
    "YAML is indented with blanks, never with tabs.": "YAML 들여쓰기에는 탭이 아니라 공백을 씁니다.",
    "This line is not indented as the lines of its item are.": "이 줄의 들여쓰기가 같은 항목의 다른 줄과 다릅니다.",
    "In the line above ` #` begins a YAML comment, which ends the value: put the value in quotes or under `>`.": (
        "윗줄의 ` #`부터 YAML 주석이 되어 값이 끝납니다. 값을 따옴표로 묶거나 `>` 아래에 쓰세요."
    ),
    "A bracket that opens a list or a map is not closed.": "목록이나 맵을 여는 괄호가 닫히지 않았습니다.",
    "A list item (`- `) may not begin on this line, or is indented differently from its neighbours.": (
        "이 줄에서는 목록 항목(`- `)을 시작할 수 없거나, 들여쓰기가 옆 항목과 다릅니다."
    ),
    "Something follows a quoted text. A quote inside quotes is doubled ('') or escaped (\\\").": (
        "따옴표로 묶은 문자열 뒤에 무언가 있습니다. 따옴표 안의 따옴표는 두 번 쓰거나('') 이스케이프하세요(\\\")."
    ),
    "A plain text may not begin with this character: put the value in quotes.": "따옴표 없는 값은 이 글자로 시작할 수 없습니다. 값을 따옴표로 묶으세요.",
    "After `|` or `>` the text begins on the next line, indented more.": "`|`나 `>` 뒤의 문자열은 다음 줄에서 더 들여 써서 시작합니다.",
    "A `*` begins a YAML alias: put the value in quotes.": "`*`는 YAML 별칭의 시작입니다. 값을 따옴표로 묶으세요.",
    "In double quotes a backslash starts an escape: use single quotes, or double the backslash.": (
        "큰따옴표 안에서 백슬래시는 이스케이프의 시작입니다. 작은따옴표를 쓰거나 백슬래시를 두 번 쓰세요."
    ),
    "A rules file is a list: every item begins with `- `.": "룰 파일은 목록입니다. 모든 항목은 `- `로 시작합니다.",
    "A rules file is a list of items such as `- rule: name`.": "룰 파일은 `- rule: 이름` 같은 항목의 목록입니다.",
    "Every item of a rules file is a map, such as `- rule: name` with its keys below.": (
        "룰 파일의 모든 항목은 `- rule: 이름`과 그 아래 키들로 된 맵입니다."
    ),
    # Lints.
    "Falco ends here: no plugin of this name and version is loaded. Take the requirement out, or ask for what is there.": (
        "Falco는 여기서 종료합니다. 이 이름과 버전의 플러그인이 로드되지 않았습니다. 요구를 지우거나 있는 버전을 요구하세요."
    ),
    "`{rule}` is a new rule; an earlier one is called `{meant}`": "`{rule}`은(는) 새 룰입니다. 앞의 룰 이름은 `{meant}`입니다",
    "Rule names are compared letter by letter. To change the earlier rule, its name must be the same.": (
        "룰 이름은 한 글자까지 비교합니다. 앞의 룰을 바꾸려면 이름이 같아야 합니다."
    ),
    "this replaces the whole rule `{rule}`": "룰 `{rule}` 전체를 바꿉니다",
    "The rule of the earlier file is gone, with its exceptions and tags, but keeps its place in the order. To change single keys, "
    "write only those and name them under `override`.": (
        "앞 파일의 룰은 예외와 태그까지 사라지고 순서만 유지됩니다. 일부 키만 바꾸려면 그 키만 쓰고 `override` 아래에 적으세요."
    ),
    "the earlier rule `{rule}` answers every event of this rule": "이 룰의 모든 이벤트에 앞의 룰 `{rule}`이(가) 먼저 응답합니다",
    "this rule comes first": "이 룰이 먼저입니다",
    "With `rule_matching: first` Falco tries the rules in the order of their first definition and stops at the first that matches, "
    "so this rule prints nothing. Change the earlier rule with `override`, add an exception to it, or disable it.": (
        "`rule_matching: first`이면 Falco는 처음 정의된 순서로 룰을 검사하고 처음 일치한 룰에서 멈추므로 이 룰은 아무것도 출력하지 "
        "않습니다. 앞의 룰을 `override`로 바꾸거나, 예외를 추가하거나, 끄세요."
    ),
    "the rule is not limited to containers": "룰이 컨테이너로 한정되어 있지 않습니다",
    "It also fires for programs of the node itself. If the task is about containers, add `and container`, or compare container.name, "
    "container.image.repository or k8s.ns.name.": (
        "노드 자체의 프로그램에도 경고가 납니다. 컨테이너에 대한 과제라면 `and container`를 추가하거나 container.name, "
        "container.image.repository, k8s.ns.name을 비교하세요."
    ),
    "Opened files are also possible through {missing}": "파일은 {missing}(으)로도 열 수 있습니다",
    "New programs are also possible through {missing}": "프로그램은 {missing}(으)로도 시작할 수 있습니다",
    "A program chooses which of {names} it uses, and the rule does not see the others.": (
        "{names} 중 무엇을 쓸지는 프로그램이 정하며, 이 룰은 나머지를 보지 못합니다."
    ),
    "`{path}` is compared as letters: `{path}foo` and `{path}-old/x` match too": "`{path}`은(는) 글자로 비교하므로 `{path}foo`와 `{path}-old/x`도 일치합니다",
    "Write `{path}/` for what is inside the directory, or use `pmatch ({path})`, which compares whole parts of a path.": (
        "디렉터리 안만 뜻한다면 `{path}/`로 쓰거나, 경로를 부분 단위로 비교하는 `pmatch ({path})`를 쓰세요."
    ),
    "`{image}` is compared as letters: an image `{image}-evil` matches too": "`{image}`은(는) 글자로 비교하므로 이미지 `{image}-evil`도 일치합니다",
    "Compare the whole name with `container.image.repository = {image}`, or end the prefix with `/`.": (
        "`container.image.repository = {image}`로 이름 전체를 비교하거나 접두사를 `/`로 끝내세요."
    ),
    "`{image}` is an image's name without its registry": "`{image}`은(는) 레지스트리가 없는 이미지 이름입니다",
    "On a Kubernetes node container.image.repository holds registry and path, such as `{wanted}`. Look at the value in an alert first; "
    "to leave the registry open, use `endswith /name` or `contains /name`.": (
        "쿠버네티스 노드에서 container.image.repository 값은 `{wanted}`처럼 레지스트리와 경로를 포함합니다. 먼저 경고에 찍힌 값을 보세요. "
        "레지스트리를 정하지 않으려면 `endswith /이름`이나 `contains /이름`을 쓰세요."
    ),
    "{field} is the connecting program's own end": "{field}은(는) 접속하는 프로그램 자신의 쪽입니다",
    "On connect the container is the client (fd.cip, fd.cport). Where it connects to is {field}.": (
        "connect에서는 컨테이너가 클라이언트(fd.cip, fd.cport)입니다. 접속하는 상대는 {field}입니다."
    ),
    "`%{word}` is printed as %{field} and the text `{tail}`": "`%{word}`은(는) %{field}와 문자열 `{tail}`(으)로 출력됩니다",
    "Falco takes the longest part that is a field. Put a blank or another sign behind the name.": (
        "Falco는 필드 이름으로 읽히는 가장 긴 부분을 씁니다. 이름 뒤에 공백이나 다른 기호를 넣으세요."
    ),
    "Falco takes the longest part that is a field; did you mean `%{meant}`?": (
        "Falco는 필드 이름으로 읽히는 가장 긴 부분을 씁니다. `%{meant}`을(를) 쓰려던 것인가요?"
    ),
    "Falco adds `{text}` to this output": "Falco가 이 output 뒤에 `{text}`을(를) 덧붙입니다",
    "append_output in falco.yaml puts more fields behind every output. Where a task asks for these fields and nothing else, take its "
    "entry out (`append_output: []`).": (
        "falco.yaml의 append_output이 모든 output 뒤에 필드를 덧붙입니다. 정해진 필드만 요구하는 과제라면 그 항목을 지우세요"
        "(`append_output: []`)."
    ),
    "evt.dir = > is never true any more": "evt.dir = >는 이제 참이 되지 않습니다",
    "evt.dir = < is always true now": "evt.dir = <는 이제 항상 참입니다",
    "Falco no longer reports when a system call begins, only when it returned. Leave evt.dir out.": (
        "Falco는 이제 시스템 콜의 시작을 보고하지 않고 반환만 보고합니다. evt.dir을 지우세요."
    ),
    "only the first network of the list is compared": "목록의 첫 네트워크만 비교합니다",
    "fd.net in (...) looks at its first item only. Use fd.snet (the server's end) or fd.cnet (the client's), or one check a network "
    "joined with `or`.": (
        "fd.net in (...)은 첫 항목만 봅니다. fd.snet(서버 쪽)이나 fd.cnet(클라이언트 쪽)을 쓰거나, 네트워크마다 비교식을 써서 `or`로 "
        "이으세요."
    ),
    "`append: true` is the old way to extend an item": "`append: true`는 항목을 확장하는 옛 방식입니다",
    "Current Falco wants an `override` map that names each key with `append` or `replace`. With `append: true` a rule takes over "
    "condition and exceptions only; all other keys are ignored without a word.": (
        "지금의 Falco에서는 `override` 맵에 키마다 `append`나 `replace`를 적습니다. `append: true`를 쓰면 condition과 exceptions만 "
        "반영되고 다른 키는 아무 말 없이 무시됩니다."
    ),
    "`{macro}` is a macro, not an event type": "`{macro}`은(는) 이벤트 타입이 아니라 매크로입니다",
    "A macro is a condition of its own: write `{macro}` without `evt.type =`.": "매크로는 그 자체로 조건입니다. `evt.type =` 없이 `{macro}`만 쓰세요.",
    "from `#` on this is a YAML comment, not part of the {key}": "`#`부터는 YAML 주석이며 {key}에 들어가지 않습니다",
    "In a value without quotes a blank and `#` begin a comment. If the rest belongs to the value, put it in quotes or under `>`.": (
        "따옴표 없는 값에서는 공백과 `#`부터 주석이 됩니다. 나머지도 값이라면 따옴표로 묶거나 `>` 아래에 쓰세요."
    ),
    "YAML reads `{word}` as a tag: it is no part of the {key}": "YAML은 `{word}`을(를) 태그로 읽습니다. {key}에 들어가지 않습니다",
    "A value that begins with `!` loses its first word. In a condition write `not`; a text goes in quotes.": (
        "`!`로 시작하는 값은 첫 단어를 잃습니다. 조건에서는 `not`을 쓰고 문자열은 따옴표로 묶으세요."
    ),
    # Comparisons that are never true.
    "no event can match this condition": "이 조건에 일치할 수 있는 이벤트가 없습니다",
    "The condition asks for two different event types at once. Join event types with `or`, or use `evt.type in (a, b)`.": (
        "한 이벤트가 두 가지 타입이기를 요구하는 조건입니다. 이벤트 타입을 `or`로 잇거나 `evt.type in (a, b)`를 쓰세요."
    ),
    "{field} is never `{value}`": "{field} 값은 절대 `{value}`이(가) 되지 않습니다",
    "{field} never matches `{operator} {value}`": "{field}은(는) `{operator} {value}`에 절대 맞지 않습니다",
    "The name of a process holds no path. Compare proc.exepath, or write the last part of the path.": (
        "프로세스 이름에는 경로가 없습니다. proc.exepath를 비교하거나 경로의 마지막 부분만 쓰세요."
    ),
    "The kernel keeps {size} bytes of a process's name: write `{cut}`, or compare proc.exepath.": (
        "커널은 프로세스 이름을 {size}바이트까지만 저장합니다. `{cut}`(으)로 쓰거나 proc.exepath를 비교하세요."
    ),
    "proc.exepath is the whole path of the program: it begins with `/`.": "proc.exepath는 프로그램의 전체 경로이며 `/`로 시작합니다.",
    "proc.exepath is the whole path of the program, such as /usr/bin/cat. Its last part alone is proc.name.": (
        "proc.exepath는 /usr/bin/cat 같은 프로그램의 전체 경로입니다. 마지막 부분만은 proc.name입니다."
    ),
    "container.id is the short form: the first {size} characters.": "container.id는 앞 {size}자만 쓰는 짧은 형식입니다.",
    "fd.directory has no slash at its end, as in /etc.": "fd.directory는 /etc처럼 끝에 슬래시가 없습니다.",
    "evt.res is SUCCESS, or the name of an error such as ENOENT or EACCES. The number is evt.rawres.": (
        "evt.res는 SUCCESS이거나 ENOENT, EACCES 같은 오류 이름입니다. 숫자는 evt.rawres입니다."
    ),
    "fd.typechar is one letter: f file, d directory, 4 and 6 sockets, u unix socket, p pipe.": (
        "fd.typechar는 한 글자입니다. f 파일, d 디렉터리, 4와 6 소켓, u unix 소켓, p 파이프."
    ),
    "fd.type is a word such as file, directory, ipv4, ipv6, unix or pipe.": "fd.type은 file, directory, ipv4, ipv6, unix, pipe 같은 단어입니다.",
    "The event that Falco reports is called `{name}`.": "Falco가 보고하는 이벤트의 이름은 `{name}`입니다.",
    "The word is accepted, but no event has this type. Name the system calls, as in `evt.type = openat`.": (
        "오류는 아니지만 이 타입의 이벤트는 없습니다. `evt.type = openat`처럼 시스템 콜 이름을 쓰세요."
    ),
    # The syntax of conditions.
    "the condition is empty": "조건이 비어 있습니다",
    "`{word}` is no operator": "`{word}`은(는) 연산자가 아닙니다",
    "`{word}` is no operator; did you mean `{meant}`?": "`{word}`은(는) 연산자가 아닙니다. `{meant}`을(를) 쓰려던 것인가요?",
    "`{word}` needs a blank and a value behind it": "`{word}` 뒤에는 공백과 값이 필요합니다",
    "operators are written in lower case: `{word}`": "연산자는 소문자로 씁니다: `{word}`",
    "an operator is missing between the field and the value": "필드와 값 사이에 연산자가 없습니다",
    "a field alone is no check: write an operator and a value behind it, or `exists`": (
        "필드만으로는 비교식이 되지 않습니다. 뒤에 연산자와 값, 또는 `exists`를 쓰세요"
    ),
    "a field's argument is written directly behind it, as in proc.aname[2]": "필드의 인자는 proc.aname[2]처럼 바로 뒤에 붙여 씁니다",
    "a field's argument has no blanks and ends with `]`, as in proc.aname[2]": "필드의 인자는 proc.aname[2]처럼 공백 없이 `]`로 끝납니다",
    "a field's argument stands between the brackets, as in proc.aname[2]": "필드의 인자는 proc.aname[2]처럼 대괄호 안에 씁니다",
    "each part of a field's name starts with a letter": "필드 이름의 각 부분은 글자로 시작합니다",
    "a field's name has only letters, digits, `_` and dots": "필드 이름에는 글자, 숫자, `_`, 점만 씁니다",
    "`not` stands before the field, as in `not proc.name in (a, b)`": "`not`은 `not proc.name in (a, b)`처럼 필드 앞에 씁니다",
    "did you mean `not` instead of `!`?": "`!` 대신 `not`을 쓰려던 것인가요?",
    "did you mean `{meant}` instead of `{word}`?": "`{word}` 대신 `{meant}`을(를) 쓰려던 것인가요?",
    "did you mean `regex`?": "`regex`를 쓰려던 것인가요?",
    "did you mean `!=`?": "`!=`를 쓰려던 것인가요?",
    "write `<=` or `>=` in one piece": "`<=`나 `>=`는 붙여 쓰세요",
    "there is one `=` too many": "`=`가 하나 많습니다",
    "<, <=, > and >= compare with a number": "<, <=, >, >=는 숫자와 비교합니다",
    "`{word}` is no number: <, <=, > and >= compare with a number": "`{word}`은(는) 숫자가 아닙니다. <, <=, >, >=는 숫자와 비교합니다",
    "put the whole part with `{word}` in parentheses": "`{word}`이(가) 있는 부분 전체를 괄호로 묶으세요",
    "put a blank behind `{word}`": "`{word}` 뒤에 공백을 넣으세요",
    "put a blank before and behind `{word}`": "`{word}` 앞뒤에 공백을 넣으세요",
    "a check is missing behind `{word}`": "`{word}` 뒤에 비교식이 없습니다",
    "a field is missing before `{word}`": "`{word}` 앞에 필드가 없습니다",
    "`{word}` stands twice, or a check is missing before it": "`{word}`을(를) 두 번 썼거나 앞에 비교식이 없습니다",
    "`{word}` takes no parentheses": "`{word}`에는 괄호를 쓰지 않습니다",
    "only a field with a dot in its name can be compared; a macro stands alone": "이름에 점이 있는 필드만 비교할 수 있습니다. 매크로는 단독으로 씁니다",
    "a field or a macro is written without quotes, and the whole condition too": "필드와 매크로, 조건 전체에는 따옴표를 쓰지 않습니다",
    "a field, a macro or a parenthesis must stand here": "여기에는 필드나 매크로, 괄호가 와야 합니다",
    "join two checks with `and` or `or`; put a value with blanks in quotes": "두 비교식은 `and`나 `or`로 잇고, 공백이 있는 값은 따옴표로 묶으세요",
    "a condition has no comments; put them on a line of their own in the YAML": "조건에는 주석을 쓸 수 없습니다. YAML의 별도 줄에 쓰세요",
    "this quote is not closed": "따옴표가 닫히지 않았습니다",
    "a value with a quote in it is written in quotes of the other kind": "따옴표가 든 값은 다른 종류의 따옴표로 묶습니다",
    "write a backslash in a quoted string twice, or leave the quotes away": "따옴표 안의 백슬래시는 두 번 쓰거나 따옴표를 빼세요",
    "a value is missing here": "여기에 값이 없습니다",
    "a value is missing before this comma": "이 쉼표 앞에 값이 없습니다",
    "there is a comma too many before this parenthesis": "이 괄호 앞의 쉼표는 없어야 합니다",
    "a comma stands only between two items of a list": "쉼표는 목록의 두 항목 사이에만 씁니다",
    "a comma between two items is missing, or the parenthesis is not closed; put a value with blanks in quotes": (
        "두 항목 사이에 쉼표가 없거나 괄호가 닫히지 않았습니다. 공백이 있는 값은 따옴표로 묶으세요"
    ),
    "a list of values is written in parentheses: in (a, b)": "값의 목록은 괄호로 씁니다: in (a, b)",
    "write the list in parentheses, as in (a, b)": "목록은 (a, b)처럼 괄호로 쓰세요",
    "a list holds plain values, no parentheses and no transformers": "목록에는 값만 씁니다. 괄호와 변환 함수는 쓸 수 없습니다",
    "a list needs the operator `in` (or intersects, pmatch), or a modifier such as `anyof`": (
        "목록에는 `in`(또는 intersects, pmatch) 연산자나 `anyof` 같은 수식어가 필요합니다"
    ),
    "the parenthesis is not closed: `{text}`": "괄호가 닫히지 않았습니다: `{text}`",
    "this closing parenthesis has no opening one": "이 닫는 괄호에 맞는 여는 괄호가 없습니다",
    "there is nothing between these parentheses": "괄호 안이 비어 있습니다",
    "there are too many parentheses inside one another": "괄호가 너무 많이 겹쳐 있습니다",
    "a parenthesis is not closed, or a comma between two arguments is missing": "괄호가 닫히지 않았거나 두 인자 사이에 쉼표가 없습니다",
    "val() stands only on the right side, with a field alone in it": "val()은 오른쪽에만, 필드 하나만 넣어 쓸 수 있습니다",
    "val() takes one field": "val()에는 필드 하나를 씁니다",
    "write a field here, or a constant in quotes": "여기에는 필드나 따옴표로 묶은 상수를 쓰세요",
}  # fmt: skip
