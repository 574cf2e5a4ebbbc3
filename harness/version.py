"""The version of the suite, by date: a new or stricter case is a breaking change."""

TOOL = "device-certify"
VERSION = "2026.11.20"
