"""Tests in which something is wrong, from end to end: what a user then reads, and what is left."""
