"""A run from end to end: selection, observation, verdicts, exit status, stream."""

from __future__ import annotations

import pytest

from tests.harness.conftest import Toy

FINDING = "[Finding(0.5, 'please', 'nothing')]"


def test_a_conforming_device_passes(toy: Toy) -> None:
    toy.cases("""
        @verifies(req.SAYS)
        def test_says_hello(chat):
            assert chat.reach("word").text == "hello"
    """)
    assert toy.run().ret == pytest.ExitCode.OK
    assert toy.verdicts() == {"TOY-1": "PASS"}


def test_a_broken_must_fails_the_run_in_words(toy: Toy) -> None:
    toy.cases(f"""
        @verifies(req.SAYS)
        def test_says_hello(chat):
            conforms({FINDING})
    """)
    result = toy.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["FAIL   MUST   TOY-1*The device says hello", "at 0.500 s", "  expected  please"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    [case] = toy.lines("case")
    assert case["findings"] == [{"at": 0.5, "expected": "please", "observed": "nothing"}]


def test_a_should_that_is_not_met_warns_and_does_not_fail_the_run(toy: Toy) -> None:
    toy.cases(f"""
        @verifies(req.NICE)
        def test_says_please(chat):
            conforms({FINDING})
    """)
    assert toy.run().ret == pytest.ExitCode.OK
    assert toy.verdicts() == {"TOY-2": "WARN"}
    assert toy.run("--fail-on-warn").ret == pytest.ExitCode.TESTS_FAILED


def test_what_was_not_reached_is_inconclusive_and_fails_the_run(toy: Toy) -> None:
    toy.cases("""
        @verifies(req.SAYS)
        def test_says_hello(silence):
            silence.reach("word")
    """)
    assert toy.run().ret == pytest.ExitCode.TESTS_FAILED
    [case] = toy.lines("case")
    assert (case["verdict"], case["reason"]) == (
        "INCONCLUSIVE",
        "the device never reached word; it stopped",
    )


def test_any_other_exception_is_our_error(toy: Toy) -> None:
    toy.cases("""
        @verifies(req.SAYS)
        def test_says_hello(chat):
            assert 1 == 2
    """)
    assert toy.run().ret == pytest.ExitCode.TESTS_FAILED
    assert toy.verdicts() == {"TOY-1": "ERROR"}


def test_an_unclaimed_feature_does_not_apply(toy: Toy) -> None:
    toy.cases("""
        @verifies(req.SINGS)
        def test_sings(chat):
            chat.reach("song")
    """)
    assert toy.run().ret == pytest.ExitCode.OK
    [case] = toy.lines("case")
    assert case["verdict"] == "NOT_APPLICABLE"
    assert "good does not claim song" in case["reason"]
    assert toy.lines("record") == []


def test_cases_share_a_record_and_watches_overlap(toy: Toy) -> None:
    toy.cases("""
        @verifies(req.SAYS)
        def test_one(chat):
            chat.reach("word")

        @verifies(req.NICE)
        def test_two(chat):
            chat.reach("word")

        @verifies(req.SAYS)
        def test_three(silence):
            conforms([])
    """)
    assert toy.run().ret == pytest.ExitCode.OK
    records = toy.lines("record")
    assert sorted(line["scenario"] for line in records) == ["chat", "silence"]
    assert len(toy.lines("case")) == 3


def test_a_selection_starts_only_what_it_needs(toy: Toy) -> None:
    toy.cases("""
        @verifies(req.SAYS)
        def test_one(chat):
            chat.reach("word")

        @verifies(req.NICE)
        def test_two(silence):
            conforms([])
    """)
    assert toy.run("-k", "test_two").ret == pytest.ExitCode.OK
    assert [line["scenario"] for line in toy.lines("record")] == ["silence"]


def test_an_error_in_a_scenario_is_ours_and_leaves_the_others_alone(toy: Toy) -> None:
    toy.write(
        "toys/scenarios.py",
        (toy.pytester.path / "toys/scenarios.py").read_text()
        + '\n@scenario(needs="talk")\nasync def broken(lane):\n    """Bang."""\n    1 / 0\n',
    )
    toy.cases("""
        @verifies(req.SAYS)
        def test_one(broken):
            broken.reach("word")

        @verifies(req.NICE)
        def test_two(chat):
            chat.reach("word")
    """)
    assert toy.run().ret == pytest.ExitCode.TESTS_FAILED
    assert toy.verdicts() == {"TOY-1": "ERROR", "TOY-2": "PASS"}


def test_several_devices_make_a_matrix(toy: Toy) -> None:
    path = toy.pytester.path / "lanes.py"
    path.write_text(
        path.read_text().replace(
            "DEVICES = [", 'DEVICES = [Device(name="mute", manifest="mute.toml"), '
        )
    )
    toy.cases("""
        @verifies(req.SAYS)
        def test_says_hello(chat):
            chat.reach("word")
    """)
    toy.run()
    verdicts = {line["device"]: line["verdict"] for line in toy.lines("case")}
    assert verdicts == {"good": "PASS", "mute": "NOT_APPLICABLE"}


def test_the_stream_begins_with_the_run_and_ends_with_the_end(toy: Toy) -> None:
    toy.cases("""
        @verifies(req.SAYS)
        def test_says_hello(chat):
            chat.reach("word")
    """)
    toy.run("--seed", "7")
    [run], [end] = toy.lines("run"), toy.lines("end")
    assert (run["format"], run["seed"], run["devices"][0]["name"]) == (1, 7, "good")
    assert end["interrupted"] is False
