"""Entropy coding of bits under dyadic probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROBABILITY_BITS = 22
ONE = 1 << PROBABILITY_BITS
"""Probabilities are whole numbers p of 1 / ONE, 0 < p < ONE: exact as a double, and as the
fixed-point number the range coder turns it into."""
WORD = np.dtype("<u4")


class BitEncoder:
    """Range encoder of bits, first in, first out."""

    def __init__(self) -> None:
        from constriction import stream

        self._coder = stream.queue.RangeEncoder()
        self._family = stream.model.Bernoulli(perfect=False)

    def encode(self, bits: NDArray[np.integer], p: NDArray[np.integer]) -> None:
        """Append bits; p is the probability of a 1 of each, in units of 1 / ONE."""
        if len(bits):
            self._coder.encode(bits.astype(np.int32), self._family, p / ONE)

    def finish(self) -> bytes:
        """Everything that was encoded."""
        words: NDArray[np.uint32] = self._coder.get_compressed()
        return words.astype(WORD).tobytes()


class BitDecoder:
    """Reads back what a `BitEncoder` wrote, given the same probabilities in the same order.

    Raises
    ------
    CodecError
        The bytes are no whole number of words, or no encoder wrote them. Not all wrong words are
        told here: whoever reads a file checks the sum of the result.
    """

    def __init__(self, data: bytes) -> None:
        from constriction import stream

        if len(data) % WORD.itemsize:
            raise _no_stream()
        self._coder = stream.queue.RangeDecoder(np.frombuffer(data, WORD).astype(np.uint32))
        self._family = stream.model.Bernoulli(perfect=False)

    def decode(self, p: NDArray[np.integer]) -> NDArray[np.uint8]:
        """The next len(p) bits; p as in `BitEncoder.encode`."""
        if not len(p):
            return np.empty(0, np.uint8)
        try:
            bits: NDArray[np.int32] = self._coder.decode(self._family, p / ONE)
        except AssertionError:
            raise _no_stream() from None
        return bits.astype(np.uint8)


def _no_stream() -> CodecError:
    return CodecError(
        "A coded stream is damaged, or belongs to another model or panel.", "Copy the file again."
    )


class Channel(Protocol):
    """A coder of bits in either direction, so that both run through the same lines."""

    def bits(self, truth: NDArray[np.bool_], p: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Bits with probability p of being 1; a decoder does not look at `truth`."""
        ...


class Writing:
    """The channel of an encoder."""

    def __init__(self) -> None:
        self._encoder = BitEncoder()

    def bits(self, truth: NDArray[np.bool_], p: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Write the bits, and give them back."""
        self._encoder.encode(truth.view(np.uint8), p)
        return truth

    def finish(self) -> bytes:
        """Everything that was written."""
        return self._encoder.finish()


class Reading:
    """The channel of a decoder."""

    def __init__(self, data: bytes) -> None:
        self._decoder = BitDecoder(data)

    def bits(self, truth: NDArray[np.bool_], p: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Read as many bits as there are probabilities."""
        return self._decoder.decode(p).view(np.bool_)
