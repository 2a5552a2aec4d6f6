"""Registry of diagnostic codes: Falco's own (LOAD_*), and the trainer's (TRN_*)."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    # Errors of Falco 0.44 (language.md section 3.1).
    LOAD_ERR_FILE_READ = "LOAD_ERR_FILE_READ"
    LOAD_ERR_YAML_PARSE = "LOAD_ERR_YAML_PARSE"
    LOAD_ERR_YAML_VALIDATE = "LOAD_ERR_YAML_VALIDATE"
    LOAD_ERR_COMPILE_CONDITION = "LOAD_ERR_COMPILE_CONDITION"
    LOAD_ERR_COMPILE_OUTPUT = "LOAD_ERR_COMPILE_OUTPUT"
    LOAD_ERR_VALIDATE = "LOAD_ERR_VALIDATE"
    # Warnings of Falco 0.44 (section 3.2).
    LOAD_UNKNOWN_SOURCE = "LOAD_UNKNOWN_SOURCE"
    LOAD_UNSAFE_NA_CHECK = "LOAD_UNSAFE_NA_CHECK"
    LOAD_NO_EVTTYPE = "LOAD_NO_EVTTYPE"
    LOAD_UNKNOWN_FILTER = "LOAD_UNKNOWN_FILTER"
    LOAD_UNUSED_MACRO = "LOAD_UNUSED_MACRO"
    LOAD_UNUSED_LIST = "LOAD_UNUSED_LIST"
    LOAD_UNKNOWN_ITEM = "LOAD_UNKNOWN_ITEM"
    LOAD_DEPRECATED_ITEM = "LOAD_DEPRECATED_ITEM"
    LOAD_APPEND_NO_VALUES = "LOAD_APPEND_NO_VALUES"
    LOAD_EXCEPTION_NAME_NOT_UNIQUE = "LOAD_EXCEPTION_NAME_NOT_UNIQUE"
    LOAD_INVALID_MACRO_NAME = "LOAD_INVALID_MACRO_NAME"
    LOAD_INVALID_LIST_NAME = "LOAD_INVALID_LIST_NAME"
    LOAD_COMPILE_CONDITION = "LOAD_COMPILE_CONDITION"
    LOAD_UNKNOWN_KEY = "LOAD_UNKNOWN_KEY"
    # The trainer's own.
    TRN_FATAL = "TRN_FATAL"
    TRN_CONTENT = "TRN_CONTENT"
    TRN_RULE_NAME_TYPO = "TRN_RULE_NAME_TYPO"
    TRN_SHADOWED = "TRN_SHADOWED"
    TRN_NO_CONTAINER = "TRN_NO_CONTAINER"
    TRN_ONLY_OPEN = "TRN_ONLY_OPEN"
    TRN_ONLY_EXECVE = "TRN_ONLY_EXECVE"
    TRN_PREFIX_TRAP = "TRN_PREFIX_TRAP"
    TRN_FIELD_CLIENT_SIDE = "TRN_FIELD_CLIENT_SIDE"
    TRN_EVT_DIR = "TRN_EVT_DIR"
    TRN_APPEND_KEY = "TRN_APPEND_KEY"
    TRN_MACRO_AS_EVTTYPE = "TRN_MACRO_AS_EVTTYPE"
    TRN_NEVER_MATCHES = "TRN_NEVER_MATCHES"
    TRN_REDEFINES = "TRN_REDEFINES"
    TRN_FD_NET_FIRST_ONLY = "TRN_FD_NET_FIRST_ONLY"
    TRN_IMAGE_NO_REGISTRY = "TRN_IMAGE_NO_REGISTRY"
    TRN_FIELD_TAIL = "TRN_FIELD_TAIL"
    TRN_OUTPUT_EXTENDED = "TRN_OUTPUT_EXTENDED"
    TRN_YAML_COMMENT = "TRN_YAML_COMMENT"
    TRN_YAML_TAG = "TRN_YAML_TAG"


SHORT_TEXT: dict[Code, str] = {
    Code.LOAD_ERR_FILE_READ: "File read error",
    Code.LOAD_ERR_YAML_PARSE: "YAML parse error",
    Code.LOAD_ERR_YAML_VALIDATE: "Error validating internal structure of YAML file",
    Code.LOAD_ERR_COMPILE_CONDITION: "Error compiling condition",
    Code.LOAD_ERR_COMPILE_OUTPUT: "Error compiling output",
    Code.LOAD_ERR_VALIDATE: "Error validating rule/macro/list/exception objects",
    Code.LOAD_UNKNOWN_SOURCE: "Unknown event source",
    Code.LOAD_UNSAFE_NA_CHECK: "Unsafe <NA> comparison in condition",
    Code.LOAD_NO_EVTTYPE: "Condition has no event-type restriction",
    Code.LOAD_UNKNOWN_FILTER: "Unknown field or event-type in condition or output",
    Code.LOAD_UNUSED_MACRO: "Unused macro",
    Code.LOAD_UNUSED_LIST: "Unused list",
    Code.LOAD_UNKNOWN_ITEM: "Unknown rules file item",
    Code.LOAD_DEPRECATED_ITEM: "Used deprecated item",
    Code.LOAD_APPEND_NO_VALUES: "Overriding/appending with no values",
    Code.LOAD_EXCEPTION_NAME_NOT_UNIQUE: "Multiple exceptions defined with the same name",
    Code.LOAD_INVALID_MACRO_NAME: "Invalid macro name",
    Code.LOAD_INVALID_LIST_NAME: "Invalid list name",
    Code.LOAD_COMPILE_CONDITION: "Warning in rule condition",
    Code.LOAD_UNKNOWN_KEY: "Unknown key in item definition",
    Code.TRN_FATAL: "Falco would stop here",
    Code.TRN_CONTENT: "Error in a pack's file",
    Code.TRN_RULE_NAME_TYPO: "Rule name close to an existing rule",
    Code.TRN_SHADOWED: "An earlier rule answers the same events",
    Code.TRN_NO_CONTAINER: "Not limited to containers",
    Code.TRN_ONLY_OPEN: "Only one way of opening files",
    Code.TRN_ONLY_EXECVE: "Only one way of starting programs",
    Code.TRN_PREFIX_TRAP: "Prefix matches more than the directory",
    Code.TRN_FIELD_CLIENT_SIDE: "Client side of a connection printed as its destination",
    Code.TRN_EVT_DIR: "evt.dir has no meaning any more",
    Code.TRN_APPEND_KEY: "append is deprecated",
    Code.TRN_MACRO_AS_EVTTYPE: "A macro's name is not an event type",
    Code.TRN_NEVER_MATCHES: "This comparison can never be true",
    Code.TRN_REDEFINES: "The whole rule is replaced",
    Code.TRN_FD_NET_FIRST_ONLY: "Only the first network is compared",
    Code.TRN_IMAGE_NO_REGISTRY: "Image name without its registry",
    Code.TRN_FIELD_TAIL: "The end of a field's name is printed as text",
    Code.TRN_OUTPUT_EXTENDED: "Falco's configuration adds to the output",
    Code.TRN_YAML_COMMENT: "The rest of the line is a YAML comment",
    Code.TRN_YAML_TAG: "A word that begins with `!` is a YAML tag",
}
