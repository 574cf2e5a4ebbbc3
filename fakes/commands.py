"""Shell commands that try an emulator, with the names of the values it prints.

They need a POSIX shell, curl, openssl and Mosquitto's clients; a test runs each of them.
"""

from __future__ import annotations

TOKENS = r"""
# by openssl, step by step as a device makes them
hmac64() { # KEY: HMAC-SHA256 of the input under a base64 key, as base64
  openssl dgst -sha256 -mac HMAC -binary -macopt "hexkey:$(printf %s "$1" |
    openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')" | openssl base64 -A
}
sas() { # RESOURCE KEY [POLICY]: a token that is good for an hour
  sr=$(printf %s "$1" | sed 's|:|%3A|g; s|/|%2F|g') se=$(($(date +%s) + 3600))
  sig=$(printf '%s\n%s' "$sr" "$se" | hmac64 "$2" | sed 's|+|%2B|g; s|/|%2F|g; s|=|%3D|g')
  echo "SharedAccessSignature sr=$sr&sig=$sig&se=$se${3:+&skn=$3}"
}
"""

REGISTER = r"""
# over HTTPS: register, wait as long as Retry-After says, ask what became of it
TOKEN=$(sas "$ID_SCOPE/registrations/$REGISTRATION_ID" "$SYMMETRIC_KEY")
OPERATION=$(curl -sS --cacert "$CA_FILE" -H "Authorization: $TOKEN" \
  -H 'Content-Type: application/json' -X PUT -d "{\"registrationId\": \"$REGISTRATION_ID\"}" \
  "$DPS_URL/$ID_SCOPE/registrations/$REGISTRATION_ID/register?api-version=2019-03-31" |
  sed 's/.*"operationId": *"\([^"]*\)".*/\1/')
sleep 3
curl -sS --cacert "$CA_FILE" -H "Authorization: $TOKEN" -w '\n' \
  "$DPS_URL/$ID_SCOPE/registrations/$REGISTRATION_ID/operations/$OPERATION?api-version=2019-03-31"
# over MQTT: client id $REGISTRATION_ID, user name $DPS_MQTT_USER, password such a token;
# subscribe to $dps/registrations/res/#, publish to $dps/registrations/PUT/iotdps-register/?$rid=1
# after that it is a device of the hub below, with the same key
"""

DERIVE = r"""
# the key of a device of the group: HMAC of its registration id under the group's key
printf %s my-device | hmac64 "$GROUP_KEY"; echo
# then as above, with REGISTRATION_ID=my-device and what this prints as SYMMETRIC_KEY
"""

CERTIFIED = r"""
curl -sS --cacert "$CA_FILE" --cert "$X509_CERT_CHAIN_FILE" --key "$X509_KEY_FILE" -w '\n' \
  -H 'Content-Type: application/json' -X PUT -d "{\"registrationId\": \"$X509_REGISTRATION_ID\"}" \
  "$DPS_URL/$ID_SCOPE/registrations/$X509_REGISTRATION_ID/register?api-version=2019-03-31"
"""

SERVICE = r"""
curl -sS --cacert "$CA_FILE" -w '\n' \
  -H "Authorization: $(sas "$DPS_HOST" "$DPS_SERVICE_KEY" "$DPS_SERVICE_POLICY")" \
  "$DPS_URL/enrollmentGroups/$X509_ENROLLMENT_GROUP_ID?api-version=2019-03-31"
"""

HUB = r"""
# telemetry over MQTT, then over HTTPS (204: taken)
mosquitto_pub -h "$HUB_HOST" -p "$HUB_MQTTS_PORT" --cafile "$CA_FILE" -i "$DEVICE_ID" \
  -u "$HUB_MQTT_USER" -P "$(sas "$HUB_HOST/devices/$DEVICE_ID" "$DEVICE_KEY")" -q 1 \
  -t "devices/$DEVICE_ID/messages/events/" -m '{"temperature": 21.5}'
curl -sS --cacert "$CA_FILE" -w '%{http_code}\n' -d '{"temperature": 21.5}' \
  -H "Authorization: $(sas "$HUB_HOST/devices/$DEVICE_ID" "$DEVICE_KEY")" \
  "$HUB_URL/devices/$DEVICE_ID/messages/events?api-version=2020-03-13"
"""

IOTDA = r"""
# a property report; the password is HMAC-SHA256 of the secret under the UTC hour as key
STAMP=$(date -u +%Y%m%d%H)
PASSWORD=$(printf %s "$IOTDA_SECRET" | openssl dgst -sha256 -hmac "$STAMP" | sed 's/.*= *//')
mosquitto_pub -h "$IOTDA_HOST" -p "$IOTDA_MQTTS_PORT" --cafile "$CA_FILE" \
  -i "${IOTDA_DEVICE_ID}_0_1_$STAMP" -u "$IOTDA_DEVICE_ID" -P "$PASSWORD" -q 1 \
  -t "\$oc/devices/$IOTDA_DEVICE_ID/sys/properties/report" \
  -m '{"services": [{"service_id": "sensor", "properties": {"temperature": 21.5}}]}'
# the same without TLS
mosquitto_pub -h "$IOTDA_HOST" -p "$IOTDA_MQTT_PORT" \
  -i "${IOTDA_DEVICE_ID}_0_1_$STAMP" -u "$IOTDA_DEVICE_ID" -P "$PASSWORD" -q 1 \
  -t "\$oc/devices/$IOTDA_DEVICE_ID/sys/properties/report" \
  -m '{"services": [{"service_id": "sensor", "properties": {"temperature": 22.5}}]}'
"""
