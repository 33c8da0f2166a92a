"""What comments and pages point to is there: each file, and each heading in it by the anchor that GitHub gives it."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kraty_console"
PAGES = sorted({*ROOT.glob("*.md"), *PACKAGE.rglob("*.md"), *(ROOT / "tests").rglob("*.md")})

# In a comment: `contract/README.md#snapshot`, from the package's folder; not a part of a URL, nor a pattern of names.
NAMED = re.compile(r"(?<![\w/.*{}<>-])([\w.-][\w./-]*\.md)(?:#([\w-]+))?(?![\w}])")
LINKED = re.compile(r"\]\(([^()\s]+)\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)


def remarks(path: Path, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """The lines of comments and docstrings of a source file, each with its number; none where nothing matches."""
    text = path.read_text(encoding="utf-8")
    if any(map(pattern.search, text.split("\n"))):  # to take it apart is what takes time
        yield from _remarks(text)


def _remarks(text: str) -> Iterator[tuple[int, str]]:
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        docstring = token.type == tokenize.STRING and before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        if docstring or token.type == tokenize.COMMENT:
            yield from enumerate(token.string.split("\n"), token.start[0])
        if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING):
            before = token.type


def sources() -> list[Path]:
    """The Python files of the package and the tests."""
    return sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings."""
    return frozenset(anchors_of(page.read_text(encoding="utf-8")))


def anchors_of(text: str) -> Iterator[str]:
    """Lower case, without punctuation, with a hyphen for each blank; from the second of the same on, numbered."""
    seen: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", FENCED.sub("", text), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        count = seen[anchor] = seen.get(anchor, -1) + 1
        yield f"{anchor}-{count}" if count else anchor


def trouble(target: Path, anchor: str | None) -> str | None:
    """What is wrong with a link, None when nothing is."""
    if not target.exists():
        return "there is no such file"
    if anchor and anchor not in anchors(target):
        return "there is no such heading"
    return None


def test_each_page_that_a_comment_names_is_there() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}: {wrong}"
        for path in sources()
        for number, line in remarks(path, NAMED)
        for match in NAMED.finditer(line)
        if (wrong := trouble(PACKAGE / match[1], match[2])) is not None
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_of_a_page_leads_somewhere(page: Path) -> None:
    found = []
    for match in LINKED.finditer(CODE.sub("", page.read_text(encoding="utf-8"))):
        link = match[1] or match[2]
        if re.match(r"[a-z]+:", link):  # elsewhere, by a scheme
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if (wrong := trouble(target.resolve(), anchor if target.suffix == ".md" else None)) is not None:
            found.append(f"{link}: {wrong}")
    assert not found, "\n".join(found)


def test_each_page_of_the_package_is_shipped_beside_the_code_that_names_it() -> None:
    """The wheel is the package's folder as it is: nothing in the project file leaves pages out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["packages"] == [PACKAGE.name]
    assert not {"exclude", "include", "only-include"} & {*build, *build["targets"]["wheel"]}


def test_anchors_are_those_of_github() -> None:
    lines = ("# The API", "## `POST` /grants, again", "## What's new?", "```", "# no heading", "```", "## What's new?")
    page = "\n".join([*lines, "### A_b – [c](d.md)"])
    assert [*anchors_of(page)] == ["the-api", "post-grants-again", "whats-new", "whats-new-1", "a_b--c"]


def test_documentation_links_are_recognized() -> None:
    line = "(contract/README.md#snapshot; GAME.md) https://example.org/a.md *.md {page}.md x.mdx"
    assert [match.groups() for match in NAMED.finditer(line)] == [("contract/README.md", "snapshot"), ("GAME.md", None)]
