# ruff: noqa: N802 (the board's names)
"""Stand-in for the board's modem: who the module is. The IMEI is the device's node id."""

import os


def getDevImei():
    return os.environ["IOTDA_NODE_ID"]


def getDevSN():
    return "SN-STAND-IN"
