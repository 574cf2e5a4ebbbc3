"""Topics and delivery."""

from harness import conforms, verifies
from suites import mqtt
from suites.huawei_iotda import checks
from suites.huawei_iotda import requirements as req


@verifies(req.OWN_TOPICS)
def test_uses_its_own_topics(iotda_day):
    iotda_day.reach("mqtt.publish", way="in")
    conforms(checks.foreign_topics(iotda_day))


@verifies(req.NO_QOS_2)
def test_publishes_nothing_with_qos_2(iotda_day):
    iotda_day.reach("mqtt.publish", way="in")
    conforms(mqtt.exactly_once_publishes(iotda_day, "iotda"))


@verifies(req.NO_RETAIN)
def test_publishes_nothing_retained(iotda_day):
    iotda_day.reach("mqtt.publish", way="in")
    conforms(mqtt.retained_publishes(iotda_day, "iotda"))


@verifies(req.ACKNOWLEDGES)
def test_acknowledges_what_it_receives(iotda_day):
    iotda_day.reach("mqtt.publish", way="out", qos=1)
    conforms(mqtt.unacknowledged(iotda_day, "iotda"))
