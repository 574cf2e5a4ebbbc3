"""Whether a device goes where DPS sends it."""

from harness import conforms, verifies
from suites.azure_iothub import checks
from suites.azure_iothub import requirements as req


@verifies(req.ASSIGNED_HUB)
def test_connects_to_the_assigned_hub(azure_day):
    azure_day.some(checks.approaches, "itself at a hub")
    conforms(checks.strayed_connections(azure_day))


@verifies(req.ASSIGNED_ID)
def test_uses_the_assigned_device_id(azure_day):
    azure_day.reach("hub.login")
    conforms(checks.foreign_device_ids(azure_day))
