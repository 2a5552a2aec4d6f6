"""The field catalogue."""

from trainer.engine.fields.catalogue import EventInfo, FieldCatalogue, FieldInfo, FieldProblem, load_catalogue

__all__ = ["EventInfo", "FieldCatalogue", "FieldInfo", "FieldProblem", "load_catalogue"]
