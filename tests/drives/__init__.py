"""The ways in which a device can be driven besides a plain command, from end to end."""
