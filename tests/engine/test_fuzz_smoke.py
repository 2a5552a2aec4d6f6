"""A few hundred of the fuzzer's documents, always the same: `make fuzz` runs hundreds of thousands, and measures their times."""

from __future__ import annotations

import pytest

from tests.fuzz_checks import KINDS, Broken, Document, Watch, check_memory, document_of, forget, size_of
from trainer.engine.evaluate import predicates
from trainer.source import SourceFile

COUNTS = {"condition": 300, "rules": 80, "recording": 50, "output": 200}

_DEEP = "tolower(" * 900 + "proc.name" + ")" * 900
FOUND = [
    pytest.param("rules", ("- rule: [",), id="an error behind the end of the file"),
    pytest.param("rules", ("%YAML " + "9" * 5000 + ".1\n---\n",), id="a version of too many digits"),
    pytest.param("rules", ("- required_engine_version: 0." + "9" * 5000 + ".0\n",), id="an engine of too many digits"),
    pytest.param("condition", (_DEEP + " = x",), id="transformers too deep for the stack"),
    pytest.param("condition", ("fd.port intersects (\udcff)",), id="a port that is no text"),
    pytest.param("condition", ("proc.aname[" + "9" * 5000 + "] = x",), id="an index of too many digits"),
    pytest.param("output", ("%999999999999proc.name",), id="a width beyond the memory"),
    pytest.param("output", ("%" + "9" * 5000 + "proc.name",), id="a width of too many digits"),
    pytest.param("recording", ('{"a.b": {"$map": 1}}',), id="a map that is none"),
    pytest.param("recording", ('{"fd.type": {"": ""}, "evt.type": "open"}',), id="a type that is no text"),
    pytest.param("recording", ('{"a.b": 1, "evt.rawtime": 1180591620717411303424}',), id="a time after the end of time"),
]


@pytest.mark.parametrize("kind, document", FOUND)
def test_what_was_found_once_stays_mended(kind: str, document: Document) -> None:
    KINDS[kind].check(document, Watch(size_of(document), timing=False))


def test_an_error_is_said_again_after_an_edit_beside_it() -> None:
    """A list of the second file breaks the first file's macro: what was made of the macro before must not come back."""
    first = SourceFile("a.yaml", "- macro: m\n  condition: fd.names = l0 or proc.name = x\n")
    check_memory([first, SourceFile("b.yaml", "- list: l0\n  items: [a, b]\n# x\n")])


@pytest.mark.parametrize("kind", KINDS)
def test_generated_documents_are_answered(kind: str) -> None:
    forget()
    for number in range(COUNTS[kind]):
        document = document_of(kind, 7, number)
        try:
            KINDS[kind].check(document, Watch(size_of(document), timing=False))
        except Exception as error:
            raise AssertionError(f"{kind}:{number} of seed 7: {error!r}\n{document!a}") from error


def test_a_document_depends_on_its_number_alone() -> None:
    for kind in KINDS:
        assert document_of(kind, 7, 3) == document_of(kind, 7, 3)
        assert len({document_of(kind, 7, number) for number in range(50)}) > 25


def test_a_fault_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks themselves can fail: a `not` that is compiled to nothing is found."""
    monkeypatch.setattr(predicates, "negated", lambda test: test)
    with pytest.raises(Broken, match="matches says"):
        KINDS["condition"].check(("not proc.name exists",), Watch(20, timing=False))
