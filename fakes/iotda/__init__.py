"""Huawei Cloud IoTDA, as far as a device sees it, over MQTT.

iotda = IotDa(log=log, host="127.0.7.1")
iotda.operator.create_device("product_node-1", secret="…")
answer = await iotda.operator.command("product_node-1", command_name="blink", paras={"times": 3})
"""

from __future__ import annotations

import time
from collections.abc import Callable

from fakes.iotda.courier import Courier
from fakes.iotda.login import Gatekeeper
from fakes.iotda.mqtt import Admit, MqttEndpoint
from fakes.iotda.operator import Operator
from fakes.iotda.options import IotDaOptions
from fakes.iotda.replies import CommandTimeout, DeviceOffline, IotDaError
from fakes.iotda.script import Script
from fakes.iotda.state import Message, Registry, Uplink
from fakes.iotda.uplinks import Uplinks
from transcript import EventLog

__all__ = [
    "CommandTimeout",
    "DeviceOffline",
    "IotDa",
    "IotDaError",
    "IotDaOptions",
    "Message",
    "Uplink",
]


class IotDa:
    """One IoTDA instance: a `fakes.service.Service`. `clock` gives seconds since 1970."""

    name = "iotda"
    http = None

    def __init__(
        self,
        *,
        log: EventLog,
        host: str,
        options: IotDaOptions | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.log, self.host = log, host
        self.options = options or IotDaOptions()
        registry = Registry()
        courier = Courier(self.options, clock)
        self.script = Script(registry)
        self.operator = Operator(
            registry=registry, courier=courier, options=self.options, clock=clock
        )
        self.mqtt = MqttEndpoint(
            gatekeeper=Gatekeeper(registry, self.options),
            uplinks=Uplinks(self.options, courier, clock),
            courier=courier,
            script=self.script,
            options=self.options,
            clock=clock,
        )

    @property
    def admit(self) -> Admit:
        """ "verify" refuses what is wrong; "record" admits whom it can tell, and notes why not."""
        return self.mqtt.admit

    @admit.setter
    def admit(self, mode: Admit) -> None:
        self.mqtt.admit = mode
