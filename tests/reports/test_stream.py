"""results.jsonl is read whatever state a run left it in, and refused in one sentence otherwise."""

from __future__ import annotations

import json

import pytest
from made_run import as_text, device, provisioning, record_line, run_line, whole_run, write

from harness.verdict import Verdict
from reports.__main__ import main
from reports.stream import StreamError, read


def test_reads_a_whole_run(tmp_path):
    stream = read(write(tmp_path, whole_run()))
    assert [each.name for each in stream.run.devices][:2] == ["pump-https", "valve-mqtt"]
    assert len(stream.cases) == 15
    assert {case.verdict for case in stream.cases} == set(Verdict)
    assert stream.duration == 12.5
    assert not stream.interrupted
    assert stream.notes == ()


def test_events_come_back_as_they_were(tmp_path):
    lines = [run_line(device("pump")), record_line("pump", "good_day", provisioning())]
    watched = read(write(tmp_path, lines)).watched["pump/good_day"]
    assert [event.to_json() for event in watched.events] == lines[1]["events"]


@pytest.mark.parametrize("lost", [1, 20, 4000])
def test_notes_a_half_written_last_line(tmp_path, lost):
    text = as_text(whole_run()[:3]).rstrip("\n")
    stream = read(write(tmp_path, text[:-lost]))
    assert len(stream.cases) == 0
    assert stream.interrupted
    assert stream.duration is None
    assert any("was left out: it is not whole" in note for note in stream.notes)
    assert any("did not come to its end" in note for note in stream.notes)


def test_a_kill_between_lines_loses_nothing(tmp_path):
    stream = read(write(tmp_path, whole_run()[:5]))
    assert len(stream.cases) == 3
    assert stream.interrupted


def test_an_interrupted_run_says_so(tmp_path):
    lines = [*whole_run()[:5], {"kind": "end", "duration": 1.0, "interrupted": True}]
    assert read(write(tmp_path, lines)).interrupted


def test_a_broken_line_costs_only_itself(tmp_path):
    lines = whole_run()
    text = as_text(lines[:3]) + "{]\n[]\n42\n" + '{"kind": "case"}\n\xff\n' + as_text(lines[3:])
    stream = read(write(tmp_path, text))
    assert len(stream.cases) == 15
    assert len(stream.notes) == 5
    assert "line 4" in stream.notes[0]


def test_kinds_and_members_of_later_versions_are_passed_over(tmp_path):
    lines = [run_line(device("pump", colour="red"), weather="fine"), {"kind": "weather"}]
    assert read(write(tmp_path, lines)).run.devices[0].name == "pump"


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda at: None, "there is no directory"),
        (lambda at: at.mkdir(), "there is no results.jsonl in"),
        (lambda at: at.write_text("x"), "is a file: expected the directory"),
        (lambda at: write(at, ""), "does not begin with a run"),
        (lambda at: write(at, whole_run()[1:]), "does not begin with a run"),
        (lambda at: write(at, [run_line() | {"format": 2}]), "has format 2"),
        (lambda at: write(at, "\0" * 4096), "does not begin with a run"),
    ],
)
def test_says_in_one_sentence_why_there_is_no_report(tmp_path, capsys, prepare, sentence):
    prepare(tmp_path / "out")
    with pytest.raises(StreamError, match=sentence):
        read(tmp_path / "out")
    assert main([str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_makes_the_views_again(tmp_path, capsys):
    write(tmp_path, whole_run())
    assert main([str(tmp_path)]) == 0
    assert f"report: {tmp_path / 'report.html'}" in capsys.readouterr().out
    made = {each.name for each in tmp_path.iterdir()}
    assert made == {"results.jsonl", "report.html", "report.json", "junit.xml"}


def test_makes_views_of_what_a_killed_run_left(tmp_path):
    write(tmp_path, as_text(whole_run())[:-30])
    assert main([str(tmp_path)]) == 0
    document = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert document["interrupted"] is True
    assert "interrupted" in (tmp_path / "report.html").read_text("utf-8")


def test_says_when_the_report_cannot_be_written(tmp_path, capsys):
    write(tmp_path, whole_run())
    (tmp_path / "report.json").mkdir()
    assert main([str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--nonsense"]])
def test_tells_how_it_is_used(capsys, arguments):
    assert main(arguments) == 2
    assert "usage: ./certify report DIR" in capsys.readouterr().err
