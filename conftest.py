"""Names the plugins; options and logic are theirs."""

pytest_plugins = ["harness.plugin", "fixtures.plugin", "reports.plugin", "pytester"]
