"""The plain good days, in which a device shows what it does."""

from suites.azure_iothub.scenarios import azure_day
from suites.huawei_iotda.scenarios import iotda_day

__all__ = ["azure_day", "iotda_day"]
