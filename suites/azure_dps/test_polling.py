"""Waiting for the assignment."""

from harness import conforms, verifies
from suites.azure_dps import checks
from suites.azure_dps import requirements as req


@verifies(req.POLL_OPERATION)
def test_asks_for_the_operation_it_was_given(slow_assignment):
    slow_assignment.reach("dps.poll")
    conforms(checks.foreign_operations(slow_assignment))


@verifies(req.POLL_WAITS)
def test_waits_out_retry_after_before_each_poll(slow_assignment):
    slow_assignment.reach("dps.reply", to="poll", status=202)
    allowance = slow_assignment.facts["timer_allowance"]
    conforms(checks.early_polls(slow_assignment, allowance=allowance))


@verifies(req.POLL_GOES_ON)
def test_asks_on_until_it_is_told_the_end(slow_assignment):
    slow_assignment.reach("dps.reply", status=202)
    conforms(checks.abandoned_assignments(slow_assignment))


@verifies(req.POLL_ENDS)
def test_asks_no_more_once_assigned(slow_assignment):
    slow_assignment.reach("dps.reply", status=200)
    conforms(checks.polls_after_the_end(slow_assignment))
