"""The views say what the stream says, whole, and show hostile data without obeying it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from made_run import CLAUSES, as_text, case_line, device, run_line, whole_run, write

from reports import html, json_view, junit
from reports.stream import read
from reports.summary import matrix, standings
from reports.terminal import closing

SCHEMA = json.loads(Path("docs/report.schema.json").read_text("utf-8"))
VERDICTS = ("PASS", "WARN", "FAIL", "INCONCLUSIVE", "NOT APPLICABLE", "ERROR")


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    return read(write(tmp_path_factory.mktemp("out"), whole_run()))


@pytest.fixture(scope="module")
def page(stream):
    return html.render(stream)


# --- what all views share ------------------------------------------------------------------------


def test_a_device_stands_where_its_heaviest_case_stands(stream):
    assert [each.verdict for each in standings(stream)] == ["FAIL", "WARN", "ERROR"]


def test_an_accepted_deviation_warns_at_most_and_is_counted_apart(stream):
    valve = standings(stream)[1]
    assert (valve.counts["FAIL"], valve.known["FAIL"]) == (1, 1)


def test_a_deviation_that_does_not_hold_excuses_nothing(tmp_path):
    expired = {"state": "expired", "reason": "clock", "expires": "2020-01-01"}
    case = case_line("pump", "DPS-POLL-4", "FAIL", deviation=expired)
    assert standings(read(write(tmp_path, [run_line(device("pump")), case])))[0].verdict == "FAIL"


def test_a_case_is_one_row_over_all_devices(stream):
    rows = {row.requirement: row for group in matrix(stream) for row in group.rows}
    assert list(rows) == list(CLAUSES)
    assert [cell and cell.verdict for cell in rows["DPS-POLL-4"].cells] == ["PASS", "FAIL", None]
    assert rows["HUB-USE-1"].clean
    assert not rows["DPS-POLL-2"].clean


def test_several_cases_of_one_requirement_are_told_apart(tmp_path):
    node = "suites/azure_dps/test_polling.py::test_polls"
    cases = [
        case_line("pump", "DPS-POLL-2", "PASS", case=f"{node}[pump-{way}]")
        for way in ("slow", "fast")
    ]
    (group,) = matrix(read(write(tmp_path, [run_line(device("pump")), *cases])))
    assert [row.case for row in group.rows] == ["polls[slow]", "polls[fast]"]
    assert group.suite == "Azure DPS"


# --- report.json ---------------------------------------------------------------------------------


def test_json_follows_its_published_schema(stream):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(json_view.render(stream)), SCHEMA)


def test_json_of_a_killed_run_follows_it_too(tmp_path):
    stream = read(write(tmp_path, as_text(whole_run())[:-30]))
    jsonschema.validate(json.loads(json_view.render(stream)), SCHEMA)


def test_json_counts_every_case(stream):
    for judged in json_view.document(stream)["devices"]:
        assert sum(judged["counts"].values()) == len(judged["cases"])


def test_json_proves_every_verdict_with_the_wire(stream):
    for judged in json_view.document(stream)["devices"]:
        for case in judged["cases"]:
            unproven = case["verdict"] in ("PASS", "NOT_APPLICABLE")
            assert bool(case["transcript"]) is not unproven
            assert case["record"] in judged["records"] or case["verdict"] == "NOT_APPLICABLE"


def test_json_shows_the_wire_in_words(stream):
    wire = json_view.document(stream)["devices"][0]["cases"][2]["transcript"]
    assert any("← 202 Accepted Retry-After 3" in line for line in wire)
    assert any("→ CONNECT client id line-4-pump" in line for line in wire)


# --- junit.xml -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def suites(stream):
    return list(ElementTree.fromstring(junit.render(stream)))


def outcomes(suite):
    tags = ("failure", "error", "skipped")
    return {
        case.get("name").split()[0]: next((tag for tag in tags if case.find(tag) is not None), "ok")
        for case in suite.iter("testcase")
    }


def test_junit_has_a_suite_for_each_device(suites):
    assert [suite.get("name") for suite in suites][:2] == ["pump-https", "valve-mqtt"]
    assert [int(suite.get("tests")) for suite in suites] == [7, 5, 3]


def test_junit_files_each_verdict_where_its_readers_look(suites):
    pump, valve, sensor = map(outcomes, suites)
    assert pump == dict.fromkeys(CLAUSES, "ok") | {"HUB-TEL-2": "failure", "HUB-MTH-1": "skipped"}
    assert (valve["DPS-POLL-2"], valve["DPS-POLL-4"]) == ("skipped", "skipped")
    assert list(sensor.values()) == ["failure", "error", "failure"]


def test_junit_counts_what_it_files(suites):
    counted = [
        [int(suite.get(key)) for key in ("failures", "errors", "skipped")] for suite in suites
    ]
    assert counted == [[1, 0, 1], [0, 0, 2], [2, 1, 0]]


def test_junit_tells_a_warning_in_its_output(suites):
    (told,) = suites[0].iter("system-out")
    assert "expected  no poll for 3 s" in told.text


# --- report.html ---------------------------------------------------------------------------------


class Page(HTMLParser):
    """The elements of a page, their links and ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def values(self, name):
        return [value for each, value in self.attributes if each == name]


def test_page_needs_nothing_outside_itself(page):
    parsed = Page(page)
    assert all(target.startswith("#") for target in parsed.values("href"))
    assert parsed.values("src") == []
    assert not {"link", "img", "iframe", "object", "base", "form"} & set(parsed.tags)
    assert "url(" not in page
    assert "@import" not in page


def test_page_runs_only_its_own_script(page):
    assert Page(page).tags.count("script") == 1
    (policy,) = re.findall(r'content="(default-src[^"]*)"', page)
    assert "unsafe" not in policy
    assert "default-src &#39;none&#39;" in policy


def test_page_has_no_handlers_or_inline_styles(page):
    names = {name for name, _ in Page(page).attributes}
    assert not {name for name in names if name.startswith("on") or name == "style"}


def test_links_lead_somewhere(page):
    parsed = Page(page)
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in parsed.values("href")} <= set(ids)


def test_page_says_every_verdict_in_a_word_and_a_glyph(page):
    for word in VERDICTS:
        assert f'<span class="word">{word}</span>' in page


def test_page_explains_each_open_case(page):
    assert "The device waits out the whole Retry-After period before it polls again" in page
    assert "no poll for 3 s" in page
    assert "polled after 2.00 s" in page
    assert "./certify --device examples/pump-https.toml" in page
    assert "Known deviation, accepted:" in page
    assert "killed: it did not stop when asked" in page


def test_page_marks_the_moment_of_a_finding(page):
    marked = re.findall(r'<tr class="\w+ marked"><td class="at">([\d.]+)</td>', page)
    assert "4.104" in marked


def test_page_without_a_case_is_still_a_page(tmp_path):
    page = html.render(read(write(tmp_path, [run_line(device("pump"))])))
    assert "No requirement was judged" in page
    assert "Nothing was judged" in page


def test_views_stay_small_when_a_device_floods(stream, page):
    assert len(page) < 2_000_000
    assert len(json_view.render(stream)) < 4_000_000


# --- hostile data --------------------------------------------------------------------------------

OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


@pytest.fixture(params=["html", "json", "junit", "terminal"])
def view(request, stream, tmp_path):
    return {
        "html": lambda: html.render(stream),
        "json": lambda: json_view.render(stream),
        "junit": lambda: junit.render(stream),
        "terminal": lambda: "\n".join(closing(stream, tmp_path)),
    }[request.param]()


def test_no_view_holds_a_character_that_a_screen_obeys(view):
    assert OBEYED.findall(view) == []


def test_hostile_markup_is_shown_not_used(page):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "</style>" in page
    assert page.count("</style>") == 1


# --- the terminal --------------------------------------------------------------------------------


def test_terminal_tells_warnings_verdicts_and_what_stands_out(stream, tmp_path):
    told = "\n".join(closing(stream, tmp_path))
    assert "WARN   SHOULD DPS-POLL-2     The device waits out the whole Retry-After" in told
    assert "at 4.104 s\n  expected  no poll for 3 s\n  observed  polled after 2.00 s" in told
    assert re.search(r"pump-https +✗ FAIL +1 FAIL, 1 WARN, 4 PASS, 1 NOT APPLICABLE", told)
    assert re.search(r"DPS-POLL-4 +MUST +PASS +\(FAIL\)", told)
    assert "HUB-USE-1" not in told
    assert told.endswith(f"report: {tmp_path / 'report.html'}")


def test_terminal_leaves_warnings_to_pytest_where_they_fail_the_run(stream, tmp_path):
    assert "expected  no poll" not in "\n".join(closing(stream, tmp_path, warnings=False))


def test_terminal_enumerates_where_columns_do_not_fit(stream, tmp_path):
    told = closing(stream, tmp_path, width=60)
    assert "DPS-POLL-4     MUST    (FAIL) valve-mqtt" in told


def test_terminal_says_nothing_stands_out_by_silence(tmp_path):
    lines = [run_line(device("pump")), case_line("pump", "DPS-SAS-1", "PASS"),
             {"kind": "end", "duration": 1.0, "interrupted": False}]  # fmt: skip
    told = closing(read(write(tmp_path, lines)), tmp_path)
    assert len(told) == 2
