"""A permit requirement never vanishes because its routes do not hold at a site."""

from __future__ import annotations

import pytest

from tokenworks.errors import InputError

ENGINE = {"power_technologies": [{"technology": "engine"}, {"technology": "free"}]}
AIR = {"route": "air", "asset": "engine", "requirement": "air", "jurisdiction": "j"}


def test_a_route_for_other_air_alone_is_no_way_around_a_permit(solve_case):
    routes = [{**AIR, "attainment": "attainment"}]
    solve_case(permit_routes=routes, **ENGINE)
    with pytest.raises(InputError, match=r"no route of `air` for `engine` is left at `s`"):
        solve_case(permit_routes=routes, sites=[{"attainment": "nonattainment"}], **ENGINE)


def test_a_site_that_is_switched_off_needs_none(solve_case):
    sites = [{}, {"site": "t", "attainment": "nonattainment", "enabled": False}]
    solve_case(permit_routes=[{**AIR, "attainment": "attainment"}], sites=sites, **ENGINE)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("asset", "site", r"`air` is for the asset `engine`, this route for `site`"),
        ("requirement", "water", r"`air` is for the requirement `air`, this route for `water`"),
    ],
)
def test_a_route_replaces_its_own_kind_alone(solve_case, column, value, words):
    other = {**AIR, "route": "other", "replaces": "air", column: value}
    with pytest.raises(InputError, match=words):
        solve_case(permit_routes=[AIR, other], **ENGINE)
    other[column] = AIR[column]
    solve_case(permit_routes=[AIR, other], **ENGINE)
