"""What the region box understands, and what it answers when it does not."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.analysis.test_strips import sites_at
from vaeviz.analysis.genome_axis import GenomeAxis, index_axis, position_axis
from vaeviz.analysis.genome_region import find_region
from vaeviz.errors import GenomeRegionError

PLACES = [("chr2", 1_000_000 + 10_000 * i) for i in range(51)]
PLACES += [("15", 66_000_000 + 10_000 * i) for i in range(101)]
PLACES += [("X", 5_000 + 1_000 * i) for i in range(40)]
SITES = sites_at(*PLACES)
BY_POSITION, BY_NUMBER = position_axis(SITES), index_axis(SITES)
ONE = SITES.iloc[51:152].reset_index(drop=True)


def found(text: str, sites: pd.DataFrame = SITES, axis: GenomeAxis = BY_POSITION) -> list[int]:
    chosen = axis.sites_in(*find_region(text, sites, axis))
    return sites["pos"].iloc[[chosen.start, chosen.stop - 1]].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "15:66200000-66500000",
        "chr15:66,200,000-66,500,000",
        "CHR15:66.2Mb-66.5Mb",
        "chr15:66.2-66.5 Mb",
        " 15 : 66200 kb – 66500 kb ",
        "15:66200000..66500000",
        "15:66.5Mb-66.2Mb",
    ],
)
@pytest.mark.parametrize("axis", [BY_POSITION, BY_NUMBER])
def test_a_region_in_all_its_spellings(text: str, axis: GenomeAxis) -> None:
    assert found(text, axis=axis) == [66_200_000, 66_500_000]


def test_chromosomes_by_name() -> None:
    assert found("15") == found("chr15") == [66_000_000, 67_000_000]
    assert found("2") == found("Chr2") == [1_000_000, 1_500_000]
    assert found("x", axis=BY_NUMBER) == [5_000, 44_000]


def test_one_chromosome_needs_no_name() -> None:
    axis = position_axis(ONE)
    assert found("66.2-66.5 Mb", ONE, axis) == [66_200_000, 66_500_000]
    assert found("66200000-66500000", ONE, axis) == [66_200_000, 66_500_000]


def test_ends_stay_as_typed_within_a_stretch() -> None:
    start, end = find_region("15:66205000-66495000", SITES, BY_POSITION)
    assert end - start == pytest.approx(290_001)
    # What hangs over is cut off.
    start, end = find_region("15:1-66500000", SITES, BY_POSITION)
    assert end - start == pytest.approx(500_001)


def test_a_site_stands_in_the_middle_of_its_neighbours() -> None:
    site = 51 + 30
    for axis in (BY_POSITION, BY_NUMBER):
        for text in (SITES["id"].iloc[site], SITES["id"].iloc[site].upper(), "15:66300000"):
            start, end = find_region(text, SITES, axis)
            assert (start + end) / 2 == pytest.approx(axis.x[site])
            chosen = axis.sites_in(start, end)
            assert chosen.stop - chosen.start == 41


def test_numbers_of_sites() -> None:
    chosen = BY_NUMBER.sites_in(*find_region("11-20", SITES, BY_NUMBER))
    assert chosen == slice(10, 20)
    middle = BY_NUMBER.sites_in(*find_region("100", SITES, BY_NUMBER))
    assert middle == slice(79, 120)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no region"),
        ("BRCA2", "is no region"),
        ("15:abc", "is no region"),
        ("7:1-100", "no chromosome '7'"),
        ("chr7", "no chromosome 'chr7'"),
        ("22", "no chromosome '22'"),
        ("66.2-66.5 Mb", "names no chromosome"),
        ("15:1-1000", "runs from 66,000,000 to 67,000,000; 1 to 1,000 is outside"),
        ("15:90Mb", "90,000,000 is outside"),
        ("<img src=x onerror=alert(1)>" * 100, "is no region"),
    ],
)
def test_what_is_not_there_is_told(text: str, words: str) -> None:
    with pytest.raises(GenomeRegionError, match=words) as error:
        find_region(text, SITES, BY_POSITION)
    assert error.value.hint
    assert len(str(error.value)) < 400


def test_numbers_beyond_the_sites_are_told() -> None:
    with pytest.raises(GenomeRegionError, match="it has 192"):
        find_region("500-600", SITES, BY_NUMBER)


def test_a_region_between_sites_shows_the_nearest() -> None:
    assert found("15:66201000-66202000")[0] < 66_210_000 < found("15:66201000-66202000")[1]
