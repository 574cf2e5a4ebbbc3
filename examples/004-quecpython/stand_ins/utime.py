"""Stand-in for the board's clock."""

from time import sleep


def sleep_ms(milliseconds):
    sleep(milliseconds / 1000)
