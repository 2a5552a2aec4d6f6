"""How the scanner tells YAML's tokens apart, after yaml-cpp (exp.h)."""

from __future__ import annotations

import re

_BLANK_BREAK_END = r"(?=[ \t\r\n]|\Z)"
DOC_START = re.compile(r"---" + _BLANK_BREAK_END)
DOC_END = re.compile(r"\.\.\." + _BLANK_BREAK_END)
BLOCK_ENTRY = re.compile(r"-" + _BLANK_BREAK_END)
KEY = re.compile(r"\?(?=[ \t\r\n])")
VALUE = re.compile(r":" + _BLANK_BREAK_END)
VALUE_IN_FLOW = re.compile(r":(?=[ \t\r\n,\]}]|\Z)")
NOT_PLAIN = re.compile(r"[ \t\r\n,\[\]{}#&*!|>'\"%@`]|[-?:](?:[ \t\r\n]|\Z)")
NOT_PLAIN_IN_FLOW = re.compile(r"[ \t\r\n?,\[\]{}#&*!|>'\"%@`]|[-:](?:[ \t]|\Z)")
WHITE = re.compile(r"[ \t]+")
LINE_REST = re.compile(r"[^\r\n]*")
ANCHOR = re.compile(r"[^\[\]{}, \t\r\n]*")
BLOCK_HEADER = re.compile(r"[+-][0-9]|[0-9][+-]|[+-]|[0-9]|")
WORD = re.compile(r"[A-Za-z0-9-]*")
TAG = re.compile(r"(?:[A-Za-z0-9#;/?:@&=+$_.~*'()-]|%[0-9A-Fa-f]{2})*")
URI = re.compile(r"(?:[A-Za-z0-9#;/?:@&=+$,_.!~*'()\[\]-]|%[0-9A-Fa-f]{2})*")
KEY_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?=:[ \t\r\n])")
FLOW_WORD = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./-]*(?=[,\]])")
PLAIN_LINE = re.compile(r"[A-Za-z0-9_/][^\r\n\0:#]*\n( *)(?=[^ \t\r\n#])")
"""All of a scalar that ends with its line, and the next line's indentation."""
