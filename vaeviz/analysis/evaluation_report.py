"""What an evaluation reports: figures with intervals, definitions, settings, seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vaeviz.analysis.metric_definitions import METRICS
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

    def trade_off(self, level: str) -> pd.DataFrame:
        """One row a method that has both: 5-NN accuracy at `level`, and rho, with their ends.

        method, n_dimensions, rho, rho_low, rho_high, accuracy, accuracy_low, accuracy_high; means
        and one sd to both sides where seeds were repeated.
        """
        import pandas as pd

        names = {"rho": "rho", "accuracy": f"knn_{level}"}
        rows = [
            {
                "method": method.title,
                "n_dimensions": method.n_dimensions,
                **{
                    f"{column}{end}": value
                    for column, metric in names.items()
                    for end, value in zip(
                        ("", "_low", "_high"), self.ends(method, metric), strict=True
                    )
                },
            }
            for method in self.placed
        ]
        return pd.DataFrame(rows).dropna(subset=list(names)) if rows else pd.DataFrame()

    def ends(self, method: MethodReport, metric: str) -> tuple[float | None, ...]:
        """A figure and the ends of its interval: over seeds where they were repeated."""
        spread = self.spread.get(method.name, {}).get(metric)
        if spread is not None and spread.mean is not None and spread.sd is not None:
            return spread.mean, spread.mean - spread.sd, spread.mean + spread.sd
        found = method.metrics[metric]
        return found.value, found.ci_low, found.ci_high

    def best(self, metric: str) -> tuple[str, ...]:
        """Names of the methods with the best figure as shown; none where fewer than two have it."""
        values = {m.name: self.ends(m, metric)[0] for m in self.placed}
        sign = 1 if METRICS[metric].higher_is_better else -1
        known = {name: sign * round(x, 3) for name, x in values.items() if x is not None}
        if len(known) < 2:
            return ()
        return tuple(name for name, x in known.items() if x == max(known.values()))

    def text_of(self, method: MethodReport, metric: str) -> str:
        """A figure for people: value [95 % interval], or mean +- sd over seeds; – where none."""
        spread = self.spread.get(method.name, {}).get(metric)
        if spread is not None and spread.mean is not None and spread.sd is not None:
            return f"{shown(spread.mean)} ± {shown(spread.sd)}"
        found = method.metrics[metric]
        if found.value is None:
            return "–"
        if found.ci_low is None or found.ci_high is None:
            return shown(found.value)
        return f"{shown(found.value)} [{found.ci_low:.2f}, {found.ci_high:.2f}]"

    def _spread_of(self, method: str, metric: str) -> dict[str, float | None]:
        found = self.spread.get(method, {}).get(metric)
        if not self.spread:
            return {}
        return {
            "seeds_mean": None if found is None else found.mean,
            "seeds_sd": None if found is None else found.sd,
        }


def shown(value: float) -> str:
    """A figure for people: three digits behind the point, none for large ones."""
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"
