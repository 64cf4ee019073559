"""Colours are stable by name and stand out from their ground."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeviz.data.assets import population_table
from vaeviz.data.panel import UNLABELLED
from vaeviz.figures.palette import (
    BACKGROUND,
    MIN_CONTRAST,
    REFERENCE_POPULATIONS,
    SUPERPOPULATIONS,
    SYMBOLS,
    SYMBOLS_3D,
    Theme,
    colours,
    contrast,
    luminance,
    neutral,
    readable,
    symbol_3d,
    symbols,
    with_contrast,
)

THEMES: tuple[Theme, ...] = ("light", "dark")
HEX = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06X}")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)
    assert luminance("#FF0000") == pytest.approx(0.2126)


@given(HEX, st.sampled_from(THEMES))
def test_readable_colours_stand_out(colour: str, theme: Theme) -> None:
    assert contrast(readable(colour, theme), BACKGROUND[theme]) >= MIN_CONTRAST * 0.995


@given(HEX, st.sampled_from(THEMES), st.floats(1.5, 12))
def test_contrast_is_reached_within_rounding(colour: str, theme: Theme, ratio: float) -> None:
    reached = contrast(with_contrast(colour, theme, ratio), BACKGROUND[theme])
    assert reached == pytest.approx(ratio, rel=0.04)


@given(st.lists(st.text(max_size=8), max_size=60), st.sampled_from(THEMES))
def test_any_labels_get_readable_colours(labels: list[str], theme: Theme) -> None:
    chosen = colours(labels, None, theme)
    assert set(chosen) == set(labels)
    for colour in chosen.values():
        assert contrast(colour, BACKGROUND[theme]) >= MIN_CONTRAST * 0.97


@pytest.mark.parametrize("theme", THEMES)
def test_shipped_populations_differ_and_stand_out(theme: Theme) -> None:
    people = population_table().query("panel == 'human'")["population"]
    chosen = colours(people, None, theme)
    assert len(set(chosen.values())) == len(people)
    assert min(contrast(c, BACKGROUND[theme]) for c in chosen.values()) >= MIN_CONTRAST * 0.97


def test_a_name_has_one_colour_whoever_is_beside_it() -> None:
    reference = [p for group in REFERENCE_POPULATIONS.values() for p in group]
    together = colours([*reference, *SUPERPOPULATIONS, "sYRI", "XYZ"])
    for name in (*reference, *SUPERPOPULATIONS, "sYRI"):
        assert colours([name])[name] == together[name]


def test_a_subset_keeps_the_colours_of_its_panel() -> None:
    table = pd.DataFrame({"sample": list("abcd"), "clan": ["w", "x", "y", "z"]})
    whole = colours(["w", "x", "y", "z"], table)
    assert len(set(whole.values())) == 4
    assert colours(["y"], table) == {"y": whole["y"]}


def test_populations_of_a_panel_are_shades_of_their_group() -> None:
    table = pd.DataFrame(
        {
            "population": ["p1", "p2", "q1", "r1"],
            "superpopulation": ["EUR", "EUR", "EAS", "AFR"],
        }
    )
    chosen = colours(["p1", "p2", "q1"], table)
    assert len(set(chosen.values())) == 3
    assert chosen["q1"] == colours(["EAS"])["EAS"]


def test_users_colours_win_if_valid() -> None:
    table = pd.DataFrame(
        {
            "sample": list("abcd"),
            "population": ["YRI", "GBR", "CHB", "CHB"],
            "colour": ["#123456", "red; drop", "#111111", "#222222"],
        }
    )
    chosen = colours(["YRI", "GBR", "CHB"], table)
    plain = colours(["YRI", "GBR", "CHB"])
    assert chosen["YRI"] == "#123456"
    assert chosen["GBR"] == plain["GBR"]
    assert chosen["CHB"] == plain["CHB"]


def test_unlabelled_is_grey() -> None:
    assert colours([UNLABELLED, "AFR"])[UNLABELLED] == neutral("light")


def test_symbols_follow_the_superpopulation() -> None:
    chosen = symbols(["AFR", "EUR", "YRI", "sGBR", "CEU"])
    assert chosen["YRI"] == chosen["AFR"]
    assert chosen["sGBR"] == chosen["CEU"] == chosen["EUR"] != chosen["AFR"]


@given(st.lists(st.text(max_size=5), max_size=80))
def test_symbols_are_among_the_twelve(labels: list[str]) -> None:
    assert set(symbols(labels).values()) <= set(SYMBOLS)
    assert len(SYMBOLS) == 12


def test_every_symbol_has_a_stand_in_in_3d() -> None:
    assert {symbol_3d(s) for s in SYMBOLS} <= set(SYMBOLS_3D)
