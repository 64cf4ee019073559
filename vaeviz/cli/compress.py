"""`compress`, `decompress` and `streams`: genotypes as small as a model makes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vaeviz.cli.opening import open_model, open_panel, panel_facts, panel_line
from vaeviz.cli.options import JsonFlag, ModelFile, PanelRef
from vaeviz.cli.output import replacing
from vaeviz.cli.session import Result, Session
from vaeviz.escape import plain

if TYPE_CHECKING:
    from vaeviz.compression.codec.container import Header
    from vaeviz.compression.codec.report import CodecReport
    from vaeviz.data.panel import Panel

SUFFIX = ".vaez"
PANELS = (".vcf.gz", ".vcz", ".pgen", ".bed")

Samples = Annotated[
    str,
    typer.Option(
        "--samples", metavar="all|test|FILE", help="Everybody, the model's test people, or a list."
    ),
]
Reference = Annotated[
    str | None,
    typer.Option(
        "--reference",
        metavar="REF.vcz",
        help="Phased panel of other people, which decompress needs too.",
    ),
]


def compress(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.vaez", help="File to write.")
    ],
    samples: Samples = "all",
    method: Annotated[
        Literal["auto", "ae", "copying", "mix"],
        typer.Option(help="Autoencoder, copies of the reference, both, or the best there is."),
    ] = "auto",
    reference: Reference = None,
    embed_model: Annotated[
        bool, typer.Option("--embed-model", help="Put the model into the file.")
    ] = False,
    allow_overlap: Annotated[
        bool, typer.Option("--allow-overlap", help="Also compress people of the reference.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Compress genotypes without loss; decompress gives the same bits on any machine.

    The file is decoded again before it is kept. Where the method cannot do better than xz, the
    file holds xz, and that is told.
    """
    from vaeviz.compression.codec import file
    from vaeviz.compression.codec.cohort import people_to_compress, people_to_tune

    session = Session.of(context)
    options = file.CodecOptions.make(
        method=method, embed_model=embed_model, allow_overlap=allow_overlap
    )
    listed = None if samples in ("all", "test") else samples
    with replacing(output, [SUFFIX], [model, panel, reference, listed]) as temporary:
        session.progress.update(0, 100, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        known = None if reference is None else open_panel(reference)
        coded = people_to_compress(trained, opened, samples)
        tune = None if known is None else people_to_tune(trained, opened, coded, known)
        report = file.compress(trained, coded, temporary, options, known, tune, session.progress)
    result: Result = {"output": str(output), "panel": panel_facts(coded), **report.to_dict()}
    session.finish(result, as_json, (), [panel_line(coded), *_lines(report)])


def decompress(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.vaez", help="A compressed file.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="OUT", help="Panel: .vcf.gz, .vcz, .pgen or .bed."),
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", metavar="MODEL", help="The model it was compressed with, unless embedded."
        ),
    ] = None,
    reference: Reference = None,
    as_json: JsonFlag = False,
) -> None:
    """Give back the genotypes of a compressed file; everything is checked first.

    A .vcz holds all of the panel. VCF has no place for labels, and PLINK 1 none for phase.
    """
    from vaeviz.compression.codec.reading import decompress as read
    from vaeviz.compression.codec.reading import inspect
    from vaeviz.data.genotype_files import write_genotypes

    session = Session.of(context)
    with replacing(output, PANELS, [file, model, reference]) as temporary:
        session.progress.update(0, 100, "Reading the file")
        header = inspect(file)
        trained = None if model is None else open_model(model)
        known = None if reference is None else open_panel(reference)
        panel = read(file, trained, known, session.progress)
        write_genotypes(panel, temporary)
    result: Result = {"output": str(output), "panel": panel_facts(panel), "method": header.method}
    session.finish(result, as_json, (), [panel_line(panel), *_losses(panel, output, header)])


def streams(
    context: typer.Context,
    model: ModelFile,
    panel: PanelRef,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="OUT", help="OUT.zip, or a folder to make."),
    ],
    samples: Samples = "all",
    codec: Annotated[
        Literal["zstd", "blosc2", "none"], typer.Option(help="How the arrays are packed.")
    ] = "zstd",
    as_json: JsonFlag = False,
) -> None:
    """Write latents and residual as plain arrays, to put before a compressor of your own.

    Genotypes are the thresholded reconstruction plus the residual, at the model's sites. README
    has a reader of ten lines. To keep genotypes, use compress: it is exact on any machine.
    """
    from vaeviz.compression.codec.cohort import people_to_compress
    from vaeviz.compression.codec.streams import export_streams

    session = Session.of(context)
    suffix = output.suffix if output.suffix == ".zip" else ""
    listed = None if samples in ("all", "test") else samples
    with replacing(output, [suffix], [model, panel, listed]) as temporary:
        session.progress.update(0, 1, "Opening the model and the panel")
        trained, opened = open_model(model), open_panel(panel)
        coded = people_to_compress(trained, opened, samples)
        info = export_streams(trained, coded, temporary, codec, session.progress)
    hidden = {"samples", "condition"}
    result: Result = {"output": str(output), **info.model_dump(mode="json", exclude=hidden)}
    notes = [
        panel_line(coded),
        f"Latents {info.n_rows:,} x {info.n_codes:,}, residual {info.n_rows:,} x {info.n_sites:,}.",
        f"Probabilities stay {info.margin:.1g} away from the thresholds.",
    ]
    if info.n_sites_left_out:
        notes.append(f"{info.n_sites_left_out:,} sites are unknown to the model and left out.")
    session.finish(result, as_json, (), notes)


def _lines(report: CodecReport) -> list[str]:
    """Method, sizes and what is needed to decode, for people."""
    lines = [f"Method: {report.method}."]
    if report.reason:
        lines[0] = f"Method: xz, the fall-back ({plain(report.reason, 300)})."
    lines.append(
        f"Genotypes: {report.genotype_bytes:,} bytes, {report.bits_per_allele:.4f} bits per "
        f"allele; file with samples and sites: {report.file_bytes:,} bytes."
    )
    parts = ", ".join(f"{name} {n:,}" for name, n in report.parts.items())
    lines.append(f"Parts in bytes: {parts}.")
    if report.model_bytes is not None:
        held = "in the file" if "model" in report.parts else "not in the file, needed to decode"
        lines.append(f"Model: {report.model_bytes:,} bytes ({held}).")
    if report.reference_bytes is not None:
        lines.append(
            f"Reference: {report.header.reference_samples:,} people, {report.reference_bytes:,} "
            "bytes with xz (not in the file, needed to decode)."
        )
    lines.append("Decoded again from the file: the same panel.")
    return lines


def _losses(panel: Panel, output: Path, header: Header) -> list[str]:
    lines = [f"Decoded by {header.method}; the checksum of the panel is right."]
    if output.suffix == ".bed" and panel.phased:
        lines.append("PLINK 1 has no phase: .vcf.gz and .vcz keep it.")
    return lines
