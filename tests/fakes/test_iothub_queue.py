"""The queue of messages for one device, and the operator's registry."""

from __future__ import annotations

import re

import pytest
from hub_devices import fresh_key

from fakes.iothub import Hub, HubError, HubOptions, Identity
from fakes.iothub.methods import fresh_rid
from fakes.iothub.queue import Message, Queue
from transcript import EventLog

DEVICE = "dev"


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_900_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(clock: Clock) -> Hub:
    hub = Hub(log=EventLog(), host="h", options=HubOptions(c2d_queue=3, c2d_size=4), clock=clock)
    hub.operator.create_device(DEVICE, primary_key=fresh_key())
    return hub


def queue_of(hub: Hub) -> Queue:
    return hub.registry.get(DEVICE).queue


def code_of(hub: Hub, body: bytes) -> int:
    with pytest.raises(HubError) as caught:
        hub.operator.send_c2d(DEVICE, body)
    return caught.value.code


def test_a_queue_is_full_at_its_limit_and_takes_no_long_message(hub: Hub) -> None:
    assert code_of(hub, b"12345") == 413001
    for _ in range(3):
        hub.operator.send_c2d(DEVICE, b"1234")
    assert code_of(hub, b"1") == 403004
    assert hub.operator.purge(DEVICE) == 3
    assert hub.operator.pending(DEVICE) == 0


def test_odd_properties_are_refused_by_option(clock: Clock) -> None:
    options = HubOptions(c2d_odd_properties="refuse")
    hub = Hub(log=EventLog(), host="h", options=options, clock=clock)
    hub.operator.create_device(DEVICE, primary_key=fresh_key())
    for odd in ({"a b": ""}, {"a": "ü"}):
        with pytest.raises(HubError, match="400004"):
            hub.operator.send_c2d(DEVICE, b"x", properties=odd)
    hub.operator.send_c2d(DEVICE, b"x", properties={"aZ0!#$%&'*+-.^_`|~": "|"})
    assert hub.operator.pending(DEVICE) == 1


def test_messages_expire(hub: Hub, clock: Clock) -> None:
    short = hub.operator.send_c2d(DEVICE, b"a", ttl=10)
    hub.operator.send_c2d(DEVICE, b"b")
    clock.now += 11
    assert hub.operator.pending(DEVICE) == 1
    dropped = hub.log.find("hub.c2d.dropped", message_id=short)
    assert dropped is not None
    assert dropped.why == "expired"
    clock.now += 3600
    assert hub.operator.pending(DEVICE) == 0


def test_a_lock_runs_out_and_ten_deliveries_are_the_end(hub: Hub, clock: Clock) -> None:
    hub.operator.send_c2d(DEVICE, b"a", ttl=10_000)
    queue = queue_of(hub)
    for attempt in range(1, 11):
        message = queue.lock(clock.now)
        assert isinstance(message, Message)
        assert message.attempts == attempt
        assert queue.lock(clock.now) is None
        token = message.lock or ""
        assert queue.locked(token.upper(), clock.now) is message
        clock.now += 61
        with pytest.raises(HubError, match="412002"):
            queue.locked(token, clock.now)
    assert queue.lock(clock.now) is None
    assert hub.operator.pending(DEVICE) == 0
    dropped = hub.log.find("hub.c2d.dropped")
    assert dropped is not None
    assert "10 times" in dropped.why


def test_what_is_in_flight_on_a_connection_is_not_given_out_again(hub: Hub, clock: Clock) -> None:
    hub.operator.send_c2d(DEVICE, b"a")
    queue = queue_of(hub)
    [message] = queue.deliverable(1, clock.now)
    queue.sent(message, 1, packet_id=5)
    assert queue.deliverable(1, clock.now) == []
    assert queue.lock(clock.now) is None
    queue.link_lost(1)
    assert queue.deliverable(2, clock.now) == [message]
    assert message.packet_id == 5
    queue.forget_packets()
    assert message.packet_id is None
    assert queue.settle(message)
    assert not queue.settle(message)


def test_the_registry_refuses_as_the_cloud_does(hub: Hub) -> None:
    def code(device_id: str, **said: str) -> int:
        with pytest.raises(HubError) as caught:
            hub.operator.create_device(device_id, **said)  # type: ignore[arg-type]
        assert caught.value.status == caught.value.code // 1000
        return caught.value.code

    assert code(DEVICE, primary_key=fresh_key()) == 409001
    assert code("a b", primary_key=fresh_key()) == 400004
    assert code("fine") == 400004
    with pytest.raises(HubError, match="404001"):
        hub.operator.delete("nobody")


def test_dps_may_put_a_device_twice(hub: Hub) -> None:
    old = hub.operator.get_device(DEVICE)
    hub.operator.send_c2d(DEVICE, b"a")
    new = hub.put_device(Identity(device_id=DEVICE, primary_key=fresh_key()))
    assert new.primary_key != old.primary_key
    assert new.generation == old.generation
    assert hub.operator.pending(DEVICE) == 1
    hub.put_device(Identity(device_id="other", thumbprints=("ab",)))
    assert hub.operator.devices() == [DEVICE, "other"]


def test_request_ids_are_fresh_and_awkward() -> None:
    rids = [fresh_rid() for _ in range(200)]
    assert len(set(rids)) == 200
    assert len({len(rid) for rid in rids}) > 10
    assert all(re.fullmatch(r"0[A-Za-z0-9-]{1,38}[A-Z]", rid) for rid in rids)
