"""What a device owes its own profile."""

from harness import requirement

DOC = "this suite, docs/manifest.md, [profile]"

AZURE_CLAIMS = requirement(
    "PROFILE-1", "MUST",
    "The device is seen to do all that its profile claims of Azure",
    source=DOC, needs="azure",
)  # fmt: skip
AZURE_DOINGS = requirement(
    "PROFILE-2", "SHOULD",
    "The device does nothing at Azure that its profile does not claim",
    source=DOC, needs="azure",
)  # fmt: skip
IOTDA_CLAIMS = requirement(
    "PROFILE-3", "MUST",
    "The device is seen to do all that its profile claims of IoTDA",
    source=DOC, needs="iotda",
)  # fmt: skip
IOTDA_DOINGS = requirement(
    "PROFILE-4", "SHOULD",
    "The device does nothing at IoTDA that its profile does not claim",
    source=DOC, needs="iotda",
)  # fmt: skip
