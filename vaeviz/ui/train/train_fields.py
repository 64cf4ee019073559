"""Fields of the training form, whose defaults are those of the settings."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from vaeviz.config import MAX_LAYER, TrainConfig
from vaeviz.ui.widgets import choice

Values = dict[str, object]


class Fields:
    """Widgets of one group, one a cell; their defaults are those of the settings.

    A number's key holds its default, so that other settings bring their own number.
    """

    def __init__(self, title: str, base: TrainConfig, note: str = "") -> None:
        self.base, self.values = base, Values()
        if title:
            st.markdown(f"**{title}**")
        if note:
            st.caption(note)
        self.grid = st.grid(3, min_column_width=180)

    def whole(self, name: str, label: str, low: int, top: int, help_text: str = "") -> None:
        """A whole number."""
        default = getattr(self.base, name)
        with self.grid.cell():
            self.values[name] = st.number_input(
                label,
                low,
                top,
                default,
                step=1,
                key=f"{self._key(name)}_{default}",
                help=help_text or None,
                persist_state="session",
            )

    def number(
        self,
        name: str,
        label: str,
        low: float,
        top: float,
        help_text: str = "",
        *,
        step: float = 0.1,
        default: float | None = None,
        shown: str = "%g",
    ) -> None:
        """A number; `default` where the settings leave it open."""
        value = getattr(self.base, name) if default is None else default
        with self.grid.cell():
            self.values[name] = st.number_input(
                label,
                low,
                top,
                float(value),
                step=step,
                format=shown,
                key=f"{self._key(name)}_{value}",
                help=help_text or None,
                persist_state="session",
            )

    def pick(self, name: str, label: str, options: Mapping[str, str], help_text: str = "") -> str:
        """One of several; returns it."""
        with self.grid.cell():
            chosen = choice(
                label,
                list(options),
                self._key(name),
                str(getattr(self.base, name)),
                options.__getitem__,
                help_text=help_text,
            )
        self.values[name] = chosen
        return chosen

    def flag(self, name: str, label: str, help_text: str = "", default: bool | None = None) -> bool:
        """On or off; returns it."""
        value = bool(getattr(self.base, name)) if default is None else default
        with self.grid.cell():
            on = st.toggle(
                label,
                value,
                key=f"{self._key(name)}_{value}",
                help=help_text or None,
                persist_state="session",
            )
        self.values[name] = on
        return on

    def _key(self, name: str) -> str:
        return f"train_{self.base.purpose}_{name}"


def window_fields(fields: Fields) -> None:
    """Width of a window, in sites or in kb."""
    with fields.grid.cell():
        unit = choice("Windows by", ["sites", "kb"], f"train_{fields.base.purpose}_window_unit")
    if unit == "sites":
        fields.whole("window_sites", "Sites a window", 2, MAX_LAYER, "256 suits dense regions.")
    else:
        fields.number("window_kb", "Width of a window (kb)", 0.1, 1e6, default=100.0, step=10.0)
