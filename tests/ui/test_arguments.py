"""What forms ask for reaches the command line unchanged."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest
import typer

from vaeviz.cli.train_options import arguments, settings_of
from vaeviz.config import FilterConfig, TrainConfig
from vaeviz.ui.panel.panel_filter import filter_arguments
from vaeviz.ui.tables import csv_bytes, display_frame


def _parsed(command: str, arguments: list[str]) -> dict[str, object]:
    from vaeviz.cli.main import app

    group = typer.main.get_command(app)
    return group.commands[command].make_context(command, arguments).params


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(),
        TrainConfig(n_latent=5, hidden=(7, 8), condition="-odd name", beta=0.5, device="cpu"),
        TrainConfig(geometry=False, dropout=0.1, kl_schedule="cyclical", free_bits=0.5),
        TrainConfig.preset("sequence", bottleneck="vq", shared_codebook=True, window_kb=12.5),
        TrainConfig.preset("sequence", rows="person", augment="wright-fisher", denoise=0.1),
    ],
)
def test_train_settings_survive_the_command_line(config: TrainConfig) -> None:
    given = _parsed("train", ["panel", "-o", "x.vaeviz", *arguments(config)])
    assert settings_of(given, phased=True) == config


def test_sequence_models_read_haplotypes_where_there_are_some() -> None:
    given = _parsed("train", ["panel", "-o", "x.vaeviz", "--shape", "windowed"])
    assert settings_of(given, phased=True).rows == "haplotype"
    assert settings_of(given, phased=False).rows == "person"
    assert settings_of(given, phased=True).n_latent > 2


def test_filters_survive_the_command_line() -> None:
    filters = FilterConfig(
        autosomes=True, maf=0.01, max_site_missing=0.05, hwe_p=1e-6, max_sites=1000
    )
    given = _parsed("import", ["a.vcf", "-o", "b.vcz", *filter_arguments(filters)])
    assert (given["autosomes"], given["maf"], given["max_missing"]) == (True, 0.01, 0.05)
    assert (given["hwe"], given["max_sites"], given["prune_ld"]) == (1e-6, 1000, None)


def test_no_filter_asks_for_nothing() -> None:
    assert filter_arguments(FilterConfig()) == []


def test_tables_defuse_formulas_and_control_characters() -> None:
    table = pd.DataFrame({"=name": ["=1+1", "a\tb"], "value": [0.123456, 123456.0]})
    assert csv_bytes(table).decode().splitlines()[:2] == ["'=name,value", "'=1+1,0.123456"]
    shown = display_frame(table)
    assert shown.iloc[1, 0] == "a b"
    assert shown["value"].tolist() == [0.1235, 123456.0]


def test_columns_that_look_alike_are_told_apart() -> None:
    table = pd.DataFrame([[1, 2, 3]], columns=["a\tb", "a\nb", "c"])
    assert display_frame(table).columns.tolist() == ["a b", "a b (2)", "c"]
    assert display_frame(pd.DataFrame()).empty


def test_the_frame_loads_no_heavy_library() -> None:
    code = (
        "import sys, vaeviz.ui.frame, vaeviz.ui.jobs, vaeviz.ui.latent.latent_view, "
        "vaeviz.ui.compare.compare_view, vaeviz.ui.compare.compare_table, "
        "vaeviz.ui.latent.selection_view, vaeviz.ui.panel.panel_choose, "
        "vaeviz.ui.train.train_view\n"
        "heavy = {'torch', 'umap', 'numba', 'allel', 'sklearn', 'msprime', 'zarr'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
