"""What the documents ask of a device: requirements, scenarios, checks and cases, by service."""
