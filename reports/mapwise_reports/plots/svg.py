"""Turns a matplotlib figure into SVG that is part of the page.

Text stays text and takes the page's font, colours become CSS variables, ids are made unique
in the page, and a title and a description say what there is to see.
"""

from __future__ import annotations

import io
import re
import warnings

from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from .style import COLOURS

_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_OPENING = re.compile(r"<svg\b[^>]*?viewBox=\"(?P<box>[^\"]*)\"[^>]*>", re.DOTALL)
_IDENTITY = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r"(?P<before>xlink:href=\"#|url\(#)(?P<id>[^\")]+)")
_FONT = re.compile(r"font: (?P<bold>bold )?(?P<size>[\d.]+)px [^;\"]*")
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)


def drawn(figure: Figure, identity: str, title: str, description: str) -> Markup:
    """The figure as an inline SVG element. `identity` is unique in the page."""
    stream = io.StringIO()
    with warnings.catch_warnings():
        # Names far too long for their place are no matter for the user's terminal.
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        FigureCanvasSVG(figure).print_svg(stream, metadata=_NO_METADATA)
    text = _PROLOGUE.sub("", stream.getvalue(), count=1)
    text = _METADATA.sub("", text)
    text = _COMMENT.sub("", text)
    text = _unique(text, identity)
    text = _FONT.sub(_font, text)
    for colour in COLOURS:
        text = text.replace(colour.light, f"var({colour.variable})")
    return Markup(_OPENING.sub(lambda m: _opening(m, identity, title, description), text, count=1))


def _opening(match: re.Match[str], identity: str, title: str, description: str) -> str:
    return (
        f'<svg viewBox="{match["box"]}" role="img"'
        f' aria-labelledby="{identity}-title {identity}-text">\n'
        f'<title id="{identity}-title">{escape(title)}</title>\n'
        f'<desc id="{identity}-text">{escape(description)}</desc>'
    )


def _unique(text: str, identity: str) -> str:
    """Prefixes the ids that are referred to and drops the others."""
    referred = {match["id"] for match in _REFERENCE.finditer(text)}

    def rename(match: re.Match[str]) -> str:
        return f'id="{identity}-{match[1]}"' if match[1] in referred else ""

    text = _IDENTITY.sub(rename, text)
    text = _REFERENCE.sub(lambda m: f"{m['before']}{identity}-{m['id']}", text)
    # Inside HTML the old prefix means nothing; href does.
    return text.replace("xlink:href", "href")


def _font(match: re.Match[str]) -> str:
    weight = "; font-weight: 600" if match["bold"] else ""
    return f"font-size: {match['size']}px{weight}"
