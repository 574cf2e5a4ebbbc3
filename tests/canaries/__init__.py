"""Canaries: for each check a transcript that it must accept and one that it must refuse."""
