from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from trainer.errors import TrainerError
from trainer.source import files, read_source


def test_reads_text_under_the_given_name(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes("é\n".encode())
    assert read_source(path, "r.yaml") == files.SourceFile("r.yaml", "é\n")
    assert read_source(path).name == str(path)


@pytest.mark.parametrize("encoding, bom", [("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)])
def test_byte_order_marks_choose_the_encoding(tmp_path: Path, encoding: str, bom: bytes) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(bom + "- é".encode(encoding))
    assert read_source(path).text == "- é"


def test_bytes_that_are_no_utf8_survive(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(b"- a\xff\n")
    assert read_source(path).text.encode("utf-8", "surrogateescape") == b"- a\xff\n"


def test_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainerError, match="does not exist"):
        read_source(tmp_path / "no.yaml")
    with pytest.raises(TrainerError, match="is a folder"):
        read_source(tmp_path)
    binary = tmp_path / "b"
    binary.write_bytes(b"\x7fELF" + bytes(100))
    with pytest.raises(TrainerError, match="binary"):
        read_source(binary)
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    binary.write_bytes(b"a" * 11)
    with pytest.raises(TrainerError, match="too big"):
        read_source(binary)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The superuser may read everything, so the refusal is made here."""
    path = tmp_path / "r.yaml"
    path.write_text("- a\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TrainerError, match="may not be read by you"):
        read_source(path)
