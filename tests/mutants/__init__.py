"""Mutants: the reference device with one fault each, and what catches it."""
