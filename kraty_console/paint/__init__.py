"""Paint only what changed: a screen remembered cell by cell, and the fewest bytes from one picture to the next.

Knows nothing of what is drawn. `painter.Painter` takes pieces of lines and gives bytes; `textual_app.PaintsChanges`
puts it where a Textual application's updates leave. `TerminalCapabilities` says what the terminal can do.
"""
