"""A small complete scenario, written as files that a test may then break."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tokenworks.checks import read_checked
from tokenworks.errors import InputError, Problem

SCENARIO = """\
name: small
title: Two counties
finance:
  usd_year: 2024
  discount_rate: 0.08
serving:
  length_tolerance_fraction: 0.25
tables:
"""

TABLES = {
    "periods": """\
period,start,end,seconds,source,confidence
2027,2027-01-01,2028-01-01,,,assumed
2028,2028-01-01,2029-01-01,,,assumed
""",
    "jurisdictions": """\
jurisdiction,name,parent,source,confidence
us,United States,,,assumed
us-tx,Texas,us,,assumed
""",
    "zones": """\
zone,name,operator,source,confidence
north,North,ERCOT,,assumed
south,South,ERCOT,,assumed
""",
    "zone_headroom": """\
zone,year,firm_headroom_mw,source,confidence
north,2027,100,ATB-2024,published
south,2027,50,,assumed
""",
    "tariffs": """\
zone,year,energy_usd_per_mwh,delivery_usd_per_mwh,capacity_usd_per_kw_month,\
minimum_take_fraction,term_months,exit_fee_usd_per_kw,usd_year,source,confidence
north,2027,40,5,6,0.5,60,100,2024,,assumed
south,2027,45,5,6,0.5,60,100,2023,,assumed
""",
    "sites": """\
site,name,county_fips,latitude_deg,longitude_deg,zone,jurisdiction,max_it_mw,block_mw,\
opening_cost_usd,land_cost_usd,shell_cost_usd_per_mw,fixed_om_usd_per_mw_year,shell_life_years,\
construction_months,average_pue_ratio,peak_pue_ratio,hall_density_kw_per_rack,liquid_cooling,\
gas_access_mw,waterfront,enabled,usd_year,source,confidence
alpha,"Alpha, near the river",48039,29.2,-95.4,north,us-tx,40,10,1e6,2000000,9e6,150000,25,12,\
1.2,1.3,130,true,100,TRUE,true,2024,Own estimate of 2026,assumed
beta,Beta,48201,29.8,-95.4,south,us-tx,20,10,1e6,1000000,9e6,150000,25,12,\
1.2,1.3,130,true,0,false,true,2024,,assumed
""",
    "interconnection_routes": """\
route,site,firmness,max_mw,route_months,cost_usd,cost_usd_per_kw,usd_year,source,confidence
alpha-firm,alpha,firm,50,12,500000,100,2024,,assumed
""",
    "regions": """\
region,name,latitude_deg,longitude_deg,source,confidence
east,East,40.7,-74.0,,assumed
west,West,34.0,-118.2,,assumed
""",
    "network": """\
site,region,rtt_ms,cost_usd_per_mtoken,usd_year,source,confidence
alpha,east,30,0.001,2024,,assumed
""",
    "operations": """\
zone,day,hour_utc,weight_days,grid_price_shape,solar_capacity_factor,wind_capacity_factor,\
pue_overhead_shape,source,confidence
north,mean,2,365,0.8,0,0.4,0.9,,assumed
north,mean,14,365,1.2,0.5,0.3,1.1,,assumed
south,mean,2,365,0.8,0,0.4,0.9,,assumed
south,mean,14,365,1.2,0.5,0.3,1.1,,assumed
""",
    "price_index": """\
year,price_index,source,confidence
2023,97,ATB-2024,published
2024,100,ATB-2024,published
""",
    "power_technologies": """\
technology,name,kind,module_mw,procurement_months,build_months,life_years,deposit_fraction,\
forced_outage_fraction,capacity_credit_fraction,fuel,heat_rate_mmbtu_per_mwh,\
round_trip_efficiency_fraction,storage_hours,max_site_mw,first_order,needs_gas,needs_waterfront,\
enabled,source,confidence
engine,Gas engine,thermal,10,6,6,20,0.2,0.05,1,gas,8.5,1,0,,,true,false,true,ATB-2024,published
battery,Battery,storage,1,3,3,15,0.2,0.02,0.5,,0,0.85,4,30,2026-07-01,false,false,true,,assumed
""",
    "power_costs": """\
technology,year,overnight_capex_usd_per_kw,fixed_om_usd_per_kw_year,variable_om_usd_per_mwh,\
usd_year,source,confidence
engine,2027,1500,20,5,2023,ATB-2024,published
battery,2027,1200,25,0,2023,ATB-2024,published
""",
    "fuel_prices": """\
fuel,zone,year,price_usd_per_mmbtu,usd_year,source,confidence
gas,north,2027,3.5,2024,,assumed
gas,south,2027,3.6,2024,,assumed
""",
    "permit_routes": """\
route,name,jurisdiction,asset,requirement,required_before,route_months,cost_usd,usd_year,source,\
confidence
build,Building permit,us-tx,site,building,construction,3,100000,2024,,assumed
air,Air permit,us,engine,air,construction,6,200000,2024,,assumed
""",
    "hardware": """\
system,name,vendor,accelerator,accelerators_count,design_kw,idle_kw,rack_kw_per_rack,cooling,\
capex_usd,fixed_om_usd_per_year,life_years,lead_months,first_order,memory_gb,resale_fraction,\
resale_decay_fraction_per_year,enabled,usd_year,source,confidence
node,Node of 8,Maker,A1,8,10.2,2,40,liquid,300000,6000,5,6,,1100,0.6,0.35,true,2024,,assumed
""",
    "models": """\
model,name,memory_gb,source,confidence
llama,Llama 70B,90,,assumed
""",
    "operating_points": """\
point,system,model,tier,stage,input_tokens,output_tokens,cached_fraction,precision,ttft_ms,\
tpot_ms,percentile,output_tokens_per_s,full_load_kw,measured,source,confidence
node-llama,node,llama,interactive,serve,1000,500,0,fp8,450,40,p99,20000,8.4,2025-09,\
MLPerf v5.1,measured
""",
    "workloads": """\
workload,name,model,input_tokens,output_tokens,cached_fraction,ttft_limit_ms,tpot_limit_ms,\
max_utilisation_fraction,unserved_usd_per_mtoken,usd_year,source,confidence
chat,Chat,llama,1000,500,0,1000,50,0.8,20,2024,,assumed
""",
    "profiles": "profile,hour_utc,demand_shape,source,confidence\n"
    + "".join(f"flat,{hour},1,,assumed\n" for hour in range(24)),
    "demand": """\
workload,region,period,output_tokens_per_s,growth_rate,profile,source,confidence
chat,east,2027,1000000,0,flat,,assumed
chat,east,2028,2000000,0,flat,,assumed
chat,west,2027,500000,0,flat,,assumed
chat,west,2028,800000,0,flat,,assumed
""",
    "sources": """\
source_id,citation,locator,licence
ATB-2024,"NREL, Annual Technology Baseline, 2024",Workbook,CC BY
""",
    "figure_sources": """\
table,row,column,source,confidence,note
hardware,node,capex_usd,A list price,published,Found later
""",
}


@dataclass
class Case:
    """A folder with the small scenario in it."""

    folder: Path
    scenario: str = SCENARIO
    tables: dict[str, str] = field(default_factory=lambda: dict(TABLES))

    @property
    def path(self) -> Path:
        return self.folder / "small.yaml"

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands once in the scenario or a table."""
        text = self.scenario if name == "scenario" else self.tables[name]
        assert text.count(old) == 1, (name, old, text.count(old))
        text = text.replace(old, new)
        if name == "scenario":
            self.scenario = text
        else:
            self.tables[name] = text

    def write(self) -> Path:
        """Write all files; one that a test has made already stays."""
        text = self.scenario
        for name, content in self.tables.items():
            text += f"  {name}: tables/{name}.csv\n" if f"  {name}:" not in text else ""
            path = self.folder / "tables" / f"{name}.csv"
            path.parent.mkdir(exist_ok=True)
            if not os.path.lexists(path):
                path.write_text(content, encoding="utf-8", newline="")
        if not self.path.exists():
            self.path.write_text(text, encoding="utf-8")
        return self.path


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Case(folder)


ProblemsOf = Callable[[Path], tuple[Problem, ...]]


@pytest.fixture
def problems_of() -> ProblemsOf:
    """Every problem that a scenario's files are answered with, in one error; none if sound."""

    def answer(path: Path) -> tuple[Problem, ...]:
        try:
            read_checked(path)
        except InputError as error:
            return error.problems
        return ()

    return answer
