"""VAEviz: population structure with variational autoencoders, in the browser and from Python."""

__version__ = "0.5.0"
