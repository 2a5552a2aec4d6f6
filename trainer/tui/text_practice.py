"""What the TUI says about progress, variants, drills and the learner's data, in English and Korean."""

from __future__ import annotations

PRACTICE: dict[str, tuple[str, str]] = {
    # Keys.
    "key.drill": ("Drill", "5분 연습"),
    "key.progress": ("Progress", "기록"),
    "key.group": ("Sort", "정렬"),
    "key.import": ("Import", "가져오기"),
    "key.reset": ("Reset", "초기화"),
    "key.variant": ("Variant", "변형"),
    # Home.
    "home.continue": ("Continue", "이어서 하기"),
    "home.due": ("Due today", "오늘 복습"),
    "home.exercises": ("Exercises", "연습 문제"),
    "home.exams": ("Mock exams", "모의시험"),
    "home.skills": ("Skills", "기술"),
    "home.best": ("Best", "최고"),
    "home.due_count": ("{count} due", "복습 {count}개"),
    "home.by_skill": ("Exercises by skill.", "문제를 기술별로 보여 줍니다."),
    "home.by_order": ("Exercises in the order of the pack.", "문제를 팩의 순서대로 보여 줍니다."),
    "home.attempts": ("attempts: {count}", "시도 {count}회"),
    "home.best_of": ("best {best} of {target}", "최고 {best} / 목표 {target}"),
    "home.waiting": ("{skills} due again", "복습할 기술: {skills}"),
    "state.clean": ("clean", "한 번에"),
    "state.due": ("due", "복습"),
    # Variants.
    "variant.name": ("variant {seed}", "변형 {seed}"),
    "variant.title": ("Another variant?", "다른 변형으로 할까요?"),
    "variant.any": ("This exercise has any number of variants.", "이 문제에는 변형이 얼마든지 있습니다."),
    "variant.many": ("{count} variants of this exercise are recorded.", "이 문제는 변형 {count}개가 녹화되어 있습니다."),
    "variant.only": (
        "This exercise has one variant: it begins again from its starter.",
        "이 문제는 변형이 하나뿐이라 처음부터 다시 시작합니다.",
    ),
    "variant.kept": ("What you have written is kept among your data.", "지금까지 쓴 글은 데이터에 보관됩니다."),
    "variant.draw": ("begin", "시작"),
    "variant.stay": ("stay here", "그대로 있기"),
    # The solution, and giving up.
    "solution.locked": (
        "The reference solution is shown after you have passed. Press g to give up and see it now.",
        "모범 답안은 통과한 뒤에 보입니다. g를 누르면 포기하고 지금 볼 수 있습니다.",
    ),
    "solution.title": (
        "One way to solve it; yours is as good if it passed.",
        "풀이 방법의 하나입니다. 통과했다면 여러분의 답도 훌륭합니다.",
    ),
    "solution.compare": ("compare with yours", "내 답과 비교"),
    "solution.alone": ("the solution alone", "모범 답안만 보기"),
    "solution.yours": ("yours", "내 답"),
    "solution.reference": ("the solution", "모범 답안"),
    "solution.same": ("Yours is the same.", "내 답과 같습니다."),
    "give_up.title": ("Give up, and see the solution?", "포기하고 모범 답안을 볼까요?"),
    "give_up.what": (
        "This attempt is kept as given up: it is no pass, and its skills are due again soon.",
        "이번 시도는 포기로 기록됩니다. 통과가 아니며, 이 기술은 곧 다시 복습하게 됩니다.",
    ),
    "give_up.after": (
        "Your text stays. Ctrl+O begins another variant afterwards.",
        "쓴 글은 그대로 남습니다. 나중에 Ctrl+O로 다른 변형을 시작할 수 있습니다.",
    ),
    "give_up.do": ("give up", "포기하기"),
    "give_up.stay": ("go on trying", "계속 풀기"),
    "give_up.done": ("Given up. Ctrl+O begins another variant.", "포기했습니다. Ctrl+O로 다른 변형을 시작합니다."),
    # One exercise forgotten.
    "forget.title": ("Forget your progress in this exercise?", "이 문제의 기록을 지울까요?"),
    "forget.what": (
        "All its attempts ({count}) and texts are deleted: it becomes new again.",
        "이 문제의 시도({count}회)와 쓴 글을 모두 지웁니다. 다시 새 문제가 됩니다.",
    ),
    "forget.backup": (
        "A backup is written first, and its name is shown. F3 and i bring it back.",
        "먼저 백업을 만들고 그 이름을 보여 줍니다. F3을 누른 뒤 i로 되돌릴 수 있습니다.",
    ),
    "forget.do": ("forget it", "지우기"),
    "forget.nothing": ("Nothing is kept of this exercise: it is new.", "이 문제에는 기록이 없습니다. 새 문제입니다."),
    "forget.exercise": (
        "Choose an exercise: exams cannot be forgotten one by one.",
        "문제를 고르세요. 모의시험은 따로 지울 수 없습니다.",
    ),
    # Drills.
    "drill.place": ("Drill {number}/{count}", "5분 연습 {number}/{count}"),
    "drill.done": ("Drill over: {passed} of {count} passed.", "연습 끝: {count}개 중 {passed}개 통과."),
    "drill.left": ("The drill was left. F5 draws another one.", "연습을 그만두었습니다. F5로 다시 뽑을 수 있습니다."),
    "drill.none": ("There is no exercise to draw.", "뽑을 문제가 없습니다."),
    # Progress.
    "progress.title": ("Progress", "학습 기록"),
    "progress.none": (
        "Nothing was practised yet. Pass a first exercise, and this page begins to fill.",
        "아직 연습 기록이 없습니다. 첫 문제를 풀면 이 화면이 채워지기 시작합니다.",
    ),
    "progress.passed": (
        "{passed} of {total} exercises passed, {clean} of them clean",
        "문제 {total}개 중 {passed}개 통과, {clean}개는 한 번에",
    ),
    "progress.clean": (
        "Clean: at the first try, without hints and without the solution.",
        "한 번에: 힌트와 모범 답안 없이 첫 시도에 통과.",
    ),
    "progress.first": ("First try", "첫 시도"),
    "progress.first_of": ("{first} of {count} passed at the first try", "{count}번 중 {first}번 첫 시도에 통과"),
    "progress.days": ("Last 4 weeks", "지난 4주"),
    "progress.streak": ("{days} days in a row", "{days}일 연속"),
    "progress.worked": (
        "attempts: {attempts}, {hours} h {minutes} min of work",
        "시도 {attempts}회, 연습 시간 {hours}시간 {minutes}분",
    ),
    "progress.skills": ("Skills", "기술"),
    "progress.level": ("level {level} of {top}", "{top}단계 중 {level}단계"),
    "progress.due_now": ("due now", "지금 복습"),
    "progress.due_in": ("due in {days} d", "{days}일 뒤 복습"),
    "progress.untried": ("not tried", "안 해 봄"),
    "progress.rate": ("first try {first}/{count}", "첫 시도 {first}/{count}"),
    "progress.weakest": ("Weakest skills", "가장 약한 기술"),
    "progress.drill": ("F5 on the first screen drills what is due.", "첫 화면에서 F5를 누르면 복습할 것을 연습합니다."),
    "progress.times": ("Time against target", "목표 대비 시간"),
    "progress.no_times": ("No exercise was passed here yet.", "여기서 통과한 문제가 아직 없습니다."),
    "progress.exams": ("Mock exams", "모의시험"),
    "progress.exam": ("best {percent} %, attempts: {count}", "응시 {count}회, 최고 {percent}%"),
    "progress.no_exams": ("None was graded yet.", "아직 채점한 것이 없습니다."),
    "progress.data": ("Data", "데이터"),
    "progress.where": ("It is all in {folder}", "모두 {folder}에 있습니다"),
    # Data.
    "data.exported": ("{count} attempts written to {path}", "시도 {count}개를 {path}에 저장했습니다"),
    "data.import": (
        "Which file is imported? (cks-trainer data export wrote it)",
        "어느 파일을 가져올까요? (data export로 만든 파일)",
    ),
    "data.added": (
        "{attempts} attempts and {exams} exam attempts were added.",
        "시도 {attempts}개와 모의시험 응시 {exams}개를 더했습니다.",
    ),
    "data.nothing": ("There is nothing new in {path}.", "{path}에는 새로운 것이 없습니다."),
    "data.reset": ("Forget all progress?", "모든 기록을 지울까요?"),
    "data.reset_what": (
        "Attempts, texts and exams are deleted. A backup is written first, and its name is shown.",
        "시도, 글, 모의시험 기록을 지웁니다. 먼저 백업을 만들고 그 이름을 보여 줍니다.",
    ),
    "data.forget": ("forget everything", "모두 지우기"),
    "data.keep": ("keep it", "그대로 두기"),
    "data.done": ("Forgotten. The backup is {path}", "지웠습니다. 백업: {path}"),
    # The command palette.
    "palette.drill": ("Five-minute drill", "5분 연습"),
    "palette.drill_help": ("One to three quick exercises on what is due", "복습할 기술의 짧은 문제 한 개에서 세 개"),
    "palette.progress": ("Progress", "학습 기록"),
    "palette.progress_help": ("Skill levels, times, first tries", "기술 단계, 시간, 첫 시도"),
    "palette.forget": ("Reset this exercise", "이 문제 초기화"),
    "palette.forget_help": ("Forget its attempts and texts, after a backup", "백업한 뒤 시도와 글을 지움"),
    "palette.give_up": ("Give up and see the solution", "포기하고 모범 답안 보기"),
    "palette.give_up_help": ("The attempt does not count as passed", "통과로 기록되지 않음"),
    "palette.export": ("Export my data", "내 데이터 내보내기"),
    "palette.export_help": ("All attempts, texts and exams as one file", "모든 시도와 글, 모의시험을 파일 하나로"),
    "palette.language": ("Language: 한국어", "언어: English"),
    "palette.search": ("Search for a command…", "명령 찾기…"),
    "palette.theme": ("Colours", "색 테마"),
    "palette.theme_help": ("Choose another theme", "다른 테마 고르기"),
    "palette.quit": ("Quit", "종료"),
    "palette.quit_help": ("Everything is saved", "모두 저장되어 있습니다"),
    "palette.language_help": ("Switch between English and Korean", "영어와 한국어 전환"),
}

PRACTICE_HELP: dict[str, tuple[tuple[str, str, str], ...]] = {
    "progress": (
        ("↑ ↓ PgUp PgDn", "scroll", "스크롤"),
        ("Tab", "the other column (in a wide window)", "다른 열 (넓은 창에서)"),
        ("e", "export all data into a file of the current folder", "현재 폴더의 파일로 모든 데이터 내보내기"),
        ("i", "import such a file; nothing is lost by it", "내보낸 파일 가져오기, 있던 것은 그대로 남음"),
        ("x", "forget everything, after a backup", "백업한 뒤 모두 지우기"),
        ("Ctrl+L", "English / Korean", "영어 / 한국어"),
        ("Escape", "back to the list", "목록으로"),
        ("Ctrl+Q", "quit", "종료"),
    ),
}
VARIANT_HELP = ("Ctrl+O", "another variant, from its starter", "다른 변형을 처음부터")
SOLUTION_HELP = (
    ("g", "give up, and see the solution (in the results)", "포기하고 모범 답안 보기 (결과 창에서)"),
    (
        "c",
        "compare the solution with yours (in the results)",
        "모범 답안을 내 답과 비교 (결과 창에서)",
    ),
)
HOME_HELP = (
    ("F5", "five-minute drill on what is due", "복습할 것으로 5분 연습"),
    ("F3", "progress: skills, times, your data", "학습 기록: 기술, 시간, 데이터"),
    (
        "Delete, F8",
        "make the exercise new again, after a backup",
        "백업한 뒤 문제를 새 문제로 되돌리기",
    ),
    ("F4", "exercises by skill, or in the order of the pack", "문제를 기술별로, 또는 팩의 순서대로"),
    ("Ctrl+P", "command palette", "명령 팔레트"),
)
