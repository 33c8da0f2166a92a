"""What each part of the player screen says, as lines of spans (text, tone) for a size. Knows no Textual.

The widgets paint these lines; so does the first picture, before Textual is imported.
"""
