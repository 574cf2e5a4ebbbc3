"""The other end of the wire: imitations of the clouds that record and answer, and never judge."""
