"""Maps of two runs beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tokenworks.report.page import map_traces as draw
from tokenworks.report.page.look import layout, megawatts, plotly_text
from tokenworks.report.page.map_state import CANDIDATE, OPEN, SiteState
from tokenworks.report.page.markup import Column, Markup, table
from tokenworks.report.page.model import Chart, Choice, Trace, Variant
from tokenworks.report.page.outlines import state_outlines
from tokenworks.report.page.panels import domains, letter_km, panel_axes
from tokenworks.report.page.places import ELSEWHERE, Panel, Place, Projection
from tokenworks.report.study_view import StudyView

MOST_RUNS = 120
_WIDTH, _HEIGHT = 560, 380


class StudyMaps:
    """Two maps, each of a run that is chosen, at the end of a year that is chosen.

    Parameters
    ----------
    view
        The study.
    """

    def __init__(self, view: StudyView) -> None:
        self.view = view
        self.runs = list(view.folders)[:MOST_RUNS]
        folders = {run: view.folders[run] for run in self.runs}
        self.sites = {run: _read(f / "inputs" / "sites.parquet") for run, f in folders.items()}
        self.open = {run: _read(f / "tables" / "sites.parquet") for run, f in folders.items()}
        # The first run to have a site tells its place and name.
        every = [table for table in self.sites.values() if len(table)]
        self.known = pd.concat(every or [_nothing()]).drop_duplicates("site")
        degrees = (self.known[c].astype("float64") for c in ("longitude_deg", "latitude_deg"))
        self.projection = Projection(zip(*degrees, strict=True))
        self.places = self.projection.by_name(self.known, "site")
        self.panels = self.projection.panels(self.places.values())
        self.axes = draw.axes_of(self.panels)
        self.domains = domains(self.panels, list(self.places.values()))

    def charts(self) -> tuple[Chart, ...]:
        """The two maps; none where no run has a plan, or no site a place."""
        if not self.runs or not self.places:
            return ()
        years = self._years()
        if not years:
            return ()
        ground = self._ground()
        known = zip(self.known["site"], self.known["name"], strict=True)
        names = {str(site): str(name) or str(site) for site, name in known}
        variants = {
            f"{run}|{year}": self._variant(run, year, len(ground), names)
            for run in self.runs
            for year in years
        }
        words = {run: self.view.named(run) for run in self.runs}
        first, last = self.runs[0], str(years[-1])
        other = self.runs[-1]
        by_year = {str(year): str(year) for year in years}
        start = variants[f"{first}|{last}"]
        data = [*ground, *(dict(start.traces[n]) for n in sorted(start.traces))]
        return tuple(
            Chart(
                name,
                f"Map of the run chosen, {side}",
                data,
                self._layout(),
                (Choice("Run", words, run), Choice("At the end of", by_year, last, slider=True)),
                variants,
                self._table(names) if name == "map-one" else None,
                same_as="" if name == "map-one" else "map-one",
            )
            for name, run, side in (("map-one", first, "left"), ("map-other", other, "right"))
        )

    def _table(self, names: Mapping[str, str]) -> Markup:
        """Largest IT capacity of every site in every run."""
        opened = sorted({str(s) for t in self.open.values() for s in t["site"].unique()})
        columns = [Column("run"), *(Column(f"{names.get(s, s)} [MW]", number=True) for s in opened)]
        lines = []
        for run in self.runs:
            most = self.open[run].groupby("site")["it_capacity_mw"].max()
            lines.append([self.view.named(run), *(megawatts(most.get(s, 0.0)) for s in opened)])
        return table("Largest IT capacity of every site, by run", columns, lines)

    def _years(self) -> list[int]:
        starts = [table["step_start"] for table in self.open.values() if len(table)]
        if not starts:
            return []
        every = pd.concat(starts)
        return list(range(int(every.dt.year.min()), int(every.dt.year.max()) + 1))

    def _ground(self) -> list[Trace]:
        traces: list[Trace] = []
        for panel in self.panels:
            if panel.name == ELSEWHERE:
                traces += [t | self.axes[ELSEWHERE] for t in draw.degrees(panel)]
            else:
                outlines = state_outlines()
                traces += [*draw.land(outlines), draw.borders(outlines)]
        return traces

    def _variant(self, run: str, year: int, first: int, names: Mapping[str, str]) -> Variant:
        states = self._states(run, year)
        traces = [self._points(panel, states, names) for panel in self.panels]
        opened = {s: v for s, v in states.items() if v.status == OPEN}
        total = sum(v.it_mw for v in opened.values())
        words = f"{len(opened)} sites open, {megawatts(total)} MW of IT"
        if opened:
            words += ": " + ", ".join(f"{names[s]} {megawatts(v.it_mw)}" for s, v in opened.items())
        return Variant({first + n: trace for n, trace in enumerate(traces)}, words=words + ".")

    def _states(self, run: str, year: int) -> dict[str, SiteState]:
        table, candidates = self.open[run], set(self.sites[run]["site"])
        now = table[table["step_start"] < pd.Timestamp(year + 1, 1, 1)]
        last = now.sort_values("step_start").groupby("site").tail(1)
        rows: list[Mapping[str, Any]] = last.to_dict("records")  # type: ignore[assignment]
        opened = {
            str(r["site"]): SiteState(OPEN, float(r["it_capacity_mw"]), float(r["design_load_mw"]))
            for r in rows
        }
        return {s: opened.get(s, SiteState(CANDIDATE)) for s in self.places if s in candidates}

    def _points(
        self, panel: Panel, states: Mapping[str, SiteState], names: Mapping[str, str]
    ) -> Trace:
        mine = [s for s, p in self.places.items() if p.panel == panel.name and s in states]
        here = [states[s] for s in mine]
        most = max(
            (float(t["it_capacity_mw"].max()) for t in self.open.values() if len(t)), default=0.0
        )
        places: list[Place] = [self.places[s] for s in mine]
        text = draw.texts(names, mine, here)
        hover = [
            f"<b>{plotly_text(names[s])}</b> ({plotly_text(s)})<br>{v.status}"
            + (f", {megawatts(v.it_mw)} MW energised" if v.status == OPEN else "")
            for s, v in zip(mine, here, strict=True)
        ]
        part = self.domains[self.panels.index(panel)]
        letter = letter_km(panel, part, _WIDTH, _HEIGHT)
        widths = [letter * (len(draw.shortened(names[s])) + 1) for s in mine]
        look = {
            "mode": "markers+text",
            "text": text,
            "textposition": draw.label_sides(panel, places, widths, 4.0 * letter),
            "textfont": draw.label_font(11),
            "hovertext": hover,
            "marker": draw.site_markers(here, most),
            "showlegend": False,
            "cliponaxis": False,
        }
        return draw.points(places, **look) | self.axes[panel.name]

    def _layout(self) -> dict[str, Any]:
        return layout(
            _HEIGHT,
            margin={"l": 0, "r": 0, "t": 30, "b": 0},
            dragmode="pan",
            showlegend=False,
            **panel_axes(self.panels, self.axes, self.domains),
        )


def _read(path: Path) -> pd.DataFrame:
    """A table of a run's folder; one without rows where there is none."""
    if not path.is_file():
        return _nothing()
    import pyarrow.parquet as pq  # noqa: PLC0415 -- slow to import

    found: pd.DataFrame = pq.read_table(path).to_pandas()
    return found[found["enabled"]] if "enabled" in found.columns else found


def _nothing() -> pd.DataFrame:
    columns = ["site", "name", "longitude_deg", "latitude_deg", "step_start", "it_capacity_mw"]
    return pd.DataFrame({name: [] for name in columns})
