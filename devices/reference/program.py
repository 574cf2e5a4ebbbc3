"""The command line: which device, where its cloud is, who it is, and the fault to put in."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import faults
from .telling import prepare


def main(arguments: Sequence[str]) -> int:
    """Run one device; exit status 0 for a good end, 1 if the cloud refused it, 2 for bad usage."""
    prepare()
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list_faults:
        print(faults.as_json())
        return 0
    if options.device is None:
        parser.error("name a device")
    if options.device == "iotda" and not options.plain and not options.ca_file:
        parser.error("--ca-file is needed unless --plain")
    if options.fault is not None:
        try:
            faults.choose(options.fault, device=options.device)
        except faults.UnknownFaultError as unknown:
            parser.error(str(unknown))
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    """Import only what this device needs: it is started hundreds of times."""
    if options.device != "iotda" and faults.broken("dps-registration-id-in-capitals"):
        options.registration_id = options.registration_id.upper()
    if options.device != "iotda" and faults.broken("dps-registration-id-of-another"):
        options.registration_id += "-2"
    if options.device == "azure-https":
        from . import azure_https

        return azure_https.run(options)
    if options.device == "iotda":
        from . import iotda

        return iotda.run(options)
    from . import azure_mqtt

    return azure_mqtt.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reference", description=__doc__)
    parser.add_argument("--list-faults", action="store_true", help="print every fault as JSON")
    devices = parser.add_subparsers(dest="device", metavar="DEVICE")
    https = _azure(devices.add_parser("azure-https", help="DPS and IoT Hub over HTTPS"))
    https.add_argument("--dps-https-port", type=int, default=443)
    https.add_argument("--hub-https-port", type=int, default=443)
    _keys(https)
    for name, proof in (("azure-mqtt", "a symmetric key"), ("azure-x509", "a certificate")):
        mqtt = _azure(devices.add_parser(name, help=f"DPS and IoT Hub over MQTT with {proof}"))
        mqtt.add_argument("--dps-mqtts-port", type=int, default=8883)
        mqtt.add_argument("--hub-mqtts-port", type=int, default=8883)
        (_keys if name == "azure-mqtt" else _certificate)(mqtt)
    _iotda(devices.add_parser("iotda", help="Huawei IoTDA over MQTT"))
    return parser


def _azure(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """What every Azure device needs; absent credentials are None."""
    parser.add_argument("--fault", metavar="NAME", help="break this one behaviour")
    parser.add_argument("--ca-file", required=True)
    parser.add_argument("--dps-host", required=True)
    parser.add_argument("--id-scope", required=True)
    parser.add_argument("--registration-id", required=True)
    parser.add_argument("--token-lifetime", type=int, default=3600, help="seconds (default 3600)")
    absent = ("symmetric_key", "group_key", "x509_cert_file", "x509_cert_chain_file")
    parser.set_defaults(**dict.fromkeys((*absent, "x509_key_file")))
    return parser


def _keys(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--symmetric-key", help="of an individual enrollment")
    either.add_argument("--group-key", help="of an enrollment group; the device's is derived")


def _certificate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--x509-cert-chain-file", required=True, help="leaf, then intermediates")
    parser.add_argument("--x509-cert-file", required=True, help="the leaf alone")
    parser.add_argument("--x509-key-file", required=True)


def _iotda(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fault", metavar="NAME", help="break this one behaviour")
    parser.add_argument("--ca-file", help="needed unless --plain")
    parser.add_argument("--plain", action="store_true", help="without TLS")
    parser.add_argument("--iotda-host", required=True)
    parser.add_argument("--iotda-mqtts-port", type=int, default=8883)
    parser.add_argument("--iotda-mqtt-port", type=int, default=1883)
    parser.add_argument("--iotda-device-id", required=True)
    parser.add_argument("--iotda-secret", required=True)
