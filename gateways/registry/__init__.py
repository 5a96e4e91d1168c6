"""Registries of credits: the files in which they are asked to retire. None is asked by a program; people send these."""

from gateways.registry.files import InstructionSheet, as_csv, as_xlsx

__all__ = ["InstructionSheet", "as_csv", "as_xlsx"]
