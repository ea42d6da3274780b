"""The map with its years: where capacity stands, where the grid has room, what is delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.page import map_traces as draw
from tokenworks.report.page.look import SOFT, layout, megawatts, percent, plotly_text
from tokenworks.report.page.map_state import (
    BUILDING,
    OPEN,
    YearState,
    pair_of,
    state_at_end,
    years_of,
)
from tokenworks.report.page.markup import Column, Markup, table
from tokenworks.report.page.model import Chart, Choice, Layout, Trace, Variant
from tokenworks.report.page.outlines import state_outlines, zone_outlines
from tokenworks.report.page.panels import domains, letter_km, panel_axes
from tokenworks.report.page.places import ELSEWHERE, STATES, Panel, Place, Projection

_WIDTH, _HEIGHT = 1150, 580
_ROOM_KM, _LEAST_SPAN_KM = 220.0, 1500.0


class PlanMap:
    """The map of a plan.

    Parameters
    ----------
    plan
        The plan.
    name
        Of the chart in its page.
    """

    def __init__(self, plan: Plan, name: str = "map") -> None:
        self.plan, self.name = plan, name
        tables = plan.inputs.tables
        asked = set(plan.flows["region"])
        self.regions_table = tables["regions"][tables["regions"]["region"].isin(asked)]
        located = [
            (float(x), float(y))
            for frame in (tables["sites"], self.regions_table)
            if {"longitude_deg", "latitude_deg"} <= set(frame.columns)
            for x, y in zip(frame["longitude_deg"], frame["latitude_deg"], strict=True)
        ]
        self.projection = Projection(located)
        self.sites = self.projection.by_name(tables["sites"], "site")
        self.zones = self.projection.by_name(tables["zones"], "zone")
        self.regions = self.projection.by_name(self.regions_table, "region")
        self.names = dict(zip(tables["sites"]["site"], tables["sites"]["name"], strict=True))
        self.zone_of = dict(zip(tables["sites"]["site"], tables["sites"]["zone"], strict=True))
        self.names = {site: str(name) or str(site) for site, name in self.names.items()}
        self.panels = self.projection.panels([*self.sites.values(), *self.regions.values()])
        self.axes = draw.axes_of(self.panels)
        self.domains = domains(self.panels, [*self.sites.values(), *self.regions.values()])
        self.years = years_of(plan)
        self.states = {year: state_at_end(plan, year) for year in self.years}
        self.has_reactors = any(
            s.reactor_mw for state in self.states.values() for s in state.sites.values()
        )

    def chart(self) -> Chart:
        """The chart with its slider, opened at the last year."""
        last = self.years[-1]
        fixed, zones = self._ground(self.states[last])
        moving = {year: self._moving(state) for year, state in self.states.items()}
        first = len(fixed)
        variants = {}
        for year, state in self.states.items():
            changes = {first + n: _change(trace) for n, trace in enumerate(moving[year])}
            changes |= {
                n: {"fillcolor": draw.zone_fill_colour(state.headroom_mw.get(zone))}
                for n, zone in zones.items()
            }
            variants[str(year)] = Variant(changes, words=self.words(year))
        years = {str(year): str(year) for year in self.years}
        return Chart(
            self.name,
            "Map of sites, grid zones by firm headroom and regions of demand, by year",
            [*fixed, *moving[last], *self._keys()],
            self._layout(),
            (Choice("At the end of", years, str(last), slider=True),),
            variants,
            self.table(),
        )

    def words(self, year: int) -> str:
        """What the map shows in a year, in a sentence."""
        state = self.states[year]
        opened = {s: v for s, v in state.sites.items() if v.status == OPEN}
        building = [s for s, v in state.sites.items() if v.status == BUILDING]
        parts = [
            f"At the end of {year}: {len(opened)} of {len(state.sites)} sites open with "
            f"{megawatts(sum(v.it_mw for v in opened.values()))} MW of IT"
        ]
        if opened:
            names = ", ".join(f"{self.names[s]} {megawatts(v.it_mw)}" for s, v in opened.items())
            parts[0] += f" ({names})"
        if building:
            parts.append("under construction: " + ", ".join(self.names[s] for s in building))
        delivered = sum(v.delivered_mw for v in state.sites.values())
        if delivered:
            parts.append(f"reactors of {megawatts(delivered)} MW delivered in the year")
        return "; ".join(parts) + "."

    def table(self) -> Markup:
        """Energised megawatts of every site by year."""
        columns = [Column("site"), Column("zone"), *(Column(f"{y}, MW", True) for y in self.years)]
        lines = (
            [
                self.names[site],
                self.zone_of[site],
                *(self._cell(self.states[year], site) for year in self.years),
            ]
            for site in self.states[self.years[-1]].sites
        )
        return table("IT capacity energised at the end of each year", columns, lines)

    def _cell(self, state: YearState, site: str) -> str:
        found = state.sites[site]
        return (
            megawatts(found.it_mw)
            if found.status == OPEN
            else "building"
            if found.status == BUILDING
            else "–"
        )

    def _ground(self, state: YearState) -> tuple[list[Trace], dict[int, str]]:
        """What stays: land, zones, borders, grids; and the position of every zone among them."""
        traces: list[Trace] = []
        zones: dict[int, str] = {}
        for panel in self.panels:
            if panel.name == ELSEWHERE:
                traces += [t | self.axes[ELSEWHERE] for t in draw.degrees(panel)]
                continue
            outlines = state_outlines()
            traces += draw.land(outlines)
            for zone, shape in zone_outlines(
                self.plan.inputs.tables["zones"], self._within()
            ).items():
                zones[len(traces)] = zone
                traces.append(draw.zone_fill(shape, state.headroom_mw.get(zone)))
            traces.append(draw.borders(outlines))
        return traces, zones

    def _within(self) -> dict[str, list[Place]]:
        """Zone to the points that lie in it."""
        tables = self.plan.inputs.tables
        found = {zone: [place] for zone, place in self.zones.items()}
        for site, zone in zip(tables["sites"]["site"], tables["sites"]["zone"], strict=True):
            if site in self.sites:
                found.setdefault(str(zone), []).append(self.sites[site])
        return found

    def _moving(self, state: YearState) -> list[Trace]:
        """What changes from year to year; as many traces in every year."""
        traces = self._links(state)
        for panel in self.panels:
            axes = self.axes[panel.name]
            for made in (self._zone_points, self._region_points, self._reactors, self._site_points):
                traces += [trace | axes for trace in made(panel, state)]
        return traces

    def _links(self, state: YearState) -> list[Trace]:
        pairs = {
            pair_of(r.from_site, r.to_site) for r in rows(self.plan.inputs.tables["site_links"])
        }
        traces = []
        for one, other in sorted(pairs):
            ends = self.sites.get(one), self.sites.get(other)
            if ends[0] and ends[1] and ends[0].panel == ends[1].panel:
                line = draw.link_line(ends[0], ends[1], state.links_gbps.get((one, other), 0.0))
                traces.append(line | self.axes[ends[0].panel])
                middle = Place(
                    ends[0].panel,
                    *(
                        (a + b) / 2
                        for a, b in ((ends[0].x_km, ends[1].x_km), (ends[0].y_km, ends[1].y_km))
                    ),
                )
                gbps = state.links_gbps.get((one, other), 0.0)
                words = f"{plotly_text(one)} – {plotly_text(other)}<br>"
                words += (
                    f"{gbps:,.1f} Gbps of key-value cache at the peak"
                    if gbps
                    else "offered, not in use"
                )
                hover = draw.points([middle], hovertext=[words], marker={"size": 14, "opacity": 0})
                traces.append(hover | self.axes[ends[0].panel] | {"showlegend": False})
        return traces

    def _zone_points(self, panel: Panel, state: YearState) -> list[Trace]:
        mine = {
            z: p for z, p in self.zones.items() if p.panel == panel.name and z in state.headroom_mw
        }
        hover = [
            f"zone {plotly_text(zone)}<br>{state.headroom_mw[zone]:,.0f} MW of firm headroom"
            + (
                f"<br>{megawatts(state.contracted_mw[zone])} MW contracted"
                if state.contracted_mw.get(zone)
                else ""
            )
            for zone in mine
        ]
        marker = {"size": 16, "opacity": 0}
        return [draw.points(list(mine.values()), hovertext=hover, marker=marker, showlegend=False)]

    def _region_points(self, panel: Panel, state: YearState) -> list[Trace]:
        mine = {r: p for r, p in self.regions.items() if p.panel == panel.name}
        hover = [
            f"users in {plotly_text(region)}<br>"
            f"{state.served_mtokens_per_s.get(region, 0.0):,.3g} million tokens/s asked for<br>"
            f"{percent(state.owned_share.get(region, 0.0))} from own sites"
            for region in mine
        ]
        marker = {"size": 7, "symbol": "diamond", "color": "#b08f3c"}
        return [draw.points(list(mine.values()), hovertext=hover, marker=marker, showlegend=False)]

    def _reactors(self, panel: Panel, state: YearState) -> list[Trace]:
        if not self.has_reactors:
            return []
        mine = [s for s, p in self.sites.items() if p.panel == panel.name]
        lift = (panel.y_km[1] - panel.y_km[0]) / 22
        places = [Place(panel.name, self.sites[s].x_km, self.sites[s].y_km + lift) for s in mine]
        states = [state.sites[s] for s in mine]
        hover = [
            f"{plotly_text(self.names[s])}<br>{megawatts(v.reactor_mw)} MW of reactors in service"
            f"<br>{megawatts(v.delivered_mw)} MW of them delivered this year"
            if v.reactor_mw
            else ""
            for s, v in zip(mine, states, strict=True)
        ]
        return [
            draw.points(
                places, hovertext=hover, marker=draw.reactor_markers(states), showlegend=False
            )
        ]

    def _site_points(self, panel: Panel, state: YearState) -> list[Trace]:
        mine = [s for s, p in self.sites.items() if p.panel == panel.name]
        states = [state.sites[s] for s in mine]
        hover = [
            f"<b>{plotly_text(self.names[s])}</b> ({plotly_text(s)})<br>{v.status}"
            f"<br>{self._zone_words(s, state)}"
            + (
                f"<br>{megawatts(v.it_mw)} MW energised, {megawatts(v.design_mw)} MW of systems"
                if v.status == OPEN
                else ""
            )
            for s, v in zip(mine, states, strict=True)
        ]
        text = draw.texts(self.names, mine, states) if len(mine) <= 40 else [""] * len(mine)  # noqa: PLR2004
        return [
            draw.points(
                [self.sites[s] for s in mine],
                mode="markers+text",
                text=text,
                textposition=self._sides(panel, mine, text),
                textfont=draw.label_font(12),
                hovertext=hover,
                marker=draw.site_markers(states, self._most_mw()),
                showlegend=False,
                cliponaxis=False,
            )
        ]

    def _zone_words(self, site: str, state: YearState) -> str:
        zone = self.zone_of[site]
        headroom = state.headroom_mw.get(zone)
        room = "" if headroom is None else f": {headroom:,.0f} MW of firm headroom"
        return f"zone {plotly_text(zone)}{room}"

    def _sides(self, panel: Panel, sites: Sequence[str], text: Sequence[str]) -> list[str]:
        part = self.domains[self.panels.index(panel)]
        letter = letter_km(panel, part, _WIDTH, _HEIGHT)
        widths = [
            letter * (len(draw.shortened(self.names[s])) + 1) if t else 0.0
            for s, t in zip(sites, text, strict=True)
        ]
        return draw.label_sides(panel, [self.sites[s] for s in sites], widths, 4.0 * letter)

    def _most_mw(self) -> float:
        return max((s.it_mw for v in self.states.values() for s in v.sites.values()), default=0.0)

    def _keys(self) -> list[Trace]:
        entries = draw.key(
            links=len(self.plan.inputs.tables["site_links"]) > 0, reactors=self.has_reactors
        )
        first = self.axes[self.panels[0].name] if self.panels else {}
        here = any(panel.name == STATES for panel in self.panels)
        return [t | first for t in (*entries, *(draw.headroom_legend() if here else ()))]

    def _layout(self) -> Layout:
        return layout(
            _HEIGHT,
            margin={"l": 0, "r": 0, "t": 34, "b": 40},
            dragmode="pan",
            legend2={
                "orientation": "h",
                "y": -0.02,
                "yanchor": "top",
                "x": 0,
                "title": {"text": "firm headroom of a zone  "},
            },
            annotations=self._titles(),
            **panel_axes(self.panels, self.axes, self.domains),
        )

    def _titles(self) -> list[Mapping[str, Any]]:
        if len(self.panels) < 2:  # noqa: PLR2004
            return []
        return [
            {
                "text": "conterminous United States" if panel.name == STATES else "elsewhere",
                "x": low,
                "y": 1.0,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 12, "color": SOFT},
            }
            for panel, (low, _) in zip(self.panels, self.domains, strict=True)
        ]


def _change(trace: Trace) -> Trace:
    """What of a moving trace changes from year to year."""
    kept = ("text", "hovertext", "marker", "line", "textposition")
    return {name: trace[name] for name in kept if name in trace}
