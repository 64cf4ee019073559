"""Make assets/land.json from Natural Earth's land outline. Run by hand; its output is committed.

    cd /tmp && npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    .venv/bin/python assets/build_land.py /tmp/package/land-110m.json

Steps: decode the TopoJSON arcs, unroll rings that cross the antimeridian (so that no seam is
left at 180 degrees), close Antarctica along the pole, cut everything at 30 degrees West, and
round to 0.01 degrees. Needs shapely (a development dependency).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, affinity, box, unary_union
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

WEST, EAST = -30.0, 330.0
ABOUT = (
    "World land outline 1:110 million, made with Natural Earth (public domain, "
    "naturalearthdata.com) from land-110m.json of the npm package world-atlas 2.0.2 (Michael "
    "Bostock, ISC licence) by assets/build_land.py. polygons: lists of closed rings, outline "
    "first, then holes; points are [longitude, latitude] in degrees, longitudes -30 to 330."
)


def decode_arcs(topology: dict) -> list[NDArray[np.float64]]:
    """Arcs of a quantised TopoJSON topology as (n, 2) longitudes and latitudes."""
    scale = np.array(topology["transform"]["scale"])
    translate = np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]


def stitch(indices: list[int], arcs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Join arcs to one ring; a negative index ~i is arc i backwards."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def unroll(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ring with longitudes that run on past 180 degrees instead of jumping back."""
    jumps = np.round(np.diff(ring[:, 0]) / 360)
    turns = np.concatenate([[0.0], np.cumsum(jumps)])
    return np.column_stack([ring[:, 0] - 360 * turns, ring[:, 1]])


def outline(ring: NDArray[np.float64]) -> Polygon:
    """Polygon of an unrolled ring; one that goes around the pole is closed along 90 South."""
    turn = ring[-1, 0] - ring[0, 0]
    if abs(turn) < 1:
        return Polygon(ring)
    coast = ring if turn > 0 else ring[::-1]
    laps = [np.column_stack([coast[:-1, 0] + 360 * k, coast[:-1, 1]]) for k in range(-2, 3)]
    line = np.concatenate(laps)
    foot = [(line[-1, 0], -90.0), (line[0, 0], -90.0)]
    return Polygon(np.concatenate([line, foot]))


def polygons(topology: dict) -> tuple[list[Polygon], list[Polygon]]:
    """Outlines of land and of inland seas, wherever their longitudes run."""
    arcs = decode_arcs(topology)
    land, seas = [], []
    for geometry in topology["objects"]["land"]["geometries"]:
        for rings in geometry["arcs"]:
            outer, *holes = [outline(unroll(stitch(ring, arcs))) for ring in rings]
            land.append(outer)
            seas += holes
    return land, seas


def repeated(shapes: list[Polygon]) -> BaseGeometry:
    """Union of the shapes repeated every 360 degrees, so that no lap of longitude lacks any."""
    copies = [affinity.translate(s.buffer(0), 360 * k) for s in shapes for k in (-1, 0, 1)]
    return unary_union(copies)


def cut(land: list[Polygon], seas: list[Polygon]) -> list[Polygon]:
    """Land without inland seas, cut at 30 degrees West, largest first."""
    shape = repeated(land).difference(repeated(seas)).intersection(box(WEST, -90, EAST, 90))
    parts = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    return sorted((p for p in parts if p.area > 0.01), key=lambda p: -p.area)


def rounded(shape: Polygon) -> list[list[list[float]]]:
    """Rings of 0.01 degree, without points that rounding made equal to the one before."""
    rings = []
    for ring in (shape.exterior, *shape.interiors):
        points = [[round(x, 2) + 0.0, round(y, 2) + 0.0] for x, y in ring.coords]
        distinct = [p for p, q in zip(points, [None, *points], strict=False) if p != q]
        rings.append(distinct)
    return rings


def main(source: str) -> None:
    """Write land.json beside this script."""
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    shapes = [rounded(shape) for shape in cut(*polygons(topology))]
    content = {"about": ABOUT, "licence": "public domain (Natural Earth)", "polygons": shapes}
    text = json.dumps(content, separators=(",", ":"))
    Path(__file__).with_name("land.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
