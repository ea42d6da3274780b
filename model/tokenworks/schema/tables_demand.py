"""Tables of demand: workloads, daily profiles, tokens asked for, rented capacity."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import (
    amount,
    flag,
    fraction,
    key,
    label,
    number,
    positive,
    provenance,
    reference,
    stepped,
    usd_year,
    year_key,
)

WORKLOADS = Table(
    "workloads",
    "a class of requests",
    (
        key("workload", "Id of the workload."),
        label("name", "Name for people."),
        reference("model", "models.model", "Model that serves it."),
        stepped(positive("input_tokens", "Mean input length."), 60),
        stepped(positive("output_tokens", "Mean output length."), 30),
        stepped(fraction("cached_fraction", "Share of the input found in the cache."), 0.1),
        stepped(
            positive("ttft_limit_ms", "Longest time to first token, with round trip and queue."), 50
        ),
        stepped(positive("tpot_limit_ms", "Longest time per output token."), 15),
        Column(
            "max_utilisation_fraction",
            Kind.NUMBER,
            Role.INPUT,
            "Most of an operating point's throughput that is used in the peak hour.",
            above=0.0,
            maximum=1.0,
        ),
        amount("unserved_usd_per_mtoken", "Value of a million output tokens left unserved."),
        amount(
            "sold_usd_per_mtoken",
            "Price of a million output tokens and their input, earned by `objective: npv` and by "
            "the pro-forma; blank earns nothing.",
            optional=True,
        ),
        amount(
            "damages_usd_per_mtoken",
            "Contracted damages for a million output tokens left unserved, in place of their value "
            "under `objective: npv`; blank is none.",
            optional=True,
        ),
        label("tier", "Service tier of the measurements that the limits follow."),
        label("percentile", "Percentile of requests that must meet both limits."),
        amount(
            "kv_bytes_per_token",
            "Key-value cache of one token of input, sent where its prefill and its decode are at "
            "two sites; blank for the model's.",
            optional=True,
        ),
        fraction(
            "sheddable_fraction",
            "Share of an hour's load that may be shed, its tokens being unserved; blank for none.",
            optional=True,
        ),
        fraction(
            "deferrable_fraction",
            "Share of an hour's load that may wait on the same day; blank for none.",
            optional=True,
        ),
        amount(
            "deferral_window_hours",
            "Longest wait of the deferrable share, to the end of the slice in which it runs; what "
            "may not wait for a slice of the representative days does not. Blank for none.",
            optional=True,
            maximum=24.0,
        ),
        flag(
            "sovereign",
            "True where sites must lie in the users' country; blank for false. Its rented capacity "
            "is taken to lie there, and priced so.",
            optional=True,
        ),
        usd_year(),
        *provenance(),
    ),
)


ACCEPTED_MODELS = Table(
    "accepted_models",
    "a model variant that a workload accepts beside its own model",
    (
        key("workload", "Workload.", refers_to="workloads.workload"),
        key("model", "Model whose operating points may serve it too.", refers_to="models.model"),
        *provenance(),
    ),
    required=False,
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

DEMAND_TABLES = (
    WORKLOADS,
    ACCEPTED_MODELS,
    PROFILES,
    DEMAND,
    CLOUD_PRICES,
)
