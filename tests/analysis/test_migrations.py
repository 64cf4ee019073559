"""Which routes become arcs, and the reasons for those that do not."""

from __future__ import annotations

from vaeviz.analysis.migrations import ARC_COLUMNS, arcs, map_routes
from vaeviz.data.assets import Route, migration_routes
from vaeviz.data.panel import PanelInfo

SEVEN = ["AFR", "WAS", "SAS", "EUR", "EAS", "AMR", "OCE", "ADM"]
SIMULATED = PanelInfo(species="human", simulated=True)
REAL = PanelInfo(species="human", simulated=False)
CANID = PanelInfo(species="canid", simulated=True)


def test_simulated_people_get_the_first_peopling_routes():
    drawn, omitted = arcs(SEVEN, SIMULATED)
    ends = set(zip(drawn["source"], drawn["target"], strict=True))
    assert ends == {
        ("AFR", "WAS"),
        ("WAS", "EUR"),
        ("WAS", "SAS"),
        ("SAS", "EAS"),
        ("SAS", "OCE"),
        ("EAS", "AMR"),
    }
    assert tuple(drawn.columns) == ARC_COLUMNS
    assert drawn["citation"].str.contains("doi:10.").all()
    assert set(omitted["route"]) == {
        "into_americas",
        "farmers_to_europe",
        "iran_to_south_asia",
        "atlantic_admixture",
    }
    assert omitted["reason"].str.len().gt(0).all()


def test_amr_of_real_people_is_admixed_american_and_takes_no_arc():
    drawn, omitted = arcs(["AFR", "AMR", "EAS", "EUR", "SAS"], REAL)
    assert list(drawn["route"]) == ["into_east_asia"]
    reasons = omitted.set_index("route")["reason"]
    assert "admixed American" in reasons["to_beringia"]
    assert "No bar for WAS" in reasons["out_of_africa"]
    assert "No bar for OCE" in reasons["into_sahul"]


def test_every_route_is_told_once_for_each_source():
    for groups, info in ((SEVEN, SIMULATED), (["AFR"], REAL), ([], CANID), (["POP1"], SIMULATED)):
        drawn, omitted = arcs(groups, info)
        told = sorted(
            [*zip(drawn["route"], drawn["source"], strict=True)]
            + [*zip(omitted["route"], omitted["source"], strict=True)]
        )
        assert told == sorted((r.id, s) for r in migration_routes() for s in r.sources)


def test_other_species_get_neither_arcs_nor_routes():
    drawn, omitted = arcs(SEVEN, CANID)
    assert drawn.empty
    assert omitted["reason"].str.contains("another species").all()
    assert map_routes(CANID) == []
    assert map_routes(REAL) == migration_routes()


def test_a_route_with_several_sources_draws_one_arc_from_each_that_is_there():
    route = Route(
        id="two",
        label="Two sources",
        kind="first-peopling",
        sources=("AFR", "EUR"),
        target="OCE",
        ka_start=2,
        ka_end=1,
        waypoints=((0, 0), (1, 1)),
        citations=("A, doi:10.1/x",),
        date_source="invented",
    )
    drawn, omitted = arcs(["AFR", "EUR", "OCE"], SIMULATED, [route])
    assert list(drawn["source"]) == ["AFR", "EUR"]
    assert omitted.empty
    drawn, omitted = arcs(["EUR", "OCE"], SIMULATED, [route])
    assert list(drawn["source"]) == ["EUR"]
    assert list(omitted["reason"]) == ["No bar for AFR here."]
