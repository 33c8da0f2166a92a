"""Paints only changed cells: keeps the screen's cells and sends the fewest bytes from one frame to the next.

Independent of the content. `painter.Painter` turns pieces of lines into bytes; `textual_app.PaintsChanges` connects it
to a Textual application. `TerminalCapabilities` describes the terminal.
"""
