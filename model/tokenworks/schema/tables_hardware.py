"""Tables of hardware: systems, the models they serve and how fast they were measured."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    date,
    flag,
    fraction,
    key,
    label,
    months,
    positive,
    provenance,
    reference,
    usd_year,
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

HARDWARE_TABLES = (
    HARDWARE,
    MODELS,
    OPERATING_POINTS,
)
