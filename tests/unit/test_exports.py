"""Export rules worked by hand, on the shipped rule sets and on rules made for a case."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tokenworks.export_rules import RuleBook, rule_book
from tokenworks.exports import Shipment, export_status, quota_use
from tokenworks.io.tables import empty_table, read_table
from tokenworks.schema.tables import INPUT_TABLES

US = Path(__file__).parents[2] / "data" / "us"
NAMES = ("jurisdictions", "jurisdiction_groups", "export_rules", "export_conditions")
DAY = dt.date(2027, 6, 1)


def system(tpp: float | None, density: float | None = None, **more: Any) -> dict[str, Any]:
    """Figures of one accelerator, sold to anyone since 2024 unless the test says otherwise."""
    return {
        "tpp": tpp,
        "performance_density_tpp_per_mm2": density,
        "accelerators_count": 8,
        "vendor": "Maker",
        "first_sold": pd.Timestamp("2024-01-01"),
        "sold_to_others": True,
        **more,
    }


# TPP = dense TFLOPS x bits; density = TPP / die area.
H100 = system(15_832, 19.45, memory_bandwidth_gb_per_s=3_350)  # 1,979 x 8; / 814 mm2
H200 = system(15_832, 19.45, memory_bandwidth_gb_per_s=4_800)
H20 = system(2_368, 2.91, memory_bandwidth_gb_per_s=4_000)  # 148 x 16; / 814 mm2
B200 = system(36_000, memory_bandwidth_gb_per_s=7_700)  # 2,250 x 16 or 4,500 x 8 or 9,000 x 4
MI325X = system(20_800, memory_bandwidth_gb_per_s=6_000)  # 1,300 x 16
L40S = system(5_864, 9.63, memory_bandwidth_gb_per_s=864)
TPU_V5E = system(3_152, 9.7, memory_bandwidth_gb_per_s=819, sold_to_others=False)
THOR = system(4_140, None, memory_bandwidth_gb_per_s=None)


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    found = {}
    for name in NAMES:
        path = folder / f"{name}.csv"
        path = path if path.exists() else US / f"{name}.csv"
        found[name] = read_table(INPUT_TABLES[name], path).frame
    return found


def book(name: str) -> RuleBook:
    return rule_book(frames(US / "cases" / name if name else US))


@pytest.fixture(scope="module")
def in_force() -> RuleBook:
    return book("")


@pytest.fixture(scope="module")
def diffusion() -> RuleBook:
    return book("export-diffusion")


@pytest.fixture(scope="module")
def strict() -> RuleBook:
    return book("export-strict")


def effect(row: dict[str, Any], place: str, rules: RuleBook, day: dt.date = DAY, **who: Any) -> str:
    return export_status(row, Shipment(place, day, **who), rules).effect


@pytest.mark.parametrize(
    ("row", "place", "expected"),
    [
        (H100, "us", "allowed"),
        (B200, "us-tx", "allowed"),
        (H100, "no", "allowed"),  # A:5
        (B200, "in", "allowed"),  # A:5
        (B200, "il", "allowed"),  # D:4, but A:6
        (B200, "my", "allowed"),  # in none of the groups
        (H100, "ae", "licence"),  # D:4, 15,832 >= 4,800
        (L40S, "sa", "licence"),
        (H20, "ae", "allowed"),  # 2,368 < 4,800 and 2.91 < 5.92
        (H20, "cn", "licence"),  # by the letter of April 2025
        (TPU_V5E, "ae", "licence"),  # 3,152 >= 1,600 and 9.7 >= 5.92
        (H200, "cn", "licence"),  # 15,832 < 21,000 and 4,800 < 6,500
        (MI325X, "cn", "licence"),  # 20,800 < 21,000 and 6,000 < 6,500
        (B200, "cn", "denied"),  # 36,000
        (TPU_V5E, "cn", "denied"),  # not sold to others
        (H200, "mo", "licence"),
        (H200, "ru", "denied"),
    ],
)
def test_rules_in_force(row: dict[str, Any], place: str, expected: str, in_force: RuleBook) -> None:
    assert effect(row, place, in_force) == expected


def test_a_density_just_below_the_threshold_is_free_and_at_it_is_not(in_force: RuleBook) -> None:
    # 2,300 is below the 2,400 of 3A090.b; 5.91 is within its second branch, which binds D:5 only.
    assert effect(system(2_300, 5.91), "ae", in_force) == "allowed"
    assert effect(system(2_300, 5.92), "ae", in_force) == "licence"
    assert effect(system(1_599, 50.0), "ae", in_force) == "allowed"
    assert effect(system(4_800, 0.1), "ae", in_force) == "licence"
    assert effect(system(2_300, 5.91, memory_bandwidth_gb_per_s=900), "ru", in_force) == "licence"


def test_thresholds_of_january_2026_are_strict(in_force: RuleBook) -> None:
    for tpp, bandwidth, expected in [
        (20_999, 6_499, "licence"),
        (21_000, 6_499, "denied"),
        (20_999, 6_500, "denied"),
    ]:
        row = system(tpp, 20.0, memory_bandwidth_gb_per_s=bandwidth)
        assert effect(row, "cn", in_force) == expected


def test_case_by_case_review_begins_on_its_day_and_only_for_what_was_on_sale(
    in_force: RuleBook,
) -> None:
    assert effect(H200, "cn", in_force, dt.date(2026, 1, 14)) == "denied"
    assert effect(H200, "cn", in_force, dt.date(2026, 1, 15)) == "licence"
    for sold, expected in [("2026-01-15", "licence"), ("2026-01-16", "denied")]:
        assert effect({**H200, "first_sold": pd.Timestamp(sold)}, "cn", in_force) == expected
    assert effect(H20, "cn", in_force, dt.date(2025, 4, 8)) == "allowed"
    assert effect(H20, "cn", in_force, dt.date(2025, 4, 9)) == "licence"


def test_headquarters_of_operator_or_parent_reach_everywhere_but_home(in_force: RuleBook) -> None:
    for seats in [("cn",), ("sg", "cn"), ("mo",)]:
        assert effect(H100, "no", in_force, headquarters=seats) == "denied"
        assert effect(H100, "us-va", in_force, headquarters=seats) == "allowed"
    assert effect(H100, "no", in_force, headquarters=("sg",)) == "allowed"
    # At home in China the case-by-case review goes before.
    assert effect(H200, "cn", in_force, headquarters=("cn",)) == "licence"


def test_huawei_is_denied_anywhere_abroad(in_force: RuleBook) -> None:
    row = system(1_000, 1.0, memory_bandwidth_gb_per_s=100, vendor="Huawei")
    assert effect(row, "my", in_force) == "denied"
    assert effect({**row, "vendor": "Maker"}, "my", in_force) == "allowed"


def test_an_authorised_operator_has_a_quota_and_then_needs_a_licence(in_force: RuleBook) -> None:
    shipment = Shipment("ae", DAY, headquarters=("ae",), operators=("g42",))
    status = export_status(H100, shipment, in_force)
    assert (status.effect, status.rules) == ("quota", ("authorised-g42",))
    assert status.quota is not None
    assert status.quota.amount == 35_000 * 60_000
    assert status.quota.ours == 0.1 * 35_000 * 60_000
    assert status.otherwise is not None
    assert status.otherwise.effect == "licence"
    assert status.otherwise.otherwise is None
    assert effect(H100, "sa", in_force, operators=("g42",)) == "licence"
    assert effect(H100, "ae", in_force, dt.date(2025, 11, 18), operators=("g42",)) == "licence"
    validated = Shipment("ae", DAY, operators=("validated-end-user",))
    assert export_status(H100, validated, in_force).rules == ("validated-in-d4",)


def test_diffusion_caps_countries_by_tpp(diffusion: RuleBook) -> None:
    status = export_status(H100, Shipment("ae", DAY), diffusion)
    assert (status.rules, status.effect) == (("diffusion-low-volume",), "quota")
    assert status.quota is not None
    one = quota_use(H100, status.quota.unit)
    assert one == 8 * 15_832
    assert status.quota.ours // one == 212  # servers a year: 26.9 M / 126,656
    country = status.otherwise
    assert country is not None
    assert (country.rules, country.licence_months) == (("diffusion-country-cap",), 6)
    assert country.quota is not None
    assert country.quota.period == "cumulative"
    assert country.quota.amount // 15_832 == 49_898  # about the 50,000 GPUs
    assert country.otherwise is not None
    assert country.otherwise.effect == "denied"


@pytest.mark.parametrize(
    ("row", "place", "expected"),
    [
        (B200, "no", "allowed"),  # one of the eighteen
        (B200, "in", "quota"),  # A:5, but none of the eighteen
        (B200, "my", "quota"),
        (H20, "my", "allowed"),
        (H100, "cn", "denied"),
        (H100, "mo", "denied"),
    ],
)
def test_rule_on_diffusion(
    row: dict[str, Any], place: str, expected: str, diffusion: RuleBook
) -> None:
    assert effect(row, place, diffusion) == expected


def test_diffusion_follows_the_older_rules_until_its_day(diffusion: RuleBook) -> None:
    assert effect(H100, "my", diffusion, dt.date(2025, 5, 14)) == "allowed"
    assert effect(H100, "ae", diffusion, dt.date(2025, 5, 14)) == "licence"
    assert effect(H100, "my", diffusion, dt.date(2025, 5, 15)) == "quota"


@pytest.mark.parametrize(
    ("row", "place", "expected"),
    [
        (B200, "ae", "denied"),
        (H100, "ae", "licence"),
        (B200, "il", "allowed"),
        (B200, "no", "allowed"),
        (B200, "my", "licence"),
        (L40S, "br", "licence"),
        (H200, "cn", "denied"),
        (H20, "cn", "denied"),
        (H20, "my", "allowed"),
    ],
)
def test_stricter_set(row: dict[str, Any], place: str, expected: str, strict: RuleBook) -> None:
    assert effect(row, place, strict) == expected


def test_stricter_set_begins_in_2027(strict: RuleBook, in_force: RuleBook) -> None:
    before = dt.date(2026, 12, 31)
    for row in (H100, H200, H20, B200, MI325X, L40S, TPU_V5E):
        for place in ("ae", "cn", "my", "no", "il", "ru"):
            shipment = Shipment(place, before)
            assert export_status(row, shipment, strict) == export_status(row, shipment, in_force)
    assert effect(B200, "ae", strict, before, operators=("g42",)) == "quota"
    assert effect(B200, "ae", strict, dt.date(2027, 1, 1), operators=("g42",)) == "denied"


def test_a_missing_figure_is_unknown_only_where_it_decides(in_force: RuleBook) -> None:
    status = export_status(system(None), Shipment("ae", DAY), in_force)
    assert (status.effect, status.grant_probability_fraction) == ("unknown", 0.0)
    assert status.rules == ("advanced-to-d4", "elsewhere")
    assert status.not_stated == ("tpp", "performance_density_tpp_per_mm2")
    # 4,140 is below 4,800: only the density is open, and it is not asked for in Norway or at home.
    assert export_status(THOR, Shipment("ae", DAY), in_force).not_stated == (
        "performance_density_tpp_per_mm2",
    )
    assert effect(THOR, "no", in_force) == "allowed"
    assert effect(system(None), "us-tx", in_force) == "allowed"
    # No bandwidth: case by case or denied.
    bare = {**H200, "memory_bandwidth_gb_per_s": float("nan")}
    assert effect(bare, "cn", in_force) == "unknown"
    # It does not matter for a chip that is above the other threshold anyway.
    assert effect({**B200, "memory_bandwidth_gb_per_s": None}, "cn", in_force) == "denied"
    assert effect({}, "ae", in_force) == "unknown"


PLACES = """\
jurisdiction,name,parent,source,confidence
us,United States,,,assumed
xx,Country,,,assumed
xx-1,Part,xx,,assumed
"""
GROUPS = """\
group,jurisdiction,from_date,until_date,source,confidence
friends,xx,2028-01-01,2030-01-01,,assumed
"""


CONDITION = (
    "rule,alternative_index,condition_index,hardware_column,comparison,value_number,source,"
    "confidence\na,1,1,tpp,>,4800,,assumed\n"
)


def small(tmp_path: Path, rules: str, conditions: str = "") -> RuleBook:
    """The book of these rules and conditions."""
    texts = {"jurisdictions": PLACES, "jurisdiction_groups": GROUPS, "export_rules": rules}
    if conditions:
        texts["export_conditions"] = conditions
    found = {}
    for name in NAMES:
        path = tmp_path / f"{name}.csv"
        path.write_text(texts.get(name, ""), encoding="utf-8")
        table = INPUT_TABLES[name]
        found[name] = (read_table(table, path) if name in texts else empty_table(table)).frame
    return rule_book(found)


def test_membership_by_date_holds_for_parts_of_a_country(tmp_path: Path) -> None:
    rules = small(
        tmp_path,
        "rule,precedence_index,destination_group,effect,source,confidence\n"
        "friendly,1,friends,allowed,,assumed\nrest,0,,denied,,assumed\n",
    )
    for day, expected in [
        ("2027-12-31", "denied"),
        ("2028-01-01", "allowed"),
        ("2029-12-31", "allowed"),
        ("2030-01-01", "denied"),
    ]:
        for place in ("xx", "xx-1"):
            assert effect(H100, place, rules, dt.date.fromisoformat(day)) == expected
    assert rules.change_days() == (dt.date(2028, 1, 1), dt.date(2030, 1, 1))


def test_of_rules_that_tie_the_most_restrictive_decides(tmp_path: Path) -> None:
    rules = small(
        tmp_path,
        "rule,precedence_index,effect,licence_months,source,confidence\n"
        "a,1,allowed,,,assumed\nb,1,licence,6,,assumed\nc,0,denied,,,assumed\n",
    )
    assert export_status(H100, Shipment("xx", DAY), rules).rules == ("b",)


def test_without_rules_all_is_allowed_and_where_none_fits_it_is_unknown(tmp_path: Path) -> None:
    assert effect(H100, "xx", RuleBook(())) == "allowed"
    rules = small(
        tmp_path,
        "rule,precedence_index,destination_group,effect,source,confidence\n"
        "friendly,1,friends,allowed,,assumed\n",
    )
    assert effect(H100, "xx", rules, dt.date(2027, 1, 1)) == "unknown"


def test_a_doubt_between_rules_that_say_the_same_is_none(tmp_path: Path) -> None:
    rules = small(
        tmp_path,
        "rule,precedence_index,effect,source,confidence\n"
        "a,2,denied,,assumed\nb,1,denied,,assumed\n",
        CONDITION,
    )
    assert export_status(system(None), Shipment("xx", DAY), rules).rules == ("b",)


def test_a_doubt_between_two_quotas_of_one_amount_is_one(tmp_path: Path) -> None:
    """Each rule has an amount of its own: which of them is used is open, equal as they are."""
    rules = small(
        tmp_path,
        "rule,precedence_index,effect,quota_count,quota_unit,quota_period,our_share_fraction,"
        "source,confidence\n"
        "a,2,quota,100,systems,year,0.5,,assumed\nb,1,quota,100,systems,year,0.5,,assumed\n"
        "c,0,denied,,,,,,assumed\n",
        CONDITION,
    )
    status = export_status(system(None), Shipment("xx", DAY), rules)
    assert (status.effect, status.rules, status.not_stated) == ("unknown", ("a", "b"), ("tpp",))
    # Where the figure is stated there is no doubt: both fit, or the second alone.
    both = export_status(system(5_000), Shipment("xx", DAY), rules)
    assert (both.rules, both.otherwise and both.otherwise.rules) == (("a",), ("b",))
    assert export_status(system(4_000), Shipment("xx", DAY), rules).rules == ("b",)


def test_the_share_of_a_quota_is_the_plans(tmp_path: Path) -> None:
    rules = small(
        tmp_path,
        "rule,precedence_index,effect,quota_count,quota_unit,quota_period,our_share_fraction,"
        "source,confidence\na,1,quota,1000,accelerators,cumulative,0.25,,assumed\n",
    )
    quota = export_status(H100, Shipment("xx", DAY), rules).quota
    assert quota is not None
    assert quota.ours == 250


def test_use_of_a_quota() -> None:
    assert quota_use(H100, "systems") == 1
    assert quota_use(H100, "accelerators") == 8
    assert quota_use(H100, "tpp") == 126_656
    assert quota_use(system(None), "tpp") is None
    assert quota_use({"tpp": 100.0}, "accelerators") is None
