"""Azure Device Provisioning Service, device side, over HTTPS and MQTT."""
