"""Tests of events, records and redaction."""
