"""asyncio's own log lines about handshakes that fail: here they are events, not errors of ours."""

from __future__ import annotations

import logging


class _NoHandshakes(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return "SSL" not in record.getMessage()


def silence_asyncio() -> None:
    """Keep them out of the log, once for the process."""
    logger = logging.getLogger("asyncio")
    if not any(isinstance(one, _NoHandshakes) for one in logger.filters):
        logger.addFilter(_NoHandshakes())
