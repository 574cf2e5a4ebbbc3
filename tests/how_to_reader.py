"""The reader of document 002: fills in its commands, enters them, and reads what they print."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path


class Reader:
    """Follows the how-to from the key to the first reading, with the parts in `directory`.

    `given` has the placeholders of `listings.NEEDS`; with `group_key` the device key is derived.
    """

    def __init__(self, directory: Path, given: Mapping[str, str]) -> None:
        self._directory = directory
        self._given = given
        self._ports = {name: given[f"{name}_https_port"] for name in ("dps", "hub")}

    def provision(self) -> None:
        """The whole how-to. RuntimeError when the device is not assigned or the reading refused."""
        key = self._given.get("symmetric_key") or self._derive()
        scope, device = self._given["id_scope"], self._given["registration_id"]
        self._places = {
            "https://global.azure-devices-provisioning.net/": "https://{}:{}/".format(
                self._given["dps_host"], self._ports["dps"]
            ),
            "[dps_id_scope]": scope,
            "[registration_id]": device,
        }
        token = self._token(f"{scope}/registrations/{device}", key, 2592000, "'registration'")
        self._send(key, self._register(token))

    def _derive(self) -> str:
        places = {
            "{primary-key}": self._given["group_key"],
            "{contoso-simdevice}": self._given["registration_id"],
        }
        return self._enter("bash", "derive.sh", places).strip()

    def _token(self, resource: str, key: str, seconds: int, policy: str) -> str:
        places = {
            "[resource_uri]": resource,
            "[device_key]": key,
            "[expiry_in_seconds]": str(seconds),
            "'[policy]'": policy,
        }
        return self._enter(sys.executable, "generate_token.py", places).splitlines()[-1]

    def _register(self, token: str) -> Mapping[str, str]:
        """Register and poll until the state is final; the registration state."""
        places = {**self._places, "[sas_token]": token}
        headers, body = self._call("register.sh", places)
        while body.get("status") == "assigning":
            # The how-to names no pause. Who copies the operation id by hand has the Retry-After
            # before their eyes, and needs longer than it asks for.
            time.sleep(int(headers.get("retry-after", 3)))
            operation = {"[operation_id]": body["operationId"]}
            headers, body = self._call("poll.sh", {**places, **operation})
        if body.get("status") != "assigned":
            raise RuntimeError("not assigned")
        return body["registrationState"]

    def _send(self, key: str, state: Mapping[str, str]) -> None:
        hub, device = state["assignedHub"], state["deviceId"]
        places = {
            "[assigned_iot_hub_name].azure-devices.net": f"{hub}:{self._ports['hub']}",
            "[device_id]": device,
            "[sas_token]": self._token(f"{hub}/devices/{device}", key, 3600, "None"),
        }
        headers, _ = self._call("send.sh", places)
        if headers["status"] != "204":
            raise RuntimeError("the hub did not take the reading")

    def _call(self, file: str, places: Mapping[str, str]) -> tuple[dict[str, str], dict]:
        """Enter a curl command: the headers it printed (and "status"), and the body's members."""
        head, _, body = self._enter("bash", file, places).replace("\r", "").rpartition("\n\n")
        first, *rest = head.split("\n\n")[-1].splitlines()
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in rest)
        }
        return {**headers, "status": first.split()[1]}, json.loads(body) if body.strip() else {}

    def _enter(self, program: str, file: str, places: Mapping[str, str]) -> str:
        """Fill in a part and run it: what it printed, which is shown as well."""
        text = (self._directory / file).read_text(encoding="utf-8")
        for place, value in places.items():
            text = text.replace(place, value)
        entered = self._directory / f"entered-{file}"
        entered.write_text(text, encoding="utf-8")
        done = subprocess.run([program, str(entered)], stdout=subprocess.PIPE, check=True)
        print(done.stdout.decode(), flush=True)
        return done.stdout.decode()
