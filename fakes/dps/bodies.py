"""What is wrong with the body of a register request, as the service would say it."""

from __future__ import annotations

import json
from typing import Any

from fakes.dps.attestation import BAD_REQUEST, Problem
from fakes.dps.options import DpsOptions
from protocol import dps

DESERIALIZATION = 400012


def problems(body: bytes, registration_id: str, options: DpsOptions) -> list[Problem]:
    """Everything wrong with a body. Another registration id in it is a matter of an option."""
    if not _names_another(body, registration_id):
        return _all(dps.body_problems(body, registration_id))
    found = _all(dps.body_problems(_without_id(body), registration_id))
    if options.body_id_mismatch == "refuse":
        found.append(Problem(BAD_REQUEST, "the body's registrationId is not the request's"))
    return found


def _all(texts: list[str]) -> list[Problem]:
    return [Problem(DESERIALIZATION, text) for text in texts]


def _document(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _names_another(body: bytes, registration_id: str) -> bool:
    given = _document(body).get("registrationId", registration_id)
    return isinstance(given, str) and not dps.same_registration_id(given, registration_id)


def _without_id(body: bytes) -> bytes:
    document = _document(body)
    document.pop("registrationId", None)
    return json.dumps(document).encode()
