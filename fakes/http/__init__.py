"""HTTP between the door and a service: aiohttp's server protocol, recording, and a route table."""
