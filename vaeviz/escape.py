"""The one place where text from users becomes safe to show: Markdown, HTML, hover text, cells."""

from __future__ import annotations

import html
import re

MAX_SHOWN = 60
"""Characters of a label that are ever drawn; the rest is told by an ellipsis."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:<&\"'])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def has_control(text: str) -> bool:
    """Whether `text` holds control or direction-changing characters (refused in sample IDs)."""
    return _CONTROL.search(text) is not None


def plain(text: object, limit: int = MAX_SHOWN) -> str:
    """Text without control characters and cut to `limit`: for widgets that show plain text."""
    clean = _CONTROL.sub(" ", str(text))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def escape(text: object, limit: int = MAX_SHOWN) -> str:
    """Text that is inert in Markdown, HTML and Plotly's hover text alike.

    Every character with a meaning in one of the three becomes a numeric character reference,
    which all three decode to the character itself.
    """
    return _MARKDOWN.sub(lambda m: f"&#{ord(m.group(1))};", plain(text, limit))


def unescape(text: str) -> str:
    """Inverse of `escape` for text that was short and free of control characters."""
    return html.unescape(text)


def cell(text: object) -> str:
    """A CSV cell that no spreadsheet runs as a formula: such cells get a leading apostrophe."""
    value = str(text)
    return "'" + value if value.startswith(_FORMULA) else value


def file_stem(text: object) -> str:
    """A file name's stem from a label: letters, digits, dash and underscore only."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", str(text)).strip("_")[:40] or "unnamed"
