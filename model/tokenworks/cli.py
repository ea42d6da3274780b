"""The command line: thin; every answer comes from the floors below."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from tokenworks.errors import TokenworksError

if TYPE_CHECKING:
    from tokenworks.plan import Plan

INTERRUPTED = 130
FAILED_RUNS = 5

app = typer.Typer(
    name="tokenworks",
    help="Plan AI-inference capacity: where to build, what powers it, and what a token then costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Method(StrEnum):
    """Ways to solve."""

    AUTO = "auto"
    WHOLE = "whole"
    DECOMPOSED = "decomposed"


class Usual(StrEnum):
    """Ways of business as usual."""

    RENT = "rent"
    GRID = "grid"


class Beside(StrEnum):
    """What stands beside the plan of a memo."""

    RENT = "rent"
    GRID = "grid"
    NONE = "none"


ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Path of a scenario, or name of a shipped one.")
]

OutOption = Annotated[
    Path | None, typer.Option(help="Run folder; runs/<scenario>-<hash> where not given.")
]
GapOption = Annotated[
    float | None, typer.Option(min=0.0, max=1.0, help="Relative gap at which to stop.")
]
TimeLimitOption = Annotated[
    float | None, typer.Option(min=0.0, help="Seconds after which to stop.")
]
UsualOption = Annotated[
    Usual | None, typer.Option(help="Solve this too, and print the difference.")
]
HorizonOption = Annotated[
    bool, typer.Option("--horizon-check", help="Solve with ten more years too.")
]
ProformaOption = Annotated[
    bool, typer.Option("--proforma", help="Print tax, debt and returns by year.")
]
ChronologicalOption = Annotated[
    bool,
    typer.Option("--chronological", help="Run the plan through a year, hour by hour."),
]


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("tokenworks"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


@app.command()
def check(
    scenario: ScenarioArgument,
    trace: Annotated[
        int, typer.Option(min=0, help="Draw so many figures at random and trace each.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of that draw.")] = 0,
) -> None:
    """Answer every error of the input at once; print sizes, what is disabled, what is assumed.

    Of a study: how many runs, what they change, and about how long they take.
    """
    from tokenworks.study.names import names_study

    if names_study(scenario):
        from tokenworks.report.batch import print_check_study
        from tokenworks.study.study import Study

        print_check_study(Study.load(scenario))
        return
    from tokenworks.checks import read_checked
    from tokenworks.inputs import prepare
    from tokenworks.report.inputs import print_check
    from tokenworks.report.trace import print_audit_sample

    inputs = prepare(*read_checked(scenario))
    print_check(inputs)
    if trace:
        print_audit_sample(inputs, trace, seed)


@app.command()
def solve(
    scenario: ScenarioArgument,
    out: OutOption = None,
    gap: GapOption = None,
    time_limit: TimeLimitOption = None,
    method: Annotated[Method | None, typer.Option(help="How to solve.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the solver.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest alone.")] = False,
    business_as_usual: UsualOption = None,
    horizon_check: HorizonOption = False,
    proforma: ProformaOption = False,
    chronological: ChronologicalOption = False,
) -> None:
    """Solve a scenario and print what opens when, what powers it, and what a token costs."""
    from tokenworks.checks import read_checked
    from tokenworks.inputs import prepare
    from tokenworks.io.run_folder import check_run_folder
    from tokenworks.plan import Plan, run_folder, with_options
    from tokenworks.report.branches import print_answer
    from tokenworks.report.terminal import print_json, say, tell
    from tokenworks.study.branches import BranchedPlan, solve_inputs

    started = _now()
    loaded, tables = read_checked(scenario)
    chosen = with_options(
        loaded, gap=gap, time_limit_s=time_limit, method=method and method.value, threads=threads
    )
    inputs = prepare(chosen, tables)
    folder = run_folder(inputs, out)
    check_run_folder(folder, inputs.sha256)
    asked = f"a gap of {100.0 * chosen.solve.gap:.2f} %"
    say(f"{chosen.name}: inputs read and checked, solving to {asked}")
    plan = solve_inputs(inputs, started, tell)
    if isinstance(plan, BranchedPlan) and (
        horizon_check or business_as_usual or proforma or chronological
    ):
        say("a plan with branches is not compared with others: solve it without its branches")
    if isinstance(plan, Plan) and horizon_check:
        say(f"{chosen.name}: solving with ten more years")
        plan = plan.with_longer_horizon()
    plan.save(folder)
    if isinstance(plan, Plan) and chronological:
        # Saved before, too: a plan is kept by who does not wait for its hours.
        say(f"{chosen.name}: running the hours of a year")
        plan = plan.with_chronological()
        plan.save(folder)
    usual = None
    if isinstance(plan, Plan) and business_as_usual:
        usual = _kept_usual(plan, business_as_usual, folder)
    if as_json:
        print_json(plan.manifest(), **({"business_as_usual": usual.manifest()} if usual else {}))
    else:
        print_answer(plan)
        if isinstance(plan, Plan):
            held_against = f"business as usual, {business_as_usual}" if usual else ""
            _print_more(plan, usual, held_against, proforma)
    say(f"run folder: {folder}")
    if plan.status == "interrupted":
        raise typer.Exit(INTERRUPTED)


def _kept_usual(plan: Plan, kind: Usual, folder: Path) -> Plan:
    """Business as usual, kept within the run folder for the memo."""
    from tokenworks.report.memo.deliver import usual_folder
    from tokenworks.report.terminal import say

    say(f"{plan.scenario.name}: solving business as usual, {kind.value}")
    usual = plan.business_as_usual(kind.value)
    usual.save(usual_folder(folder, kind.value))
    return usual


def _print_more(plan: Plan, usual: Plan | None, held_against: str, proforma: bool) -> None:
    """Print what was asked for beside a plan."""
    from tokenworks.report.chronological import print_chronological
    from tokenworks.report.difference import print_difference
    from tokenworks.report.proforma import print_proforma

    if proforma:
        print_proforma(plan)
    if usual:
        print_difference(plan, usual, held_against)
    if plan.hourly:
        print_chronological(plan.hourly)


@app.command()
def explain(
    target: Annotated[
        str, typer.Argument(metavar="RUN|SCENARIO", help="Run folder, or scenario as for `check`.")
    ],
    time_limit: TimeLimitOption = None,
    gap: GapOption = None,
    top: Annotated[int, typer.Option(min=0, help="Most limits that are re-solved.")] = 8,
    units: Annotated[
        float, typer.Option(min=1.0, help="Units of relief: megawatts, months, slots.")
    ] = 1.0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the table `prices` in the run folder.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Tell why a scenario has no plan; of a plan what binds, and what one unit more is worth."""
    from tokenworks.report.explain import Asked, explain_and_print

    explain_and_print(target, Asked(time_limit, gap, top, units, keep, as_json))


@app.command()
def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN…", help="Run folders; all against the first.")
    ],
) -> None:
    """Tell what changed between runs: inputs, plan and cost, and which components say why."""
    from tokenworks.report.compare import compare_and_print

    compare_and_print(runs)


@app.command()
def batch(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="Path of a study, or name of a shipped one.")
    ],
    out: Annotated[Path | None, typer.Option(help="Study folder; runs/<study> by default.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; one a core by default.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, whose workers run instead.")
    ] = None,
) -> None:
    """Run a study: what is on disk is left alone, what fails is recorded, the rest goes on."""
    from tokenworks.report.batch import Terminal, print_study
    from tokenworks.report.terminal import say
    from tokenworks.study.study import Study

    if workers is not None and scheduler is not None:
        raise typer.BadParameter("give --workers or --scheduler, not both")
    loaded = Study.load(study, out)
    say(f"{loaded.name}: {len(loaded.planned()):,} runs, in {loaded.folder}")
    try:
        loaded.run(workers, scheduler=scheduler, display=Terminal())
    except KeyboardInterrupt:
        say("interrupted: what is done is kept, and the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    print_study(loaded)
    say(f"study folder: {loaded.folder}")
    if (loaded.frame()["status"] == "failed").any():
        raise typer.Exit(FAILED_RUNS)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    to: Annotated[
        Path,
        typer.Option(help="FILE.nc, .pypsa.nc, .parquet or .csv, or RUN/datapackage.json."),
    ],
    table: Annotated[
        str, typer.Option(help="Of .nc a result table; of .parquet sites, flows or links.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write a run as netCDF, PyPSA network, GeoParquet, IAMC table or data package."""
    from tokenworks.exchange.export import export as write
    from tokenworks.report.terminal import say

    say(f"written: {write(run, to, table, force)}")


@app.command()
def points(
    results: Annotated[
        Path, typer.Argument(help="Results of aiconfigurator (CSV, JSON) or MLPerf (JSON, log).")
    ],
    mapping: Annotated[Path, typer.Option(help="YAML file that says which systems they are.")],
    out: Annotated[Path, typer.Option(help="Table of operating points, .csv or .parquet.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Turn measurements of others into a table of operating points."""
    from tokenworks.exchange.mapping import read_mapping
    from tokenworks.exchange.points import read_operating_points
    from tokenworks.report.terminal import say

    found = read_operating_points(results, read_mapping(mapping))
    for words in found.skipped:
        say(f"left out: {words}")
    say(f"{len(found.table)} operating points: {found.write(out, force)}")


@app.command()
def sites(
    out: Annotated[Path, typer.Option(help="Table of sites to write, .csv or .parquet.")],
    zones: Annotated[str, typer.Option(help="Grid zones, such as p60,p67; all by default.")] = "",
    parcels: Annotated[
        Path | None, typer.Option(help="Polygons or points to screen in place of counties.")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Most candidates.")] = None,
    options: Annotated[
        Path | None, typer.Option(help="YAML file of thresholds, weights and cost rules.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Screen U.S. counties or your parcels into a table of candidate sites, with map and funnel."""
    from tokenworks.report.sites import screen_sites

    screen_sites(out, zones=zones, parcels=parcels, top=top, options_file=options, force=force)


@app.command()
def explore(
    run: Annotated[Path, typer.Argument(metavar="RUN|STUDY", help="Folder of either.")],
    to: Annotated[Path, typer.Option(help="Page to write, .html.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Make one page of a plan or a study, to open in a browser without a network."""
    from tokenworks.report.page.write import explore_folder

    explore_folder(run, to, force=force)


@app.command()
def memo(
    run: Annotated[Path, typer.Argument(metavar="RUN|STUDY", help="Folder of either.")],
    to: Annotated[Path, typer.Option(help="File to write: .docx, .pdf, .html or .xlsx.")],
    business_as_usual: Annotated[
        Beside | None, typer.Option(help="What stands beside the plan; kept or solved by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write the investment memo of a plan or a study, or the workbook with live formulas."""
    from tokenworks.report.memo.deliver import memo_of_folder

    memo_of_folder(run, to, kind=business_as_usual and business_as_usual.value, force=force)


def _now() -> float:
    import time

    return time.perf_counter()


def main() -> NoReturn:
    """Run the command line; the exit status says how it ended (see the README)."""
    try:
        # Typer answers wrong usage with 2 and an interrupt with 130 by itself.
        app()
    except TokenworksError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_status) from None
    raise SystemExit(0)
