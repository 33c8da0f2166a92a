"""Private files: their mode, their folder, and what is left after an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kraty_console.private_files import create_private, private_dir, write_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("umask", [0, 0o777])
def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        os.close(create_private(tmp_path / "empty"))
        write_private(tmp_path / "token", "secret")
    finally:
        os.umask(before)
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == {"empty": 0o600, "token": 0o600}


def test_a_link_is_replaced_and_its_target_is_unchanged(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("of somebody else")
    link.symlink_to(target)
    with pytest.raises(FileExistsError):
        create_private(link)
    write_private(link, "mine")
    assert target.read_text() == "of somebody else"
    assert not link.is_symlink()
    assert link.read_text() == "mine"


def test_an_existing_file_is_kept_on_request(tmp_path: Path) -> None:
    file = tmp_path / "key"
    write_private(file, b"first", replace=False)
    with pytest.raises(FileExistsError):
        write_private(file, b"second", replace=False)
    assert file.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [file]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "name"
    write_private(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(file, "new \ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_folder_is_created_only_on_request(tmp_path: Path) -> None:
    file = tmp_path / "state" / "recent.json"
    with pytest.raises(FileNotFoundError):
        write_private(file, "[]")
    write_private(file, "[]", create_folder=True)
    assert mode(file.parent) == 0o700


def test_an_existing_folder_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    folder.mkdir(mode=0o755)
    assert mode(private_dir(folder)) == 0o700
