"""A QuecPython board on IoTDA: report once, wait for a command, answer it, leave.

Quirks that are meant: the stamp in client id and password is a constant, years old (sign type 0:
not checked); each JSON text is spread over lines; a failed connection is printed and then ignored;
the first message down, of whatever kind, is the last; only commands get an answer.
"""

import hmac
import os
from hashlib import sha256

import modem
import utime
from umqtt import MQTTClient

STAMP = "2022010507"
SECRET = os.environ["IOTDA_SECRET"]
DEVICE = os.environ["IOTDA_PRODUCT_ID"] + "_" + modem.getDevImei()

REPORT = b"""{
    "services": [
        {"service_id": "Cistern", "properties": {"level": "81 %"}}
    ]
}"""
DONE = b"""{
    "result_code": 0
}"""

heard = False


def on_message(topic, payload):
    global heard
    name = topic.decode()
    print(f"down: {name} {payload.decode()}")
    if "/sys/commands/request_id=" in name:
        request = name.split("=")[-1]
        client.publish(f"$oc/devices/{DEVICE}/sys/commands/response/request_id={request}", DONE)
    heard = True


def begin():
    client.connect()
    client.subscribe(f"$oc/devices/{DEVICE}/sys/commands/#")
    client.publish(f"$oc/devices/{DEVICE}/sys/properties/report", REPORT)


client = MQTTClient(
    client_id=f"{DEVICE}_0_0_{STAMP}",
    server=os.environ["IOTDA_HOST"],
    port=1883,
    user=DEVICE,
    password=hmac.new(STAMP.encode(), SECRET.encode(), digestmod=sha256).hexdigest(),
    keepalive=30,
)


def main():
    client.set_callback(on_message)
    try:
        begin()
    except OSError as problem:
        print(f"no connection: {problem}")
    while not heard:
        client.wait_msg()
    utime.sleep_ms(300)
    client.disconnect()


if __name__ == "__main__":
    main()
