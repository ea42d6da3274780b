"""An audit sample draws by seed, and traces each figure as `figure_sources` says."""

from __future__ import annotations

import pandas as pd
import pytest

from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.report.figures import confidence_by_figure, option_confidence, rests_on
from tokenworks.report.trace import audit_sample
from tokenworks.schema.section import Section


@pytest.fixture(scope="module")
def inputs():
    return assemble(load_scenario("us-tiny"))


@pytest.mark.slow
def test_all_figures_are_drawn_once_with_their_source(inputs):
    every = audit_sample(inputs, 10**6, seed=1)
    assert len(every) == len(confidence_by_figure(inputs))
    assert not every.duplicated(["table", "row", "column"]).any()
    line = every.set_index(["table", "row", "column"]).loc[("sites", "tx-ector", "latitude_deg")]
    assert line["value"] == 31.869
    assert (line["confidence"], line["source"]) == ("published", "CENSUS-COUNTIES")
    assert "Census" in line["citation"]
    assert line["note"] == "County centroid."
    assert (every.loc[every["source"] == "", "confidence"] == "assumed").all()
    assert (every.loc[every["source"] != "", "citation"] != "").all()


@pytest.mark.slow
def test_seed_decides(inputs):
    first, again, other = (audit_sample(inputs, 10, seed) for seed in (3, 3, 4))
    assert first.equals(again)
    assert not first.equals(other)


def test_figure_sources_go_before_the_row(inputs):
    # Another way to the same answer: figure by figure, from the tables as they lie.
    found = confidence_by_figure(inputs).set_index(["table", "row", "column"])
    own = inputs.loaded["figure_sources"].frame
    for line in own[own["row"] != "*"].itertuples():
        figure = found.loc[(line.table, line.row, line.column)]
        assert (figure["source"], figure["confidence"]) == (line.source, line.confidence)
    hardware = inputs.loaded["hardware"].frame
    for system in hardware["system"]:
        assert found.loc[("hardware", system, "design_kw"), "source"] == "INFERENCEX-TCO-2026"


@pytest.mark.slow
def test_every_table_has_its_turn(inputs):
    tables = confidence_by_figure(inputs)["table"].unique()
    first = audit_sample(inputs, len(tables), seed=5)
    assert set(first["table"]) == set(tables)


def test_numbers_of_every_section_have_a_confidence(inputs):
    found = option_confidence(inputs)
    sections = {name for name, options in inputs.scenario if isinstance(options, Section)}
    # `solve` states nothing of the world.
    assert {key.partition(".")[0] for key in found} == sections - {"solve"}
    assert found["uncertainty.tail_fraction"] == (0.2, "assumed")
    assert found["policy.most_vendor_fraction"] == (1.0, "published")  # neutral


def test_a_caption_says_how_much_of_what_a_chart_rests_on_is_claimed_or_assumed() -> None:
    levels = ["measured", "assumed", "assumed", "claimed"]
    figures = pd.DataFrame({"table": ["hardware", "sites", "sites", "hardware"]})
    words = rests_on(figures.assign(confidence=levels), "build_out")
    assert words == (
        "Of the 4 input figures behind it (hardware, sites) 50 % assumed †, 25 % claimed ‡."
    )
    assert not rests_on(figures.assign(confidence="measured"), "build_out")
    assert not rests_on(figures.assign(confidence="assumed", table="carbon"), "capital")
