"""How a device is described (its manifest) and driven (started, awaited, stopped)."""
