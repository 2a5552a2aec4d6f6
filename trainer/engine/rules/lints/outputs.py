"""What a rule prints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainer.diagnostics import Code, Diagnostic, Severity, say
from trainer.engine.rules.fixes import closest_field, replace_word
from trainer.engine.rules.lints.notes import Subject, note
from trainer.engine.rules.ruleset import Ruleset
from trainer.source import SourceFile, YamlMapping, YamlScalar, YamlSequence, compose

_TAIL = re.compile(r"[a-zA-Z0-9_]+(?:\.[a-zA-Z0-9_]+)*|(?:\.[a-zA-Z][a-zA-Z0-9_]*)+")


def client_side(subject: Subject) -> Iterator[Diagnostic]:
    if "connect" not in subject.types(most=8):
        return
    output = subject.definition.output
    for match in re.finditer(r"%(fd\.c(ip|port))\b", output.text):
        other = f"%fd.s{match.group(2)}"
        if other in output.text:
            continue
        span = output.span(match.start(), match.end())
        yield note(
            Code.TRN_FIELD_CLIENT_SIDE,
            Severity.WARNING,
            say("{field} is the connecting program's own end", field=match.group(1)),
            span,
            say("On connect the container is the client (fd.cip, fd.cport). Where it connects to is {field}.", field=other[1:]),
            replace_word(span, match.group(), other),
        )


def field_tail(subject: Subject) -> Iterator[Diagnostic]:
    """``%proc.namespace`` prints proc.name and the text ``space``: Falco takes the longest part that is a field."""
    output, text = subject.definition.output, subject.rule.output_text
    if text != output.text:
        return
    for token in subject.rule.output.fields:
        # The compiled text begins with Falco's own `*`.
        start, end = token.start - 1, token.end - 1
        tail = _TAIL.match(text, end)
        if tail is None or token.text.endswith(("]", ")")):
            continue
        word, span = token.text + tail.group(), output.span(start, tail.end())
        meant = closest_field(word)
        words = say("Falco takes the longest part that is a field. Put a blank or another sign behind the name.")
        fix = None
        if meant is not None and meant != token.text:
            words = say("Falco takes the longest part that is a field; did you mean `%{meant}`?", meant=meant)
        if meant is not None and (meant != token.text or tail.group().startswith(".")):
            fix = replace_word(span, word, meant)
        yield note(
            Code.TRN_FIELD_TAIL,
            Severity.WARNING,
            say("`%{word}` is printed as %{field} and the text `{tail}`", word=word, field=token.text, tail=tail.group()),
            span,
            words,
            fix,
        )


def extended_outputs(ruleset: Ruleset, file: SourceFile, appended: str) -> list[Diagnostic]:
    """A note on each output of ``file`` that Falco's configuration makes longer.

    ``appended`` is what ``append_output`` puts behind it: its extra_output, or the fields of ``suggested_output: true``. It is no
    part of loading, since a rules file does not say how Falco is configured.
    """
    found: list[Diagnostic] = []
    if not appended.strip():
        return found
    for document in compose(file).documents:
        for item in document.items if isinstance(document, YamlSequence) else ():
            name, output = (item.get("rule"), item.get("output")) if isinstance(item, YamlMapping) else (None, None)
            if not isinstance(name, YamlScalar) or not isinstance(output, YamlScalar) or ruleset.rule(name.value) is None:
                continue
            found.append(
                note(
                    Code.TRN_OUTPUT_EXTENDED,
                    Severity.INFO,
                    say("Falco adds `{text}` to this output", text=appended.strip()),
                    output.span,
                    say(
                        "append_output in falco.yaml puts more fields behind every output. Where a task asks for these fields and "
                        "nothing else, take its entry out (`append_output: []`)."
                    ),
                )
            )
    return found
