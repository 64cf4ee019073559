"""The program `python -m vaeviz`: commands, and one way to end for all of them."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence

import typer
from rich.console import Console

from vaeviz import __version__
from vaeviz.cli import (
    admix,
    classify,
    codecs,
    compress,
    diversity,
    entropy,
    evaluate,
    export,
    importing,
    impute,
    latent_sizes,
    links,
    listing,
    serial_founder,
    serve,
    simulate,
    tables,
    train,
)
from vaeviz.cli.session import open_session, take_job
from vaeviz.errors import Cancelled, ConfigError, VaevizError
from vaeviz.escape import plain
from vaeviz.jobs.explain import explain

EXIT_BUG, EXIT_INPUT, EXIT_INTERRUPT = 1, 2, 130
MAX_ERROR_CHARACTERS = 2000

app = typer.Typer(
    name="vaeviz",
    help="Population structure with variational autoencoders.",
    add_completion=False,
    rich_markup_mode="markdown",  # fills paragraphs to the terminal's width
    pretty_exceptions_enable=False,
)
app.command("panels")(listing.panels)
app.command("import")(importing.import_panel)
app.command("train")(train.train)
app.command("embed")(tables.embed)
app.command("compression")(tables.compression)
app.command("codecs")(codecs.codecs)
app.command("entropy")(entropy.entropy)
app.command("diversity")(diversity.diversity)
app.command("serial-founder")(serial_founder.serial_founder)
app.command("links")(links.links)
app.command("classify")(classify.classify)
app.command("evaluate")(evaluate.evaluate)
app.command("impute")(impute.impute)
app.command("latent-sizes")(latent_sizes.latent_sizes)
app.command("compress")(compress.compress)
app.command("decompress")(compress.decompress)
app.command("streams")(compress.streams)
app.command("simulate")(simulate.simulate)
app.command("admix")(admix.admix)
app.command("export")(export.export)
app.command("serve")(serve.serve)


@app.callback()
def _root() -> None:
    """Population structure with variational autoencoders.

    PANEL is a built-in panel's name (see `panels`), a .vcz folder, or a VCF, BCF or PLINK file.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0: done; 2: bad input, told in one line on stderr; 130: interrupted; 1: a fault of the
    program. Tracebacks are shown only when VAEVIZ_DEBUG is set.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = bool(os.environ.get("VAEVIZ_DEBUG"))
    if arguments == ["--version"]:
        typer.echo(__version__)
        return 0
    try:
        with warnings.catch_warnings():
            if not debug:
                warnings.simplefilter("ignore")
            return _run(arguments or ["--help"])
    except KeyboardInterrupt:
        _say("stopped.")
        return EXIT_INTERRUPT
    except Cancelled as error:
        _say(str(error))
        return EXIT_INTERRUPT
    except Exception as error:  # noqa: BLE001 - the last stop of every error
        if debug:
            traceback.print_exc()
        _say(f"error: {explain(error)}")
        return EXIT_INPUT if _is_expected(error) else EXIT_BUG


def _run(arguments: list[str]) -> int:
    folder, rest = take_job(arguments)
    with open_session(folder) as session:
        try:
            code = app(rest, prog_name="python -m vaeviz", obj=session, standalone_mode=False)
        except typer.TyperException as error:
            what = error.format_message().rstrip(".")
            end = "" if what.endswith("?") else "."
            raise ConfigError(f"{what}{end}", "Add --help to see what the command takes.") from None
        if code == EXIT_INTERRUPT:
            raise KeyboardInterrupt
        return int(code or 0)


def _is_expected(error: Exception) -> bool:
    return isinstance(error, VaevizError | MemoryError | OSError)


def _say(text: str) -> None:
    """One line on stderr, whatever the text holds."""
    line = plain(" ".join(text.split()), MAX_ERROR_CHARACTERS)
    Console(stderr=True, soft_wrap=True).print(line, markup=False, highlight=False)
