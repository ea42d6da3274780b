"""A plan in the formats of other tools, and back where there is a way back."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest

from tokenworks.cli import app
from tokenworks.errors import InputError
from tokenworks.exchange import arrays, geo, iamc, package
from tokenworks.exchange.export import export
from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import solve

pytestmark = pytest.mark.slow

ODD = "=1+1"


@pytest.fixture(scope="module")
def plan(write_scenario):
    """Two sites, one with a name that a spreadsheet takes for a formula; a year in two periods."""
    return solve(
        load_scenario(
            write_scenario(
                periods=[{}, {}],
                sites=[
                    {"site": ODD, "max_it_mw": 1.0, "latitude_deg": 30.0, "longitude_deg": -95.0},
                    {"site": "<script>", "max_it_mw": 3.0, "latitude_deg": 40.0},
                ],
                demand=[{"output_tokens_per_s": [3e6, 4e6]}],
            )
        )
    )


@pytest.fixture(scope="module")
def run(plan, tmp_path_factory):
    return plan.save(tmp_path_factory.mktemp("runs") / "run")


def sorted_as(table, keys):
    return table.sort_values(keys, ignore_index=True)


@pytest.mark.parametrize("name", ["dispatch", "sites", "flows", "carbon_use"])
def test_netcdf_gives_the_table_back(run, plan, tmp_path, name):
    path = export(run, tmp_path / "table.nc", name)
    again = arrays.from_netcdf(path)
    keys = [c for c in again.columns if c in ("site", "step_start", "slice", "source", "flow",
                                              "workload", "region", "how")]  # fmt: skip
    before = sorted_as(plan.tables[name], keys)[list(again.columns)]
    pd.testing.assert_frame_equal(again, before, check_dtype=False)


def test_arrays_have_dimensions_units_and_their_origin(plan):
    found = plan.to_xarray("dispatch")
    assert found.sizes["site"] == 2
    assert found["power_mw"].dims == ("site", "step_start", "slice", "source", "flow")
    assert found["power_mw"].attrs["units"] == "MW"
    assert found.attrs["inputs_sha256"] == plan.inputs.sha256
    with pytest.raises(InputError, match="no such table"):
        plan.to_xarray("prizes")


def test_sites_are_points_and_flows_lines(run, plan, tmp_path):
    points = gpd.read_parquet(export(run, tmp_path / "sites.parquet"))
    assert points.crs == geo.CRS
    assert points.set_index("site")["it_capacity_mw"].to_dict() == {ODD: 1.0, "<script>": 3.0}
    lines = gpd.read_parquet(export(run, tmp_path / "flows.parquet", "flows"))
    assert set(lines.geom_type) == {"LineString"}
    owned = plan.tables["flows"].query("how == 'owned'")["served_mtokens"].sum()
    assert lines["served_mtokens"].sum() == pytest.approx(owned)
    assert gpd.read_parquet(export(run, tmp_path / "links.parquet", "links")).empty


def test_the_long_table_holds_all_tokens_and_no_formula(run, plan, tmp_path):
    table = pd.read_csv(export(run, tmp_path / "plan.csv"), dtype={"Region": "str"})
    assert tuple(table.columns) == iamc.COLUMNS
    tokens = table[table["Variable"].str.startswith("Tokens|")]["Value"].sum()
    assert tokens == pytest.approx(plan.tables["flows"]["served_mtokens"].sum())
    cash = table[table["Variable"].str.startswith("Cash|")]["Value"].sum()
    assert cash == pytest.approx(plan.tables["cashflow"]["cash_usd"].sum())
    assert not table["Region"].str.startswith("=").any()


def test_a_data_package_names_every_file_with_types_units_and_hash(run):
    path = export(run, run / package.FILE)
    found = json.loads(path.read_text(encoding="utf-8"))
    files = {p.relative_to(run).as_posix() for p in run.rglob("*.parquet")}
    assert files <= {resource["path"] for resource in found["resources"]}
    (sites,) = (r for r in found["resources"] if r["path"] == "inputs/sites.parquet")
    fields = {one["name"]: one for one in sites["schema"]["fields"]}
    assert fields["county_fips"]["type"] == "string"
    assert fields["max_it_mw"]["unit"] == "MW"
    with pytest.raises(InputError, match="beside the files"):
        export(run, run.parent / package.FILE)


def test_files_that_are_there_and_unknown_endings_are_refused(run, tmp_path):
    path = export(run, tmp_path / "plan.csv")
    with pytest.raises(InputError, match="there already"):
        export(run, path)
    assert export(run, path, force=True) == path
    with pytest.raises(InputError, match="no format has that ending"):
        export(run, tmp_path / "plan.xyz")
    with pytest.raises(InputError, match="no whole run"):
        export(tmp_path, tmp_path / "other.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["plan.csv"]


@pytest.mark.slow
# What PyPSA asks of pandas on its import and as it reads is its own matter.
@pytest.mark.filterwarnings("ignore:pandas infers the:FutureWarning")
@pytest.mark.filterwarnings("ignore:The inplace keyword in:DeprecationWarning")
def test_pypsa_loads_what_was_written(run, tmp_path):
    pypsa = pytest.importorskip("pypsa")
    network = pypsa.Network(export(run, tmp_path / "plan.pypsa.nc"))
    assert len(network.buses)
    assert len(network.loads)


def test_the_command_writes_and_says_so(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        app(["export", str(run), "--to", str(tmp_path / "plan.csv")])
    assert ended.value.code == 0
    assert "written" in capsys.readouterr().err
