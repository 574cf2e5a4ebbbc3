"""Telemetry over HTTPS."""

from harness import conforms, verifies
from suites.azure_iothub import checks
from suites.azure_iothub import requirements as req


@verifies(req.HTTP_PATH)
def test_posts_to_its_own_route(azure_day):
    azure_day.reach("http.request", service="hub")
    conforms(checks.misdirected_requests(azure_day))


@verifies(req.HTTP_VERSION)
def test_names_an_api_version(azure_day):
    azure_day.reach("http.request", service="hub")
    conforms(checks.unversioned_requests(azure_day))


@verifies(req.HTTP_TOKEN)
def test_signs_every_request(azure_day):
    azure_day.reach("http.request", service="hub")
    conforms(checks.unsigned_requests(azure_day))
