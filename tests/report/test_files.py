"""A result folder is written whole or not at all."""

import pytest

from coverage.errors import OutputError
from coverage.report.files import LIST, write_files


def test_files_of_an_earlier_result_go_and_the_users_stay(tmp_path):
    write_files(tmp_path, {"a.csv": b"1", "选址4_旧.html": b"1"})
    (tmp_path / "我的笔记.docx").write_bytes(b"mine")
    write_files(tmp_path, {"a.csv": b"2"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != LIST} == {
        "a.csv": b"2", "我的笔记.docx": b"mine"}


def test_where_one_file_cant_be_written_the_old_result_stays_whole(tmp_path):
    write_files(tmp_path, {"a.xlsx": b"old", "b.csv": b"old"})
    (tmp_path / "c.html").mkdir()
    with pytest.raises(OutputError, match="先关闭"):
        write_files(tmp_path, {"a.xlsx": b"new", "b.csv": b"new", "c.html": b"new"})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.csv").read_bytes() == b"old"
    assert not list(tmp_path.glob(".*.part"))


def test_no_name_leads_out_of_the_folder(tmp_path):
    with pytest.raises(OutputError, match="路径"):
        write_files(tmp_path / "out", {"../evil.html": b"x"})
    assert not (tmp_path / "evil.html").exists()
