"""What differs between runs: inputs by address, plan, cost, and the components that say why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.results.difference import Difference, difference
from tokenworks.schema.scenario import Scenario
from tokenworks.stored import read_plan

# Input tables that say where a figure comes from, and change nothing.
PROVENANCE = ("sources", "figure_sources")
SAME_USD = 0.5  # below that an amount is rounding
SAME = 1e-6  # of amounts in the plan, MW or systems


@dataclass(frozen=True)
class Comparison:
    """A run beside the first.

    Attributes
    ----------
    a, b
        Names of the two runs.
    difference
        How much dearer B is, as far as the bounds prove it.
    inputs
        ``address``, ``a``, ``b``: options, and cells by their address; a row that only one has is
        named by its key alone.
    plan
        ``what`` (sites, power, hardware, routes, dates), ``item``, ``unit``, ``a``, ``b``,
        ``difference``.
    costs
        ``line``, ``component``, ``a_usd``, ``b_usd``, ``difference_usd``, largest first; present
        values of the plans found, whose sum is the difference of the two objectives.
    """

    a: str
    b: str
    difference: Difference
    inputs: pd.DataFrame
    plan: pd.DataFrame
    costs: pd.DataFrame

    @property
    def why(self) -> str:
        """The verdict and the largest components in one sentence."""
        found = self.difference
        verdict = (
            f"{self.b} and {self.a} are indistinguishable"
            if found.indistinguishable
            else f"{self.b} is {found.verdict} than {self.a}"
        )
        parts = [
            f"{row.component} {row.difference_usd / 1e6:+,.1f} m USD"
            for row in rows(self.costs.head(3))
            if abs(row.difference_usd) > SAME_USD
        ]
        return f"{verdict}: {', '.join(parts)}" if parts else verdict


def compare_runs(runs: Sequence[Plan | Path | str]) -> list[Comparison]:
    """Compare plans, or those of run folders; see `compare`."""
    names = short_names([one for one in runs if not isinstance(one, Plan)])
    plans: dict[str, Plan] = {}
    for number, one in enumerate(runs, start=1):
        if isinstance(one, Plan):
            plans[f"{one.scenario.name} ({number})"] = one
        else:
            plans[names[str(one)]] = read_plan(one)
    return compare(plans)


def short_names(folders: Sequence[Path | str]) -> dict[str, str]:
    """Folders to the shortest ends of their paths that tell them apart."""
    whole = {str(folder): Path(folder).resolve().parts for folder in folders}
    longest = max((len(parts) for parts in whole.values()), default=1)
    for depth in range(1, longest + 1):
        names = {folder: "/".join(parts[-depth:]) for folder, parts in whole.items()}
        if len(set(names.values())) == len(set(whole.values())):
            return names
    return {folder: folder for folder in whole}


def compare(plans: Mapping[str, Plan]) -> list[Comparison]:
    """Hold every plan against the first.

    Parameters
    ----------
    plans
        Name to plan, at least two, of the same objective and dollar year.

    Raises
    ------
    InputError
        Where there is nothing to compare, or the figures do not mean the same.
    """
    names = list(plans)
    if len(names) < 2:  # noqa: PLR2004 -- a pair
        raise InputError([Problem("compare", 0, "", "needs two runs", "name another run")])
    first = plans[names[0]]
    problems = list(_unlike(names[0], first, plans))
    if problems:
        raise InputError(problems)
    return [_compared(names[0], first, name, plans[name]) for name in names[1:]]


def _unlike(name: str, first: Plan, plans: Mapping[str, Plan]) -> Iterator[Problem]:
    for other, plan in plans.items():
        one, two = first.scenario, plan.scenario
        if one.objective != two.objective:
            words = f"its objective is `{two.objective}`, that of {name} `{one.objective}`"
            yield Problem(other, 0, "objective", words, "compare runs of the same objective")
        if one.finance.usd_year != two.finance.usd_year:
            words = f"its money is of {two.finance.usd_year}, that of {name} "
            words += f"of {one.finance.usd_year}"
            yield Problem(other, 0, "finance.usd_year", words, "solve one of them again")


def _compared(name: str, a: Plan, other: str, b: Plan) -> Comparison:
    return Comparison(
        a=name,
        b=other,
        difference=difference(a, b),
        inputs=changed_inputs(a, b),
        plan=changed_plan(a, b),
        costs=changed_costs(a, b),
    )


def changed_inputs(a: Plan, b: Plan) -> pd.DataFrame:
    """Addresses whose values differ, with both values."""
    found = [*_options(a.scenario, b.scenario)]
    for name, loaded in a.inputs.loaded.items():
        if name not in PROVENANCE:
            found += _cells(name, loaded.table.key, loaded.frame, b.inputs.loaded[name].frame)
    return pd.DataFrame(found, columns=["address", "a", "b"]).astype("object")


def _options(a: Scenario, b: Scenario) -> Iterator[tuple[str, Any, Any]]:
    left = {"tables", "overrides", "name", "title", "question"}
    one, two = (_flat(of.model_dump(mode="json", exclude=left)) for of in (a, b))
    for key in dict.fromkeys([*one, *two]):
        if one.get(key) != two.get(key):
            yield key, one.get(key), two.get(key)


def _flat(data: Mapping[str, Any], head: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{head}{key}.")
        else:
            found[f"{head}{key}"] = value
    return found


def _cells(
    name: str, key: tuple[str, ...], a: pd.DataFrame, b: pd.DataFrame
) -> Iterator[tuple[str, Any, Any]]:
    if a.equals(b):
        return
    one, two = (_by_key(frame, key) for frame in (a, b))
    for row in [k for k in one.index if k not in two.index]:
        yield f"tables.{name}[{row}]", "there", "not there"
    for row in [k for k in two.index if k not in one.index]:
        yield f"tables.{name}[{row}]", "not there", "there"
    both = one.index[one.index.isin(two.index)]
    one, two = one.loc[both], two.loc[both]
    for column in (c for c in one.columns if c not in ("source", "confidence")):
        differs = ~((one[column] == two[column]).fillna(value=False).astype(bool))
        differs &= ~(one[column].isna() & two[column].isna())
        changed = both[differs.to_numpy(dtype=bool)]
        yield from _column(name, column, one.loc[changed, column], two.loc[changed, column])


def _column(
    name: str, column: str, a: pd.Series[Any], b: pd.Series[Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Changed cells of a column; of many that change by the same factor, one line says so."""
    most = 6
    if len(a) > most and pd.api.types.is_numeric_dtype(a):
        ratio = (b.astype("float64") / a.astype("float64")).replace([float("inf")], float("nan"))
        if ratio.notna().all() and ratio.max() - ratio.min() < SAME:
            yield f"tables.{name}[{len(a)} rows].{column}", "x 1", f"x {ratio.iloc[0]:.6g}"
            return
    for row, before, after in zip(a.index[:most], a[:most], b[:most], strict=True):
        yield f"tables.{name}[{row}].{column}", _plain(before), _plain(after)
    if len(a) > most:
        yield f"tables.{name}[{len(a) - most} more rows].{column}", "other", "other"


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def _by_key(frame: pd.DataFrame, key: tuple[str, ...]) -> pd.DataFrame:
    texts = frame[key[0]].astype("str")
    for part in key[1:]:
        texts = texts + "," + frame[part].astype("str")
    return frame.set_axis(pd.Index(texts.to_numpy(), name="key"))


# What is compared of a plan: word, table, keys, amount, unit and how it is summed up.
_AMOUNTS = (
    ("sites", "sites", ["site"], "it_capacity_mw", "MW at the end", "last"),
    ("power", "power", ["source"], "entering_mw", "MW entered", "sum"),
    ("hardware", "hardware", ["system"], "bought_systems", "systems", "sum"),
    ("hardware power", "hardware", ["system"], "design_mw", "MW design", "sum"),
)
_DATED = (
    "route filed",
    "ground broken",
    "contract starts",
    "power in service",
    "systems in service",
    "first token",
)


def changed_plan(a: Plan, b: Plan) -> pd.DataFrame:
    """Sites, power, hardware, routes and dates in which the plans differ."""
    found: list[tuple[Any, ...]] = []
    for what, table, keys, amount, unit, how in _AMOUNTS:
        sums = [_summed(plan.tables[table], keys, amount, how) for plan in (a, b)]
        for item in sorted({*sums[0], *sums[1]}):
            one, two = (of.get(item, 0.0) for of in sums)
            if abs(two - one) > SAME * max(1.0, abs(one)):
                found.append((what, item, unit, one, two, two - one))
    found += _dates(a, b)
    names = ["what", "item", "unit", "a", "b", "difference"]
    return pd.DataFrame(found, columns=names).astype("object")


def _summed(frame: pd.DataFrame, keys: list[str], amount: str, how: str) -> dict[str, float]:
    if how == "last":
        frame = frame.sort_values("step_start").drop_duplicates(keys, keep="last")
    grouped = frame.groupby(keys)[amount].sum()
    return {_item(key): float(value) for key, value in grouped.items()}


def _item(key: Any) -> str:
    return " at ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _dates(a: Plan, b: Plan) -> Iterator[tuple[Any, ...]]:
    """First dates of milestones, by site and what they are of."""
    firsts: list[dict[Any, str]] = []
    for plan in (a, b):
        of = plan.timeline[plan.timeline["milestone"].isin(_DATED)]
        grouped = of.groupby(["site", "milestone", "what"])["date"].min()
        firsts.append({key: date.date().isoformat() for key, date in grouped.items()})
    for key in sorted({*firsts[0], *firsts[1]}, key=str):
        one, two = firsts[0].get(key), firsts[1].get(key)
        if one != two:
            site, milestone, what = (str(part) for part in key)
            item = " ".join(part for part in (site, milestone, what) if part)
            kind = "routes" if milestone == "route filed" else "dates"
            yield kind, item, "date", one, two, None


def changed_costs(a: Plan, b: Plan) -> pd.DataFrame:
    """Present value by component in both plans, the largest difference first."""
    sums = [plan.costs.groupby(["line", "component"])["present_value_usd"].sum() for plan in (a, b)]
    joined = pd.concat(sums, axis=1, keys=["a_usd", "b_usd"]).fillna(0.0).reset_index()
    joined["difference_usd"] = joined["b_usd"] - joined["a_usd"]
    joined = joined[(joined[["a_usd", "b_usd"]].abs() > SAME_USD).any(axis=1)]
    order = joined["difference_usd"].abs().sort_values(ascending=False, kind="stable").index
    return joined.loc[order].reset_index(drop=True)
