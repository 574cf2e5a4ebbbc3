"""A correct device in its own process, and the faults that can be put into it one at a time.

It speaks Azure DPS and IoT Hub over HTTPS and over MQTT, and Huawei IoTDA over MQTT. It imports
nothing else of this project: a bug shared by the judge and the judged would cancel out.
"""
