"""What Falco prints about a load: its JSON object and its text."""

from __future__ import annotations

from typing import Any

from trainer.diagnostics import SHORT_TEXT, Code, Diagnostic
from trainer.engine.rules.loader import FileResult, LoadResult

_LONG_TEXT: dict[Code, str] = {
    Code.LOAD_UNKNOWN_SOURCE: "A rule has a unknown event source. This can occur when reading rules content without having a "
    "corresponding plugin loaded, etc. The rule will be silently ignored.",
    Code.LOAD_UNSAFE_NA_CHECK: "Comparing a field value with <NA> is unsafe and can lead to unpredictable behavior of the rule "
    "condition. If you need to check for the existence of a field, consider using the 'exists' operator instead.",
    Code.LOAD_NO_EVTTYPE: "A rule condition matches too many evt.type values. This has a significant performance penalty. Make the "
    "condition more specific by adding an evt.type field or further restricting the number of evt.type values in the condition.",
    Code.LOAD_UNKNOWN_FILTER: "A rule condition or output refers to a field or evt.type that does not exist. This is normally an "
    "error, but if a rule has a skip-if-unknown-filter property, the error is downgraded to a warning.",
    Code.LOAD_UNUSED_MACRO: "A macro is defined in the rules content but is not used by any other macro or rule.",
    Code.LOAD_UNUSED_LIST: "A list is defined in the rules content but is not used by any other list, macro, or rule.",
    Code.LOAD_UNKNOWN_ITEM: "An unknown top-level object is in the rules content. It will be ignored.",
    Code.LOAD_DEPRECATED_ITEM: "A deprecated item is employed by lists, macros, or rules.",
    Code.LOAD_APPEND_NO_VALUES: "A rule exception is overriding/appending with no values",
    Code.LOAD_EXCEPTION_NAME_NOT_UNIQUE: "A rule is defining multiple exceptions with the same name",
    Code.LOAD_INVALID_MACRO_NAME: "A macro is defined with an invalid name",
    Code.LOAD_INVALID_LIST_NAME: "A list is defined with an invalid name",
    Code.LOAD_COMPILE_CONDITION: "A rule condition or output have been parsed with a warning",
    Code.LOAD_UNKNOWN_KEY: "An item in the rules content contains an unrecognized key. The key will be ignored. This may indicate "
    "a typo or a property placed on the wrong item type.",
}


def falco_results(result: LoadResult) -> dict[str, Any]:
    """The object that Falco prints with json_output."""
    return {"falco_load_results": [_file(file) for file in result.files]}


def _file(result: FileResult) -> dict[str, Any]:
    data: dict[str, Any] = {
        "errors": [_entry(diagnostic, SHORT_TEXT[diagnostic.code]) for diagnostic in result.errors],
        "name": result.file.name,
    }
    if result.schema_valid is not None:
        data["schema_valid"] = result.schema_valid
        data["schema_warnings"] = list(result.schema_warnings)
    data["successful"] = result.successful
    data["warnings"] = [_entry(diagnostic, _LONG_TEXT[diagnostic.code]) for diagnostic in result.warnings]
    return data


def _entry(diagnostic: Diagnostic, description: str) -> dict[str, Any]:
    locations = [
        {
            "item_name": link.item_name,
            "item_type": link.item_type,
            "position": {
                "column": link.mark.column,
                "line": link.mark.line,
                "name": link.file_name,
                "offset": link.mark.offset,
            },
        }
        for link in diagnostic.context
    ]
    data: dict[str, Any] = {
        "code": diagnostic.code.value,
        "codedesc": description,
        "context": {"locations": locations, "snippet": diagnostic.snippet},
        "message": diagnostic.message,
    }
    if diagnostic.deprecated_field is not None:
        data["deprecated_field"] = diagnostic.deprecated_field
    return data


def falco_text(result: LoadResult) -> str:
    """The verbose text of ``falco -V``; files are separated by a line break."""
    if result.fatal is not None:
        return result.fatal
    return "\n".join(_text(file) for file in result.files)


def _text(result: FileResult) -> str:
    name = result.file.name
    verdict = "Invalid" if not result.successful else "Ok, with warnings" if result.warnings else "Ok"
    text = f"{name}: {verdict}\n"
    if result.successful and result.warnings:
        return text.removesuffix("\n")
    if result.schema_warnings:
        text += f"{len(result.schema_warnings)} Schema warnings:\n"
        for warning in result.schema_warnings:
            text += f"------\n{warning}\n"
        text += "------\n\n"
    if result.successful:
        return text.removesuffix("\n")
    if result.errors:
        text += f"{len(result.errors)} Errors:\n" + "".join(_block(error) for error in result.errors) + "\n"
    if result.warnings:
        text += f"{len(result.warnings)} Warnings:\n" + "".join(_block(warning) for warning in result.warnings) + "\n"
    return text.removesuffix("\n")


def _block(diagnostic: Diagnostic) -> str:
    text = ""
    for index, link in enumerate(diagnostic.context):
        name = f" '{link.item_name}'" if link.item_name else ""
        lead = "In " if index == 0 else "    "
        text += f"{lead}{link.item_type}{name}: ({link.file_name}:{link.mark.line}:{link.mark.column})\n"
    text += f"------\n{diagnostic.snippet}------\n"
    detail = f": field '{diagnostic.deprecated_field}'" if diagnostic.deprecated_field is not None else ""
    return text + f"{diagnostic.code.value} ({SHORT_TEXT[diagnostic.code]}){detail}: {diagnostic.message}\n"
