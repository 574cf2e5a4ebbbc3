"""What a device owes an Azure IoT Hub."""

from harness import requirement

SAS_DOC = "Microsoft Learn, iot-hub: Control access to IoT Hub with shared access signatures"
MQTT_DOC = "Microsoft Learn, iot: Communicate with an IoT hub using the MQTT protocol"
DPS_DOC = "Microsoft Learn, iot-dps: How to use symmetric keys over HTTPS without an SDK"
METHOD_DOC = "Microsoft Learn, iot-hub: Understand and invoke direct methods"
MESSAGE_DOC = "Microsoft Learn, iot-hub: Create and read IoT Hub messages"
REST_DOC = "Azure REST API, IoT Hub device: Send Device Event"
TLS_DOC = "Microsoft Learn, iot-hub: TLS support; RFC 5280, 6.1 and RFC 6125, 6"
OASIS = "OASIS MQTT Version 3.1.1"

ASSIGNED_HUB = requirement(
    "HUB-ASSIGN-1", "MUST",
    "The device connects to the hub that DPS assigned",
    source=f"{DPS_DOC}: assignedHub", needs=("dps", "hub"),
)  # fmt: skip
ASSIGNED_ID = requirement(
    "HUB-ASSIGN-2", "MUST",
    "The device uses the device id that DPS assigned",
    source=f"{DPS_DOC}: deviceId", needs=("dps", "hub"),
)  # fmt: skip

SAS_GRAMMAR = requirement(
    "HUB-SAS-1", "MUST",
    "The device writes its hub token as one sr, sig and se behind SharedAccessSignature, encoded",
    source=f"{SAS_DOC}: SAS token structure", needs="hub.sas",
)  # fmt: skip
SAS_RESOURCE = requirement(
    "HUB-SAS-2", "MUST",
    "The device signs for {hub host}/devices/{deviceId} of the connection it makes",
    source=f"{SAS_DOC}: resourceURI", needs="hub.sas",
)  # fmt: skip
SAS_EXPIRY = requirement(
    "HUB-SAS-3", "MUST",
    "The device's hub token ends in the future, counted in seconds since 1970",
    source=f"{SAS_DOC}: expiry", needs="hub.sas",
)  # fmt: skip
SAS_SIGNED = requirement(
    "HUB-SAS-4", "MUST",
    "The device signs the resource as sent and the expiry with its own, decoded key",
    source=f"{SAS_DOC}: signature", needs="hub.sas",
)  # fmt: skip
SAS_POLICY = requirement(
    "HUB-SAS-5", "MUST",
    "The device holds no key of a service policy",
    source=f"{SAS_DOC}: policyName; per-device credentials", needs="hub.sas",
)  # fmt: skip

SAS_NARROW = requirement(
    "HUB-SAS-6", "SHOULD",
    "The device's hub token is for the device alone",
    source=f"{SAS_DOC}: resourceURI, per-device credentials; what a hub makes of a token for the "
    "whole host with a device's key is not documented",
    needs="hub.sas",
)  # fmt: skip

CLIENT_ID = requirement(
    "HUB-CONN-1", "MUST",
    "The device connects with its device id as client id",
    source=f"{MQTT_DOC}: ClientId", needs="hub.mqtt",
)  # fmt: skip
USER = requirement(
    "HUB-CONN-2", "MUST",
    "The device's user name begins with the hub it connects to and its device id",
    source=f"{MQTT_DOC}: Username", needs="hub.mqtt",
)  # fmt: skip
MQTT_VERSION = requirement(
    "HUB-CONN-3", "MUST",
    "The device speaks MQTT 3.1.1 to the hub",
    source=f"{MQTT_DOC}: protocol version", needs="hub.mqtt",
)  # fmt: skip
KEEPALIVE = requirement(
    "HUB-CONN-4", "SHOULD",
    "The device's keep-alive is between 1 and 1177 seconds",
    source=f"{MQTT_DOC}: keep-alive, the hub cuts at 1.5 times and at 29.45 minutes",
    needs="hub.mqtt",
)  # fmt: skip
NO_PASSWORD = requirement(
    "HUB-CONN-5", "MUST",
    "The device sends no token beside its certificate",
    source=f"{MQTT_DOC}: X.509 certificate, Password", needs=("hub.mqtt", "hub.x509"),
)  # fmt: skip
API_VERSION = requirement(
    "HUB-CONN-6", "SHOULD",
    "The device names an api-version in its user name",
    source=f"{MQTT_DOC}: Username, api-version", needs="hub.mqtt",
)  # fmt: skip
WILL = requirement(
    "HUB-CONN-7", "MUST",
    "The device's will, if it has one, goes to its events topic",
    source=f"{MQTT_DOC}: Will topic", needs="hub.mqtt",
)  # fmt: skip
TOPICS = requirement(
    "HUB-CONN-8", "MUST",
    "The device uses no topic at the hub but the documented ones",
    source=f"{MQTT_DOC}: only the documented topics and filters", needs="hub.mqtt",
)  # fmt: skip
FEW_SUBSCRIPTIONS = requirement(
    "HUB-CONN-9", "MUST",
    "The device holds at most five subscriptions",
    source="Microsoft Learn, iot-hub: IoT Hub quotas and throttling, subscriptions",
    needs="hub.mqtt",
)  # fmt: skip
CERTIFICATE = requirement(
    "HUB-CONN-10", "MUST",
    "The device shows its certificate to the hub",
    source=f"{MQTT_DOC}: X.509 certificate", needs=("hub.mqtt", "hub.x509"),
)  # fmt: skip
WELL_FORMED = requirement(
    "AZURE-MQTT-1", "MUST",
    "The device's packets obey MQTT 3.1.1",
    source=OASIS, needs=("azure", "mqtt"),
)  # fmt: skip

TELEMETRY_TOPIC = requirement(
    "HUB-TELE-1", "MUST",
    "The device sends telemetry to devices/{its own id}/messages/events/",
    source=f"{MQTT_DOC}: sending device-to-cloud messages", needs=("hub.mqtt", "hub.telemetry"),
)  # fmt: skip
PROPERTY_BAG = requirement(
    "HUB-TELE-2", "MUST",
    "The device percent-encodes names and values in the property bag",
    source=f"{MQTT_DOC}: property bag, URL-encoded",
    needs=("hub.mqtt", "hub.telemetry", "hub.properties"),
)  # fmt: skip
NO_QOS_2 = requirement(
    "HUB-TELE-3", "MUST",
    "The device publishes nothing with QoS 2",
    source=f"{MQTT_DOC}: QoS 2 is not supported", needs=("hub.mqtt", "hub.telemetry"),
)  # fmt: skip
NO_RETAIN = requirement(
    "HUB-TELE-4", "SHOULD",
    "The device publishes nothing with RETAIN set",
    source=f"{MQTT_DOC}: RETAIN is not stored, mqtt-retain", needs=("hub.mqtt", "hub.telemetry"),
)  # fmt: skip

C2D_SUBSCRIBES = requirement(
    "HUB-C2D-1", "MUST",
    "The device subscribes to devices/{its own id}/messages/devicebound/#",
    source=f"{MQTT_DOC}: receiving cloud-to-device messages", needs=("hub.mqtt", "hub.c2d"),
)  # fmt: skip
C2D_ACKNOWLEDGES = requirement(
    "HUB-C2D-2", "MUST",
    "The device acknowledges each message that comes with QoS 1",
    source=f"{OASIS}: 4.3.2, MQTT-4.3.2-2; {MQTT_DOC}: PUBACK completes the message",
    needs=("hub.mqtt", "hub.c2d.qos1"),
)  # fmt: skip

METHOD_SUBSCRIBES = requirement(
    "HUB-METHOD-1", "MUST",
    "The device subscribes to $iothub/methods/POST/#",
    source=f"{MQTT_DOC}: respond to a direct method", needs=("hub.mqtt", "hub.methods"),
)  # fmt: skip
METHOD_ANSWERS = requirement(
    "HUB-METHOD-2", "MUST",
    "The device answers a method under the request id of the call",
    source=f"{MQTT_DOC}: respond to a direct method, $rid", needs=("hub.mqtt", "hub.methods"),
)  # fmt: skip
METHOD_STATUS = requirement(
    "HUB-METHOD-3", "MUST",
    "The device answers a method with an integer status",
    source=f"{METHOD_DOC}: method lifecycle, status", needs=("hub.mqtt", "hub.methods"),
)  # fmt: skip
METHOD_JSON = requirement(
    "HUB-METHOD-4", "MUST",
    "The device answers a method with JSON, or with nothing",
    source=f"{METHOD_DOC}: method lifecycle, payload", needs=("hub.mqtt", "hub.methods"),
)  # fmt: skip
METHOD_UNKNOWN = requirement(
    "HUB-METHOD-5", "SHOULD",
    "The device answers a method that it does not know",
    source=f"{METHOD_DOC}: method invocation, the caller waits for responseTimeoutInSeconds",
    needs=("hub.mqtt", "hub.methods"),
)  # fmt: skip

HTTP_PATH = requirement(
    "HUB-HTTP-1", "MUST",
    "The device posts telemetry to /devices/{its own id}/messages/events",
    source=f"{REST_DOC}: request URI", needs=("hub.https", "hub.telemetry"),
)  # fmt: skip
HTTP_VERSION = requirement(
    "HUB-HTTP-2", "MUST",
    "The device names an api-version in every request",
    source=f"{REST_DOC}: api-version", needs="hub.https",
)  # fmt: skip
HTTP_TOKEN = requirement(
    "HUB-HTTP-3", "MUST",
    "The device puts its token in the Authorization header of every request",
    source=f"{REST_DOC}: Authorization; {SAS_DOC}", needs=("hub.https", "hub.sas"),
)  # fmt: skip

TLS_ISSUER = requirement(
    "HUB-TLS-1", "MUST",
    "The device turns away from a hub whose certificate comes from an unknown authority",
    source=TLS_DOC, needs="hub",
)  # fmt: skip
TLS_NAME = requirement(
    "HUB-TLS-2", "MUST",
    "The device turns away from a hub whose certificate is for another name",
    source=TLS_DOC, needs="hub",
)  # fmt: skip
TLS_DATES = requirement(
    "HUB-TLS-3", "MUST",
    "The device turns away from a hub whose certificate has expired",
    source=TLS_DOC, needs="hub",
)  # fmt: skip
