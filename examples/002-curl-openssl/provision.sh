#!/usr/bin/env bash
# Provision over HTTPS and send one reading, with curl and openssl: what a reader of the how-to types, in order.
#
# provision.sh individual | group. Environment: DPS_HOST, DPS_HTTPS_PORT, HUB_HTTPS_PORT, ID_SCOPE, REGISTRATION_ID,
# SYMMETRIC_KEY (individual) or GROUP_KEY (group), CURL_CA_BUNDLE, PYTHON. Exit 0 when the hub took the reading.
set -euo pipefail

# base64(HMAC-SHA256(group key, registration id)): the id is hashed without a line end, hence printf.
derived_key() {
  local hex
  hex=$(echo "$GROUP_KEY" | base64 --decode | xxd -p -u -c 1000)
  printf %s "$REGISTRATION_ID" | openssl sha256 -mac HMAC -macopt "hexkey:$hex" -binary | base64
}

token() { "${PYTHON:-python3}" "$(dirname "$0")/sas_token.py" "$@"; }

# call TOKEN METHOD URL [BODY]: one request, header and body of the reply on stdout. "Content-Encoding:  utf-8" is no coding
# that HTTP knows, and has two blanks; the how-to sends it so, also on the GET.
call() {
  curl --silent --show-error --location --include --request "$2" \
    --header "Content-Type: application/json" --header "Content-Encoding:  utf-8" --header "Authorization: $1" \
    ${4:+--data "$4"} "$3"
}

# What a reader takes from a reply by eye: a header, or a member of the JSON body.
header() { tr -d '\r' | awk -v name="$1:" 'tolower($1) == name { value = $2 } END { print value }'; }
member() { tr -d '\r' | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | tail -n 1; }

case ${1:-} in
  individual) key=$SYMMETRIC_KEY ;;
  group) key=$(derived_key) ;;
  *) echo "usage: provision.sh individual|group" >&2; exit 2 ;;
esac

dps="https://$DPS_HOST:$DPS_HTTPS_PORT"
registration="$ID_SCOPE/registrations/$REGISTRATION_ID"
pass=$(token "$registration" "$key" 2592000 registration)
reply=$(call "$pass" PUT "$dps/$registration/register?api-version=2019-03-31" \
  "{\"registrationId\": \"$REGISTRATION_ID\"}")
echo "$reply"
operation=$(member operationId <<<"$reply")

# The how-to polls by hand and names no pause. Its reader copies the operation id from a reply that shows
# Retry-After right above it, into the next command; that takes longer than the 3 s asked for. A program that
# polled at once would be a deviation that no reader commits, so it waits as long as it was told.
while [ -n "$operation" ] && [ "$(member status <<<"$reply")" = assigning ]; do
  pause=$(header retry-after <<<"$reply")
  sleep "${pause:-3}"
  reply=$(call "$pass" GET "$dps/$registration/operations/$operation?api-version=2019-03-31")
  echo "$reply"
done

[ "$(member status <<<"$reply")" = assigned ] || { echo "not assigned" >&2; exit 1; }
hub=$(member assignedHub <<<"$reply")
device="devices/$(member deviceId <<<"$reply")"

# The token names the hub alone; the port is the bench's affair.
pass=$(token "$hub/$device" "$key" 3600)
reply=$(call "$pass" POST "https://$hub:$HUB_HTTPS_PORT/$device/messages/events?api-version=2020-03-13" '{"humidity": 61}')
echo "$reply"
grep -q "^HTTP/[0-9.]* 204" <<<"$reply"
