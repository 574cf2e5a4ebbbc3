"""Print a shared access signature: sas_token.py RESOURCE KEY SECONDS [POLICY].

The resource is signed as quote_plus spells it; the query is put together by urlencode, which spells
it the same way. The expiry is cut to whole seconds before it is signed.
"""

import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from hmac import digest
from time import time
from urllib.parse import quote_plus, urlencode


def sas_token(resource, key, seconds, policy=None):
    """A token for `resource`, signed with the base64 key, good for `seconds` from now."""
    expiry = int(time() + seconds)
    signed = f"{quote_plus(resource)}\n{expiry}"
    signature = b64encode(digest(b64decode(key), signed.encode(), sha256))
    fields = {"sr": resource, "sig": signature, "se": expiry}
    if policy is not None:
        fields["skn"] = policy
    return "SharedAccessSignature " + urlencode(fields)


if __name__ == "__main__":
    resource, key, seconds, *policy = sys.argv[1:]
    print(sas_token(resource, key, int(seconds), *policy))
