"""Methods as simple as a method can be, to test the file around them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.methods import Frame, Parts
from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError


@dataclass
class Frequencies:
    """Predictor: the same frequency for all rows, moved by what was seen at the last site."""

    p: NDArray[np.int64]
    n_rows: int
    drift: int = 0
    site: int = 0
    seen: list[NDArray[np.int8]] = field(default_factory=list)

    def predict(self) -> NDArray[np.int32]:
        p = np.clip(self.p[self.site] + self.drift, 1, ONE - 1)
        return np.full(self.n_rows, p, np.int32)

    def update(self, counts: NDArray[np.int8]) -> None:
        self.drift = int(counts.sum()) % 1000
        self.seen.append(counts.copy())
        self.site += 1


class FrequencyMethod:
    """Sends the frequency of every site in 16 bits; takes the place of any method."""

    name = "ae"

    def __init__(self, *needed: object) -> None:
        self.needed = needed

    def for_encoding(self, panel: Panel) -> tuple[Parts, Frequencies]:
        called = np.maximum((panel.counts >= 0).sum(0) * panel.ploidy, 1)
        share = np.maximum(panel.counts, 0).sum(0) / called
        sent = np.rint(share * 65_535).astype("<u2").tobytes()
        return {"frequencies": sent}, self.for_decoding({"frequencies": sent}, Frame.of(panel))

    def for_decoding(self, parts: Parts, frame: Frame) -> Frequencies:
        if len(parts.get("frequencies", b"")) != 2 * frame.n_sites:
            raise CodecError("The frequencies do not fit the sites.")
        numbers = np.frombuffer(parts["frequencies"], "<u2").astype(np.int64)
        return Frequencies(numbers * (ONE // 65_536), frame.n_rows)


class ForgetfulMethod(FrequencyMethod):
    """Expects something else when it decodes than when it encoded."""

    def for_encoding(self, panel: Panel) -> tuple[Parts, Frequencies]:
        parts, predictor = super().for_encoding(panel)
        predictor.p = predictor.p + ONE // 64
        return parts, predictor


class LosingMethod(FrequencyMethod):
    """Knows itself beaten on the people it was tuned on."""

    wins = False


class WordyMethod(FrequencyMethod):
    """Sends more than xz would."""

    def for_encoding(self, panel: Panel) -> tuple[Parts, Frequencies]:
        parts, predictor = super().for_encoding(panel)
        return {**parts, "chatter": bytes(panel.counts.size)}, predictor


class UnableMethod(FrequencyMethod):
    """Cannot code any panel."""

    def for_encoding(self, panel: Panel) -> tuple[Parts, Frequencies]:
        raise CodecError("It cannot code this panel.")


class ReferenceMethod(FrequencyMethod):
    """Takes frequencies from its reference, which has the same sites, and sends nothing."""

    def for_encoding(self, panel: Panel) -> tuple[Parts, Frequencies]:
        return {}, self.for_decoding({}, Frame.of(panel))

    def for_decoding(self, parts: Parts, frame: Frame) -> Frequencies:
        known = [x for x in self.needed if isinstance(x, Panel)][0].counts
        share = ((known > 0).sum(0) * ONE // len(known)).astype(np.int64)
        return Frequencies(share, frame.n_rows)
