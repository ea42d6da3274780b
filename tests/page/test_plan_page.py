"""A plan's page, opened as a reader opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import tokenworks as tw
from tokenworks.plan import Plan

pytestmark = pytest.mark.slow

NAMES = ("<script>alert(1)</script>", "=1+1")
TITLE = "</script><!-- {{charts}} \u2028 & <img src=http://x.invalid/a.png onerror=alert(2)>"


@pytest.fixture(scope="module")
def plan(write_scenario: Callable[..., Path]) -> Plan:
    """Two sites whose names are code elsewhere, one of them abroad, two years, a link."""
    there = {"max_it_mw": 2.0, "block_mw": 1.0, "shell_cost_usd_per_mw": 1e3}
    one = {"site": "one", "name": NAMES[0], "latitude_deg": 29.2, "longitude_deg": -95.4}
    other = {"site": "=2+2", "name": NAMES[1], "latitude_deg": 24.4, "longitude_deg": 54.4}
    path = write_scenario(
        {"title": TITLE, "finance.discount_rate": 0.1},
        sites=[one | there, other | there],
        regions=[{"region": "<b>r</b>", "latitude_deg": 40.7, "longitude_deg": -74.0}],
        demand=[{"region": "<b>r</b>", "output_tokens_per_s": [0.5e6, 3.5e6]}],
        periods=[{"months": 12}, {"months": 12}],
        site_links=[{"from_site": "one", "to_site": "=2+2", "capacity_gbps": 100.0}],
    )
    return tw.solve(tw.load(path))


@pytest.fixture(scope="module")
def page(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "plan.html"
    plan.explore(path)
    return path


@pytest.fixture(scope="module")
def opened(page: Path, browser) -> Iterator:
    found = browser.open(page)
    yield found
    found.close()


def test_asks_nothing_of_a_network_and_nothing_fails(opened) -> None:
    assert opened.requests() == []
    assert opened.faults() == []


def test_a_page_that_asks_for_something_would_be_caught(page: Path, browser, tmp_path) -> None:
    asking = tmp_path / "asking.html"
    text = page.read_text(encoding="utf-8")
    asking.write_text(text.replace("<header>", '<header><img src="https://x.invalid/a.png">', 1))
    found = browser.open(asking)
    assert any("Content Security Policy" in fault for fault in found.faults())
    found.close()
    free = tmp_path / "free.html"
    without = asking.read_text().replace("Content-Security-Policy", "X-None", 1)
    free.write_text(without, encoding="utf-8")
    found = browser.open(free)
    assert found.requests() == ["https://x.invalid/a.png"]
    found.close()


def test_is_small(page: Path) -> None:
    assert page.stat().st_size < 8e6


def test_names_that_are_code_elsewhere_are_text(opened) -> None:
    text = opened.run("document.body.innerText")
    for name in NAMES:
        assert name in text
    assert opened.run("document.title").startswith("</script><!-- {{charts}}")
    assert opened.run("document.querySelectorAll('img').length") == 0
    assert opened.run("document.scripts.length") == 3
    drawn = opened.run("document.querySelector('#map').textContent")
    for name in NAMES:
        assert name in drawn


def test_the_map_is_not_blank(opened) -> None:
    picture = opened.picture("#map")
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    assert len(colours) > 30
    assert counts.max() < 0.9 * counts.sum()


def test_the_slider_moves_the_map_by_keys(opened) -> None:
    assert opened.run("document.querySelector('#map-0').type") == "range"
    before = opened.picture("#map"), opened.run("document.querySelector('#map-told').textContent")
    last = opened.run("document.querySelector('#map').dataset.drawn")
    while int(opened.run("document.querySelector('#map-0').value")) > 0:
        opened.press("#map-0", "ArrowLeft")
    opened.wait(f"document.querySelector('#map').dataset.drawn !== '{last}'")
    after = opened.picture("#map"), opened.run("document.querySelector('#map-told').textContent")
    assert before[1] != after[1]
    assert before[0].tobytes() != after[0].tobytes()
    shown = opened.run("document.querySelector('#map-0-shown').textContent")
    assert shown == opened.run("document.querySelector('#map-0').getAttribute('aria-valuetext')")
    assert opened.run("document.querySelector('#map').dataset.drawn") == shown


def test_every_chart_is_drawn_labelled_and_has_its_table(opened) -> None:
    charts = opened.run(
        "[...document.querySelectorAll('.chart')].map(c => [c.id, c.parentElement.ariaLabel, "
        "c.querySelectorAll('svg').length, c.closest('figure').querySelectorAll('details').length])"
    )
    assert charts
    for name, label, drawings, tables in charts:
        assert label, name
        assert drawings, name
        assert tables == 1, name


def test_is_usable_by_keyboard_and_reader(opened) -> None:
    unlabelled = opened.run(
        "[...document.querySelectorAll('input, select')].filter(c => !c.labels.length).length"
    )
    assert unlabelled == 0
    assert opened.run("document.querySelectorAll('h1').length") == 1
    for landmark in ("header", "nav", "main", "footer"):
        assert opened.run(f"document.querySelectorAll('body > {landmark}').length") == 1
    broken = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById"
    assert opened.run(f"{broken}(a.hash.slice(1))).map(a => a.hash)") == []
    ids = opened.run("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    first = "document.querySelector('a, input, select, button, [tabindex]').className"
    assert opened.run(first) == "skip"


def test_fits_a_narrow_window(page: Path, browser) -> None:
    found = browser.open(page, width=390)
    assert found.run("document.documentElement.scrollWidth") <= 390
    assert found.faults() == []
    found.close()
