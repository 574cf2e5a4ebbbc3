"""What a device claims, held against what it was seen to do."""
