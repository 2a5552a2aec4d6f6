"""A widget's own bindings, done when the key reaches the widget."""

from __future__ import annotations

from textual.events import Key
from textual.widget import Widget


async def bound(widget: Widget, event: Key) -> bool:
    """Does what the widget's own bindings say at once; whether there is one. Textual would send the key up to the app first, and letters
    that were typed behind it would overtake it.
    """
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):
        event.stop()
        event.prevent_default()
        await widget.app.run_action(binding.action, default_namespace=widget)
        return True
    return False
