"""Commands and their answers."""

from harness import conforms, verifies
from suites.huawei_iotda import checks
from suites.huawei_iotda import requirements as req
from suites.huawei_iotda.scenarios import UNKNOWN_COMMAND


@verifies(req.COMMAND_ANSWERS)
def test_answers_a_command_under_its_request_id(iotda_day):
    sent = checks.commands(iotda_day, iotda_day.given["command"])
    conforms(checks.unanswered_commands(iotda_day, sent))


@verifies(req.COMMAND_JSON)
def test_answers_with_a_json_object(iotda_day):
    iotda_day.reach("iotda.command.reply")
    conforms(checks.odd_command_replies(iotda_day))


@verifies(req.COMMAND_RESULT)
def test_gives_an_integer_result_code(iotda_day):
    conforms(checks.odd_result_codes(iotda_day))


@verifies(req.COMMAND_UNKNOWN)
def test_answers_a_command_it_does_not_know(iotda_day):
    iotda_day.reach("iotda.command.reply", known=True)
    sent = checks.commands(iotda_day, UNKNOWN_COMMAND)
    conforms(checks.unanswered_commands(iotda_day, sent))


@verifies(req.COMMAND_ONCE)
def test_answers_each_command_once(iotda_day):
    iotda_day.reach("iotda.command.reply")
    conforms(checks.repeated_replies(iotda_day))


@verifies(req.COMMAND_TIME)
def test_answers_in_time(iotda_day):
    iotda_day.reach("iotda.command.reply")
    conforms(checks.late_replies(iotda_day))
