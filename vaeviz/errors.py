"""Errors meant for people: what happened, what was found against what was needed, what to do."""

from __future__ import annotations


class VaevizError(Exception):
    """Base of every error a user may see.

    Parameters
    ----------
    message : str
        What happened, and what was found against what was needed. No paths beyond a file's
        name, no tracebacks.
    hint : str
        What the user can do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ReadError(VaevizError):
    """A genotype file cannot be read as what it claims to be."""


class SampleSheetError(VaevizError):
    """A table of samples cannot be read or does not fit the genotypes."""


class PanelError(VaevizError):
    """Genotypes, samples and sites do not fit together or do not suffice."""


class FilterError(VaevizError):
    """A filter leaves nothing behind or has an impossible setting."""


class ConfigError(VaevizError):
    """A setting is outside what is allowed."""


class ModelError(VaevizError):
    """A model cannot be trained or cannot be used on this panel."""


class CheckpointError(ModelError):
    """A model file is damaged, unsafe or of another version."""


class CodecError(VaevizError):
    """A compressed file is damaged, or what it was coded with is not there."""


class RegionError(VaevizError):
    """A region of latent space holds too few people to draw from."""


class PrivacyError(VaevizError):
    """A cohort would be handed out with near copies of real people in it, unasked."""


class GenomeRegionError(VaevizError):
    """A stretch of the genome is not understood, or the panel has nothing there."""


class JobError(VaevizError):
    """A background job cannot be started, found or resumed."""


class ImageExportError(VaevizError):
    """An image of a figure cannot be drawn on this machine."""


class Cancelled(VaevizError):
    """The user asked a job to stop before there was anything worth keeping."""
