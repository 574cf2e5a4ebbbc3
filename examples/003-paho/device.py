"""Talk to an IoT Hub with Paho alone: subscribe, publish once per connection, print what comes.

Quirks that are meant: the user name is bare ({host}/{device id}, no api-version); subscription and
message are asked for in on_connect whatever the CONNACK said, so again after each reconnection (on
a refusal paho closes before they leave); one token for the whole life of the process; QoS 0.
"""

import hmac
import os
import time
from base64 import b64decode, b64encode
from urllib.parse import quote

import paho.mqtt.client as mqtt

HOST, DEVICE = os.environ["HUB_HOST"], os.environ["DEVICE_ID"]
DOWN = f"devices/{DEVICE}/messages/devicebound/#"
UP = f"devices/{DEVICE}/messages/events/"


def sas_token(resource, key, lifetime=3600):
    """A device token, with the resource escaped once, "/" too, and signed in that spelling."""
    scope, expiry = quote(resource, safe=""), int(time.time()) + lifetime
    mac = hmac.digest(b64decode(key), f"{scope}\n{expiry}".encode(), "sha256")
    signature = quote(b64encode(mac), safe="")
    return f"SharedAccessSignature sr={scope}&sig={signature}&se={expiry}"


def on_connect(client, userdata, flags, reason, properties):
    print(f"CONNACK: {reason}", flush=True)
    client.subscribe(DOWN)
    client.publish(UP, "sign of life")


def on_message(client, userdata, message):
    print(f"{message.topic}: {message.payload!r}", flush=True)


def main():
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=DEVICE, protocol=mqtt.MQTTv311)
    client.on_connect, client.on_message = on_connect, on_message
    client.tls_set(os.environ["CA_FILE"])
    client.username_pw_set(
        f"{HOST}/{DEVICE}", sas_token(f"{HOST}/devices/{DEVICE}", os.environ["DEVICE_KEY"])
    )
    client.connect(HOST, port=8883, keepalive=60)
    client.loop_forever()


if __name__ == "__main__":
    main()
