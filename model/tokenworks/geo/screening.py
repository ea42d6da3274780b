"""Screening: places left out one reason after another, the others scored and the best chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tokenworks.schema.screening import Criterion, ScreeningOptions, Weights

KEPT = "candidate"
NOT_CHOSEN = "suitable, not chosen"
NOT_ASKED = "not asked for"
_WATER = {"fresh": 2.0, "limited": 1.0, "none": 0.0}

Test = Callable[[pd.DataFrame, ScreeningOptions], "pd.Series[bool]"]
Words = Callable[[ScreeningOptions], str]


@dataclass(frozen=True)
class Exclusion:
    """One reason to leave a place out.

    Attributes
    ----------
    name
        The reason, as the funnel shows it.
    words
        The rule with its threshold, for people; blank where the options switch it off.
    test
        True for the places to leave out.
    """

    name: str
    words: Words
    test: Test


def _beyond_grid(places: pd.DataFrame, o: ScreeningOptions) -> pd.Series[bool]:
    return places["line_230kv_km"] > o.exclusions.grid_reach_km


def _beyond_gas(places: pd.DataFrame, o: ScreeningOptions) -> pd.Series[bool]:
    return places["gas_plant_km"] > o.exclusions.gas_reach_km


EXCLUSIONS: tuple[Exclusion, ...] = (
    Exclusion(
        "too far from a line",
        lambda o: f"no line of 230 kV within {o.exclusions.farthest_line_km:g} km",
        lambda places, o: places["line_230kv_km"] > o.exclusions.farthest_line_km,
    ),
    Exclusion(
        "neither grid nor gas",
        lambda o: (
            f"no line of 230 kV within {o.exclusions.grid_reach_km:g} km and no gas-fired plant "
            f"within {o.exclusions.gas_reach_km:g} km"
        ),
        lambda places, o: _beyond_grid(places, o) & _beyond_gas(places, o),
    ),
    Exclusion(
        "too densely settled",
        lambda o: f"more than {o.exclusions.densest_population_per_km2:g} people/km2",
        lambda places, o: places["population_per_km2"] > o.exclusions.densest_population_per_km2,
    ),
    Exclusion(
        "natural hazards",
        lambda o: f"hazard score above {o.exclusions.highest_hazard_index:g}",
        lambda places, o: places["hazard_index"] > o.exclusions.highest_hazard_index,
    ),
    Exclusion(
        "no water",
        lambda o: "zone without water to give" if o.exclusions.water_needed else "",
        lambda places, _: places["water"] == "none",
    ),
    Exclusion(
        "no headroom and no gas",
        lambda o: (
            f"zone's firm headroom below {o.exclusions.lowest_headroom_mw:g} MW in "
            f"{o.exclusions.headroom_year}, no gas-fired plant within "
            f"{o.exclusions.gas_reach_km:g} km"
        ),
        lambda places, o: (
            (places["headroom_mw"] < o.exclusions.lowest_headroom_mw) & _beyond_gas(places, o)
        ),
    ),
    Exclusion(
        "nonattainment",
        lambda o: "ozone standard not met" if o.exclusions.attainment_needed else "",
        lambda places, _: places["attainment"] == "nonattainment",
    ),
    Exclusion(
        "no new reactors",
        lambda o: "law keeps new reactors out" if o.exclusions.nuclear_allowed_needed else "",
        lambda places, _: places["nuclear_restricted"].astype(bool),
    ),
    Exclusion(
        "no waterfront",
        lambda o: (
            f"no principal port within {o.sites.barge_reach_km:g} km"
            if o.exclusions.waterfront_needed
            else ""
        ),
        lambda places, o: places["port_km"] > o.sites.barge_reach_km,
    ),
    Exclusion(
        "too small",
        lambda o: f"room for less than one block of {o.sites.block_it_mw:g} MW",
        lambda places, o: it_mw(places, o) < o.sites.block_it_mw,
    ),
)


@dataclass(frozen=True, eq=False)
class Screened:
    """Places judged.

    Attributes
    ----------
    places
        All places with `outcome` (a reason, `NOT_CHOSEN` or `KEPT`) and `score_index`, 0 to 100,
        as well of those left out.
    funnel
        `step`, `rule`, `removed_count` and `left_count`, from all places to the candidates.
    """

    places: pd.DataFrame
    funnel: pd.DataFrame

    @property
    def candidates(self) -> pd.DataFrame:
        """The chosen places, best first."""
        kept = self.places[self.places["outcome"] == KEPT]
        return kept.sort_values(
            ["score_index", "order"], ascending=[False, True], ignore_index=True
        )


def it_mw(places: pd.DataFrame, options: ScreeningOptions) -> pd.Series[float]:
    """Most IT load of each place, in whole blocks: by its area, or by its county's density."""
    rules = options.sites
    dense = places["population_per_km2"] >= rules.dense_population_per_km2
    of_county = np.where(dense, rules.dense_county_it_mw, rules.county_it_mw)
    of_parcel = places["area_hectares"] / rules.hectares_per_it_mw
    room = of_parcel.clip(upper=rules.most_parcel_it_mw).fillna(
        pd.Series(of_county, index=places.index)
    )
    # The small addition keeps 0.1 + 0.2 hectares from losing a block to rounding.
    blocks: pd.Series[float] = np.floor(room / rules.block_it_mw + 1e-9)
    return blocks * rules.block_it_mw


def criteria(places: pd.DataFrame) -> pd.DataFrame:
    """The figures that are scored, a column for every field of the weights."""
    figures = places.assign(
        water_index=places["water"].map(_WATER),
        attainment_index=(places["attainment"] == "attainment").astype(float),
        nuclear_allowed_index=1.0 - places["nuclear_restricted"].astype(float),
    )
    return figures[list(Weights.model_fields)].astype(float)


def scores(places: pd.DataFrame, weights: Weights) -> pd.Series[float]:
    """Weighted mean of the criteria, each 1 at its best value and 0 at its worst, times 100."""
    figures = criteria(places)
    parts: dict[str, Criterion] = {name: getattr(weights, name) for name in Weights.model_fields}
    total = sum(part.weight for part in parts.values())
    score = pd.Series(0.0, index=places.index)
    for name, part in parts.items():
        span = part.best - part.worst
        share = (figures[name] - part.worst) / span if span else (figures[name] == part.best) * 1.0
        score += share.clip(0.0, 1.0) * (part.weight / total if total else 0.0)
    return (score * 100).round(3)


def screen(
    places: pd.DataFrame, options: ScreeningOptions, what: str = "counties", *, spread: bool = True
) -> Screened:
    """Leave out, score and choose.

    Parameters
    ----------
    places
        Places as `tokenworks.geo.places.measured` gives them.
    options
        Thresholds, weights and how many to choose.
    what
        What the places are, for the funnel.
    spread
        False to choose by score alone, however many lie in a zone.
    """
    judged = places.assign(outcome="", score_index=scores(places, options.score))
    steps = [(f"all {what}", "", 0, len(judged))]
    for exclusion in EXCLUSIONS:
        rule = exclusion.words(options)
        left = judged["outcome"] == ""
        hit = left & exclusion.test(judged, options) if rule else left & False
        judged.loc[hit, "outcome"] = exclusion.name
        counts = int(hit.sum()), int((left & ~hit).sum())
        steps.append((exclusion.name, rule or NOT_ASKED, *counts))
    left = judged["outcome"] == ""
    most = options.selection.most_per_zone if spread else len(judged)
    chosen = _chosen(judged[left], options.selection.top, most)
    judged.loc[left, "outcome"] = NOT_CHOSEN
    judged.loc[chosen, "outcome"] = KEPT
    rule = f"the {options.selection.top} best" + (f", at most {most} in a grid zone" * spread)
    steps.append((NOT_CHOSEN, rule, int(left.sum()) - len(chosen), len(chosen)))
    return Screened(
        judged, pd.DataFrame(steps, columns=["step", "rule", "removed_count", "left_count"])
    )


def _chosen(places: pd.DataFrame, top: int, most_per_zone: int) -> list[int]:
    """Rows of the best, at most so many in a zone; equal scores go by the order of names."""
    ranked = places.sort_values(["score_index", "order"], ascending=[False, True])
    within = ranked.groupby("zone").cumcount() < most_per_zone
    return [int(at) for at in ranked.index[within][:top]]
