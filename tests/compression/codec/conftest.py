"""Methods of the codec replaced by fakes, so that a test says what the file does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from tests.compression.codec.fakes import FrequencyMethod

Install = Callable[..., None]
PACKAGE = "vaeviz.compression.codec"


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put other classes in the place of the methods."""

    def put(
        ae: type = FrequencyMethod, copying: type = FrequencyMethod, mix: type = FrequencyMethod
    ) -> None:
        modules = {
            "autoencoder": SimpleNamespace(AutoencoderMethod=ae),
            "copying": SimpleNamespace(CopyingMethod=copying),
            "mixing": SimpleNamespace(MixMethod=mix),
        }
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, f"{PACKAGE}.{name}", module)  # type: ignore[arg-type]

    return put


@pytest.fixture
def fakes(install: Install) -> None:
    """The simplest method in the place of all."""
    install()
