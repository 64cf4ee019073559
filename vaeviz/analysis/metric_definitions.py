"""The figures by which maps are compared: names, which way is better, and what they mean."""

from __future__ import annotations

import dataclasses

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
