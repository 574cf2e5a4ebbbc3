"""Create an enrollment group for a signing certificate, with the provisioning service client.

The four calls of the enrollment program: client from a connection string, attestation from the
signing certificate, group, create_or_update. The reply is not looked at; a refusal is an exception.
"""

import os
from pathlib import Path

from provisioningserviceclient import ProvisioningServiceClient
from provisioningserviceclient.models import AttestationMechanism, EnrollmentGroup


def enroll():
    """Put the group; raises ProvisioningServiceError when the service refuses it."""
    signing = Path(os.environ["SIGNING_CERT_FILE"]).read_text(encoding="ascii")
    service = ProvisioningServiceClient.create_from_connection_string(
        os.environ["DPS_SERVICE_CONNECTION_STRING"]
    )
    attestation = AttestationMechanism.create_with_x509_signing_certs(signing)
    group = EnrollmentGroup.create(os.environ["ENROLLMENT_GROUP_ID"], attestation)
    service.create_or_update(group)
    print(f"enrollment group {group.enrollment_group_id} stands")


if __name__ == "__main__":
    enroll()
