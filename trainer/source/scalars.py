"""Decoding one YAML scalar as yaml-cpp does, and remembering where every character of its value stands in the file."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from enum import Enum

_ANY_BREAK = r"\r\n|\n|\r"
BREAK = re.compile(_ANY_BREAK)
_DOCUMENT = re.compile(r"(?:---|\.\.\.)(?=[ \t\r\n]|\Z)")
_STOP = {
    "plain": re.compile(r":(?=[ \t\r\n]|\Z)|[ \t]#|\r|\n|\x00"),
    "flow": re.compile(r":(?=[ \t\r\n,\]}]|\Z)|[,?\[\]{}]|[ \t]#|\r|\n|\x00"),
    "single": re.compile(r"'|\r|\n"),
    "double": re.compile(r"[\"\\\r\n]"),
    "block": re.compile(r"[\r\n\x00]"),
}
_END = {
    "plain": re.compile(r":(?=[ \t\r\n]|\Z)|(?:[ \t]|\r\n|\n|\r)#"),
    "flow": re.compile(r":(?=[ \t\r\n,\]}]|\Z)|[,?\[\]{}]|(?:[ \t]|\r\n|\n|\r)#"),
    "single": re.compile(r"'(?!')"),
    "double": re.compile(r'"'),
    "block": re.compile(r"(?!)"),
}
_SIMPLE_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}


class Fold(Enum):
    KEEP = 0
    BLOCK = 1
    FLOW = 2


class Chomp(Enum):
    STRIP = -1
    CLIP = 0
    KEEP = 1


class YamlProblem(Exception):
    """Leaves the scanner with yaml-cpp's message; ``compose`` turns it into a value."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


@dataclass
class ScalarScan:
    """One scan: what kind of scalar, where it is, and the characters found so far."""

    text: str
    pos: int
    line_start: int
    kind: str
    """plain, flow (plain inside brackets), single, double or block."""
    indent: int = 0
    fold: Fold = Fold.FLOW
    chomp: Chomp = Chomp.CLIP
    detect_indent: bool = False
    at_new_line: bool = False
    """True when the scalar ended because a line was indented less."""
    chars: list[str] = field(default_factory=list)
    starts: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I"))
    last_escaped: int = -1

    def run(self) -> None:
        text, size = self.text, len(self.text)
        quoted = self.kind in ("single", "double")
        plain = self.kind in ("plain", "flow")
        stop, end = _STOP[self.kind], _END[self.kind]
        past_break = self.fold is Fold.FLOW
        found_text = empty_line = more_indented = folded_more_indented = False
        folded = 0
        while self.pos < size:
            # The rest of this line.
            kept = len(self.chars)
            escaped_break = False
            if self.pos == self.line_start and _DOCUMENT.match(text, self.pos) and not end.match(text, self.pos):
                if quoted:
                    raise YamlProblem(self.pos, "illegal document indicator in scalar")
                if plain:
                    break
            while self.pos < size:
                match = stop.search(text, self.pos)
                upto = match.start() if match else size
                if upto > self.pos:
                    found_text = past_break = True
                    chunk = text[self.pos : upto]
                    self._copy(self.pos, upto)
                    if stripped := len(chunk.rstrip(" \t")):
                        kept = len(self.chars) - len(chunk) + stripped
                    self.pos = upto
                    continue
                if end.match(text, self.pos) or BREAK.match(text, self.pos):
                    break
                found_text = past_break = True
                char = text[self.pos]
                if char == "\\" and BREAK.match(text, self.pos + 1):
                    self.pos += 1
                    kept = self.last_escaped = len(self.chars)
                    escaped_break = True
                    break
                if char in "\\'\0":
                    self._escape(char)
                    kept = self.last_escaped = len(self.chars)
                else:
                    self._copy(self.pos, self.pos + 1)
                    self.pos += 1
                    if char not in " \t":
                        kept = len(self.chars)
            if self.pos >= size:
                if quoted:
                    raise YamlProblem(self.pos, "illegal EOF in scalar")
                break
            if end.match(text, self.pos):
                if quoted:
                    self.pos += 1
                break
            if self.fold is Fold.FLOW:
                self._cut(kept)
            # The line break and the next line's indentation.
            break_start = self.pos
            self._eat_break()
            self._indentation(found_text, end, plain)
            next_empty = BREAK.match(text, self.pos) is not None
            next_indented = text[self.pos : self.pos + 1] in (" ", "\t") and self.pos < size
            if self.fold is Fold.BLOCK and folded == 0 and next_empty:
                folded_more_indented = more_indented
            column = self.pos - self.line_start
            if past_break:
                place = (break_start, self.line_start if self.line_start > break_start else break_start + 1)
                if self.fold is Fold.KEEP:
                    self._put("\n", place)
                elif self.fold is Fold.FLOW:
                    if next_empty:
                        self._put("\n", place)
                    elif not empty_line and not escaped_break:
                        self._put(" ", place)
                else:
                    if not (empty_line or next_empty or more_indented or next_indented) and column >= self.indent:
                        self._put(" ", place)
                    elif next_empty:
                        folded += 1
                    else:
                        self._put("\n", place)
                    if not next_empty and folded:
                        self._put("\n" * (folded - 1), place)
                        if folded_more_indented or next_indented or not found_text:
                            self._put("\n", place)
                        folded = 0
            empty_line, more_indented, past_break = next_empty, next_indented, True
            if not empty_line and column < self.indent:
                self.at_new_line = True
                break
        self._finish(plain)

    @property
    def value(self) -> str:
        return "".join(self.chars)

    def _copy(self, start: int, end: int) -> None:
        self.chars.extend(self.text[start:end])
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))

    def _put(self, what: str, place: tuple[int, int]) -> None:
        for char in what:
            self.chars.append(char)
            self.starts.append(place[0])
            self.ends.append(place[1])

    def _cut(self, size: int) -> None:
        del self.chars[size:], self.starts[size:], self.ends[size:]

    def _eat_break(self) -> None:
        match = BREAK.match(self.text, self.pos)
        assert match is not None
        self.pos = match.end()
        if match.group().endswith("\n"):
            self.line_start = self.pos

    def _indentation(self, found_text: bool, end: re.Pattern[str], plain: bool) -> None:
        text, size = self.text, len(self.text)
        detecting = self.detect_indent and not found_text
        while self.pos < size and text[self.pos] == " " and (detecting or self.pos - self.line_start < self.indent):
            if end.match(text, self.pos):
                break
            self.pos += 1
        if detecting:
            self.indent = max(self.indent, self.pos - self.line_start)
        tabs_refused = plain or self.kind == "block"
        while self.pos < size and text[self.pos] in " \t":
            if text[self.pos] == "\t" and tabs_refused and self.pos - self.line_start < self.indent:
                raise YamlProblem(self.pos, "illegal tab when looking for indentation")
            if self.kind == "block" or end.match(text, self.pos):
                break
            self.pos += 1

    def _escape(self, char: str) -> None:
        """An escape sequence; NUL counts as one outside quotes, because yaml-cpp's 'no escape character' is NUL."""
        start = self.pos
        following = self.text[start + 1 : start + 2]
        self.pos = start + 2
        if char == "'":
            if self.kind == "single":
                self._put("'", (start, self.pos))
                return
        elif following in _SIMPLE_ESCAPES:
            self._put(_SIMPLE_ESCAPES[following], (start, self.pos))
            return
        elif following in _HEX_ESCAPES:
            self._hex(start, _HEX_ESCAPES[following])
            return
        raise YamlProblem(min(self.pos, len(self.text) + 1), f"unknown escape character: {following or chr(4)}")

    def _hex(self, start: int, digits: int) -> None:
        code = self.text[start + 2 : start + 2 + digits]
        for index in range(digits):
            if index >= len(code) or code[index] not in "0123456789abcdefABCDEF":
                raise YamlProblem(start + 2 + index, "bad character found while scanning hex number")
        self.pos = start + 2 + digits
        number = int(code, 16)
        if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF:
            raise YamlProblem(self.pos, f"invalid unicode: {number}")
        self._put(chr(number), (start, self.pos))

    def _finish(self, plain: bool) -> None:
        chars = self.chars
        if plain:
            keep = len(chars)
            while keep and chars[keep - 1] in " \t":
                keep -= 1
            self._cut(max(keep, self.last_escaped if self.last_escaped >= 0 else 0))
        if self.chomp is Chomp.KEEP:
            return
        keep = len(chars)
        while keep and chars[keep - 1] == "\n":
            keep -= 1
        keep = max(keep, self.last_escaped)
        if self.chomp is Chomp.CLIP and keep and keep < len(chars):
            keep += 1
        self._cut(keep)
