"""The CKS exam practice trainer: Falco rules, real containers, and the reason for every verdict."""

__version__ = "0.1.0"
