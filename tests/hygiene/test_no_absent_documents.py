"""No comment cites a document that is not in the repository; links to those that are there have another form."""

from __future__ import annotations

import re
from pathlib import Path

from tests.hygiene.test_documentation import remarks, sources

ROOT = Path(__file__).parents[2]
# Written so that this file does not hold what it looks for.
ABSENT = re.compile(
    r"kraty-ap[i]\b|player-tool[s]\b|wire-note[s]\b|textual-note[s]\b"
    r"|\b(?:decision[s]|trus[t]|consol[e]|architectur[e]|shif[t]|hous[e]|spe[c])(?:: *\"?[A-Z]| C\d)"
    r"|\((?:decision[s]|trus[t]|architectur[e]|shif[t]|spe[c])\)"
    r"|\b(?:decision[s]|trus[t]|architectur[e]|shif[t]|hous[e]|styl[e]|consol[e])\.md\b"
)


def test_no_comment_cites_a_document_that_is_not_here() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in remarks(path, ABSENT)
        if ABSENT.search(line)
    ]
    assert not found, "\n".join(found)
