"""Faults of life at Azure IoT Hub."""

from __future__ import annotations

from .fault import Fault

HTTPS = ("azure-https",)
MQTT = ("azure-mqtt", "azure-x509")
INDIVIDUAL = ("azure-mqtt",)
ANY = ("azure-https", "azure-mqtt", "azure-x509")

FAULTS: tuple[Fault, ...] = (
    Fault("hub-name-built-in", ANY, "The assigned hub is ignored for a host known beforehand."),
    Fault(
        "hub-device-id-is-registration-id",
        INDIVIDUAL,  # in a group both ids are the same
        "The assigned device id is ignored; at the hub the registration id is used.",
    ),
    Fault(
        "hub-device-id-upper-cased", ANY, "The assigned device id is used in capitals at the hub."
    ),
    Fault("hub-client-id-differs", MQTT, "The client id has a suffix the device id has not."),
    Fault(
        "hub-user-name-of-another-host",
        MQTT,
        "The user name begins with the host name of the example the firmware was made from.",
    ),
    Fault("hub-no-api-version", ANY, "api-version is left out of the user name, or of the URL."),
    Fault("hub-mqtt-3-1", MQTT, "CONNECT says MQTT 3.1 (MQIsdp, level 3)."),
    Fault("hub-keepalive-zero", MQTT, "CONNECT asks for no keepalive at all."),
    Fault("hub-keepalive-one-hour", MQTT, "CONNECT asks for a keepalive of 3600 s."),
    Fault(
        "hub-will-on-another-topic",
        MQTT,
        "CONNECT leaves a will on status/{device}, as home automation likes it.",
    ),
    Fault("hub-will-retained", MQTT, "CONNECT leaves a retained will on the events topic."),
    Fault(
        "hub-telemetry-under-another-device",
        ANY,
        "Telemetry goes to the topic, or path, of another device id.",
    ),
    Fault("hub-telemetry-with-leading-slash", MQTT, "The telemetry topic begins with a slash."),
    Fault(
        "hub-telemetry-topic-misspelt", MQTT, "Telemetry goes to …/message/events/, one s missing."
    ),
    Fault("hub-telemetry-path-wrong", HTTPS, "Telemetry goes to …/message/events, one s missing."),
    Fault("hub-telemetry-by-put", HTTPS, "Telemetry is sent with PUT instead of POST."),
    Fault("hub-no-authorization", HTTPS, "No request to the hub carries Authorization."),
    Fault(
        "hub-property-prefix-missing",
        HTTPS,
        "Application properties are plain headers, without iothub-app- in front.",
    ),
    Fault("hub-bag-not-encoded", MQTT, "The property bag in the topic is not percent-encoded."),
    Fault(
        "hub-bag-blank-as-plus",
        MQTT,
        "The property bag is encoded as a web form, with + for a blank.",
    ),
    Fault("hub-bag-in-latin-1", MQTT, "The property bag percent-encodes Latin-1 instead of UTF-8."),
    Fault("hub-telemetry-at-qos-2", MQTT, "Telemetry is published at QoS 2."),
    Fault("hub-telemetry-retained", MQTT, "Telemetry carries the retain flag."),
    Fault(
        "hub-telemetry-body-not-json",
        ANY,
        "The body declared as application/json is printed with single quotes.",
    ),
    Fault("hub-telemetry-body-not-utf-8", ANY, "The body declared as utf-8 is encoded in Latin-1."),
    Fault("hub-c2d-not-subscribed", MQTT, "Messages from the cloud are never subscribed to."),
    Fault(
        "hub-c2d-subscribed-without-wildcard",
        MQTT,
        "The filter for messages from the cloud ends in devicebound/, without #: none matches.",
    ),
    Fault(
        "hub-c2d-subscribed-for-all-devices",
        MQTT,
        "The filter for messages from the cloud has + where the device id belongs.",
    ),
    Fault("hub-c2d-not-acknowledged", MQTT, "Messages from the cloud never get a PUBACK."),
    Fault(
        "hub-c2d-acknowledged-under-another-id",
        MQTT,
        "The PUBACK for a message from the cloud has a packet id one too high.",
    ),
    Fault(
        "hub-message-not-completed", HTTPS, "A message from the cloud is read and never completed."
    ),
    Fault("hub-message-rejected", HTTPS, "A message from the cloud is rejected, not completed."),
    Fault(
        "hub-asks-for-messages-every-second",
        HTTPS,
        "Messages from the cloud are asked for each second.",
    ),
    Fault("hub-six-subscriptions", MQTT, "Six filters are subscribed to, one more than allowed."),
    Fault("hub-subscribes-to-everything", MQTT, "A debugging leftover also subscribes to #."),
    Fault(
        "hub-subscribes-only-once",
        MQTT,
        "With clean session 1, the second connection does not subscribe again.",
    ),
    Fault("hub-methods-not-subscribed", MQTT, "Direct methods are never subscribed to."),
    Fault(
        "hub-method-request-id-as-number",
        MQTT,
        "The answer's $rid went through a number parser: leading digits, else 0.",
    ),
    Fault(
        "hub-method-request-id-truncated",
        MQTT,
        "The answer's $rid went through a buffer of eight characters.",
    ),
    Fault("hub-method-request-id-upper-case", MQTT, "The answer's $rid is in capitals."),
    Fault(
        "hub-method-request-id-of-first-call",
        MQTT,
        "Every answer carries the $rid of the first call since boot.",
    ),
    Fault("hub-method-status-as-text", MQTT, "The answer's status is OK or ERROR, not a number."),
    Fault("hub-method-answer-not-json", MQTT, "The answer's body is plain text."),
    Fault(
        "hub-method-answer-on-wrong-topic",
        MQTT,
        "The answer goes to $iothub/methods/response/ instead of …/res/.",
    ),
    Fault("hub-method-answered-twice", MQTT, "Each call is answered twice."),
    Fault("hub-method-unknown-not-answered", MQTT, "A method it does not know gets no answer."),
    Fault(
        "hub-method-unknown-claims-success", MQTT, "A method it does not know is answered with 200."
    ),
    Fault(
        "hub-publishes-home-automation-topic",
        MQTT,
        "After connecting, the device reports once on tele/{device}/STATE.",
    ),
    Fault(
        "hub-pingreq-with-reserved-bits", MQTT, "One PINGREQ is sent with a reserved flag bit set."
    ),
    Fault("hub-dup-at-qos-0", MQTT, "One QoS 0 message is sent with the DUP flag set."),
    Fault("hub-packet-id-zero", MQTT, "One QoS 1 message is sent with packet id 0."),
    Fault("hub-gives-up-after-lost-connection", MQTT, "A lost connection is never opened again."),
    Fault(
        "hub-provisions-again-after-lost-connection",
        MQTT,
        "Every lost connection sends the device back to the provisioning service.",
    ),
    Fault(
        "hub-refused-never-provisions-again",
        MQTT,
        "A hub that refuses the device is tried for ever; the provisioning service is not asked.",
    ),
)
