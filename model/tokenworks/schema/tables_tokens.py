"""Tables of tokens: hardware, measured performance, requests, demand, rented capacity, sources."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import (
    CONFIDENCES,
    amount,
    choice,
    date,
    flag,
    fraction,
    key,
    label,
    months,
    number,
    positive,
    provenance,
    reference,
    usd_year,
    year_key,
)

HARDWARE = Table(
    "hardware",
    "an inference system: the unit that is bought",
    (
        key("system", "Id of the system."),
        label("name", "Name for people."),
        label("vendor", "Vendor."),
        label("accelerator", "Accelerator."),
        label("accelerators_count", "Accelerators in a system.", kind=Kind.INTEGER),
        amount("design_kw", "Power that sizes hall and supply, all-in, for every system alike."),
        amount("idle_kw", "Wall power without requests."),
        amount("rack_kw_per_rack", "Power of the rack that holds it."),
        choice("cooling", "Cooling that it needs.", ("air", "liquid")),
        amount("capex_usd", "Price of a system with its network share, paid on delivery."),
        amount("fixed_om_usd_per_year", "Support and spares."),
        positive("life_years", "Service life; afterwards it leaves and must be bought again."),
        months("lead_months", "From order to service."),
        date("first_order", "First day on which it can be ordered; blank for any.", optional=True),
        amount("memory_gb", "Accelerator memory of a system."),
        fraction("resale_fraction", "Resale value when new, over its price."),
        fraction("resale_decay_fraction_per_year", "Loss of resale value each year."),
        flag("enabled", "False keeps the row and leaves the system out."),
        usd_year(),
        *provenance(),
    ),
)

MODELS = Table(
    "models",
    "a served model",
    (
        key("model", "Id of the model."),
        label("name", "Name for people."),
        amount("memory_gb", "Weights and a working cache at the served precision."),
        *provenance(),
    ),
)

OPERATING_POINTS = Table(
    "operating_points",
    "measured serving performance of a system",
    (
        key("point", "Id of the operating point."),
        reference("system", "hardware.system", "System measured."),
        reference("model", "models.model", "Model served."),
        label("tier", "Service tier of the measurement."),
        choice("stage", "What the system does for the request.", ("serve",)),
        positive("input_tokens", "Mean input length of the measurement."),
        positive("output_tokens", "Mean output length of the measurement."),
        fraction("cached_fraction", "Share of the input found in the cache."),
        label("precision", "Weight data type."),
        amount("ttft_ms", "Time to first token within the system."),
        amount("tpot_ms", "Time per output token after the first."),
        label("percentile", "Percentile of the two latencies."),
        positive("output_tokens_per_s", "Output tokens of one system at this point."),
        amount("full_load_kw", "Wall power of one system at this point."),
        label("measured", "Date or round of the measurement."),
        *provenance(),
    ),
)

WORKLOADS = Table(
    "workloads",
    "a class of requests",
    (
        key("workload", "Id of the workload."),
        label("name", "Name for people."),
        reference("model", "models.model", "Model that serves it."),
        positive("input_tokens", "Mean input length."),
        positive("output_tokens", "Mean output length."),
        fraction("cached_fraction", "Share of the input found in the cache."),
        positive("ttft_limit_ms", "Longest time to first token, with round trip and queue."),
        positive("tpot_limit_ms", "Longest time per output token."),
        Column(
            "max_utilisation_fraction",
            Kind.NUMBER,
            Role.INPUT,
            "Most of an operating point's throughput that is used in the peak hour.",
            above=0.0,
            maximum=1.0,
        ),
        amount("unserved_usd_per_mtoken", "Value of a million output tokens left unserved."),
        usd_year(),
        *provenance(),
    ),
)

PROFILES = Table(
    "profiles",
    "an hour of a daily demand profile",
    (
        key("profile", "Id of the profile."),
        key("hour_utc", "Hour of the day, UTC, 0 to 23.", kind=Kind.INTEGER),
        amount("demand_shape", "Demand over its daily mean; mean 1."),
        *provenance(),
    ),
)

DEMAND = Table(
    "demand",
    "a workload's demand of a region in a period",
    (
        key("workload", "Workload.", refers_to="workloads.workload"),
        key("region", "Region.", refers_to="regions.region"),
        key("period", "Period.", refers_to="periods.period"),
        amount("output_tokens_per_s", "Mean over the period."),
        number("growth_rate", "Yearly growth within the period.", minimum=-0.99, maximum=100.0),
        reference("profile", "profiles.profile", "Daily profile; the same in every period."),
        *provenance(),
    ),
)

CLOUD_PRICES = Table(
    "cloud_prices",
    "rented capacity for a workload in a year",
    (
        key("workload", "Workload.", refers_to="workloads.workload"),
        year_key("Year; years between rows are interpolated, outside them the nearest holds."),
        amount("rent_usd_per_mtoken", "Price of a million rented output tokens."),
        amount(
            "max_output_tokens_per_s", "Most that can be rented; blank for no limit.", optional=True
        ),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

SOURCES = Table(
    "sources",
    "a source that other tables cite by its id",
    (
        key("source_id", "Id."),
        label("citation", "Publisher, title, edition, date."),
        label("locator", "Page, table, address or file within it."),
        label("licence", "Terms of use."),
    ),
    required=False,
)

FIGURE_SOURCES = Table(
    "figure_sources",
    "a figure whose source differs from its row's",
    (
        key("table", "Table of the figure."),
        key("row", "Key of its row, parts joined by commas; * for every row."),
        key("column", "Column of the figure."),
        Column("source", Kind.TEXT, Role.PROVENANCE, "As in the other tables.", optional=True),
        Column(
            "confidence",
            Kind.TEXT,
            Role.PROVENANCE,
            "As in the other tables.",
            allowed=CONFIDENCES,
        ),
        label("note", "Why the figure was taken."),
    ),
    required=False,
)

TOKEN_TABLES = (
    HARDWARE,
    MODELS,
    OPERATING_POINTS,
    WORKLOADS,
    PROFILES,
    DEMAND,
    CLOUD_PRICES,
    SOURCES,
    FIGURE_SOURCES,
)
