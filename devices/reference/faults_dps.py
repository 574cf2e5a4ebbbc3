"""Faults of the conversation with the Azure Device Provisioning Service."""

from __future__ import annotations

from .fault import Fault

HTTPS = ("azure-https",)
MQTT = ("azure-mqtt", "azure-x509")
ANY = ("azure-https", "azure-mqtt", "azure-x509")

FAULTS: tuple[Fault, ...] = (
    Fault("dps-client-id-differs", MQTT, "The client id has a suffix the registration id has not."),
    Fault(
        "dps-user-name-with-question-mark",
        MQTT,
        "The user name has the hub's form, with a question mark before api-version.",
    ),
    Fault("dps-no-api-version", ANY, "api-version is left out of the user name, or of the URL."),
    Fault(
        "dps-registration-id-in-capitals",
        ANY,
        "The registration id is used in capitals everywhere, as it stands on the label.",
    ),
    Fault(
        "dps-registration-id-of-another",
        ANY,
        "The registration id has a suffix that the enrolled one has not, everywhere.",
    ),
    Fault(
        "dps-address-id-in-capitals",
        ANY,
        "Path or user name carry the registration id in capitals, unlike key, token and body.",
    ),
    Fault("dps-mqtt-3-1", MQTT, "CONNECT says MQTT 3.1 (MQIsdp, level 3)."),
    Fault(
        "dps-registers-before-subscribing",
        MQTT,
        "The registration is published first, the answers are subscribed to afterwards.",
    ),
    Fault(
        "dps-registers-before-suback",
        MQTT,
        "The registration is published right behind SUBSCRIBE, its SUBACK not awaited.",
    ),
    Fault(
        "dps-subscribes-to-one-status",
        MQTT,
        "Only answers with status 200 are subscribed to; the 202 that comes first is never seen.",
    ),
    Fault("dps-subscribes-to-everything", MQTT, "A debugging leftover also subscribes to #."),
    Fault(
        "dps-publishes-undocumented-topic",
        MQTT,
        "Before it leaves, the device says goodbye on a $dps topic that does not exist.",
    ),
    Fault("dps-publishes-at-qos-2", MQTT, "Registration and polls are published at QoS 2."),
    Fault("dps-publishes-retained", MQTT, "Registration and polls carry the retain flag."),
    Fault(
        "dps-body-with-unknown-member",
        ANY,
        "The registration body has modelId at its top, where only payload may carry it.",
    ),
    Fault(
        "dps-body-with-another-id",
        ANY,
        "The registration body carries another registration id than topic or path.",
    ),
    Fault("dps-body-not-json", ANY, "The registration body lacks the quotes that JSON needs."),
    Fault("dps-registers-by-post", HTTPS, "The registration is sent with POST instead of PUT."),
    Fault("dps-no-content-type", HTTPS, "The registration is sent without Content-Type."),
    Fault("dps-no-authorization", HTTPS, "No request to the service carries Authorization."),
    Fault(
        "dps-polls-without-authorization",
        HTTPS,
        "The registration carries Authorization, the polls do not.",
    ),
    Fault(
        "dps-polls-every-half-second", ANY, "Retry-After is ignored: a poll comes each half second."
    ),
    Fault(
        "dps-polls-every-two-seconds",
        ANY,
        "Retry-After is ignored: polls come two seconds apart, whatever was asked for.",
    ),
    Fault(
        "dps-first-poll-at-once",
        ANY,
        "The first poll follows the registration's answer at once; later ones wait as asked.",
    ),
    Fault(
        "dps-first-poll-after-two-seconds",
        ANY,
        "Retry-After of the registration's answer is ignored for a fixed two seconds; later ones "
        "are kept.",
    ),
    Fault(
        "dps-polls-at-once-without-retry-after",
        ANY,
        "Where an answer names no Retry-After, the next poll follows without any pause.",
    ),
    Fault(
        "dps-retry-after-taken-as-milliseconds",
        ANY,
        "The seconds of Retry-After are handed to a timer that counts milliseconds.",
    ),
    Fault(
        "dps-retry-after-read-as-one-digit",
        ANY,
        "Only the first digit of Retry-After is read: 12 seconds become 1.",
    ),
    Fault(
        "dps-expects-request-id-first",
        MQTT,
        "Answers whose topic does not begin its query with $rid are not recognised at all.",
    ),
    Fault(
        "dps-expects-retry-after-last",
        MQTT,
        "retry-after is found only behind $rid; in front of it, the default pause is taken.",
    ),
    Fault(
        "dps-polls-truncated-operation-id",
        ANY,
        "The operation id is kept in a buffer of 32 characters and polled for as cut.",
    ),
    Fault(
        "dps-registers-again-instead-of-polling",
        ANY,
        "Instead of asking for the operation, the device sends its registration again.",
    ),
    Fault(
        "dps-treats-202-as-final",
        ANY,
        "202 is taken for the final answer, and the device stops for want of a hub in it.",
    ),
    Fault(
        "dps-expects-202-to-register",
        ANY,
        "A registration answered with 200 at once is taken for an error.",
    ),
    Fault(
        "dps-polls-on-after-assignment",
        ANY,
        "After the hub was assigned the operation is polled for twice more.",
    ),
    Fault(
        "dps-polls-on-after-failure",
        ANY,
        "A registration that failed or was disabled is polled for as if it were under way.",
    ),
    Fault(
        "dps-repeats-after-refusal",
        ANY,
        "A refusal for good (401, 404, 409 …) is answered with the same request each second.",
    ),
    Fault(
        "dps-repeats-at-once-when-throttled",
        ANY,
        "429 and 5xx are answered with the same request at once, Retry-After or not.",
    ),
    Fault("dps-gives-up-when-throttled", ANY, "429 ends the device instead of delaying it."),
    Fault(
        "dps-gives-up-on-server-error", ANY, "A passing 5xx ends the device instead of delaying it."
    ),
)
