"""What an evaluation reports: figures with intervals, definitions, settings, seeds."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from vaeviz.config import Settings

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["vae", "pca", "pca20", "umap", "tsne"]
METHODS: tuple[Method, ...] = ("vae", "pca", "pca20", "umap", "tsne")
QUICK_METHODS: tuple[Method, ...] = ("vae", "pca", "pca20")
"""Methods that need no neighbour graph: they may run in the server."""

TITLES: dict[str, str] = {
    "vae": "VAE latent",
    "pca": "PCA",
    "pca20": "PCA",
    "umap": "UMAP",
    "tsne": "t-SNE",
}
LABELS, CLUSTERS, DISTANCES, PLACES, REST = (
    "Labels found",
    "Clusters",
    "Distances",
    "Geography",
    "Neighbours and bits",
)


@dataclasses.dataclass(frozen=True)
class Metric:
    """A figure: what it is called, which way is better, and what it means."""

    title: str
    group: str
    definition: str
    higher_is_better: bool = True


_HELD = "held-out people, whom no method was fitted on"
METRICS: dict[str, Metric] = {
    "knn_population": Metric(
        "5-NN population",
        LABELS,
        f"Share of {_HELD}, whose population is that of most of their 5 nearest training people "
        "on the map. 95 % Wilson interval.",
    ),
    "knn_superpopulation": Metric(
        "5-NN superpopulation", LABELS, "The same vote for superpopulations."
    ),
    "lda_population": Metric(
        "LDA population",
        LABELS,
        f"Share of {_HELD}, whose population is found by linear discriminant analysis fitted on "
        "training people (covariance shrunken by Ledoit and Wolf). 95 % Wilson interval.",
    ),
    "lda_superpopulation": Metric(
        "LDA superpopulation", LABELS, "The same rule for superpopulations."
    ),
    "silhouette": Metric(
        "Silhouette",
        CLUSTERS,
        "How much nearer held-out people are to their own label than to the nearest other one: "
        "1 far apart, 0 touching, below 0 mixed. It rewards torn maps.",
    ),
    "calinski_harabasz": Metric(
        "Calinski-Harabasz",
        CLUSTERS,
        "Variance between labels over variance within them, held-out people; it depends on the "
        "number of dimensions.",
    ),
    "davies_bouldin": Metric(
        "Davies-Bouldin",
        CLUSTERS,
        "Mean overlap of each label with its most similar one, held-out people. Lower is better.",
        higher_is_better=False,
    ),
    "rho": Metric(
        "rho with Fst",
        DISTANCES,
        "Spearman correlation of distances between populations on the map (centroids of held-out "
        "people) with Hudson's Fst of the training people (ratio of sums over sites). 1: the map "
        "orders relations as the genotypes do. 95 % interval by the jackknife over populations.",
    ),
    "rho_all": Metric(
        "rho, all people", DISTANCES, "The same with centroids and Fst of everybody."
    ),
    "procrustes": Metric(
        "Procrustes",
        PLACES,
        "Correlation of the map with latitude and longitude of held-out people after moving, "
        "turning, mirroring and scaling it. Dimensions beyond two count against.",
    ),
    "r2_places": Metric(
        "R2 of places",
        PLACES,
        "Mean of R2 of latitude and of longitude by a linear map of the coordinates, fitted on "
        "training people and scored on held-out people; negative is worse than their mean.",
    ),
    "r2_latitude": Metric("R2 latitude", PLACES, "R2 of latitude alone."),
    "r2_longitude": Metric(
        "R2 longitude", PLACES, "R2 of longitude alone, cut where nobody lives."
    ),
    "neighbours_kept": Metric(
        "15 neighbours kept",
        REST,
        "Share of held-out people's 15 nearest people in the cross-fitted principal components "
        "that are among their 15 nearest on the map (fewer in small panels).",
    ),
    "trustworthiness": Metric(
        "Trustworthiness",
        REST,
        "1 where nobody lies near held-out people on the map who is far in the cross-fitted "
        "principal components (Venna and Kaski 2001).",
    ),
    "bits_per_allele": Metric(
        "Bits per allele",
        REST,
        "What genotypes of the model's own test people cost: the VAE's latent code is counted, "
        "PCA's scores are free, which favours PCA. UMAP and t-SNE rebuild no genotypes.",
        higher_is_better=False,
    ),
}


class Measured(Settings):
    """A figure with its 95 % interval, or the reason why there is none.

    `n` is the number of people, populations (rho) or neighbours that it rests on.
    """

    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    n: int | None = None
    why: str = ""


class MethodReport(Settings):
    """One method: settings and seed that it ran with, and its figures; `why` it was left out."""

    name: Method
    title: str
    n_dimensions: int = 0
    settings: dict[str, float | int | str] = {}
    seconds: float | None = None
    metrics: dict[str, Measured] = {}
    why: str = ""


class Spread(Settings):
    """Mean and standard deviation (n - 1) of a figure over seeds; none under one or two."""

    mean: float | None
    sd: float | None
    n: int


class SeedRun(Settings):
    """Figures of one seed: a split, a model and maps of its own."""

    seed: int
    methods: dict[str, dict[str, float | None]]


class Evaluation(Settings):
    """Methods side by side on one panel, with the split of one model.

    `held_out` says whom the figures are of: 'test' people, or 'new' ones where the panel holds
    no test people of the model. `level` is the label level of clusters and distances.
    """

    panel_name: str
    panel_digest: str
    model_name: str
    model_digest: str
    simulated: bool
    n_samples: int
    n_train: int
    n_held_out: int
    held_out: Literal["test", "new"]
    level: str | None
    seed: int
    frequencies_bits_per_allele: float | None = None
    notes: tuple[str, ...] = ()
    methods: tuple[MethodReport, ...] = ()
    seeds: tuple[SeedRun, ...] = ()
    spread: dict[str, dict[str, Spread]] = {}
    definitions: dict[str, str] = {name: metric.definition for name, metric in METRICS.items()}

    @property
    def placed(self) -> tuple[MethodReport, ...]:
        """Methods that were not left out."""
        return tuple(method for method in self.methods if not method.why)

    def table(self) -> pd.DataFrame:
        """One row a method and metric: method, dimensions, metric, value, interval, why, spread."""
        import pandas as pd

        rows = [
            {
                "method": method.title,
                "n_dimensions": method.n_dimensions,
                "metric": name,
                **found.model_dump(),
                **self._spread_of(method.name, name),
            }
            for method in self.placed
            for name, found in method.metrics.items()
        ]
        return pd.DataFrame(rows)

    def text_of(self, method: MethodReport, metric: str) -> str:
        """A figure for people: value [95 % interval], or mean +- sd over seeds; – where none."""
        spread = self.spread.get(method.name, {}).get(metric)
        if spread is not None and spread.mean is not None and spread.sd is not None:
            return f"{number(spread.mean)} ± {number(spread.sd)}"
        found = method.metrics[metric]
        if found.value is None:
            return "–"
        if found.ci_low is None or found.ci_high is None:
            return number(found.value)
        return f"{number(found.value)} [{number(found.ci_low)}, {number(found.ci_high)}]"

    def _spread_of(self, method: str, metric: str) -> dict[str, float | None]:
        found = self.spread.get(method, {}).get(metric)
        if not self.spread:
            return {}
        return {
            "seeds_mean": None if found is None else found.mean,
            "seeds_sd": None if found is None else found.sd,
        }


def number(value: float) -> str:
    """Three digits behind the point; one for large figures."""
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.1f}"
