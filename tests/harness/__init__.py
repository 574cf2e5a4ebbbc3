"""Tests of how we judge, with a toy suite and lanes that need no cloud."""
