"""A plan: what a scenario's solution says, with its proof and its tables."""

from __future__ import annotations

import datetime as dt
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tokenworks.build import Model, build
from tokenworks.chronological import Chronological, chronological
from tokenworks.errors import InfeasibleError
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.run_folder import write_run
from tokenworks.io.scenario_files import scenario_to_yaml
from tokenworks.operation import Stocks
from tokenworks.pypsa_network import DispatchNetwork, to_pypsa
from tokenworks.results.difference import Difference, difference
from tokenworks.results.located import located
from tokenworks.results.proforma import Proforma, proforma
from tokenworks.results.summary import Summary
from tokenworks.results.tables import tables_of
from tokenworks.schema.scenario import Scenario
from tokenworks.shown import Shown
from tokenworks.solver.feasibility import allowing_unserved
from tokenworks.solver.known import Known
from tokenworks.solver.method import solve_model
from tokenworks.solver.shortfall import shortfall
from tokenworks.solver.some_sites import is_of_many_sites, solve_many_sites
from tokenworks.solver.told import told
from tokenworks.solver.whole import Progress, Solved, nothing
from tokenworks.variants import Usual, business_as_usual, longer_horizon

if TYPE_CHECKING:
    from xarray import Dataset

    from tokenworks.report.page.write import Page

__all__ = [
    "Difference",
    "Plan",
    "difference",
    "plan_from",
    "plan_of",
    "run_folder",
    "save_run",
    "solve",
    "with_options",
]

PACKAGES = ("tokenworks", "highspy", "pyomo", "pandas", "numpy")


@dataclass(frozen=True, repr=False)
class Plan(Shown):
    """A solved scenario.

    Attributes
    ----------
    inputs
        Checked inputs.
    status
        ``optimal`` within the gap asked for, ``gap_left`` where all was tried, or ``time_limit``,
        ``interrupted`` or ``solver_failed`` with what was found by then.
    objective_usd, bound_usd
        Present value of the plan, cost less revenue; no plan has less than the bound. At maximum
        net present value that value is the objective's negative.
    gap
        (incumbent - bound) / size of the incumbent.
    gap_controllable
        (incumbent - bound) / (incumbent - what no plan can better: the penalty of what nobody can
        serve, less the revenue of all that anybody can).
    summary
        Headline figures.
    tables
        Result tables by name; see `tokenworks.schema.results`.
    size
        Rows, columns and nonzeros of the program.
    seconds
        Wall time by stage.
    stocks
        What dispatch knows of investment: variable of the interface to index to value.
    hourly
        Its years hour by hour, where they were run; see `with_chronological`.
    known
        What solving it has taught, for `solve(..., start=plan)`; None where it was read again.
    """

    inputs: Inputs
    status: str
    method: str
    objective_usd: float
    bound_usd: float
    gap: float
    gap_controllable: float
    summary: Summary
    tables: Mapping[str, pd.DataFrame]
    size: Mapping[str, int]
    seconds: Mapping[str, float]
    stocks: Stocks = field(default_factory=dict, repr=False)
    hourly: Chronological | None = field(default=None, repr=False)
    known: Known | None = field(default=None, repr=False, compare=False)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Result tables as attributes, such as `plan.cost_per_token`."""
        tables: Mapping[str, pd.DataFrame] = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"a plan has no attribute or table {name!r}")

    def __dir__(self) -> list[str]:
        """Attributes with the names of the tables, for completion."""
        return [*super().__dir__(), *self.tables]

    @property
    def scenario(self) -> Scenario:
        """The scenario that was solved."""
        return self.inputs.scenario

    def manifest(self) -> dict[str, Any]:
        """What `manifest.json` holds."""
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "status": self.status,
            "objective_usd": self.objective_usd,
            "bound_usd": self.bound_usd,
            "gap": self.gap,
            "gap_controllable": self.gap_controllable,
            "method": self.method,
            "seconds": dict(self.seconds),
            **self.size,
            "summary": self.summary.as_dict(),
            **({"chronological": self.hourly.as_dict()} if self.hourly else {}),
            "usd_year": self.scenario.finance.usd_year,
            "inputs_sha256": self.inputs.sha256,
            "versions": {
                "python": platform.python_version(),
                **{package: version(package) for package in PACKAGES},
            },
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }

    def business_as_usual(self, kind: Usual = "rent") -> Plan:
        """The plan to hold this one against; see `difference`.

        Parameters
        ----------
        kind
            ``rent``: nothing is built, all that the cloud offers can be rented; ``grid``: firm grid
            power alone, and systems that are for sale at the start.

        Raises
        ------
        InputError
            Where the scenario without the rest is none, such as ``rent`` without a cloud price.
        InfeasibleError, NoIncumbentError
            As their names say.
        """
        return solve(self.scenario.with_(business_as_usual(self.inputs, kind)))

    def horizon_longer(self, years: int = 10) -> Plan:
        """The plan with as many more years in which demand stays as it is at the end.

        What was built for the last year then runs on instead of being valued: a plan whose cost per
        token hangs on its residual values differs from this one.
        """
        return plan_of(longer_horizon(self.inputs, years), time.perf_counter())

    def with_longer_horizon(self, years: int = 10) -> Plan:
        """The plan, with the cost per token of `horizon_longer` in its summary."""
        usd = self.horizon_longer(years).summary.cost_usd_per_mtoken
        return replace(self, summary=replace(self.summary, longer_horizon_usd_per_mtoken=usd))

    def chronological(self) -> Chronological:
        """Dispatch of its capacities over the hours of a year, one after the other.

        See `tokenworks.chronological`.
        """
        return chronological(self.inputs, self.stocks)

    def with_chronological(self) -> Plan:
        """The plan, with `chronological` in its manifest and two tables of it among its own."""
        found = self.chronological()
        return replace(self, hourly=found, tables={**self.tables, **found.tables})

    def to_xarray(self, table: str = "dispatch") -> Dataset:
        """A result table as labelled arrays; see `tokenworks.exchange.arrays.to_xarray`."""
        from tokenworks.exchange.arrays import to_xarray

        return to_xarray(self, table)

    def to_pypsa(self) -> DispatchNetwork:
        """Its dispatch as a PyPSA network, with what solves it again to the same cost.

        See `tokenworks.pypsa_network`; `pip install "tokenworks[pypsa]"` brings PyPSA.

        Raises
        ------
        InputError
            Where PyPSA is not installed.
        """
        return to_pypsa(self.inputs, self.stocks)

    def proforma(self) -> Proforma:
        """Nominal statement by year with tax, debt and returns, after the solve.

        Its terms are the section `proforma` of the scenario.
        """
        return proforma(self.inputs, self.tables)

    def explore(self, to: Path | str | None = None, *, force: bool = False) -> Page:
        """One page of the plan: map, charts and tables in a file that asks nothing of a network.

        Parameters
        ----------
        to
            An `.html` file to write; where None, the page is returned alone, and a notebook
            shows it.
        force
            True to replace a file that is no page of this plan.

        Raises
        ------
        InputError
            Where the file cannot be written, or another stands there.
        """
        from tokenworks.report.page.write import explore_plan

        return explore_plan(self, to, force=force)

    def memo(self, to: Path | str, *, usual: Usual | None = None, force: bool = False) -> Path:
        """Write the investment memo as .docx, .pdf or .html, or the workbook as .xlsx.

        `usual` is solved to stand beside it: the cloud's where it has a price if None.
        """
        from tokenworks.report.memo.deliver import write_memo

        return write_memo(self, Path(to), kind=usual, force=force)

    def to_excel(self, to: Path | str, *, usual: Usual | None = None, force: bool = False) -> Path:
        """Write the workbook, whose formulas go from dated cash to cost per token; see `memo`."""
        from tokenworks.report.memo.deliver import write_workbook

        return write_workbook(self, Path(to), kind=usual, force=force)

    def save(self, folder: Path | str | None = None) -> Path:
        """Write the run folder, whole or not at all.

        Parameters
        ----------
        folder
            Where; ``runs/<scenario>-<hash>`` in the current directory where None.

        Raises
        ------
        InputError
            Where the folder holds anything but a run of the same inputs.
        """
        return save_run(self.inputs, self.manifest(), self.tables, folder, self.stocks)


def save_run(
    inputs: Inputs,
    manifest: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    folder: Path | str | None,
    stocks: Stocks | None = None,
) -> Path:
    """Write a run folder with its inputs, its tables, its sites as points and its stocks."""
    loaded = {n: t.frame for n, t in inputs.loaded.items() if len(t.frame) or t.table.required}
    named = {name: f"inputs/{name}.parquet" for name in loaded}
    return write_run(
        run_folder(inputs, folder),
        manifest,
        scenario_to_yaml(inputs.scenario, tables=named),
        loaded,
        tables,
        geo={"sites": located(inputs, tables["sites"])},
        stocks=stocks,
    )


def run_folder(inputs: Inputs, folder: Path | str | None) -> Path:
    """The folder named, or ``runs/<scenario>-<first eight digits of the inputs' hash>``."""
    return Path(folder) if folder else Path("runs") / f"{inputs.scenario.name}-{inputs.sha256[:8]}"


def with_options(scenario: Scenario, **options: Any) -> Scenario:
    """A scenario with some of its `solve` options replaced; those that are None stay."""
    given = {f"solve.{key}": value for key, value in options.items() if value is not None}
    return scenario.with_(given) if given else scenario


def solve(
    scenario: Scenario,
    *,
    gap: float | None = None,
    time_limit_s: float | None = None,
    method: str | None = None,
    threads: int | None = None,
    progress: Progress | bool = False,
    start: Plan | None = None,
) -> Plan:
    """Solve a scenario.

    Parameters
    ----------
    scenario
        From `load`.
    gap, time_limit_s, method, threads
        In place of the scenario's own; see `tokenworks.schema.scenario.Solve`.
    progress
        True for a bar; or a function, called with stage, bound and incumbent in USD at the end of
        every stage.
    start
        Plan of a scenario of the same shape with other prices, redlines, permits or demand: what
        solving it has taught is gone on from. The answer is proven all the same.

    Returns
    -------
    Plan
        Checked against every invariant; not saved yet, see `Plan.save`.

    Raises
    ------
    InputError
        With every problem of the input at once.
    InfeasibleError, NoIncumbentError, SolverError
        As their names say.
    """
    started = time.perf_counter()
    limits = {"gap": gap, "time_limit_s": time_limit_s, "method": method, "threads": threads}
    chosen = with_options(scenario, **limits)
    with told(progress) as tell:
        return plan_of(assemble(chosen), started, tell, None if start is None else start.known)


def plan_of(
    inputs: Inputs, started: float, progress: Progress = nothing, known: Known | None = None
) -> Plan:
    """Build, solve and check; `started` is when reading began, as `time.perf_counter` tells."""
    read, options = time.perf_counter(), inputs.scenario.solve
    seconds = {"read": read - started}
    if is_of_many_sites(inputs, options):
        return plan_from(*solve_many_sites(inputs, options, progress, known), started, seconds)
    model = build(inputs)
    seconds["build"] = time.perf_counter() - read
    try:
        solved = solve_model(model, options, progress, known)
    except InfeasibleError as error:
        # Only what is never served is counted: with tokens at no cost, all load would be shed.
        reasons = shortfall(build(allowing_unserved(inputs)), options)
        raise InfeasibleError(reasons or error.reasons) from error
    return plan_from(model, solved, started, seconds)


def plan_from(
    model: Model, solved: Solved, started: float, seconds: Mapping[str, float] | None = None
) -> Plan:
    """The checked plan of a solved model.

    Parameters
    ----------
    model, solved
        A model and its solution.
    started
        When reading began, as `time.perf_counter` tells.
    seconds
        Wall time of the stages before the solution.
    """
    tabled = time.perf_counter()
    tables, headline = tables_of(model, solved)
    ended = time.perf_counter()
    return Plan(
        inputs=model.inputs.whole,
        status=str(solved.status),
        method=solved.method,
        objective_usd=solved.objective_usd,
        bound_usd=solved.bound_usd,
        gap=solved.gap,
        gap_controllable=solved.gap_controllable,
        summary=headline,
        tables=tables,
        size={"rows": solved.rows, "columns": solved.columns, "nonzeros": solved.nonzeros},
        seconds={
            **(seconds or {}),
            **solved.seconds,
            "results": ended - tabled,
            "total": ended - started,
        },
        known=solved.known,
        stocks={name: solved.values.get(name, {}) for name in model.stocks},  # noqa: PD011 -- no frame
    )
