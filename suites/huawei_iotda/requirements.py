"""What a device owes Huawei Cloud IoTDA over MQTT."""

from harness import requirement

AUTH_DOC = "Huawei Cloud, IoTDA API reference: device connection authentication (iot_06_v5_3009)"
TOPIC_DOC = "Huawei Cloud, IoTDA API reference: topics (iot_06_v5_3004)"
REPORT_DOC = "Huawei Cloud, IoTDA API reference: device reporting properties (iot_06_v5_3010)"
COMMAND_DOC = "Huawei Cloud, IoTDA API reference: platform delivering a command"
LIMITS_DOC = "Huawei Cloud, IoTDA product description: limitations (iot_04_0010)"
MQTT_DOC = "Huawei Cloud, IoTDA user guide: MQTT usage (iot_06_v5_3001)"
OASIS = "OASIS MQTT Version 3.1.1"

CLIENT_ID = requirement(
    "IOTDA-CONN-1", "MUST",
    "The device's client id is {device id}_0_{0, 1 or 2}_{YYYYMMDDHH}",
    source=f"{AUTH_DOC}: ClientId", needs="iotda",
)  # fmt: skip
USER = requirement(
    "IOTDA-CONN-2", "MUST",
    "The device's user name is the device id of its client id",
    source=f"{AUTH_DOC}: Username", needs="iotda",
)  # fmt: skip
PASSWORD_FORM = requirement(
    "IOTDA-CONN-3", "MUST",
    "The device's password is 64 lower-case hexadecimal digits",
    source=f"{AUTH_DOC}: Password", needs="iotda",
)  # fmt: skip
PASSWORD = requirement(
    "IOTDA-CONN-4", "MUST",
    "The device's password is HMAC-SHA256 of its secret under the time stamp in its client id",
    source=f"{AUTH_DOC}: Password, the stamp is the key", needs="iotda",
)  # fmt: skip
STAMP_FRESH = requirement(
    "IOTDA-CONN-5", "MUST",
    "The device renews the time stamp that it asks the platform to check",
    source=f"{AUTH_DOC}: sign type 1; custom template example (iot_01_0215), one hour",
    needs="iotda",
)  # fmt: skip
STAMP_UTC = requirement(
    "IOTDA-CONN-6", "SHOULD",
    "The device takes the time stamp that it asks the platform to check from UTC",
    source=f"{AUTH_DOC}: timestamp, UTC; no rule is published against one in the future",
    needs="iotda",
)  # fmt: skip
KEEPALIVE = requirement(
    "IOTDA-CONN-7", "MUST",
    "The device's keep-alive is between 30 and 1200 seconds",
    source=f"{LIMITS_DOC}: keep-alive; {AUTH_DOC}: return code 2", needs="iotda",
)  # fmt: skip
OWN_TOPICS = requirement(
    "IOTDA-TOPIC-1", "MUST",
    "The device uses the system topics of no other device",
    source=f"{TOPIC_DOC}: device_id in topics", needs="iotda",
)  # fmt: skip
NO_QOS_2 = requirement(
    "IOTDA-TOPIC-2", "MUST",
    "The device publishes nothing with QoS 2",
    source=f"{LIMITS_DOC}: QoS 2; {MQTT_DOC}", needs="iotda",
)  # fmt: skip
NO_RETAIN = requirement(
    "IOTDA-TOPIC-3", "MUST",
    "The device publishes nothing with RETAIN set",
    source=f"{LIMITS_DOC}: retain; {MQTT_DOC}", needs="iotda",
)  # fmt: skip
ACKNOWLEDGES = requirement(
    "IOTDA-TOPIC-4", "MUST",
    "The device acknowledges what the platform sends with QoS 1",
    source=f"{OASIS}: MQTT-4.3.2-2; IoTDA user guide iot_01_0331: resent without PUBACK",
    needs="iotda.qos1",
)  # fmt: skip
WELL_FORMED = requirement(
    "IOTDA-MQTT-1", "MUST",
    "The device's packets obey MQTT 3.1.1",
    source=OASIS, needs="iotda",
)  # fmt: skip

REPORT_SHAPE = requirement(
    "IOTDA-REPORT-1", "MUST",
    "The device reports a list of services, each with service_id and properties",
    source=f"{REPORT_DOC}: services", needs="iotda.properties",
)  # fmt: skip
REPORT_TIME_FORM = requirement(
    "IOTDA-REPORT-2", "SHOULD",
    "The device writes event_time, if at all, in one of the two documented formats",
    source=f"{REPORT_DOC}: event_time, else the platform's own time is used in silence",
    needs="iotda.properties",
)  # fmt: skip
REPORT_TIME_UTC = requirement(
    "IOTDA-REPORT-3", "MUST",
    "The device reports event_time in UTC",
    source=f"{REPORT_DOC}: event_time, UTC", needs="iotda.properties",
)  # fmt: skip

COMMAND_ANSWERS = requirement(
    "IOTDA-CMD-1", "MUST",
    "The device answers a command under its request id",
    source=f"{COMMAND_DOC}: commands/response/request_id", needs="iotda.commands",
)  # fmt: skip
COMMAND_JSON = requirement(
    "IOTDA-CMD-2", "MUST",
    "The device answers a command with a JSON object",
    source=f"{COMMAND_DOC}: response", needs="iotda.commands",
)  # fmt: skip
COMMAND_RESULT = requirement(
    "IOTDA-CMD-3", "MUST",
    "The device's result_code, where it gives one, is an integer",
    source=f"{COMMAND_DOC}: result_code", needs="iotda.commands",
)  # fmt: skip
COMMAND_UNKNOWN = requirement(
    "IOTDA-CMD-4", "SHOULD",
    "The device answers a command that it does not know",
    source=f"{COMMAND_DOC}: no answer within 20 s is IOTDA.014111", needs="iotda.commands",
)  # fmt: skip
COMMAND_ONCE = requirement(
    "IOTDA-CMD-5", "MUST",
    "The device answers each command once",
    source=f"{COMMAND_DOC}: one response for a request", needs="iotda.commands",
)  # fmt: skip
COMMAND_TIME = requirement(
    "IOTDA-CMD-6", "MUST",
    "The device answers a command within 20 seconds",
    source=f"{COMMAND_DOC}: 20 s, IOTDA.014111", needs="iotda.commands",
)  # fmt: skip

TLS_ISSUER = requirement(
    "IOTDA-TLS-1", "MUST",
    "The device turns away from a platform whose certificate comes from an unknown authority",
    source=f"{AUTH_DOC}: MQTTS, root certificate", needs="iotda.tls",
)  # fmt: skip
TLS_NAME = requirement(
    "IOTDA-TLS-2", "SHOULD",
    "The device turns away from a platform whose certificate is for another name",
    source="RFC 6125; the official Python, C and Go device SDKs do not check it",
    needs="iotda.tls",
)  # fmt: skip
TLS_DATES = requirement(
    "IOTDA-TLS-3", "MUST",
    "The device turns away from a platform whose certificate has expired",
    source=f"{AUTH_DOC}: MQTTS, root certificate; RFC 5280, 6.1", needs="iotda.tls",
)  # fmt: skip
