"""Huawei Cloud IoTDA, device side, over MQTT."""
