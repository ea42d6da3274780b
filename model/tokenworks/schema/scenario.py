"""What a scenario file holds, beside the tables that it points at.

Every number here carries a confidence: a default nobody published is `assumed`, and `check` says
so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr

from tokenworks.schema.changes import changed
from tokenworks.schema.policy import Policy
from tokenworks.schema.power_options import Power
from tokenworks.schema.proforma import Proforma
from tokenworks.schema.section import ASSUMED, NEUTRAL, Section, stepped


def _date_of_text(value: object) -> object:
    """A date that was written as text, as `with_` and quoted YAML give it; else the value."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Date = Annotated[dt.date, BeforeValidator(_date_of_text)]


class Time(Section):
    """How dates become the steps in which things enter service."""

    step_months: int = Field(
        1,
        ge=1,
        le=120,
        description="Service dates are rounded up to a multiple of so many months within their "
        "period; 1 keeps the exact month.",
        json_schema_extra=stepped(NEUTRAL, 12),
    )
    arrival_months: int = Field(
        12,
        ge=1,
        le=1200,
        description="Anything can enter service at the start of a period and every so many months "
        "later within it; at other dates only what could not be ready sooner.",
        json_schema_extra=stepped(NEUTRAL, 12),
    )
    representative_days: int | None = Field(
        None,
        ge=1,
        le=366,
        description="Most representative days of a zone: fewer are picked by likeness, the day of "
        "the peak net load among them; blank keeps all that `operations` has.",
        json_schema_extra=NEUTRAL,
    )
    outage_day: bool = Field(
        False,
        description="True splits the day of least net load on which planned outages end, so that "
        "they fill whole days of their true weight.",
        json_schema_extra=NEUTRAL,
    )


class Finance(Section):
    """Money: real dollars of one year, discounted from the middle of each month."""

    usd_year: int = Field(
        2024, ge=1990, le=2100, description="Dollar year of all results.", json_schema_extra=NEUTRAL
    )
    base_date: Date | None = Field(
        None,
        description="Date to which present values are discounted; blank means the horizon's start.",
    )
    discount_rate: float = Field(
        0.08,
        ge=0.0,
        le=1.0,
        description="Real discount rate, per year.",
        json_schema_extra=ASSUMED,
    )
    residuals: bool = Field(
        True,
        description="False gives no asset a value at the end of the horizon.",
        json_schema_extra=NEUTRAL,
    )
    after_tax: bool = Field(
        False,
        description="True counts the tax that capital bears until it is deducted, at the rates of "
        "`proforma`, losses being used at once; all is in dollars before tax.",
        json_schema_extra=NEUTRAL,
    )
    contingency_fraction: float = Field(
        0.0,
        ge=0.0,
        le=2.0,
        description="Added to the capital of shells, power and interconnection as a line.",
        json_schema_extra=NEUTRAL,
    )


class Latency(Section):
    """Round trips by distance, where the table `network` gives none."""

    base_ms: float = Field(
        4.0,
        ge=0.0,
        le=1e4,
        description="Round trip at zero distance: routers and last mile.",
        json_schema_extra=stepped(ASSUMED, 46.0),
    )
    round_trip_ms_per_km: float = Field(
        0.0147,
        ge=0.0,
        le=10.0,
        description="Round trip per kilometre of geodesic distance.",
        json_schema_extra=stepped(ASSUMED, 0.035),
    )
    queue_ms: float = Field(
        0.0,
        ge=0.0,
        le=1e6,
        description="Wait before the system starts on a request.",
        json_schema_extra=stepped(NEUTRAL, 35.0),
    )


class Serving(Section):
    """How measured operating points are matched with workloads."""

    length_tolerance_fraction: float = Field(
        0.25,
        ge=0.0,
        le=100.0,
        description="How far a point's input and output length may lie from the workload's.",
        json_schema_extra=stepped(ASSUMED, 0.15),
    )
    cached_tolerance_fraction: float = Field(
        0.25,
        ge=0.0,
        le=1.0,
        description="How far a point's cached share may lie from the workload's.",
        json_schema_extra=stepped(ASSUMED, 0.1),
    )
    whole_systems: bool = Field(
        False,
        description="True buys whole systems; False lets their number be fractional.",
        json_schema_extra=NEUTRAL,
    )
    software_uplift: bool = Field(
        False,
        description="True lifts measured throughput by the index of the system's software stack "
        "since the measurement, from `software_efficiency`; False takes it as measured.",
        json_schema_extra=NEUTRAL,
    )
    most_software_uplift_ratio: float = Field(
        1.5,
        ge=1.0,
        le=100.0,
        description="Most that software uplift makes of measured throughput.",
        json_schema_extra=ASSUMED,
    )
    warm_spare_fraction: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        description="Systems held beyond those that serve, over those; they idle.",
        json_schema_extra=NEUTRAL,
    )
    interoperability_layer: bool = Field(
        False,
        description="True runs one layer over the vendors' software stacks at every site, in place "
        "of the stacks that `software_stacks` prices: it is paid once, however many vendors.",
        json_schema_extra=NEUTRAL,
    )
    interoperability_cost_usd_per_site_year: float = Field(
        0.0,
        ge=0.0,
        le=1e12,
        description="Cost of the layer at a site, in every step in which a system with a stack "
        "serves there; in the scenario's dollars.",
        json_schema_extra=NEUTRAL,
    )
    interoperability_throughput_loss_fraction: float = Field(
        0.0,
        ge=0.0,
        lt=1.0,
        description="Share of the throughput of every system with a stack that the layer takes, at "
        "the same power.",
        json_schema_extra=NEUTRAL,
    )


class Exports(Section):
    """How export rules are taken."""

    least_grant_probability_fraction: float = Field(
        0.5,
        ge=0.0,
        le=1.0,
        description="A licence that is less likely to be granted counts as not to be had; any "
        "other is counted upon.",
        json_schema_extra=stepped(ASSUMED, 0.4),
    )


class Uncertainty(Section):
    """How a plan under several branches of the future is judged."""

    tail_fraction: float = Field(
        0.2,
        gt=0.0,
        le=1.0,
        description="Share of the probability whose dearest outcomes make the conditional value "
        "at risk.",
        json_schema_extra=ASSUMED,
    )


class Solve(Section):
    """How the program is solved; the command line overrides it."""

    gap: float = Field(0.001, ge=0.0, le=1.0, description="Relative gap at which to stop.")
    time_limit_s: float = Field(3600.0, gt=0.0, le=1e7, description="Seconds after which to stop.")
    method: Literal["auto", "whole", "decomposed"] = Field(
        "auto",
        description="How to solve: in one call, or investment and the dispatch of every site and "
        "step apart; auto picks by size.",
    )
    threads: int = Field(
        1,
        ge=1,
        le=256,
        description="Threads; with 1, two runs of a program solved whole are alike. In parts sites "
        "and dispatches are asked so many at a time, and runs are alike with any number.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the solver's random choices.")


Address = Annotated[str, Field(min_length=1, max_length=300)]
TableName = Annotated[str, Field(min_length=1, max_length=60)]
TablePath = Annotated[Path, Field(strict=False)]


@dataclass(frozen=True, eq=False)
class Origins:
    """Where a scenario's options were written.

    All origins are equal: two scenarios that say the same are, wherever they were written.

    Attributes
    ----------
    file
        The scenario's own file, as shown to the user.
    places
        Dotted key (of an override: its address) to file and line.
    """

    file: str = "scenario"
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """True for every other `Origins`."""
        return isinstance(other, Origins)

    def __hash__(self) -> int:
        """The same for all, as they are equal."""
        return hash(Origins)


class Scenario(Section):
    """A scenario: options, the tables that it points at, and overrides of single figures.

    Load one with `tokenworks.load`; change one with `with_`.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    title: str = Field("", max_length=200)
    question: str = Field("", max_length=4000)
    objective: Literal["cost", "npv"] = Field(
        "cost",
        description="Least cost with unserved tokens at their value, or greatest net present value "
        "with served tokens at their price and unserved ones at their contracted damages.",
    )
    unserved: Literal["priced", "forbidden"] = Field(
        "priced", description="Whether demand may be left unserved at its value."
    )
    time: Time = Time()
    finance: Finance = Finance()
    latency: Latency = Latency()
    serving: Serving = Serving()
    power: Power = Power()
    policy: Policy = Policy()
    uncertainty: Uncertainty = Uncertainty()
    exports: Exports = Exports()
    proforma: Proforma = Proforma()
    solve: Solve = Solve()
    tables: dict[TableName, TablePath] = Field(
        default_factory=dict, description="Table name to file, relative to the file that names it."
    )
    overrides: dict[Address, Any] = Field(
        default_factory=dict,
        description="Address of cells to a value, or to a mapping with `scale` or `add`.",
    )
    _origins: Origins = PrivateAttr(default_factory=Origins)

    def __repr__(self) -> str:
        """One line; `_repr_html_` and `tokenworks check` say more."""
        return f"Scenario({self.name!r}, {len(self.tables)} tables, objective {self.objective!r})"

    def _repr_html_(self) -> str:
        from tokenworks.schema.display import scenario_html  # noqa: PLC0415 -- for notebooks alone

        return scenario_html(self)

    def with_(self, changes: Mapping[str, Any]) -> Scenario:
        """A new scenario with some options, tables or figures changed.

        Parameters
        ----------
        changes
            Address to value. A dotted key such as ``finance.discount_rate`` replaces an option, in
            the unit of its name; ``tables.sites`` replaces a table by a file, relative to the
            current directory; ``tables.sites[tx-brazoria].max_it_mw`` overrides figures, by a
            value in the column's unit or by ``{"scale": 1.1}`` or ``{"add": 5}``, of the value
            that the scenario gives where it does. None resets an option to its default, drops a
            table or drops an override. Later changes win.

        Returns
        -------
        Scenario
            The changed copy.

        Raises
        ------
        InputError
            With every problem; `file` is ``with_`` and `column` the address.
        """
        made = changed(self, changes)
        made._origins = self._origins
        return made

    def origin(self, key: str = "") -> tuple[str, int]:
        """File and line at which an option was written.

        Parameters
        ----------
        key
            Dotted key, or an override's address.

        Returns
        -------
        tuple of str and int
            The line of the nearest section where the key is not written; line 0 of the scenario's
            own file where that is not either.
        """
        while key:
            if key in self._origins.places:
                return self._origins.places[key]
            key = key.rpartition(".")[0]
        return self._origins.file, 0
