# ruff: noqa: N802 (the board's names)
"""Stand-in for the board's SIM card, of a network that does not exist."""


def getImsi():
    return "001010000000000"
