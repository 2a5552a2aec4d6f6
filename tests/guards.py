"""Takes the guards of the faults out, one at a time, and looks whether their tests fail: ``make guards``.

Each guard is removed in a copy of the tree. A test that still passes guards nothing. Needs Docker with the images built.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 90
"""A test whose guard was a time limit hangs without it."""


@dataclass(frozen=True)
class Guard:
    fault: str
    file: str
    test: str
    edits: tuple[tuple[str, str], ...]
    """What stands there, and what takes its place."""


def guard(fault: str, file: str, test: str, *edits: tuple[str, str]) -> Guard:
    return Guard(fault, f"trainer/{file}", f"tests/{test}", edits)


GRADE, LIVE, STUDY = "cli/test_grade.py", "capture/test_docker_live.py", "tui/test_study.py"
EXAM = "session/test_exam.py"
UNREADABLE = f"{GRADE}::test_a_rules_file_that_cannot_be_read"
GUARDS = (
    guard(
        "unknown exercise",
        "cli/exercise_names.py",
        f"{GRADE}::test_unknown_exercise",
        ('raise PackError(f"there is no exercise {slug!r}", f"choose one of: {known}")', "return pack.exercises[0]"),
    ),
    guard("rules file missing", "source/files.py", f"{UNREADABLE}[missing]", ("except FileNotFoundError:", "except KeyError:")),
    guard(
        "rules file may not be read",
        "source/files.py",
        "source/test_files.py::test_a_file_that_may_not_be_read",
        ("except PermissionError:", "except KeyError:"),
    ),
    guard("rules file is a folder", "source/files.py", f"{UNREADABLE}[directory]", ("if place.is_dir():", "if False:")),
    guard(
        "rules file is binary", "source/files.py", f"{UNREADABLE}[binary]", ("if data.count(0) * 10 > len(data):", "if False:")
    ),
    guard(
        "rules file too large",
        "source/files.py",
        f"{UNREADABLE}[too large]",
        ("MAX_BYTES = 10_000_000", "MAX_BYTES = 12_000_000"),
    ),
    guard(
        "rules file is a device",
        "source/files.py",
        "cli/test_rules.py::test_a_device_is_no_rules_file",
        ("if stat.S_ISCHR(status.st_mode) or", "if"),
    ),
    guard(
        "YAML error",
        "source/yaml.py",
        f"{GRADE}::test_rules_that_do_not_load_are_graded_not_fatal[yaml error]",
        ("except YamlProblem as problem:", "except KeyError as problem:"),
    ),
    guard(
        "no Docker, live wanted",
        "capture/docker_engine.py",
        f"{GRADE}::test_without_docker_live_says_so",
        (
            "except (DockerException, OSError, ValueError) as error:\n        raise _un",
            "except KeyError as error:\n        raise _un",
        ),
    ),
    guard(
        "no Docker, nothing said",
        "grading/run.py",
        f"{GRADE}::test_without_docker_live_says_so",
        ("return status.available and status.image_present and status.tracer_present", "return True"),
    ),
    guard(
        "engine dies in the middle",
        "capture/docker_engine.py",
        f"{LIVE}::test_an_engine_that_goes_away_is_a_clear_error_and_is_cleaned_up_later",
        ("except (DockerException, RequestException, HTTPError, OSError) as error:", "except KeyError as error:"),
    ),
    guard(
        "engine dies, containers left",
        "capture/docker_engine.py",
        f"{LIVE}::test_an_engine_that_goes_away_is_a_clear_error_and_is_cleaned_up_later",
        ("return found.get(LABEL) not in active_runs", "return False"),
    ),
    guard(
        "container killed in the middle",
        "capture/actions.py",
        f"{LIVE}::test_a_container_that_is_killed_is_a_clear_error",
        ("raise _ended_early(target, said)", "pass"),
    ),
    guard(
        "image missing",
        "capture/runner.py",
        f"{LIVE}::test_an_image_that_is_not_built_is_a_clear_error",
        ("except ImageNotFound:\n            raise ImageMissing", "except KeyError:\n            raise ImageMissing"),
        ('with docker_errors("looking for the images"):', "with suppress(KeyError):"),
    ),
    guard(
        "action hangs",
        "capture/actions.py",
        f"{LIVE}::test_a_hanging_action_is_ended_with_all_its_processes",
        ("self._pump(lambda: running.over, action.timeout,", "self._pump(lambda: running.over, 1e6,"),
    ),
    guard(
        "action hangs and is not ended",
        "capture/actions.py",
        f"{LIVE}::test_a_hanging_action_is_ended_with_all_its_processes",
        ('running.target.command("kill", running.key)', "pass"),
    ),
    guard(
        "cancelled in the middle",
        "capture/actions.py",
        f"{LIVE}::test_cancelling_removes_everything",
        ('raise CaptureCancelled("the run was cancelled")', "pass"),
    ),
    guard(
        "containers stay after a fault",
        "capture/runner.py",
        f"{LIVE}::test_an_exception_of_the_listener_removes_everything",
        ("            objects.remove()", "            pass"),
    ),
    guard(
        "Ctrl-C",
        "cli/console.py",
        "cli/test_signals.py::test_a_command_that_is_told_to_stop_removes_its_containers[SIGINT]",
        ("except (click.Abort, KeyboardInterrupt):", "except KeyError:"),
    ),
    guard(
        "polite kill",
        "cli/console.py",
        "cli/test_signals.py::test_a_command_that_is_told_to_stop_removes_its_containers[SIGTERM]",
        ("signal.signal(name, _stop)", "pass"),
    ),
    guard(
        "terminal closed",
        "cli/console.py",
        "cli/test_signals.py::test_a_command_that_is_told_to_stop_removes_its_containers[SIGHUP]",
        ("(signal.SIGTERM, signal.SIGHUP)", "(signal.SIGTERM,)"),
    ),
    guard(
        "kill -9, next run",
        "capture/runner.py",
        f"{LIVE}::test_leftovers_of_a_dead_owner_are_removed_and_those_of_the_living_are_not[next run]",
        ("        remove_leftovers(client)", "        pass"),
    ),
    guard(
        "kill -9, owner's number used again",
        "capture/docker_engine.py",
        f"{LIVE}::test_a_process_that_got_the_number_of_a_dead_owner_is_not_the_owner",
        ("return process_start(int(pid)) == started", "return True"),
    ),
    guard(
        "terminal too small",
        "tui/trainer.tcss",
        f"{STUDY}::test_tiny_window_says_so",
        (".-tiny #too-small, .-low #too-small { display: block; }", ""),
    ),
    guard(
        "no terminal",
        "tui/main.py",
        "tui/test_main.py::test_without_a_terminal_it_says_what_to_do",
        ("if not (sys.stdin.isatty() and sys.stderr.isatty()):", "if False:"),
    ),
    guard(
        "text of the last moment",
        "tui/screens/study.py",
        f"{STUDY}::test_text_of_the_last_moment_is_saved_at_the_end",
        ("        self.cancel.set()\n        self._write()", "        self.cancel.set()"),
        ('Whether it may end now."""\n        self.save()', 'whether it may end now."""'),
    ),
    guard(
        "text while typing",
        "tui/screens/work.py",
        f"{STUDY}::test_draft_is_saved_while_typing_and_is_there_again",
        ("SAVE_DELAY = ", "SAVE_DELAY = 1000 + "),
    ),
    guard(
        "signal to the TUI",
        "tui/app.py",
        f"{STUDY}::test_a_signal_stops_the_run_and_saves_the_text",
        ("        self._end_on_signals()\n", ""),
    ),
    guard(
        "terminal gone for ever",
        "tui/main.py",
        "tui/test_main.py::test_a_terminal_that_goes_away_ends_the_process",
        ("app.owns_process = True", "app.owns_process = False"),
    ),
    guard(
        "terminal gone without a signal",
        "tui/app.py",
        "tui/test_main.py::test_a_terminal_that_goes_away_ends_the_process[without a signal]",
        ("threading.Thread(target=self._watch_terminal, args=(loop,), daemon=True).start()", "pass"),
    ),
    guard(
        "quit in the middle of a run",
        "tui/screens/study.py",
        f"{STUDY}::test_quitting_during_a_run_waits_for_the_clean_up",
        ("        self.leaving = True\n        self.action_cancel()", "        self.leaving = True"),
        ("        self.cancel.set()\n        self._write()", "        self._write()"),
    ),
    guard(
        "bug of ours in a command",
        "cli/console.py",
        "cli/test_faults.py::test_a_bug_of_ours_is_a_sentence_and_a_log",
        ("except Exception as error:  # the outermost", "except KeyError as error:  # the outermost"),
    ),
    guard(
        "bug of ours in the TUI",
        "tui/desk.py",
        f"{STUDY}::test_fault_of_ours_is_a_sentence_and_goes_to_the_log",
        ("except Exception as error:  # the one", "except KeyError as error:  # the one"),
    ),
    guard(
        "progress cannot be written",
        "cli/grading.py",
        f"{GRADE}::test_a_verdict_does_not_need_the_progress_store",
        ("except StoreError as error:  # the verdict", "except KeyError as error:  # the verdict"),
    ),
    guard(
        "disk full",
        "session/store.py",
        "session/test_store.py::test_a_full_disk_is_a_clear_error_and_keeps_the_old_draft",
        ('if name.startswith("SQLITE_FULL")', 'if name.startswith("nothing")'),
    ),
    guard(
        "rules are no YAML array",
        "engine/rules/loader.py",
        f"{GRADE}::test_rules_that_do_not_load_are_graded_not_fatal[only text]",
        ("if not isinstance(document, YamlSequence):", "if False:"),
        ("if isinstance(document, YamlScalar):", "if False:"),
    ),
    guard(
        "exam: wall clock set back",
        "session/exam_clock.py",
        f"{EXAM}::test_setting_the_wall_clock_gives_no_time",
        ("return since if since >= 0 else wall", "return wall"),
    ),
    guard(
        "exam: wall clock set back over a reboot",
        "session/exam_clock.py",
        f"{EXAM}::test_a_reboot_with_the_wall_clock_set_back_gives_no_more_than_the_time_off",
        ("return max(wall, now.boot_seconds)", "return wall"),
    ),
    guard(
        "exam: edit after the deadline",
        "session/exam.py",
        f"{EXAM}::test_only_what_was_saved_before_the_deadline_counts",
        ("if not over or file.changed_at <= end]", "]"),
    ),
    guard(
        "exam: edit before the deadline that nobody saw",
        "session/exam.py",
        f"{EXAM}::test_only_what_was_saved_before_the_deadline_counts",
        ("if place is not None and (collecting or over):", "if place is not None and collecting and not over:"),
    ),
    guard(
        "exam: change after the end",
        "session/exam.py",
        f"{EXAM}::test_time_counts_while_it_is_open_and_ends_the_exam",
        ("            elif change is not None:", "            if change is not None:"),
    ),
    guard(
        "exam: closed time of a training exam",
        "session/exam.py",
        f"{EXAM}::test_closed_time_counts_as_the_exam_says",
        ("spent = 0.0 if opening and not attempt.counting else", "spent ="),
    ),
    guard(
        "exam: look at a stopped clock",
        "session/exam.py",
        f"{EXAM}::test_a_look_at_a_stopped_clock_changes_nothing",
        (
            "if attempt.counting and attempt.state is ExamState.RUNNING else attempt",
            "if attempt.state is ExamState.RUNNING else attempt",
        ),
    ),
    guard(
        "exam: two begin at once",
        "session/exam_store.py",
        f"{EXAM}::test_processes_that_begin_at_once_begin_one_exam",
        ("    if running is not None:\n", "    if False:\n"),
    ),
    guard(
        "exam: killed while saving",
        "session/store.py",
        f"{EXAM}::test_a_kill_at_any_moment_loses_nothing",
        ('self._db.execute("BEGIN IMMEDIATE")', "pass"),
        ('self._db.execute("COMMIT")', "pass"),
    ),
    guard(
        "text of an earlier variant",
        "session/sittings.py",
        "session/test_figures.py::test_a_new_sitting_keeps_the_text_of_the_one_before",
        ("        if not keep_drafts:\n            db.execute(\n", "        if not keep_drafts:\n            str(\n"),
    ),
    guard(
        "older text of a merge",
        "session/merging.py",
        "session/test_archive.py::test_a_merge_keeps_both_sides",
        ('        _keep_earlier(db, {**row, "sitting": None})', "        pass"),
    ),
    guard(
        "exam text of a merge",
        "session/merging.py",
        "session/test_archive.py::test_an_exam_that_ended_elsewhere_ends_here_and_loses_no_text",
        ('        _keep_exam_texts(db, number, row, tables["exam_draft"])', "        pass"),
    ),
    guard(
        "reset without a backup",
        "session/archive.py",
        "session/test_archive.py::test_no_reset_without_its_backup",
        ("        _write(backup, _everything(store))", "        pass"),
    ),
    guard(
        "import that is damaged in the middle",
        "session/archive.py",
        "session/test_archive.py::test_a_file_that_cannot_be_merged_changes_nothing",
        ("not _fits(row[name], kind)", "False"),
    ),
    guard(
        "exam: file deleted while it runs",
        "session/exam_folder.py",
        f"{EXAM}::test_what_is_missing_in_the_folder_is_written_again",
        ("            if _write_new(path, draft.text):", "            if False:"),
    ),
    guard(
        "exam: file cannot be read",
        "session/exam_folder.py",
        f"{EXAM}::test_a_file_that_cannot_be_read_is_told_of_and_keeps_its_draft",
        ("except (OSError, TrainerError) as error:", "except KeyError as error:"),
    ),
    guard(
        "exam: store of version 1",
        "session/store.py",
        f"{EXAM}::test_an_old_store_is_upgraded_in_place_and_keeps_everything",
        ("_MIGRATIONS[_known_version(db, path) :]", "_MIGRATIONS[:1]"),
    ),
    guard(
        "exam: Ctrl-C while it begins",
        "cli/exam.py",
        "cli/test_exam.py::test_an_exam_that_does_not_begin_leaves_no_folder",
        ("            take_away(written, folder)", "            pass"),
    ),
    guard(
        "exam: pack is gone",
        "cli/exam.py",
        "cli/test_exam.py::test_a_pack_that_is_gone_keeps_nobody_from_their_files",
        ("    except PackError as error:\n        narrate", "    except KeyError as error:\n        narrate"),
    ),
    guard(
        "exam: not passed rounded up",
        "grading/exam_report.py",
        "grading/test_exam_report.py::test_the_line_is_exact_and_never_rounded_up",
        ("self.score * 100 >= self.max_score * self.pass_percent", "round(self.percent) >= self.pass_percent"),
    ),
    guard(
        "exam: text becomes markup",
        "grading/exam_export.py",
        "grading/test_exam_report.py::test_html_shows_every_text_and_runs_none",
        ('f"<td>{escape(cell)}</td>"', 'f"<td>{cell}</td>"'),
    ),
    guard(
        "exam: text becomes a formula",
        "grading/exam_export.py",
        "grading/test_exam_report.py::test_csv_has_a_line_per_criterion_and_no_formula",
        ('value.startswith(("=", "+", "-", "@", "\\t", "\\r"))', "False"),
    ),
    guard(
        "exam: early draw takes what a later one needs",
        "content/blueprints.py",
        "content/test_exams.py::test_an_early_draw_leaves_a_later_one_what_it_needs",
        ("if draw.fits(exercise) and _can_all_sit(places[number + 1 :], others):", "if draw.fits(exercise):"),
    ),
    guard(
        "recording cut off",
        "events/recording.py",
        "cli/test_rules.py::test_truncated_recording",
        ('raise RecordingError(f"{name}, line {number} is not JSON: {error}", _RECORD_AGAIN)', "raise"),
    ),
)


def fails_without(found: Guard) -> str:
    """Empty when the test fails, as it should; otherwise what is wrong."""
    with tempfile.TemporaryDirectory(prefix="cks-guards-") as folder:
        copy = Path(folder)
        for name in ("trainer", "tests", "exercises", "scenarios"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        path = copy / found.file
        text = path.read_text(encoding="utf-8")
        for before, after in found.edits:
            if before not in text:
                return f"the guard is not where it was: {before.strip().splitlines()[0]}"
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-x", "-p", "no:cacheprovider", found.test]
        try:
            done = subprocess.run(
                command, cwd=copy, timeout=SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
        except subprocess.TimeoutExpired:
            return ""
    if done.returncode == 0:
        return "its test passes without it" + (", or was skipped" if "skipped" in done.stdout else "")
    if done.returncode in (4, 5):
        return f"its test does not exist: {found.test}"
    return ""


def main(arguments: Sequence[str]) -> int:
    chosen = [found for found in GUARDS if not arguments or any(word in found.fault for word in arguments)]
    bad = 0
    with ThreadPoolExecutor(2) as pool:
        for found, problem in zip(chosen, pool.map(fails_without, chosen), strict=True):
            bad += bool(problem)
            print(
                f"{'no' if problem else 'ok':<3} {found.fault:<36} {found.test.split('::')[-1]}{': ' + problem if problem else ''}",
                flush=True,
            )
    print(f"{len(chosen) - bad} of {len(chosen)} guards have a test that fails without them")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
