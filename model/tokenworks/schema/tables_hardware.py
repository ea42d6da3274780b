"""Tables of hardware: systems, the models they serve and how fast they were measured."""

from __future__ import annotations

from dataclasses import replace

from tokenworks.schema.columns import Column, Kind, Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    date,
    evidence,
    flag,
    fraction,
    integer,
    key,
    label,
    months,
    name_of,
    positive,
    provenance,
    reference,
    stepped,
    usd_year,
    year_key,
)

# What a system must have before it can be bought: a row that is switched off may leave it blank
# where nobody published it, and a check asks for it of every other.
NEEDED_WHEN_ENABLED = (
    "design_kw",
    "idle_kw",
    "rack_kw_per_rack",
    "cooling",
    "capex_usd",
    "fixed_om_usd_per_year",
    "memory_gb",
)


# What a system does for a request: all of it, or one of its two stages.
SERVE, PREFILL, DECODE = STAGES = ("serve", "prefill", "decode")

# What a point of a stage says; the other figures of these are blank.
FIGURES_OF_STAGE = {
    SERVE: ("output_tokens", "ttft_ms", "tpot_ms", "output_tokens_per_s"),
    PREFILL: ("ttft_ms", "input_tokens_per_s"),
    DECODE: ("output_tokens", "tpot_ms", "output_tokens_per_s"),
}


def _unless_off(column: Column) -> Column:
    """The column, which may be blank in a row that is switched off."""
    return replace(column, optional=True)


# Of one accelerator; what rules on exports may ask of it. Rates are dense, without sparsity. A
# figure that is blank is not stated: what a rule that asks for it would decide stays unknown.
_ACCELERATOR = (
    amount("dense_fp4_tflops", "Dense rate at 4-bit floating point.", optional=True),
    amount("dense_fp8_tflops", "Dense rate at 8-bit floating point.", optional=True),
    amount("dense_bf16_tflops", "Dense rate at 16-bit floating point.", optional=True),
    amount("dense_int8_tops", "Dense rate at 8-bit integers.", optional=True),
    amount("accelerator_memory_gb", "Memory of an accelerator.", optional=True),
    amount(
        "memory_bandwidth_gb_per_s",
        "Bandwidth of its DRAM; 0 where all memory is SRAM.",
        optional=True,
    ),
    evidence(amount("accelerator_tdp_kw", "Thermal design power of an accelerator.")),
    amount("logic_die_mm2", "Area of its logic dies.", optional=True),
    amount(
        "tpp",
        "Total processing performance of an accelerator: the most, over precisions, of dense "
        "rate times bit length.",
        optional=True,
    ),
    amount(
        "performance_density_tpp_per_mm2",
        "Total processing performance over the area of the logic dies.",
        optional=True,
    ),
    date(
        "first_sold",
        "First day on which the accelerator was sold or in service.",
        optional=True,
    ),
    flag("sold_to_others", "False where its designer keeps it for its own sites.", optional=True),
    label("headquarters", "Country where the designer has its headquarters."),
    name_of(
        "software_stack",
        "Software that serves models on it, which has its uplift and its cost at a site; blank for "
        "one without either.",
    ),
    label("hall_needs", "What it asks of rack and hall."),
    label("generation_note", "What its figures rest on."),
)

HARDWARE = Table(
    "hardware",
    "an inference system: the unit that is bought",
    (
        key("system", "Id of the system."),
        label("name", "Name for people."),
        name_of("vendor", "Vendor, of which `policy` may limit the share; blank for none."),
        label("accelerator", "Accelerator."),
        replace(
            integer("accelerators_count", "Accelerators in a system; blank where not stated."),
            optional=True,
        ),
        _unless_off(
            amount("design_kw", "Power that sizes hall and supply, all-in, for every system alike.")
        ),
        _unless_off(amount("idle_kw", "Wall power without requests.")),
        _unless_off(stepped(amount("rack_kw_per_rack", "Power of the rack that holds it."), 100)),
        _unless_off(choice("cooling", "Cooling that it needs.", ("air", "liquid"))),
        _unless_off(
            amount("capex_usd", "Price of a system with its network share, paid on delivery.")
        ),
        _unless_off(amount("fixed_om_usd_per_year", "Support and spares.")),
        stepped(
            positive("life_years", "Service life; afterwards it leaves and must be bought again."),
            3,
        ),
        months("lead_months", "From order to service."),
        date("first_order", "First day on which it can be ordered; blank for any.", optional=True),
        _unless_off(amount("memory_gb", "Accelerator memory of a system.")),
        fraction(
            "cancellation_fee_fraction",
            "Share of what is still to pay that a cancelled order costs; blank for all of it.",
            optional=True,
        ),
        fraction("resale_fraction", "Resale value when new, over its price."),
        fraction("resale_decay_fraction_per_year", "Loss of resale value each year."),
        flag("enabled", "False keeps the row and leaves the system out."),
        *_ACCELERATOR,
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
        evidence(amount("total_parameters_billions", "Parameters.")),
        evidence(amount("active_parameters_billions", "Parameters that a token passes through.")),
        amount(
            "kv_bytes_per_token",
            "Key-value cache of a token, all layers, at 16 bits; blank where nothing is sent from "
            "site to site.",
            optional=True,
        ),
        label("accepted_precisions", "Weight data types in which it was measured."),
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
        choice("stage", "What the system does for the request: all of it, or one stage.", STAGES),
        stepped(positive("input_tokens", "Mean input length of the measurement."), 500),
        stepped(
            positive(
                "output_tokens",
                "Mean output length of the measurement; blank at `prefill`.",
                optional=True,
            ),
            300,
        ),
        stepped(fraction("cached_fraction", "Share of the input found in the cache."), 0.6),
        label("precision", "Weight data type."),
        stepped(
            amount(
                "ttft_ms",
                "Time to first token within the system; blank at `decode`.",
                optional=True,
            ),
            50,
        ),
        stepped(
            amount(
                "tpot_ms",
                "Time per output token after the first; blank at `prefill`.",
                optional=True,
            ),
            20,
        ),
        label("percentile", "Percentile of the two latencies."),
        positive(
            "output_tokens_per_s",
            "Output tokens of one system at this point; blank at `prefill`.",
            optional=True,
        ),
        positive(
            "input_tokens_per_s",
            "Input tokens that one system computes at this point, without those found in the "
            "cache; for `prefill` only, else blank.",
            optional=True,
        ),
        amount("full_load_kw", "Wall power of one system at this point."),
        label("measured", "Date or round of the measurement."),
        date(
            "measured_on",
            "Day of publication of the newest result taken, from which software uplift counts; "
            "blank for no uplift.",
            optional=True,
        ),
        evidence(amount("results_count", "Results whose median is taken.")),
        evidence(amount("least_output_tokens_per_s", "Least of the results.")),
        evidence(amount("most_output_tokens_per_s", "Most of the results.")),
        *provenance(),
    ),
)

PART_LOAD_POWER = Table(
    "part_load_power",
    "measured power of a system's accelerators at part of their load",
    (
        key("system", "System measured.", refers_to="hardware.system"),
        key("model", "Model served.", refers_to="models.model"),
        key("requests", "Set of requests that it was measured with."),
        key("replica_count", "Accelerators that hold one copy of the model.", kind=Kind.INTEGER),
        key("batch_count", "Most requests served at once by a copy.", kind=Kind.INTEGER),
        evidence(fraction("utilisation_fraction", "Tokens over the most of the same series.")),
        evidence(amount("output_tokens_per_s", "Output tokens of one system.")),
        evidence(
            amount("accelerators_kw", "Power of the system's accelerators alone, without server.")
        ),
        *provenance(),
    ),
    required=False,
)


SOFTWARE_EFFICIENCY = Table(
    "software_efficiency",
    "how fast a software stack serves on the same hardware, over time",
    (
        key("software_stack", "Software stack, as in `hardware`."),
        year_key("Year; years between rows are interpolated, later ones keep the last."),
        positive("efficiency_index", "Throughput on the same hardware; only ratios count."),
        evidence(amount("pairs_count", "Pairs of measured results whose median it is.")),
        *provenance(),
    ),
    required=False,
)

SOFTWARE_STACKS = Table(
    "software_stacks",
    "a software stack, and what it costs to run at a site",
    (
        key("stack", "Software stack, as in `hardware`; one without a row costs nothing."),
        label("name", "Name for people."),
        amount(
            "site_cost_usd_per_year",
            "Staff, licences and upkeep at a site, in every step in which a system of it serves.",
        ),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

HARDWARE_TABLES = (
    HARDWARE,
    MODELS,
    OPERATING_POINTS,
    PART_LOAD_POWER,
    SOFTWARE_EFFICIENCY,
    SOFTWARE_STACKS,
)
