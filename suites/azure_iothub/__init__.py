"""Azure IoT Hub, device side, over MQTT and HTTPS."""
