"""The whole flow: the operator's enrollment program, then a device of that group."""

import asyncio

from enroll import enroll
from provision import provision

if __name__ == "__main__":
    enroll()
    asyncio.run(provision())
