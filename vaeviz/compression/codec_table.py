"""All ways to code the same people, side by side: this program's, and what a user has already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.compression.codec_input import CodecInput, codec_input
from vaeviz.compression.codec_methods import METHODS
from vaeviz.errors import Cancelled, CodecError, VaevizError
from vaeviz.progress import Part, Progress, Silent

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

Row = dict[str, str | int | float | None]
COLUMNS = (
    "method",
    "title",
    "genotype_bytes",
    "bits_per_allele",
    "factor",
    "model_bytes",
    "panel_bytes",
    "bits_per_allele_counted",
    "encode_alleles_per_s",
    "decode_alleles_per_s",
    "note",
)


def codec_table(
    model: TrainedModel,
    panel: Panel,
    reference: Panel | None = None,
    split: str = "test",
    methods: Sequence[str] = tuple(METHODS),
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Code people by every method; what is coded is decoded again and compared.

    Parameters
    ----------
    model : TrainedModel
    panel : Panel
    reference, split
        As in `codec_input`.
    methods : sequence of str
        Names from `METHODS`.
    progress : Progress, optional

    Returns
    -------
    DataFrame, one row a method, fewest bits first, those that cannot run last
        `COLUMNS`. bits_per_allele is of the genotypes and what a method sends for them (latents,
        fitted numbers); bits_per_allele_counted adds the model and the panel where the decoder
        needs them. factor is 1 bit an allele over bits_per_allele. Speeds are of wall time, the
        encoder's without the decoding that verifies it. note says why a method did not run, or
        what it did instead.
    list of str
        What a reader has to know.

    Raises
    ------
    CodecError
        An unknown method.
    PanelError
        An unknown split.
    Cancelled
        The listener asked to stop.
    """
    wanted = list(dict.fromkeys(methods))
    unknown = [name for name in wanted if name not in METHODS]
    if unknown or not wanted:
        raise CodecError(
            f"There is no method {unknown[0][:40]!r}." if unknown else "No method was chosen.",
            f"Choose from: {', '.join(METHODS)}.",
        )
    listener = progress or Silent()
    given, notes = codec_input(model, panel, reference, split)
    rows = []
    for done, name in enumerate(wanted):
        if listener.cancelled():
            raise Cancelled("The comparison of codecs was cancelled.", "Start it again.")
        part = Part(listener, done, 1, len(wanted), f"{METHODS[name].title}: ")
        part.update(0, 1, "coding")
        rows.append(codec_row(name, given, part))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("bits_per_allele", ignore_index=True), notes


def codec_row(name: str, given: CodecInput, progress: Progress | None = None) -> Row:
    """One row of `codec_table`; a method that cannot run says why, and the rest is absent.

    Raises
    ------
    Cancelled
        The listener asked to stop.
    """
    method = METHODS[name]
    row: Row = {"method": name, "title": method.title}
    try:
        found = method.run(given, progress or Silent())
    except Cancelled:
        raise
    except VaevizError as error:
        return row | {"note": error.message}
    model_bytes = given.model_bytes if found.reads_model else 0
    panel_bytes = given.panel_bytes if found.reads_panel else 0
    n, whole = given.n_alleles, found.n_bytes + model_bytes + panel_bytes
    return row | {
        "genotype_bytes": found.n_bytes,
        "bits_per_allele": _ratio(8 * found.n_bytes, n),
        "factor": _ratio(n, 8 * found.n_bytes),
        "model_bytes": model_bytes,
        "panel_bytes": panel_bytes,
        "bits_per_allele_counted": _ratio(8 * whole, n),
        "encode_alleles_per_s": _ratio(n, found.encode_s),
        "decode_alleles_per_s": _ratio(n, found.decode_s),
        "note": found.note or None,
    }


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")
