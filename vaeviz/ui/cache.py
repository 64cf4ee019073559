"""Opened panels, loaded models and what was computed from them, kept between reruns.

Panels, models and tables are never cache keys (Streamlit hashes only a sample of large ones):
arguments with an underscore are not hashed, and the key is the workspace and content digests.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from vaeviz.data.catalogue import BUILT_IN, load_builtin, open_panel
from vaeviz.data.panel import Panel
from vaeviz.ui import workspace

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

T = TypeVar("T")


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


def remembered(
    name: str,
    digests: tuple[str, ...],
    compute: Callable[[], T],
    parameters: tuple[object, ...] = (),
) -> T:
    """The result of `compute`, computed once for the same name, digests and parameters.

    Parameters
    ----------
    name : str
        What is computed.
    digests : tuple of str
        Content digests of every panel and model that `compute` reads.
    compute : callable
        No arguments; its result must be picklable. It must not call streamlit.
    parameters : tuple
        Everything else that the result depends on: short, hashable values.
    """
    result: T = _remembered(str(workspace.folder()), name, digests, parameters, compute)
    return result


def kept(
    name: str,
    digests: tuple[str, ...],
    compute: Callable[[], T],
    parameters: tuple[object, ...] = (),
) -> T:
    """Like `remembered`, for large results that nobody writes into: the object itself is kept."""
    result: T = _kept(str(workspace.folder()), name, digests, parameters, compute)
    return result


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


@st.cache_data(max_entries=64, max_size="256MB", show_spinner=False)
def _remembered(
    scope: str,
    name: str,
    digests: tuple[str, ...],
    parameters: tuple[object, ...],
    _compute: Callable[[], T],
) -> T:
    return _compute()


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept(
    scope: str,
    name: str,
    digests: tuple[str, ...],
    parameters: tuple[object, ...],
    _compute: Callable[[], T],
) -> T:
    return _compute()
