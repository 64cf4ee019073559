"""Every builder with small made-up tables, so that rules for all figures are tested on all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tests.figures.admix_builders import admix_charts
from tests.figures.classify_builders import classify_charts
from tests.figures.diversity_builders import diversity_charts
from tests.figures.entropy_builders import entropy_charts
from tests.figures.founder_builders import founder_charts
from tests.figures.latent_builders import latent_charts
from vaeviz.analysis.clusters import gaussians
from vaeviz.analysis.links import pair_table
from vaeviz.data.assets import migration_routes
from vaeviz.data.panel import Panel
from vaeviz.figures import (
    along_genome,
    axes,
    bar_code,
    clusters,
    codecs,
    cohort,
    compare,
    compression,
    entropy,
    latent,
    links,
    panel,
    peoplemap,
    peopling,
    synthesis,
    training,
    worldmap,
)
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme

GROUPS = ("AFR", "EUR", "EAS", "ADM")
CAPTION = "n = 40, 100 sites · panel 01234567 · simulated data"


def embedding(groups: Sequence[str] = GROUPS, per_group: int = 10) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = len(groups) * per_group
    table = pd.DataFrame(
        {
            "sample": [f"ID{i:03d}" for i in range(n)],
            "population": np.repeat(np.array([f"{g}1" for g in groups], object), per_group),
            "superpopulation": np.repeat(np.array(groups, object), per_group),
            "split": np.resize(np.array(["train", "validation", "test"], object), n),
        }
    )
    for i in (1, 2, 3):
        table[f"latent_{i}_mean"] = rng.normal(size=n) + np.repeat(range(len(groups)), per_group)
        table[f"latent_{i}_sd"] = rng.uniform(0.1, 0.2, n)
    return table


def places(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    n = len(groups)
    return pd.DataFrame(
        {
            "group": list(groups),
            "superpopulation": list(groups),
            "n_samples": np.arange(10, 10 + n),
            "latitude": np.linspace(-30, 60, n),
            "longitude": np.linspace(-100, 140, n),
            "mean_entropy_bits": np.linspace(0.26, 0.15, n),
        }
    )


def entropy_table(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    mean = np.linspace(0.15, 0.26, len(groups))
    return pd.DataFrame(
        {
            "group": list(groups),
            "n_samples": 20,
            "n_sites": 100,
            "mean_entropy_bits": mean,
            "ci_low": mean - 0.01,
            "ci_high": mean + 0.02,
            "rarefied_entropy_bits": mean - 0.001,
            "rarefied_haplotypes": 30,
            "mean_heterozygosity": mean / 2,
            "admixed": [g == "ADM" for g in groups],
        }
    )


def arcs(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "route": ["a", "b", "c"],
            "label": ["Out", groups[0], "Nowhere"],
            "source": [groups[0], groups[1], groups[0]],
            "target": [groups[1], groups[2], "no such bar"],
            "ka_start": [60.0, 50.0, 40.0],
            "ka_end": [50.0, 40.0, 30.0],
            "citation": ["A 2020", "B 2021", "C 2022"],
        }
    )


def bins(groups: Sequence[str] = GROUPS, chromosomes: Sequence[str] = ("1", "2")) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    n = 10 * len(chromosomes)
    one = pd.DataFrame(
        {
            "chrom": np.repeat(np.array(chromosomes, object), 10),
            "start_bp": np.arange(n) * 1000,
            "end_bp": np.arange(n) * 1000 + 999,
            "bin": np.arange(n),
            "n_sites": 5,
        }
    )
    parts = [one.assign(group=g, mean_entropy_bits=rng.uniform(0, 1, n)) for g in groups]
    return pd.concat(parts, ignore_index=True)


def compression_table(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    names = [*groups, "all"]
    bits = np.linspace(0.2, 0.3, len(names))
    return pd.DataFrame(
        {
            "group": names,
            "n_samples": [4, *np.arange(10, 9 + len(names))],
            "bits_per_allele": bits,
            "ci_low": bits - 0.01,
            "ci_high": bits + 0.02,
            "frequencies_bits_per_allele": bits * 1.2,
            "superpopulation_bits_per_allele": bits * 1.1,
            "pca_bits_per_allele": bits * 1.05,
            "ratio_frequencies": 1.2,
            "ratio_frequencies_low": 1.1,
            "ratio_frequencies_high": 1.3,
            "ratio_superpopulation": 1.1,
            "paper_factor": 1.5,
            "paper_factor_pca": 0.6,
            "heterozygosity": np.linspace(0.1, 0.2, len(names)),
        }
    )


def codec_table() -> pd.DataFrame:
    """Five methods, one of which did not run."""
    n_bytes = np.array([900.0, 400.0, 1200.0, 8000.0, np.nan])
    model, panel = np.array([5000.0, 0, 0, 0, np.nan]), np.array([0, 9000.0, 0, 0, np.nan])
    return pd.DataFrame(
        {
            "method": ["ae", "copying", "xz", "pgen", "mix"],
            "title": ["autoencoder", "copying model", "xz -9e", "PLINK 2 .pgen", "both"],
            "genotype_bytes": n_bytes,
            "bits_per_allele": n_bytes / 50_000,
            "model_bytes": model,
            "panel_bytes": panel,
            "bits_per_allele_counted": (n_bytes + model + panel) / 50_000,
            "note": [None, None, None, None, "It needs a reference."],
        }
    )


def trade_off_table() -> pd.DataFrame:
    """Four methods; the last without intervals."""
    methods = ["VAE latent 2-D", "PCA 2-D", "PCA 20-D", "UMAP 2-D"]
    table = pd.DataFrame({"method": methods, "n_dimensions": [2, 2, 20, 2]})
    for column, values in (("rho", [0.9, 0.95, 0.99, 0.4]), ("accuracy", [0.9, 0.6, 0.9, 0.93])):
        middle = np.array(values)
        unknown = [0, 0, 0, np.nan]
        table[column] = middle
        table[f"{column}_low"] = middle - 0.03 + unknown
        table[f"{column}_high"] = middle + 0.02 + unknown
    return table


def history(n: int = 20) -> pd.DataFrame:
    epoch = np.arange(1, n + 1)
    validation = 0.7 + 0.001 * (epoch - 12) ** 2
    return pd.DataFrame(
        {
            "epoch": epoch.astype(float),
            "train_bits_per_allele": 0.8 - 0.01 * epoch,
            "validation_bits_per_allele": validation,
        }
    )


def cohort_places() -> pd.DataFrame:
    """60 people of every kind on two components."""
    rng = np.random.default_rng(1)
    parts = [
        pd.DataFrame(rng.normal(size=(60, 2)), columns=["pc_1", "pc_2"]).assign(kind=kind)
        for kind in ("real", "training", "synthetic")
    ]
    return pd.concat(parts, ignore_index=True)


def cohort_spectrum() -> pd.DataFrame:
    """Spectra in eleven bins."""
    share = np.linspace(0.2, 0.05, 11)
    parts = [
        pd.DataFrame({"kind": kind, "minor_frequency": np.arange(11) / 20, "share": share})
        for kind in ("real", "synthetic")
    ]
    return pd.concat(parts, ignore_index=True)


def kinds(column: str) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    parts = [
        pd.DataFrame({"kind": kind, column: rng.normal(mean, 0.01, 50)})
        for kind, mean in (("real", 0.2), ("training", 0.2), ("synthetic", 0.22))
    ]
    return pd.concat(parts, ignore_index=True)


def small_panel(groups: Sequence[str]) -> Panel:
    table = embedding(groups)[["sample", "population", "superpopulation"]]
    sites = pd.DataFrame({"chrom": ["1"], "pos": [1], "id": ["x"], "ref": ["A"], "alt": ["C"]})
    return Panel.create(np.zeros((len(table), 1), np.int8), 2, table, sites)


def effects(groups: Sequence[str] = GROUPS, n: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "chrom": np.repeat(np.array(["1", "2", groups[0]], object), n // 3),
            "pos": 1_000 * (np.arange(n) + 1),
            "id": np.resize(np.array([f"rs{i}" for i in range(7)] + list(groups), object), n),
            "ref": "A",
            "alt": "C",
            "frequency": rng.random(n),
            "slope": rng.normal(size=n),
            "change_over_sd": rng.normal(scale=0.1, size=n),
        }
    )


def top_sites(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    sites = effects(groups).head(6)
    return sites.assign(**{f"ALT frequency {g}": 0.1 * k for k, g in enumerate(groups)})


def positions(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    mean = np.linspace(-1, 2, len(groups))
    return pd.DataFrame(
        {
            "order": np.arange(1, len(groups) + 1),
            "group": list(groups),
            "n_rows": np.arange(1, len(groups) + 1),
            "mean": mean,
            "sd": [np.nan, *np.full(len(groups) - 1, 0.3)],
            "low": mean - 0.5,
            "high": mean + 0.6,
            "mean_in_sd": mean,
        }
    )


def mixture_fits() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "covariance": ["full", "tied", "full", "diag"],
            "n_components": [2, 2, 1, 1],
            "bic": [10.0, 12.0, 20.0, 30.0],
            "converged": True,
            "bic_above_best": [0.0, 2.0, 10.0, 20.0],
        }
    )


def similarity(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    """Distances between groups, growing with their places in the list."""
    place = np.arange(len(groups), dtype=float)
    names = pd.Index(list(groups), dtype=object)
    return pd.DataFrame(np.abs(place[:, None] - place) / 10, index=names, columns=names)


def link_layer(groups: Sequence[str] = GROUPS) -> links.LinkLayer:
    return links.LinkLayer(pair_table(similarity(groups), "fst", 2), "fst")


def people(groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    """Ten people a group, five of them at one place."""
    table = embedding(groups)[["sample", "population", "superpopulation"]]
    n = len(table)
    return table.assign(
        latitude=np.resize([5.0, 5, 5, 5, 5, 6, 7, 8, 9, 10], n),
        longitude=np.repeat(np.linspace(-20, 60, len(groups)), 10),
        wing_mm=np.linspace(60, 80, n),
    )


def axis_table() -> pd.DataFrame:
    """As `analysis.axes.axis_table`: three axes, the second collapsed."""
    return pd.DataFrame(
        {"axis": [1, 2, 3], "kl_nats": [2.0, 0.001, 2.0], "active": [True, False, True]}
    )


def windows(chromosomes: Sequence[str]) -> pd.DataFrame:
    """Two windows a chromosome; the names may be hostile."""
    names = [name for name in chromosomes for _ in range(2)]
    start = np.tile([1, 2_000_001], len(chromosomes))
    return pd.DataFrame(
        {
            "window": np.arange(1, len(names) + 1),
            "chrom": names,
            "start_bp": start,
            "end_bp": start + 900_000,
            "n_sites": 256,
            "mean_kl_nats": np.linspace(0.1, 3, len(names)),
        }
    )


def all_charts(theme: Theme = "light", groups: Sequence[str] = GROUPS) -> dict[str, Chart]:
    """One chart of every builder, by the name of the builder."""
    look = {"theme": theme, "caption": CAPTION}
    points, xy = embedding(groups), ("latent_1_mean", "latent_2_mean")
    distance = np.arange(1000, 6000, 1000)
    ld = pd.DataFrame({"kind": "real", "distance_bp": distance, "r2": 1e3 / distance})
    sfs = pd.DataFrame({"frequency_low": [0.0, 0.25], "frequency_high": [0.25, 0.5]})
    sites = pd.DataFrame({"real": [0.1, 0.5, 0.9], "synthetic": [0.2, 0.4, 0.9]})
    components = points[["sample"]].assign(PC1=points[xy[0]], PC2=points[xy[1]])
    who = points.drop(columns="split")
    xyz = points.filter(like="_mean").to_numpy()
    names = points["superpopulation"].to_numpy(object)
    return {
        "scatter_2d": latent.scatter_2d(
            points,
            *xy,
            "population",
            selected_ids=["ID001"],
            show_sd=True,
            synthetic=points.head(3),
            **look,
        ),
        "scatter_3d": latent.scatter_3d(points, *xy, "latent_3_mean", **look),
        "label_regions": clusters.with_label_regions(
            latent.scatter_2d(points, *xy, **look), gaussians(xyz[:, :2], names)
        ),
        "mixture_regions_3d": clusters.with_mixture_regions(
            latent.scatter_3d(points, *xy, "latent_3_mean", **look), gaussians(xyz, names)
        ),
        "bic_curve": clusters.bic_curve(mixture_fits(), **look),
        "sites_along_genome": along_genome.sites_along_genome(
            effects(groups), "latent 1", 5, **look
        ),
        "groups_along_axis": axes.groups_along_axis(positions(groups), "latent 1", **look),
        "walk_frequencies": axes.walk_frequencies(
            top_sites(groups), np.linspace(0, 1, 6), list(groups), **look
        ),
        "composition": latent.composition(small_panel(groups), [0, 1, 15], "population", **look),
        "population_counts": panel.population_counts(places(groups), **look),
        "frequency_spectrum": panel.frequency_spectrum(
            sfs.assign(n_sites=[5, 7]), n_alleles=8, **look
        ),
        "missingness": panel.missingness([0, 0.1, 0.2], [0.05, 0.15], **look),
        "pca_preview": panel.pca_preview(components, who, explained=[0.2, 0.1], **look),
        "sample_map": panel.sample_map(places(groups), **look),
        "world_map": worldmap.world_map(
            places(groups), "mean_entropy_bits", migration_routes(), **look
        ),
        "world_map_links": worldmap.world_map(
            places(groups),
            links=link_layer(groups),
            selected={groups[0]: 1, groups[1]: 0.5},
            **look,
        ),
        "people_map": peoplemap.people_map(
            people(groups), "population", selected_ids=["ID001"], **look
        ),
        "people_map_numbers": peoplemap.people_map(people(groups), "wing_mm", **look),
        "peopling": peopling.peopling(
            places(groups).assign(admixed=False), migration_routes(), 30, **look
        ),
        "link_heatmap": links.link_heatmap(
            similarity(groups), "fst", link_layer(groups).table, **look
        ),
        "learning_curves": training.learning_curves(
            history(), 2, baseline_bits_per_allele=0.72, **look
        ),
        "kl_per_dimension": training.kl_per_dimension(axis_table(), **look),
        "kl_along_genome": training.kl_along_genome(windows(groups), **look),
        "bar_code": bar_code.bar_code(bins(groups), **look),
        "entropy_bars": entropy.entropy_bars(entropy_table(groups), arcs(groups), **look),
        "entropy_against_compression": entropy.entropy_against_compression(
            entropy_table(groups), compression_table(groups), **look
        ),
        "bits_by_group": compression.bits_by_group(compression_table(groups), **look),
        "method_map": compare.method_map(
            points.assign(umap_1=points[xy[0]], umap_2=points[xy[1]]),
            "umap",
            "UMAP 2-D",
            points["population"],
            "population",
            selected_ids=["ID001"],
            **look,
        ),
        "trade_off": compare.trade_off(trade_off_table(), "population", **look),
        "codecs": codecs.codec_bars(codec_table(), **look),
        "codecs_counted": codecs.codec_bars(codec_table(), counted=True, **look),
        "ratio_by_group": compression.ratio_by_group(compression_table(groups), **look),
        "paper_factor": compression.paper_factor(compression_table(groups), **look),
        "bits_against": compression.bits_against(compression_table(groups), **look),
        "frequencies": synthesis.frequencies(sites, **look),
        "heterozygosity": synthesis.heterozygosity(kinds("heterozygosity"), **look),
        "ld_decay": synthesis.ld_decay(ld, **look),
        "components": cohort.components(cohort_places(), **look),
        "spectrum": cohort.spectrum(cohort_spectrum(), **look),
        "neighbour_distances": synthesis.neighbour_distances(kinds("distance"), **look),
        **admix_charts(theme, groups, embedding(groups), CAPTION),
        **classify_charts(theme, groups, CAPTION),
        **diversity_charts(theme, groups, CAPTION),
        **entropy_charts(theme, groups, CAPTION),
        **founder_charts(theme, groups, CAPTION),
        **latent_charts(theme, groups, CAPTION),
    }
