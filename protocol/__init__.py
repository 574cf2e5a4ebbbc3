"""What the clouds' documents say, as pure functions: values in, values out.

No clock, no socket, no randomness and no environment: time, ids and keys are arguments. Nothing of
ours is imported here, so that each module can be read against the document that its first lines
name.
"""
