"""Model files: one zip of JSON, safetensors, Parquet and CSV. Nothing in it is ever executed."""

from __future__ import annotations

import io
import json
import os
import secrets
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch
from pydantic import Field
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays
from safetensors.torch import load, save

from vaeviz import __version__
from vaeviz.config import ModelConfig, Settings, TrainConfig
from vaeviz.data.panel import SITE_COLUMNS, PanelInfo
from vaeviz.errors import CheckpointError, ConfigError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.training.latent_code import LatentCode
from vaeviz.training.model import HALF_PRECISION, TrainedModel
from vaeviz.training.reference import Reference, reference_bytes
from vaeviz.training.split import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 2
MEMBERS = (
    "config.json",
    "weights.safetensors",
    "sites.parquet",
    "split.parquet",
    "history.csv",
    "metrics.json",
)
LATENT_CODE = "latent_code.safetensors"
"""Member of models that compress."""
REFERENCE = ("reference.json", "reference.safetensors")
"""Members of models that classify."""
MAX_UNPACKED_BYTES = 4_000_000_000
MAX_SMALL_BYTES = 20_000_000
EPOCH = (2020, 1, 1, 0, 0, 0)
"""Fixed time stamp, so that the same model is the same bytes."""


class Header(Settings):
    """First thing read of a model file; sizes of everything else are checked against it."""

    format: int
    code_version: str = Field(max_length=50)
    name: str = Field(max_length=10_000)
    salt: str = Field(pattern="^[0-9a-f]{32}$")
    model: ModelConfig
    train: TrainConfig
    info: PanelInfo


def save_model(model: TrainedModel, path: Path) -> None:
    """Write a model file; the target is replaced only when the new file is complete."""
    header = Header(
        format=FORMAT,
        code_version=__version__,
        name=model.name,
        salt=model.salt,
        model=model.config,
        train=model.train_config,
        info=model.info,
    )
    split = pd.DataFrame(sorted(model.parts.items()), columns=["id_hash", "part"])
    sites = model.sites.assign(training_frequency=model.training_frequencies)
    members = {
        "config.json": header.to_json().encode(),
        "weights.safetensors": save(_stored_weights(model.network)),
        "sites.parquet": _parquet(sites),
        "split.parquet": _parquet(split),
        "history.csv": model.history.to_csv(index=False).encode(),
        "metrics.json": json.dumps(model.metrics, indent=1).encode(),
    }
    if model.reference is not None:
        arrays = model.reference.to_arrays()
        texts = (model.reference.to_json().encode(), save_arrays(arrays))
        members |= zip(REFERENCE, texts, strict=True)
    if model.latent_code is not None:
        members[LATENT_CODE] = save_arrays(model.latent_code.to_arrays())
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_model(path: Path) -> TrainedModel:
    """Read a model file.

    Checked before anything large is unpacked: the list of members, absolute caps on the
    settings, and every size against the settings.

    Raises
    ------
    CheckpointError
        Not a model file, of another version, damaged, or larger than its settings say.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path)
            header = _header(archive)
            return _assemble(archive, header)
    except CheckpointError:
        raise
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, EOFError, struct.error) as error:
        raise _damaged(path) from error
    except Exception as error:
        # safetensors and pyarrow raise classes of their own, derived straight from Exception.
        if type(error).__module__.split(".")[0] in ("safetensors", "safetensors_rust", "pyarrow"):
            raise _damaged(path) from error
        raise


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(
        f"{path.name} is not a VAEviz model file, or it is damaged.",
        "Choose a .vaeviz file written by this program, or copy it again.",
    )


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    names = [item.filename for item in archive.infolist()]
    if len(names) != len(set(names)) or set(names) - {*REFERENCE, LATENT_CODE} != set(MEMBERS):
        raise _damaged(path)
    if len(set(names) & set(REFERENCE)) == 1:
        raise _damaged(path)
    if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise CheckpointError(
            f"{path.name} unpacks to more than {MAX_UNPACKED_BYTES / 1e9:.0f} GB.",
            "Model files of this program are far smaller; do not open this one.",
        )
    for name in {"config.json", "metrics.json", "history.csv", "reference.json"} & set(names):
        if archive.getinfo(name).file_size > MAX_SMALL_BYTES:
            raise _damaged(path)


def _header(archive: zipfile.ZipFile) -> Header:
    try:
        header = Header.from_json(archive.read("config.json"))
    except ConfigError as error:
        raise CheckpointError(f"The model file's settings are not valid. {error.message}") from None
    if header.format != FORMAT:
        raise CheckpointError(
            f"The model file has format {header.format}; this program reads {FORMAT}.",
            "Use the version of VAEviz that wrote it, or train the model again.",
        )
    return header


def _assemble(archive: zipfile.ZipFile, header: Header) -> TrainedModel:
    with torch.device("meta"):
        expected = _stored_weights(Autoencoder(header.model))
    n_bytes = sum(t.numel() * t.element_size() for t in expected.values())
    if archive.getinfo("weights.safetensors").file_size > n_bytes + 200_000:
        raise CheckpointError("The model file's weights are larger than its settings say.")
    sites = _read_parquet(archive, "sites.parquet", header.model.n_sites, header.model.n_sites)
    split = _read_parquet(archive, "split.parquet", 0, 10_000_000)
    weights = load(archive.read("weights.safetensors"))
    if {k: (v.shape, v.dtype) for k, v in weights.items()} != {
        k: (v.shape, v.dtype) for k, v in expected.items()
    }:
        raise CheckpointError("The model file's weights do not fit its settings.")
    if not all(torch.isfinite(v).all() for v in weights.values()):
        raise CheckpointError("The model file's weights hold values that are not numbers.")
    network = Autoencoder(header.model)
    network.load_state_dict({name: value.float() for name, value in weights.items()})
    frequencies = sites["training_frequency"].to_numpy(float)
    if not ((frequencies > 0) & (frequencies < 1)).all() or not split["part"].isin(PARTS).all():
        raise CheckpointError("The model file's frequencies or split are out of range.")
    return TrainedModel(
        network=network.eval(),
        train_config=header.train,
        sites=sites[list(SITE_COLUMNS)],
        training_frequencies=frequencies,
        parts=dict(zip(split["id_hash"], split["part"], strict=True)),
        salt=header.salt,
        history=pd.read_csv(io.BytesIO(archive.read("history.csv"))),
        info=header.info,
        metrics=_metrics(archive.read("metrics.json")),
        name=header.name,
        reference=_reference(archive, header.model),
        latent_code=_latent_code(archive, header.model),
    )


def _latent_code(archive: zipfile.ZipFile, config: ModelConfig) -> LatentCode | None:
    if LATENT_CODE not in archive.namelist():
        return None
    if archive.getinfo(LATENT_CODE).file_size > 12 * config.n_codes + 10_000:
        raise CheckpointError("The model file's latent code is larger than its settings say.")
    return LatentCode.from_arrays(load_arrays(archive.read(LATENT_CODE)), config.n_codes)


def _reference(archive: zipfile.ZipFile, config: ModelConfig) -> Reference | None:
    settings, arrays = REFERENCE
    if settings not in archive.namelist():
        return None
    text = archive.read(settings)
    n_bytes = reference_bytes(text)
    if archive.getinfo(arrays).file_size > n_bytes + 200_000:
        raise CheckpointError("The model file's reference is larger than its settings say.")
    reference = Reference.from_parts(text, load_arrays(archive.read(arrays)))
    if (reference.n_components, reference.points.shape[1]) != (
        config.n_components,
        config.n_codes,
    ):
        raise CheckpointError("The model file's reference does not fit its settings.")
    return reference


def _stored_weights(network: Autoencoder) -> dict[str, torch.Tensor]:
    return {
        name: (tensor.half() if name.startswith(HALF_PRECISION) else tensor).contiguous()
        for name, tensor in network.state_dict().items()
    }


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def _read_parquet(archive: zipfile.ZipFile, name: str, low: int, high: int) -> pd.DataFrame:
    import pyarrow.parquet as parquet

    data = parquet.ParquetFile(io.BytesIO(archive.read(name)))
    if not low <= data.metadata.num_rows <= high:
        raise CheckpointError(f"{name} in the model file has {data.metadata.num_rows:,} rows.")
    table = data.read().to_pandas()
    for column in table.columns:
        if table[column].dtype != np.int64 and table[column].dtype != np.float64:
            table[column] = table[column].astype(object)
    return table


def _metrics(text: bytes) -> dict[str, float | int | str | bool]:
    values: Mapping[str, object] = json.loads(text)
    return {str(k)[:100]: v for k, v in values.items() if isinstance(v, float | int | str | bool)}
