"""MQTT 3.1.1 between the door and a service: packets, sessions, and the life of one link."""
