"""Secrets in every spelling that they are likely to have."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from urllib.parse import quote, quote_plus

import pytest

from transcript import Redactor

KEY = b64encode(b"a vendor's own key, 32 bytes ab+").decode()
SPELLINGS = {
    "as it is": KEY,
    "percent-encoded": quote(KEY, safe=""),
    "as a form": quote_plus(KEY),
    "base64 of the text": b64encode(KEY.encode()).decode(),
    "hex of the text": KEY.encode().hex(),
    "hex of the bytes": b64decode(KEY).hex(),
    "HEX of the bytes": b64decode(KEY).hex().upper(),
    "the bytes as text": b64decode(KEY).decode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_hidden_in_every_spelling(spelling: str) -> None:
    hidden = Redactor([KEY]).text(f"before {SPELLINGS[spelling]} after")
    assert hidden == "before <secret> after"


def test_bytes_and_json_are_searched_too() -> None:
    whole = {"list": [KEY, {"bytes": b64encode(b64decode(KEY)).decode()}], "raw": KEY.encode()}
    hidden = json.dumps(Redactor([KEY]).value(whole), default=str)
    assert KEY not in hidden
    assert b64encode(KEY.encode()).decode() not in hidden


def test_signatures_made_with_a_vendors_key_are_hidden() -> None:
    token = "SharedAccessSignature sr=host&sig=abc%3D&se=1"
    assert Redactor([KEY]).text(token) == "SharedAccessSignature sr=host&sig=<secret>&se=1"


def test_without_secrets_nothing_is_touched() -> None:
    token = "SharedAccessSignature sr=host&sig=abc%3D&se=1"
    assert Redactor().value({"token": token, "raw": b"\x00"}) == {"token": token, "raw": b"\x00"}
