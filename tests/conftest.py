"""A complete neutral scenario as files, of which a test changes just what it needs.

One zone `z`, one site `s` in the jurisdiction `j`, one period `y1` of 2030 with 1,000 hours
(3.6e6 s), one region `r`, one workload `w`, one system `h`; everything is free, lossless, at once
and without limit: rate 0, residuals off, PUE 1, no lead times, no permits, adequacy off, a flat
profile, one day of 24 flat hours, fractional systems and modules, gap 0. The power source `free`
costs nothing. One system draws 1 MW and serves 1 million tokens/s, which is also the demand, so
that tokens/s, systems and MW are one number; leaving it unserved costs $1 per million tokens,
3.6e6 USD in all.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tokenworks.build import Model, build
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.solver.whole import Solved, solve_whole

Row = dict[str, Any]
Rows = list[Row]

FIRST_YEAR = 2030
PLENTY = 1e6
FOREVER_YEARS = 1000.0

OPTIONS: dict[str, Any] = {
    "unserved": "priced",
    "finance.usd_year": 2024,
    "finance.discount_rate": 0.0,
    "finance.residuals": False,
    "latency.base_ms": 0.0,
    "latency.round_trip_ms_per_km": 0.0,
    "power.adequacy": False,
    "power.whole_module_fraction": 10.0,  # whole only from ten times the site's peak
    "solve.gap": 0.0,
    "solve.time_limit_s": 60.0,
}

ASKED_BY_EXPORT_RULES = (
    "accelerators_count",
    "dense_fp4_tflops",
    "dense_fp8_tflops",
    "dense_bf16_tflops",
    "dense_int8_tops",
    "accelerator_memory_gb",
    "memory_bandwidth_gb_per_s",
    "logic_die_mm2",
    "tpp",
    "performance_density_tpp_per_mm2",
)

# What a row holds where a test says nothing; a function is given the row so far.
DEFAULTS: dict[str, dict[str, Any]] = {
    "periods": {"seconds": 3.6e6},
    "jurisdictions": {"jurisdiction": "j"},
    "zones": {"zone": "z"},
    "zone_headroom": {"zone": "z", "year": FIRST_YEAR, "firm_headroom_mw": PLENTY},
    "tariffs": {"zone": "z", "year": FIRST_YEAR},
    "sites": {
        "site": "s",
        "zone": "z",
        "jurisdiction": "j",
        "max_it_mw": 100.0,
        "block_mw": lambda row: row["max_it_mw"],
        "shell_life_years": FOREVER_YEARS,
        "lease_usd_per_kw_month": None,
        "commissioning_mw_per_month": None,
        "average_pue_ratio": 1.0,
        "peak_pue_ratio": lambda row: row["average_pue_ratio"],
        "hall_density_kw_per_rack": 1000.0,
        "liquid_cooling": True,
        "gas_access_mw": PLENTY,
        "waterfront": True,
        "capital_cost_ratio": None,
        "nuclear_cost_ratio": None,
        "enabled": True,
    },
    "interconnection_routes": {
        "route": lambda row: f"grid-{row['site']}",
        "site": "s",
        "firmness": "firm",
        "max_mw": PLENTY,
    },
    "regions": {"region": "r"},
    "network": {"site": "s", "region": "r", "rtt_ms": None},
    "site_links": {"capacity_gbps": PLENTY, "rtt_ms": None, "cost_usd_per_gb": None},
    "operations": {
        "zone": "z",
        "day": "mean",
        "weight_days": 365,
        "grid_price_shape": 1.0,
        "solar_capacity_factor": 1.0,
        "wind_capacity_factor": 1.0,
        "pue_overhead_shape": 1.0,
        "net_load_mw": None,
        "marginal_co2_kg_per_mwh": None,
    },
    "price_index": {"year": 2024, "price_index": 1.0},
    "power_technologies": {
        "kind": "thermal",
        "module_mw": 1.0,
        "life_years": FOREVER_YEARS,
        "capacity_credit_fraction": 1.0,
        "fuel": "",
        "round_trip_efficiency_fraction": 1.0,
        "max_site_mw": None,
        "first_order": None,
        "planned_outage_fraction": None,
        "design_day_rating_fraction": None,
        "minimum_load_fraction": None,
        "ramp_fraction_per_hour": None,
        "co2_tonnes_per_mmbtu": None,
        "nox_with_scr_lb_per_mmbtu": None,
        "carbon_monoxide_with_catalyst_lb_per_mmbtu": None,
        "needs_gas": False,
        "needs_waterfront": False,
        "enabled": True,
    },
    "power_costs": {"year": FIRST_YEAR, "scr_capex_usd_per_kw": None},
    "fuel_prices": {"zone": "*", "year": FIRST_YEAR},
    "tax_credits": {"from_date": None, "until_date": None, "construction_until_date": None},
    "permit_routes": {
        "jurisdiction": "j",
        "asset": "site",
        "requirement": "building",
        "required_before": "construction",
        "probability_fraction": None,
        "nox_cap_short_tons_per_year": None,
        "carbon_monoxide_cap_short_tons_per_year": None,
        "offset_cost_usd_per_short_ton": None,
    },
    "air_permit_thresholds": {"offset_ratio": None},
    "hardware": {
        "system": "h",
        "design_kw": 1000.0,
        "idle_kw": 0.0,
        "rack_kw_per_rack": 0.0,
        "capex_usd": 0.0,
        "fixed_om_usd_per_year": 0.0,
        "cooling": "air",
        "life_years": FOREVER_YEARS,
        "first_order": None,
        "memory_gb": 1.0,
        "enabled": True,
        # What nobody states of an accelerator.
        **dict.fromkeys(ASKED_BY_EXPORT_RULES),
    },
    "export_rules": {"precedence_index": 0},
    "export_conditions": {"alternative_index": 1, "condition_index": 1, "value_number": None},
    "holdings": {"amount_count": None, "amount_mw": None},
    "models": {"model": "m", "kv_bytes_per_token": None},
    "operating_points": {
        "point": lambda row: f"{row['system']}-{row['model']}",
        "system": "h",
        "model": "m",
        "stage": "serve",
        "input_tokens": 1000.0,
        # What a stage has not is blank.
        "output_tokens": lambda row: None if row["stage"] == "prefill" else 1000.0,
        "ttft_ms": lambda row: None if row["stage"] == "decode" else 0.0,
        "tpot_ms": lambda row: None if row["stage"] == "prefill" else 0.0,
        "output_tokens_per_s": lambda row: None if row["stage"] == "prefill" else 1e6,
        "input_tokens_per_s": lambda row: 1e6 if row["stage"] == "prefill" else None,
        "full_load_kw": None,  # the system's design power
    },
    "workloads": {
        "workload": "w",
        "model": "m",
        "input_tokens": 1000.0,
        "output_tokens": 1000.0,
        "ttft_limit_ms": 1e6,
        "tpot_limit_ms": 1e6,
        "max_utilisation_fraction": 1.0,
        "unserved_usd_per_mtoken": 1.0,
        "kv_bytes_per_token": None,
    },
    "profiles": {"profile": "flat", "demand_shape": 1.0},
    "demand": {"workload": "w", "region": "r", "output_tokens_per_s": 1e6, "profile": "flat"},
    "carbon": {
        "scope": "*",
        "year": FIRST_YEAR,
        "price_usd_per_tonne": None,
        "cap_tonnes_per_year": None,
    },
    "clean_matching": {
        "site": "*",
        "year": FIRST_YEAR,
        "hourly_fraction": None,
        "yearly_fraction": None,
    },
    "cloud_prices": {"workload": "w", "year": FIRST_YEAR, "max_output_tokens_per_s": None},
}

# Table to the table each of whose rows it must cover, and the columns that name them.
COVERS = {
    "power_costs": ("power_technologies", "technology", "technology"),
    "operating_points": ("hardware", "system", "system"),
    "operations": ("zones", "zone", "zone"),
    "tariffs": ("zones", "zone", "zone"),
    "zone_headroom": ("zones", "zone", "zone"),
}
OPTIONAL = [name for name, table in INPUT_TABLES.items() if not table.required]
EMPTY = [*OPTIONAL, "interconnection_routes", "fuel_prices"]


def complete(given: Mapping[str, Rows]) -> dict[str, Rows]:
    """Rows of every table: what a test gives, and neutral ones for the rest."""
    rows: dict[str, Rows] = {name: [] if name in EMPTY else [{}] for name in INPUT_TABLES}
    rows["power_technologies"] = [{"technology": "free"}]
    rows["periods"] = [{"months": 12}]
    rows |= {name: [] for name in COVERS}
    rows |= {name: list(of_table) for name, of_table in given.items()}
    rows["periods"] = list(dated(rows["periods"]))
    for name, of_table in rows.items():
        rows[name] = [filled(name, row) for row in of_table]
    for name, (other, column, named) in COVERS.items():
        known = {row[column] for row in rows[name]}
        lacking = [row[named] for row in rows[other] if row[named] not in known]
        rows[name] += [filled(name, {column: key}) for key in lacking]
    design_kw = {row["system"]: row["design_kw"] for row in rows["hardware"]}
    for row in rows["operating_points"]:
        if row["full_load_kw"] is None:
            row["full_load_kw"] = design_kw[row["system"]]
    periods = [row["period"] for row in rows["periods"]]
    rows["demand"] = [row for rule in rows["demand"] for row in by_period(rule, periods)]
    for name in ("operations", "profiles"):
        rows[name] = [row for rule in rows[name] for row in by_hour(rule)]
    return rows


def filled(name: str, row: Row) -> dict[str, Any]:
    """A row with every column: the test's, else the default, else 0, or blank where it may be."""
    table = INPUT_TABLES[name]
    unknown = set(row) - set(table.names)
    assert not unknown, f"{name} has no column {unknown}"
    needed = set(table.figures) - {c.name for c in table.columns if c.optional}
    blank = {column: 0 if column in needed else "" for column in table.names}
    blank |= {column: "assumed" for column in table.names if column == "confidence"}
    blank |= {column: 2024 for column in table.names if column == "usd_year"}
    full = blank | DEFAULTS.get(name, {}) | dict(row)
    for column, value in full.items():
        if callable(value):
            full[column] = value(full)
    return full


def dated(rows: Rows) -> Iterator[Row]:
    """Periods one after the other: a row may give `months` in place of its start and end."""
    start = dt.date(FIRST_YEAR, 1, 1)
    for number, row in enumerate(rows, start=1):
        period = dict(row)
        months = period.pop("months", 12)
        end = dt.date(
            start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 1
        )
        yield {"period": f"y{number}", "start": start, "end": end} | period
        start = dt.date.fromisoformat(str(period.get("end", end)))


def by_period(row: Row, periods: list[str]) -> Iterator[Row]:
    """Demand without a period holds for all of them; a list of figures gives each its own."""
    if row["period"]:
        yield row
        return
    for number, period in enumerate(periods):
        own = {name: v[number] if isinstance(v, list) else v for name, v in row.items()}
        yield own | {"period": period}


def by_hour(row: Row) -> Iterator[Row]:
    """A row stands for a whole day, in as many slices as its longest list; else in 24."""
    count = max((len(v) for v in row.values() if isinstance(v, list)), default=24)
    for number in range(count):
        own = {name: v[number] if isinstance(v, list) else v for name, v in row.items()}
        yield own | {"hour_utc": number * 24 // count}


def nested(options: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in options.items():
        *sections, last = key.split(".")
        place = result
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = value
    return result


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def write_files(folder: Path, options: Mapping[str, Any], given: Mapping[str, Rows]) -> Path:
    rows = complete(given)
    # Reading files costs more than solving: a table that may be left out is, where it is empty.
    rows = {name: of_table for name, of_table in rows.items() if of_table or name not in OPTIONAL}
    for name, of_table in rows.items():
        columns = INPUT_TABLES[name].names
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for row in of_table:
                writer.writerow([as_text(row[column]) for column in columns])
    scenario = {"name": "case", **nested(OPTIONS | dict(options))}
    scenario["tables"] = {name: f"{name}.csv" for name in rows}
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Answer:
    """A solved scenario with what tests ask of it."""

    inputs: Inputs
    model: Model
    solved: Solved

    @property
    def usd(self) -> float:
        return self.solved.objective_usd

    @property
    def steps(self) -> list[tuple[int, int]]:
        """First month and the month after the last of every step."""
        return [(step.start_month, step.end_month) for step in self.inputs.calendar.steps]

    def value(self, variable: str, *index: Any) -> float:
        """A variable's value, 0 where it has no such column; `...` sums over that part."""
        cells = self.solved.values.get(variable, {})
        return sum(v for key, v in cells.items() if matches(key, index))

    def line(self, line: str) -> float:
        """Cost of a line of the objective."""
        return sum(usd for (found, _), usd in self.costs().items() if found == line)

    def component(self, component: str) -> float:
        """Cost of a component."""
        return sum(usd for (_, found), usd in self.costs().items() if found == component)

    def costs(self) -> dict[tuple[str, str], float]:
        """(line, component) to cost."""
        found = {}
        for term in self.model.costs:
            coefficients = self.model.pyomo.component(term.coefficient)
            cells = self.solved.values.get(term.variable, {})
            usd = sum(float(coefficients[i]) * cells[i] for i in coefficients.index_set())
            found[term.line, term.component] = usd
        return found


def matches(key: Any, index: tuple[Any, ...]) -> bool:
    parts = key if isinstance(key, tuple) else (key,)
    assert not index or len(index) == len(parts), f"{key} has other parts than {index}"
    return all(want is ... or want == have for want, have in zip(index, parts, strict=False))


@pytest.fixture(scope="session")
def write_scenario(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write the neutral scenario with some options (by dotted key) and tables (rows) changed.

    `write_scenario({"finance.discount_rate": 0.1}, sites=[{"site": "a"}, {"site": "b"}])`: a row
    gives the columns that matter. Rows of `periods` may give `months`; rows of `demand` hold for
    all periods, of `operations` and `profiles` for a whole day, unless a list gives each its own.
    Tariffs, headroom, operations, power costs and operating points get a neutral row for every
    zone, technology or system that has none.
    """
    numbers = itertools.count()
    base = tmp_path_factory.mktemp("scenarios")

    def write(options: Mapping[str, Any] | None = None, /, **tables: Rows) -> Path:
        folder = base / str(next(numbers))
        folder.mkdir()
        return write_files(folder, options or {}, tables)

    return write


@pytest.fixture(scope="session")
def solved() -> Callable[..., Answer]:
    """Solve a scenario, or its file, with some addresses changed as `Scenario.with_` does."""

    def solve(of: Path | Scenario, changes: Mapping[str, Any] | None = None) -> Answer:
        scenario = of if isinstance(of, Scenario) else load_scenario(of)
        scenario = scenario.with_(changes or {})
        inputs = assemble(scenario)
        model = build(inputs)
        return Answer(inputs, model, solve_whole(model, scenario.solve))

    return solve


@pytest.fixture(scope="session")
def solve_case(
    write_scenario: Callable[..., Path], solved: Callable[..., Answer]
) -> Callable[..., Answer]:
    """`write_scenario` and `solved` in one."""

    def solve(options: Mapping[str, Any] | None = None, /, **tables: Rows) -> Answer:
        return solved(write_scenario(options, **tables))

    return solve
