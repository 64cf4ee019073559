"""`latent-sizes`: the paper's Table 1 for a panel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_panel, panel_line
from vaeviz.cli.options import Bootstrap, By, JsonFlag, PanelRef
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.cli.session import Result, Session, records
from vaeviz.config import Device, Environment
from vaeviz.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.compression.latent_plan import LatentSizesConfig
    from vaeviz.compression.latent_sizes import LatentSizes

FOLDER = "latent_sizes"
"""Folder of finished sizes in the user's private folder."""


def latent_sizes(
    context: typer.Context,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="TABLE", help="Table to write (.csv, .json).")
    ],
    sizes: Annotated[
        str,
        typer.Option(
            help="Latent sizes |z|, with commas between.",
            show_default="2, 4, 8 and so on to 512",
        ),
    ] = "2,4,8,16,32,64,128,256,512",
    families: Annotated[
        str, typer.Option(help="Methods, with commas between: vae,pca,windowed,vq.")
    ] = "vae,pca,windowed,vq",
    maf: Annotated[
        float,
        typer.Option(min=0, max=0.49, help="Only sites this common among training people."),
    ] = 0.0,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Of every model at most. (default about 2,500 steps)")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the split and of training.")] = 1,
    device: Annotated[Device, typer.Option(help="Where models are trained.")] = "auto",
    folder: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Where finished sizes are kept and found again. (default: in the user's folder)",
        ),
    ] = None,
    by: By = "superpopulation",
    bootstrap: Bootstrap = 200,
    as_json: JsonFlag = False,
) -> None:
    """Write the compression factor of the paper against the size of the latent, by group.

    Trains a model of every size, and counts held-out people: raw bits over 32 |z| + 16 x runs of
    the residual. A stopped run goes on where it was; finished sizes are not made again.
    """
    from vaeviz.compression.latent_plan import LatentSizesConfig
    from vaeviz.compression.latent_sizes import latent_size_table

    session = Session.of(context)
    settings = LatentSizesConfig.make(
        sizes=_sizes(sizes), families=_words(families), maf=maf, epochs=epochs, seed=seed,
        device=device,
    )  # fmt: skip
    with replacing(output, [*TABLES, ".json"], [panel]) as temporary:
        session.progress.update(0, 1, "Opening the panel")
        opened = open_panel(panel)
        place = folder or Environment().workspace() / FOLDER
        found = latent_size_table(opened, settings, place, by, bootstrap, session.progress)
        result: Result = {
            "output": str(output),
            "settings": settings.model_dump(mode="json"),
            "by": by,
            "table": records(found.table),
            "notes": list(found.notes),
        }
        if output.suffix == ".json":
            temporary.write_text(json.dumps(result, ensure_ascii=False, indent=1), "utf-8")
        else:
            write_table(found.table, temporary)
    session.finish(
        result, as_json, [("Compression factor", wide(found))], [panel_line(opened), *found.notes]
    )


def wide(found: LatentSizes) -> pd.DataFrame:
    """Methods and sizes below each other, groups side by side."""
    import pandas as pd

    if found.table.empty:
        return pd.DataFrame({"method": []})
    table = found.table.pivot_table(
        index=["method", "size"], columns="group", values="factor", sort=False
    )
    return table.round(2).reset_index()


def settings_arguments(settings: LatentSizesConfig) -> list[str]:
    """Options that ask for these settings."""
    chosen = ["--sizes", ",".join(map(str, settings.sizes))]
    chosen += ["--families", ",".join(settings.families), "--maf", str(settings.maf)]
    chosen += ["--seed", str(settings.seed), "--device", settings.device]
    return chosen + ([] if settings.epochs is None else ["--epochs", str(settings.epochs)])


def _sizes(text: str) -> list[int]:
    try:
        return [int(part) for part in _words(text)]
    except ValueError:
        raise ConfigError(
            f"--sizes is {text[:60]!r}; whole numbers with commas between are needed.",
            'Write for example "8,16,32".',
        ) from None


def _words(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]
