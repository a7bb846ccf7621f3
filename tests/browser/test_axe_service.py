"""Every page of the service register, disclosure and the public: axe finds nothing, no tablet scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.exhibition import exhibition
from tests.browser.tour import Tour, tour_of


@pytest.fixture(scope="module")
def tour(
    template_database: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Tour]:
    """Through all pages of this half."""
    with exhibition(template_database, tmp_path_factory.mktemp("exhibition"), browser) as shown:
        yield tour_of(shown, service=True)


def test_axe_finds_nothing_on_any_page(tour: Tour) -> None:
    assert tour.violations == {}
    assert tour.looked_at > 60
    print(f"\naxe: {tour.looked_at} pages, 0 violations")


def test_no_page_scrolls_sideways_on_a_tablet(tour: Tour) -> None:
    assert tour.too_wide == {}
