"""What is kept of a device's output."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devices.capture import Capture


@given(st.lists(st.binary(max_size=30)), st.integers(1, 20))
def test_keeps_both_ends_and_counts_the_rest(parts: list[bytes], kept: int) -> None:
    capture = Capture(kept=kept)
    for part in parts:
        capture.feed(bytes(97 + byte % 26 for byte in part))
    whole = "".join(chr(97 + byte % 26) for part in parts for byte in part)
    if len(whole) <= 2 * kept:
        assert capture.text() == whole
    else:
        gap = f"\n[… {len(whole) - 2 * kept} bytes left out …]\n"
        assert capture.text() == whole[:kept] + gap + whole[-kept:]


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    capture = Capture()
    capture.feed(b"caf\xe9\r\n\xc3")
    capture.feed(b"\xa9\n")
    assert capture.text() == "caf\ufffd\né\n"
