"""What a device owes the Device Provisioning Service."""

from harness import requirement

SAS_DOC = "Microsoft Learn, iot-dps: Control access to DPS with shared access signatures"
HTTPS_DOC = "Microsoft Learn, iot-dps: How to use symmetric keys over HTTPS without an SDK"
MQTT_DOC = "Microsoft Learn, iot: Communicate with DPS using the MQTT protocol"
REST_DOC = "Azure REST API specs, DPS device API, device.json 2021-10-01 and 2026-04-01"
SCALE_DOC = "Microsoft Learn, iot-dps: Best practices for large-scale deployments, retry"
X509_DOC = "Microsoft Learn, iot-dps: X.509 certificate attestation"
TLS_DOC = "Microsoft Learn, iot-dps: TLS support; RFC 5280, 6.1 and RFC 6125, 6"

SAS_GRAMMAR = requirement(
    "DPS-SAS-1", "MUST",
    "The device writes its DPS token as one sr, sig and se behind SharedAccessSignature, encoded",
    source=f"{SAS_DOC}: structure of a SAS token", needs="dps.sas",
)  # fmt: skip
SAS_RESOURCE = requirement(
    "DPS-SAS-2", "MUST",
    "The device signs for {idScope}/registrations/{registrationId} of its own",
    source=f"{HTTPS_DOC}: create a SAS token, resource_uri", needs="dps.sas",
)  # fmt: skip
SAS_EXPIRY = requirement(
    "DPS-SAS-3", "MUST",
    "The device's DPS token ends in the future, counted in seconds since 1970",
    source=f"{SAS_DOC}: expiry", needs="dps.sas",
)  # fmt: skip
SAS_SIGNED = requirement(
    "DPS-SAS-4", "MUST",
    "The device signs the resource as sent and the expiry with its own, decoded key",
    source=f"{SAS_DOC}: signature; iot-dps: Symmetric key attestation, derived keys",
    needs="dps.sas",
)  # fmt: skip
SAS_POLICY = requirement(
    "DPS-SAS-5", "SHOULD",
    "The device names no policy but registration in its DPS token",
    source=f"{HTTPS_DOC}: create a SAS token, policy", needs="dps.sas",
)  # fmt: skip

REG_ID = requirement(
    "DPS-REG-1", "MUST",
    "The device registers under its id scope and registration id, spelt as enrolled",
    source=f"{REST_DOC}: RegisterDevice, path parameters", needs="dps.sas",
)  # fmt: skip
REG_BODY_ID = requirement(
    "DPS-REG-2", "MUST",
    "The device puts no other registration id in the request body than in path or user name",
    source=f"{HTTPS_DOC}: register your device, -d", needs="dps",
)  # fmt: skip
REG_MEMBERS = requirement(
    "DPS-REG-3", "MUST",
    "The device puts nothing at the top of the request body but what the schema knows",
    source=f"{REST_DOC}: DeviceRegistration; error 400012 (MicrosoftDocs/azure-docs issue 66740)",
    needs="dps",
)  # fmt: skip
REG_JSON = requirement(
    "DPS-REG-4", "MUST",
    "The device's request body is a JSON object",
    source=f"{REST_DOC}: RegisterDevice, body", needs="dps",
)  # fmt: skip
REG_VERSION = requirement(
    "DPS-REG-5", "MUST",
    "The device names an api-version in every request",
    source=f"{REST_DOC}: ApiVersionParameter", needs="dps.https",
)  # fmt: skip
REG_CONTENT_TYPE = requirement(
    "DPS-REG-6", "MUST",
    "The device declares its request body as application/json",
    source=f"{HTTPS_DOC}: register your device, -H 'Content-Type'", needs="dps.https",
)  # fmt: skip
REG_ONCE = requirement(
    "DPS-REG-7", "MUST",
    "The device looks up the operation it was given instead of registering again",
    source=f"{HTTPS_DOC}: register your device, Operation Status Lookup", needs="dps",
)  # fmt: skip

REG_ROUTE = requirement(
    "DPS-REG-8", "MUST",
    "The device calls the documented operations by their methods and paths",
    source=f"{REST_DOC}: paths", needs="dps.https",
)  # fmt: skip
REG_TOKEN = requirement(
    "DPS-REG-9", "MUST",
    "The device puts its token in the Authorization header of every request",
    source=f"{HTTPS_DOC}: register your device, -H 'Authorization'",
    needs=("dps.https", "dps.sas"),
)  # fmt: skip

POLL_OPERATION = requirement(
    "DPS-POLL-1", "MUST",
    "The device asks for the operation id that it was given, whole",
    source=f"{REST_DOC}: OperationStatusLookup, operationId", needs="dps",
)  # fmt: skip
POLL_WAITS = requirement(
    "DPS-POLL-2", "SHOULD",
    "The device waits out the whole Retry-After period before it polls again",
    source=f"{SCALE_DOC}; {REST_DOC}: 202, Retry-After", needs="dps",
)  # fmt: skip
POLL_GOES_ON = requirement(
    "DPS-POLL-3", "MUST",
    "The device asks on while its assignment is under way, until it is told the end",
    source=f"{HTTPS_DOC}: status assigning; {REST_DOC}: 202", needs="dps",
)  # fmt: skip
POLL_ENDS = requirement(
    "DPS-POLL-4", "MUST",
    "The device asks no more once it is assigned",
    source=f"{SCALE_DOC}: reprovisioning; DPS limits, device polling", needs="dps",
)  # fmt: skip

MQTT_CLIENT_ID = requirement(
    "DPS-MQTT-1", "MUST",
    "The device connects to DPS with its registration id as client id",
    source=f"{MQTT_DOC}: ClientId", needs="dps.mqtt",
)  # fmt: skip
MQTT_USER = requirement(
    "DPS-MQTT-2", "MUST",
    "The device's user name is {idScope}/registrations/{registrationId}/api-version={version}",
    source=f"{MQTT_DOC}: Username", needs="dps.mqtt",
)  # fmt: skip
MQTT_SUBSCRIBES_FIRST = requirement(
    "DPS-MQTT-3", "MUST",
    "The device holds its subscription to $dps/registrations/res/# before it registers",
    source=f"{MQTT_DOC}: register a device, subscribe", needs="dps.mqtt",
)  # fmt: skip
MQTT_TOPICS = requirement(
    "DPS-MQTT-4", "MUST",
    "The device uses no topic at DPS but the documented ones",
    source=f"{MQTT_DOC}: only the documented topics and filters", needs="dps.mqtt",
)  # fmt: skip
MQTT_VERSION = requirement(
    "DPS-MQTT-5", "MUST",
    "The device speaks MQTT 3.1.1 to DPS",
    source=f"{MQTT_DOC}: protocol version", needs="dps.mqtt",
)  # fmt: skip

MQTT_NO_QOS_2 = requirement(
    "DPS-MQTT-6", "MUST",
    "The device publishes nothing to DPS with QoS 2",
    source=f"{MQTT_DOC}: QoS 2 is not supported, the connection is closed", needs="dps.mqtt",
)  # fmt: skip

X509_CHAIN = requirement(
    "DPS-X509-1", "MUST",
    "The device sends its certificate with every intermediate up to the enrolled CA",
    source=f"{X509_DOC}: DPS device chain requirements", needs="dps.x509",
)  # fmt: skip
X509_NAME = requirement(
    "DPS-X509-2", "MUST",
    "The device registers under the common name of its certificate",
    source=f"{X509_DOC}: leaf certificate", needs="dps.x509",
)  # fmt: skip
X509_NO_TOKEN = requirement(
    "DPS-X509-3", "MUST",
    "The device sends no token beside its certificate",
    source=f"{MQTT_DOC}: Password, X.509", needs="dps.x509",
)  # fmt: skip

TLS_ISSUER = requirement(
    "DPS-TLS-1", "MUST",
    "The device turns away from a DPS whose certificate comes from an unknown authority",
    source=TLS_DOC, needs="dps",
)  # fmt: skip
TLS_NAME = requirement(
    "DPS-TLS-2", "MUST",
    "The device turns away from a DPS whose certificate is for another name",
    source=TLS_DOC, needs="dps",
)  # fmt: skip
TLS_DATES = requirement(
    "DPS-TLS-3", "MUST",
    "The device turns away from a DPS whose certificate has expired",
    source=TLS_DOC, needs="dps",
)  # fmt: skip
