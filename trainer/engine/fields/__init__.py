"""The field catalogue."""

from trainer.engine.fields.catalogue import EventInfo, FieldCatalogue, FieldInfo, FieldProblem, load_catalogue
from trainer.engine.fields.examples import FieldExample

__all__ = ["EventInfo", "FieldCatalogue", "FieldExample", "FieldInfo", "FieldProblem", "load_catalogue"]
