"""The style of each tone in the style sheets, resolved once for the application.

A tone is a class of `tokens.tcss`. As a component class Textual would resolve each of them for every widget and at
every change of a state: more than half of what applying the sheets costs.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from rich.style import Style
from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

from kraty_console.console.colours import TONES

_resolved: Final[WeakKeyDictionary[App[object], tuple[str, dict[str, Style]]]] = WeakKeyDictionary()


def style_of(widget: Widget, tone: str) -> Style:
    """The terminal style of a tone in a widget: what the tone sets, over what the widget has."""
    app = widget.app
    theme, styles = _resolved.get(app, ("", {}))
    if theme != app.theme:
        styles = {}
        _resolved[app] = (app.theme, styles)
    name = tone if tone in TONES else "plain"
    style = styles.get(name)
    if style is None:
        style = styles[name] = _resolve(widget, name)
    return widget.rich_style + style


def _resolve(widget: Widget, tone: str) -> Style:
    node = DOMNode(classes=f"tone--{tone}")
    node._attach(widget)  # noqa: SLF001 (as Textual does for component classes; there is no public way)
    widget.app.stylesheet.apply(node, animate=False)
    return node.styles.partial_rich_style
