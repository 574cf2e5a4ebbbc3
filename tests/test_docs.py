"""Pages that are made are up to date, and what the README says is there."""

from __future__ import annotations

import re
from pathlib import Path

import suites
from harness.requirement import gather
from suites import catalogue

ROOT = Path(__file__).parent.parent


def test_the_catalogue_of_requirements_is_up_to_date() -> None:
    page = catalogue.markdown(gather(suites).values())
    assert (ROOT / "docs" / "requirements.md").read_text() == page


def test_every_link_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")]
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert missing == []
