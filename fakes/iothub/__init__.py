"""A fake Azure IoT Hub: the device API over MQTT and HTTPS, with operator and script."""

from fakes.iothub.hub import Hub
from fakes.iothub.options import HubOptions
from fakes.iothub.replies import HubError
from fakes.iothub.state import Identity, MethodResult, Telemetry

__all__ = ["Hub", "HubError", "HubOptions", "Identity", "MethodResult", "Telemetry"]
