"""Opened panels, loaded models and derived tables, kept between reruns.

Panels, models and tables are never cache keys (Streamlit hashes only a sample of large ones):
arguments with an underscore are not hashed, and the key is the workspace and content digests.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.catalogue import BUILT_IN, load_builtin, open_panel
from vaeviz.data.panel import Panel
from vaeviz.ui import workspace

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel


def panel(ref: str) -> Panel:
    """The panel of a reference: a built-in one, or one of this workspace.

    Raises
    ------
    VaevizError
        The file is gone or cannot be read.
    """
    if ref in BUILT_IN:
        return _builtin(ref)
    path = workspace.file_of(ref)
    return _own_panel(str(path), path.stat().st_mtime_ns)


def model(ref: str) -> TrainedModel:
    """The model of a reference: a demo model, or one of this workspace.

    Raises
    ------
    VaevizError
        The file is gone, damaged or of another version.
    """
    path = workspace.file_of(ref)
    return _model(str(path), path.stat().st_mtime_ns)


def embedding(model: TrainedModel, panel: Panel, haplotypes: bool = False) -> pd.DataFrame:
    """`TrainedModel.embed`, remembered."""
    return _embedding(scope(), model.digest, panel.digest, haplotypes, model, panel)


def components(panel: Panel, n_components: int, seed: int = 1) -> pd.DataFrame:
    """PCA scores of everybody in the panel (columns sample, PC1, ...), remembered."""
    return _components(scope(), panel.digest, n_components, seed, panel)


def scope() -> str:
    """First part of every cache key: the workspace, so that no session sees another's tables."""
    return str(workspace.folder())


@st.cache_resource(max_entries=4, show_spinner=False)
def _builtin(name: str) -> Panel:
    return load_builtin(name)


@st.cache_resource(max_entries=3, show_spinner=False)
def _own_panel(path: str, modified_ns: int) -> Panel:
    return open_panel(Path(path))


@st.cache_resource(max_entries=4, show_spinner=False)
def _model(path: str, modified_ns: int) -> TrainedModel:
    from vaeviz.training.model import load_model

    return load_model(Path(path))


@st.cache_data(max_entries=8, show_spinner=False)
def _embedding(
    scope: str,
    model_digest: str,
    panel_digest: str,
    haplotypes: bool,
    _model: TrainedModel,
    _panel: Panel,
) -> pd.DataFrame:
    return _model.embed(_panel, haplotypes=haplotypes)


@st.cache_data(max_entries=8, show_spinner=False)
def _components(
    scope: str, panel_digest: str, n_components: int, seed: int, _panel: Panel
) -> pd.DataFrame:
    from vaeviz.analysis.embedding import pca_table

    return pca_table(_panel, n_components, seed=seed)
