"""YAML tokens in yaml-cpp's way, which is the YAML that Falco reads.

PyYAML differs in what it accepts (tabs, simple keys, stray characters, documents) and in where it points, so it cannot tell
a learner what Falco would say. The rules here follow yaml-cpp's behaviour: tokens whose simple keys a later colon confirms.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from trainer.source import patterns
from trainer.source.scalars import BREAK, Chomp, Fold, ScalarScan, YamlProblem
from trainer.source.tokens import Indent, Kind, SimpleKey, Status, Token

_MAX_FLOWS = 10_000
"""Far deeper than what is composed; each may be a key, so it is scanned to its end before it is composed, and kept."""


@dataclass
class Scanner:
    text: str
    pos: int = 0
    line_start: int = 0
    tokens: deque[Token] = field(default_factory=deque)
    flows: list[str] = field(default_factory=list)
    indents: list[Indent] = field(default_factory=lambda: [Indent(-1, None)])
    simple_keys: list[SimpleKey] = field(default_factory=list)
    key_allowed: bool = True
    scalar_allowed: bool = True
    json_flow: bool = False
    ended: bool = False

    # What the composer uses.

    def peek(self) -> Token | None:
        """Next confirmed token, or None at the end of the stream."""
        tokens = self.tokens
        while True:
            while tokens:
                first = tokens[0]
                status = first.status
                if status is Status.VALID:
                    return first
                if status is Status.UNVERIFIED:
                    break
                tokens.popleft()
            if self.ended:
                return None
            self._next()

    def pop(self) -> None:
        if self.peek() is not None:
            self.tokens.popleft()

    # One token.

    @property
    def _column(self) -> int:
        return self.pos - self.line_start

    def _push(self, kind: Kind, start: int, length: int = 0) -> Token:
        token = Token(kind, start, start + length)
        self.tokens.append(token)
        return token

    def _next(self) -> None:
        self._to_next_token()
        self._pop_indents()
        text, pos = self.text, self.pos
        if pos >= len(text):
            self._end_stream()
            return
        char = text[pos]
        flow = bool(self.flows)
        if pos == self.line_start:
            if char == "%":
                return self._directive()
            if patterns.DOC_START.match(text, pos):
                return self._document(Kind.DOC_START)
            if patterns.DOC_END.match(text, pos):
                return self._document(Kind.DOC_END)
        if char in "[{":
            return self._flow_start(char)
        if char in "]}":
            return self._flow_end(char)
        if char == ",":
            return self._flow_entry()
        if char == "-" and patterns.BLOCK_ENTRY.match(text, pos):
            return self._block_entry()
        if char == "?" and patterns.KEY.match(text, pos):
            return self._key()
        if char == ":" and self._is_value(flow):
            return self._value()
        if char in "*&":
            return self._anchor(char)
        if char == "!":
            return self._tag()
        if not flow and char in "|>":
            return self._block_scalar(char)
        if char in "'\"":
            return self._flow_scalar(Kind.QUOTED, "single" if char == "'" else "double")
        if not (patterns.NOT_PLAIN_IN_FLOW if flow else patterns.NOT_PLAIN).match(text, pos):
            return self._flow_scalar(Kind.PLAIN, "flow" if flow else "plain")
        raise YamlProblem(pos, "unknown token")

    def _is_value(self, flow: bool) -> bool:
        if not flow:
            return patterns.VALUE.match(self.text, self.pos) is not None
        return self.json_flow or patterns.VALUE_IN_FLOW.match(self.text, self.pos) is not None

    def _to_next_token(self) -> None:
        text, size = self.text, len(self.text)
        while self.pos < size:
            if match := patterns.WHITE.match(text, self.pos):
                if not self.flows and "\t" in match.group():
                    self.key_allowed = False
                self.pos = match.end()
            if text[self.pos : self.pos + 1] == "#" and (rest := patterns.LINE_REST.match(text, self.pos)):
                self.pos = rest.end()
            end = BREAK.match(text, self.pos)
            if end is None:
                return
            self._invalidate_key()
            self.pos = end.end()
            if end.group().endswith("\n"):
                self.line_start = self.pos
            self.scalar_allowed = True
            if not self.flows:
                self.key_allowed = True

    def _end_stream(self) -> None:
        self.line_start = self.pos
        self._pop_all_indents()
        self.simple_keys.clear()
        self.key_allowed = False
        self.ended = True
        for token in self.tokens:
            # yaml-cpp hands out a key that it never confirmed: ``a: 1`` and then ``b`` at the end of input is a map of both.
            if token.status is Status.UNVERIFIED:
                token.status = Status.VALID

    # Indentation.

    def _push_indent(self, column: int, kind: Kind, status: Status = Status.VALID) -> Indent | None:
        if self.flows:
            return None
        last = self.indents[-1]
        if column < last.column:
            return None
        if column == last.column and not (kind is Kind.BLOCK_SEQ_START and last.kind is Kind.BLOCK_MAP_START):
            return None
        token = self._push(kind, self.pos)
        token.status = status
        self.indents.append(Indent(column, kind, status, token))
        return self.indents[-1]

    def _pop_indents(self) -> None:
        if self.flows:
            return
        column = self._column
        while self.indents:
            top = self.indents[-1]
            if top.column < column:
                break
            if top.column == column and not (
                top.kind is Kind.BLOCK_SEQ_START and not patterns.BLOCK_ENTRY.match(self.text, self.pos)
            ):
                break
            self._pop_indent()
        while self.indents and self.indents[-1].status is Status.INVALID:
            self._pop_indent()

    def _pop_all_indents(self) -> None:
        if self.flows:
            return
        while self.indents and self.indents[-1].kind is not None:
            self._pop_indent()

    def _pop_indent(self) -> None:
        top = self.indents.pop()
        if top.status is not Status.VALID:
            self._invalidate_key()
        elif top.kind is not None:
            self._push(Kind.BLOCK_SEQ_END if top.kind is Kind.BLOCK_SEQ_START else Kind.BLOCK_MAP_END, self.pos)

    # Simple keys.

    def _insert_key(self) -> None:
        level = len(self.flows)
        if not self.key_allowed or (self.simple_keys and self.simple_keys[-1].flow_level == level):
            return
        indent = None if self.flows else self._push_indent(self._column, Kind.BLOCK_MAP_START, Status.UNVERIFIED)
        token = self._push(Kind.KEY, self.pos)
        token.status = Status.UNVERIFIED
        self.simple_keys.append(SimpleKey(self.pos, self.line_start, level, token, indent))

    def _invalidate_key(self) -> None:
        if self.simple_keys and self.simple_keys[-1].flow_level == len(self.flows):
            self.simple_keys.pop().settle(Status.INVALID)

    def _verify_key(self) -> bool:
        if not self.simple_keys or self.simple_keys[-1].flow_level != len(self.flows):
            return False
        key = self.simple_keys.pop()
        valid = self.line_start == key.line_start and self.pos - key.pos <= 1024
        key.settle(Status.VALID if valid else Status.INVALID)
        return valid

    # Kinds of tokens.

    def _reset(self) -> None:
        self._pop_all_indents()
        self.simple_keys.clear()
        self.key_allowed = self.json_flow = False

    def _directive(self) -> None:
        self._reset()
        start = self.pos
        rest = patterns.LINE_REST.match(self.text, start + 1)
        assert rest is not None
        words = rest.group().split("#", 1)[0].split()
        token = self._push(Kind.DIRECTIVE, start)
        token.value, token.params = (words[0], tuple(words[1:])) if words else ("", ())
        self.pos = token.end = rest.end()

    def _document(self, kind: Kind) -> None:
        self._reset()
        self._push(kind, self.pos, 3)
        self.pos += 3

    def _flow_start(self, char: str) -> None:
        if len(self.flows) >= _MAX_FLOWS:
            raise YamlProblem(self.pos, "bad file")
        self._insert_key()
        self.key_allowed, self.json_flow = True, False
        self.flows.append(char)
        self._push(Kind.FLOW_SEQ_START if char == "[" else Kind.FLOW_MAP_START, self.pos, 1)
        self.pos += 1

    def _solo_entry(self) -> None:
        """A flow map's key without a colon."""
        if self.flows and self.flows[-1] == "{":
            if self._verify_key():
                self._push(Kind.VALUE, self.pos)
        elif self.flows:
            self._invalidate_key()

    def _flow_end(self, char: str) -> None:
        if not self.flows:
            raise YamlProblem(self.pos, "illegal flow end")
        self._solo_entry()
        self.key_allowed, self.json_flow = False, True
        if self.flows[-1] != ("[" if char == "]" else "{"):
            raise YamlProblem(self.pos, "illegal flow end")
        self.flows.pop()
        self._push(Kind.FLOW_SEQ_END if char == "]" else Kind.FLOW_MAP_END, self.pos, 1)
        self.pos += 1

    def _flow_entry(self) -> None:
        self._solo_entry()
        self.key_allowed, self.json_flow = True, False
        self._push(Kind.FLOW_ENTRY, self.pos, 1)
        self.pos += 1

    def _block_entry(self) -> None:
        if self.flows or not self.key_allowed:
            raise YamlProblem(self.pos, "illegal block entry")
        self._push_indent(self._column, Kind.BLOCK_SEQ_START)
        self.key_allowed, self.json_flow = True, False
        self._push(Kind.BLOCK_ENTRY, self.pos, 1)
        self.pos += 1

    def _key(self) -> None:
        if not self.flows:
            if not self.key_allowed:
                raise YamlProblem(self.pos, "illegal map key")
            self._push_indent(self._column, Kind.BLOCK_MAP_START)
        self.key_allowed = not self.flows
        self._push(Kind.KEY, self.pos, 1)
        self.pos += 1

    def _value(self) -> None:
        simple = self._verify_key()
        self.json_flow = False
        if simple:
            self.key_allowed = False
        else:
            if not self.flows:
                if not self.key_allowed:
                    raise YamlProblem(self.pos, "illegal map value")
                self._push_indent(self._column, Kind.BLOCK_MAP_START)
            self.key_allowed = not self.flows
        self.scalar_allowed = True
        self._push(Kind.VALUE, self.pos, 1)
        self.pos += 1

    def _anchor(self, char: str) -> None:
        self._insert_key()
        self.key_allowed = self.json_flow = False
        start = self.pos
        match = patterns.ANCHOR.match(self.text, start + 1)
        assert match is not None
        self.pos = match.end()
        alias = char == "*"
        if not match.group():
            raise YamlProblem(self.pos, "alias not found after *" if alias else "anchor not found after &")
        if self.pos < len(self.text) and self.text[self.pos] not in "?:,]}%@` \t\r\n":
            raise YamlProblem(self.pos, f"illegal character found while scanning {'alias' if alias else 'anchor'}")
        self._push(Kind.ALIAS if alias else Kind.ANCHOR, start, self.pos - start).value = match.group()

    def _tag(self) -> None:
        self._insert_key()
        self.key_allowed = self.json_flow = False
        start, text = self.pos, self.text
        if text[start + 1 : start + 2] == "<":
            match = patterns.URI.match(text, start + 2)
            assert match is not None
            if text[match.end() : match.end() + 1] != ">":
                raise YamlProblem(match.end(), "end of verbatim tag not found")
            self.pos = match.end() + 1
        else:
            word = patterns.WORD.match(text, start + 1)
            tag = patterns.TAG.match(text, start + 1)
            assert word is not None
            assert tag is not None
            self.pos = tag.end()
            if text[self.pos : self.pos + 1] == "!":
                if word.end() != tag.end():
                    raise YamlProblem(word.end(), "illegal character found while scanning tag handle")
                suffix = patterns.TAG.match(text, self.pos + 1)
                assert suffix is not None
                self.pos = suffix.end()
                if not suffix.group():
                    raise YamlProblem(self.pos, "tag handle with no suffix")
        self._push(Kind.TAG, start, self.pos - start).value = text[start : self.pos]

    # Scalars.

    def _flow_scalar(self, kind: Kind, style: str) -> None:
        if not self.scalar_allowed:
            raise YamlProblem(self.pos, "unexpected scalar")
        start = self.pos
        indent = 0 if kind is Kind.QUOTED or self.flows else self.indents[-1].column + 1 if self.indents else 0
        self._insert_key()
        if kind is Kind.PLAIN and self._usual_scalar(indent):
            return
        chomp = Chomp.CLIP if kind is Kind.QUOTED else Chomp.STRIP
        begin = start + 1 if kind is Kind.QUOTED else start
        scan = ScalarScan(self.text, begin, self.line_start, style, indent, Fold.FLOW, chomp)
        scan.run()
        self._finish_scalar(kind, start, scan, {"single": "'", "double": '"'}.get(style, ""))
        self.key_allowed = scan.at_new_line
        self.json_flow = kind is Kind.QUOTED
        if kind is Kind.QUOTED:
            self.scalar_allowed = bool(self.flows)

    def _usual_scalar(self, indent: int) -> bool:
        """Reads a plain scalar of the kinds that most are of, as ScalarScan would; False where it is another."""
        text, start = self.text, self.pos
        after = False
        if found := (patterns.FLOW_WORD if self.flows else patterns.KEY_WORD).match(text, start):
            end = self.pos = found.end()
        elif not self.flows and (found := patterns.PLAIN_LINE.match(text, start)) and found.end() - found.start(1) < indent:
            end = start + len(text[start : found.start(1) - 1].rstrip(" \t"))
            self.line_start, self.pos, after = found.start(1), found.end(), True
        else:
            return False
        token = self._push(Kind.PLAIN, start, end - start)
        token.value, token.starts, token.ends = text[start:end], range(start, end), range(start + 1, end + 1)
        self.key_allowed, self.json_flow = after, False
        return True

    def _block_scalar(self, char: str) -> None:
        text, start = self.text, self.pos
        header = patterns.BLOCK_HEADER.match(text, start + 1)
        assert header is not None
        chomp, indent, detect = Chomp.CLIP, 1, True
        for index, mark in enumerate(header.group()):
            if mark in "+-":
                chomp = Chomp.KEEP if mark == "+" else Chomp.STRIP
            elif mark == "0":
                raise YamlProblem(start + 2 + index, "cannot set zero indentation for a block scalar")
            else:
                indent, detect = int(mark), False
        pos = header.end()
        if white := patterns.WHITE.match(text, pos):
            pos = white.end()
        if text[pos : pos + 1] == "#" and (rest := patterns.LINE_REST.match(text, pos)):
            pos = rest.end()
        if pos < len(text) and text[pos] not in "\r\n":
            raise YamlProblem(pos, "unexpected character in block scalar")
        if self.indents and self.indents[-1].column >= 0:
            indent += self.indents[-1].column
        fold = Fold.BLOCK if char == ">" else Fold.KEEP
        scan = ScalarScan(text, pos, self.line_start, "block", indent, fold, chomp, detect)
        scan.run()
        self._finish_scalar(Kind.QUOTED, start, scan, char)
        self.key_allowed, self.json_flow = True, False

    def _finish_scalar(self, kind: Kind, start: int, scan: ScalarScan, style: str) -> None:
        self.pos, self.line_start = scan.pos, scan.line_start
        token = self._push(kind, start)
        token.end = scan.pos if kind is Kind.QUOTED and style in ("'", '"') else (scan.ends[-1] if scan.ends else start)
        token.value, token.style, token.starts, token.ends = scan.value, style, scan.starts, scan.ends
