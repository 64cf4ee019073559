"""The manifest of a bundle: versions, seeds, digests, settings, and a checksum of every file."""

from __future__ import annotations

import json
import math
import platform
from importlib import metadata
from typing import TYPE_CHECKING

from pydantic import JsonValue

from vaeviz import __version__
from vaeviz.escape import plain

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.reports.contents import BundledCohort
    from vaeviz.training.model import TrainedModel

FORMAT = 1
PACKAGES = (
    "lightning-fabric",
    "numpy",
    "pandas",
    "plotly",
    "scikit-allel",
    "scikit-learn",
    "scipy",
    "torch",
    "umap-learn",
    "zarr",
)

Json = dict[str, JsonValue]


def to_json(entries: Json) -> str:
    """Valid JSON text: numbers that JSON has no word for (NaN, infinity) become null."""
    return json.dumps(_finite(entries), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def versions() -> Json:
    """Versions of the program, of Python and of the packages that figures depend on."""
    packages: Json = {name: metadata.version(name) for name in PACKAGES}
    return {
        "vaeviz": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": packages,
    }


def panel_entry(panel: Panel) -> Json:
    """Size, digest and provenance of a panel, the filters with counts before and after."""
    info = panel.info.model_dump(mode="json")
    return {
        "digest": panel.digest,
        "n_samples": panel.n_samples,
        "n_sites": panel.n_sites,
        "phased": panel.phased,
        **{name: info[name] for name in ("species", "build", "simulated", "synthetic", "steps")},
        "name": plain(panel.info.name, 200),
        "description": plain(panel.info.description, 2000),
        "citations": list(panel.info.citations),
    }


def model_entry(model: TrainedModel, file: str) -> Json:
    """Digest, settings and held-out figures of a model."""
    return {
        "file": file,
        "name": plain(model.name, 200),
        "digest": model.digest,
        "shape": model.config.model_dump(mode="json"),
        "training": model.train_config.model_dump(mode="json"),
        "metrics": dict(model.metrics),
        "simulated": model.info.simulated,
    }


def cohort_entry(bundled: BundledCohort, file: str) -> Json:
    """Region, settings and verdict of a cohort; the people of the region are not named."""
    cohort, report = bundled.cohort, bundled.report
    return {
        "file": file,
        "digest": cohort.panel.digest,
        "synthetic": True,
        "simulated": cohort.panel.info.simulated,
        "region": plain(cohort.region.name, 200),
        "region_kind": cohort.region.kind,
        "n_region": len(cohort.region.members),
        "settings": cohort.config.model_dump(mode="json"),
        "share_inside": None if math.isnan(cohort.share_inside) else cohort.share_inside,
        "acceptance": cohort.acceptance,
        "verdict": report.verdict if report else None,
        "near_copies": report.near_copies if report else None,
        "warnings": list(cohort.warnings),
    }


def seeds(models: list[TrainedModel], cohorts: tuple[BundledCohort, ...]) -> Json:
    """Every seed that a figure of the bundle depends on."""
    return {
        "training": [model.train_config.seed for model in models],
        "cohorts": [bundled.cohort.config.seed for bundled in cohorts],
        "reports": [b.report.facts["report_seed"] for b in cohorts if b.report],
    }
