"""Property reports."""

from harness import conforms, verifies
from suites.huawei_iotda import checks
from suites.huawei_iotda import requirements as req


@verifies(req.REPORT_SHAPE)
def test_reports_a_list_of_services(iotda_day):
    iotda_day.reach("iotda.report")
    conforms(checks.shapeless_reports(iotda_day))


@verifies(req.REPORT_TIME_FORM)
def test_writes_event_times_in_a_documented_form(iotda_day):
    conforms(checks.malformed_event_times(checks.event_times(iotda_day)))


@verifies(req.REPORT_TIME_UTC)
def test_reports_event_times_in_utc(iotda_day):
    conforms(checks.skewed_event_times(checks.event_times(iotda_day), iotda_day))
