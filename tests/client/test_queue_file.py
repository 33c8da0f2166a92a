"""The file of a queue: private, locked, durable; a torn last line is cut off, other damage is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kraty_console.client.queue_file import FOLDER, QueueFile, QueueFileError, stored_queues

HEAD = {"kind": "queue", "n": 1}
ROW = {"kind": "input", "text": "ä\x1b\n"}


def made(folder: Path, queue_id: str = "20260101-000000-aa") -> Path:
    file = QueueFile.create(folder, queue_id)
    file.append([HEAD, ROW])
    file.close()
    return file.path


def test_it_is_private_and_holds_what_was_written(tmp_path: Path) -> None:
    path = made(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes().isascii()
    file, records = QueueFile.open(tmp_path, path.stem)
    assert (records, file.id) == ([HEAD, ROW], path.stem)
    file.append([{"kind": "outcome"}], durable=False)
    file.close()
    assert [each.records for each in stored_queues(tmp_path)] == [[HEAD, ROW, {"kind": "outcome"}]]


def test_only_one_process_uses_it(tmp_path: Path) -> None:
    path = made(tmp_path)
    file, _ = QueueFile.open(tmp_path, path.stem)
    with pytest.raises(QueueFileError, match="Another kraty-console runs the queue"):
        QueueFile.open(tmp_path, path.stem)
    assert len(list(stored_queues(tmp_path))) == 1
    file.close()
    QueueFile.open(tmp_path, path.stem)[0].close()


def test_a_line_torn_anywhere_is_cut_off(tmp_path: Path) -> None:
    path = made(tmp_path)
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole)):
        path.write_bytes(whole[:length])
        assert [each.records for each in stored_queues(tmp_path)] == [[HEAD]]
        file, records = QueueFile.open(tmp_path, path.stem)
        assert records == [HEAD]
        file.append([ROW])
        file.close()
        assert path.read_bytes() == whole


@pytest.mark.parametrize("line", [b"{", b"[]", b"\xff", b""])
def test_damage_before_the_last_line_is_refused(tmp_path: Path, line: bytes) -> None:
    path = made(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\n", b"\n" + line + b"\n", 1))
    with pytest.raises(QueueFileError, match=r"Line 2 of .* is damaged"):
        QueueFile.open(tmp_path, path.stem)
    path.write_bytes(data)
    QueueFile.open(tmp_path, path.stem)[0].close()


@pytest.mark.parametrize("queue_id", ["none", "../journal", "", "A", "a/b"])
def test_there_is_none_with_another_name(tmp_path: Path, queue_id: str) -> None:
    made(tmp_path)
    with pytest.raises(QueueFileError, match="There is no queue"):
        QueueFile.open(tmp_path, queue_id)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    path = made(tmp_path)
    path.with_name("link.jsonl").symlink_to(path)
    with pytest.raises(QueueFileError, match="cannot be used"):
        QueueFile.open(tmp_path, "link")


def test_queues_are_listed_newest_first_and_removed(tmp_path: Path) -> None:
    assert list(stored_queues(tmp_path)) == []
    for queue_id in ("20260101-a", "20260102-a"):
        made(tmp_path, queue_id)
    with pytest.raises(QueueFileError, match="cannot be used"):
        QueueFile.create(tmp_path, "20260101-a")
    assert [each.id for each in stored_queues(tmp_path)] == ["20260102-a", "20260101-a"]
    file, _ = QueueFile.open(tmp_path, "20260101-a")
    file.remove()
    assert [each.name for each in (tmp_path / FOLDER).iterdir()] == ["20260102-a.jsonl"]
