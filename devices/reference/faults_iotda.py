"""Faults of life at Huawei IoTDA."""

from __future__ import annotations

from .fault import Fault

IOTDA = ("iotda",)


def _at_iotda(name: str, description: str) -> Fault:
    return Fault(f"iotda-{name}", IOTDA, description)


FAULTS: tuple[Fault, ...] = tuple(
    _at_iotda(name, description)
    for name, description in (
        (
            "password-key-and-message-swapped",
            "The HMAC is keyed with the secret over the stamp, the usual way round, not IoTDA's.",
        ),
        ("password-upper-case", "The password's hex digits are in capitals."),
        ("password-in-base64", "The password is base64 instead of hex digits."),
        (
            "password-of-another-hour",
            "The clock is read twice: the hashed stamp is an hour before the client id's.",
        ),
        ("stamp-in-local-time", "The stamp is of the local zone, not of UTC."),
        ("stamp-of-factory", "The stamp is the one of the day the firmware was built."),
        ("client-id-fields-swapped", "Sign type and stamp stand in the wrong order."),
        ("client-id-of-unknown-type", "The id type in the client id is 9."),
        ("client-id-without-stamp", "The client id is the bare device id."),
        ("user-name-differs", "The user name has a suffix the device id has not."),
        ("mqtt-3-1", "CONNECT says MQTT 3.1 (MQIsdp, level 3)."),
        ("keepalive-too-short", "CONNECT asks for a keepalive of 10 s."),
        ("keepalive-zero", "CONNECT asks for no keepalive at all."),
        ("keepalive-too-long", "CONNECT asks for a keepalive of 1300 s."),
        ("will", "CONNECT leaves a will on messages/up."),
        ("tls-certificate-not-checked", "Verification is off: any certificate will do."),
        ("tls-name-not-checked", "The chain is verified, but not that it is for this host."),
        (
            "tls-trusted-on-first-use",
            "Whatever certificate is shown first is trusted; name and dates are checked.",
        ),
        ("tls-dates-not-checked", "The dates of the platform's certificate are ignored."),
        ("subscribes-for-all-devices", "Commands of every device (+) are subscribed to as well."),
        ("report-at-qos-2", "Reports are published at QoS 2."),
        ("report-retained", "Reports carry the retain flag."),
        ("report-for-another-device", "Reports go to the topic of another device id."),
        ("report-on-old-topic", "Reports go to /huawei/v1/devices/{id}/data/json of version 3."),
        ("report-not-json", "Reports are printed with single quotes."),
        ("report-without-services", "A report is one bare service, without the services list."),
        ("report-services-not-a-list", "services is an object, since there is only one."),
        ("report-without-properties", "The service in a report has no properties."),
        ("report-without-service-id", "The service in a report has no service_id."),
        ("event-time-malformed", "event_time is written day first, as on the display."),
        ("event-time-local-marked-utc", "event_time is local time with a Z behind it."),
        ("event-time-null", "event_time is null."),
        (
            "command-request-id-truncated",
            "The request id of a command's answer went through a buffer of 16 characters.",
        ),
        ("command-request-id-upper-case", "The request id of a command's answer is in capitals."),
        (
            "command-request-id-cut-at-equals-sign",
            "The topic is split at equals signs: a request id with one in it loses its end.",
        ),
        ("command-answered-on-wrong-topic", "Commands are answered on commands/reply/."),
        (
            "command-answered-for-another-device",
            "Commands are answered on the topic of another device id.",
        ),
        ("command-answered-twice", "Each command is answered twice."),
        (
            "command-answered-late",
            "The device works for 21 s before it answers a command; the platform waits for 20.",
        ),
        ("command-result-code-as-text", 'result_code is "0" in quotes.'),
        ("command-answer-not-json", "Commands are answered with the bare text OK or ERROR."),
        ("command-unknown-not-answered", "A command it does not know gets no answer."),
        (
            "command-unknown-claims-success",
            "A command it does not know is answered with result_code 0.",
        ),
        (
            "answers-its-own-responses",
            "Its own answer, should a broker echo it, is taken for a command.",
        ),
        ("property-set-not-answered", "A request to set properties gets no answer."),
        (
            "property-set-request-id-truncated",
            "The request id of that answer went through a buffer of 16 characters.",
        ),
        (
            "property-set-unknown-claims-success",
            "Setting a property it does not have is answered with result_code 0.",
        ),
        ("property-set-not-reported", "A property that was set is not reported at once."),
        ("property-get-not-answered", "A request for properties gets no answer."),
        (
            "property-get-request-id-truncated",
            "The request id of that answer went through a buffer of 16 characters.",
        ),
        ("property-get-without-services", "The answer has properties, but no services list."),
        ("downlink-not-acknowledged", "Nothing that comes at QoS 1 gets a PUBACK."),
        ("pingreq-with-reserved-bits", "One PINGREQ is sent with a reserved flag bit set."),
        ("dup-at-qos-0", "One QoS 0 report is sent with the DUP flag set."),
        ("packet-id-zero", "One QoS 1 report is sent with packet id 0."),
        ("gives-up-after-lost-connection", "A lost connection is never opened again."),
    )
)
