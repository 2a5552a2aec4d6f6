"""What is wrong: Diagnostic values, the code registry and the renderers."""

from trainer.diagnostics.codes import SHORT_TEXT, Code
from trainer.diagnostics.model import Annotation, Diagnostic, Edit, Fix, ItemRef, Mark, Severity
from trainer.diagnostics.said import Said, in_language, say

__all__ = [
    "SHORT_TEXT",
    "Annotation",
    "Code",
    "Diagnostic",
    "Edit",
    "Fix",
    "ItemRef",
    "Mark",
    "Said",
    "Severity",
    "in_language",
    "say",
]
