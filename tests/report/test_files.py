"""A result folder is written whole or not at all, and a file that is open in Excel gets the new one beside it."""

import os
from pathlib import Path

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
    with pytest.raises(OutputError, match="能不能写"):
        write_files(tmp_path, {"a.xlsx": b"new", "b.csv": b"new", "c.html": b"new"})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.csv").read_bytes() == b"old"
    assert not list(tmp_path.glob(".*.part"))


def test_no_name_leads_out_of_the_folder(tmp_path):
    with pytest.raises(OutputError, match="路径"):
        write_files(tmp_path / "out", {"../evil.html": b"x"})
    assert not (tmp_path / "evil.html").exists()


@pytest.fixture
def opened(monkeypatch):
    """Names of files that are open in another program, as Windows has it: they can't be opened, replaced or removed."""
    names = set()
    really_replace, really_open, really_unlink = os.replace, Path.open, Path.unlink

    def refuse(path):
        if Path(path).name in names:
            raise PermissionError(13, "The process cannot access the file", str(path))

    def replace(source, target):
        refuse(target)
        return really_replace(source, target)

    def unlink(path, missing_ok=False):
        refuse(path)
        return really_unlink(path, missing_ok)

    def open_(path, *args, **kwargs):
        refuse(path)
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(Path, "unlink", unlink)
    monkeypatch.setattr(Path, "open", open_)
    return names


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LIST}


def test_a_file_open_in_excel_stays_and_the_new_one_is_put_beside_it(tmp_path, opened):
    write_files(tmp_path, {"缺口清单.xlsx": b"old", "b.csv": b"old"})
    opened.add("缺口清单.xlsx")
    written = write_files(tmp_path, {"缺口清单.xlsx": b"new", "b.csv": b"new"})
    opened.clear()
    assert [path.name for path in written.paths] == ["缺口清单（新）.xlsx", "b.csv"]
    assert contents(tmp_path) == {"缺口清单.xlsx": b"old", "缺口清单（新）.xlsx": b"new", "b.csv": b"new"}
    assert written.notes == (
        "“缺口清单.xlsx”正在别的程序（多半是 Excel 或 Word）里打开，没有改动它；新的内容写在旁边的"
        "“缺口清单（新）.xlsx”，关闭以后可用它替换旧文件",)


def test_a_file_that_refuses_only_when_replaced_gets_a_copy_too(tmp_path, monkeypatch):
    write_files(tmp_path, {"a.xlsx": b"old"})
    really = os.replace

    def replace(source, target):
        if Path(target).name == "a.xlsx":
            raise PermissionError(13, "in use", str(target))
        return really(source, target)

    monkeypatch.setattr(os, "replace", replace)
    written = write_files(tmp_path, {"a.xlsx": b"new"})
    assert (tmp_path / "a（新）.xlsx").read_bytes() == b"new"
    assert len(written.notes) == 1


def test_when_the_copy_is_open_too_the_next_number_is_taken(tmp_path, opened):
    write_files(tmp_path, {"a.xlsx": b"1"})
    opened.add("a.xlsx")
    write_files(tmp_path, {"a.xlsx": b"2"})
    opened.add("a（新）.xlsx")
    assert [path.name for path in write_files(tmp_path, {"a.xlsx": b"3"}).paths] == ["a（新2）.xlsx"]


def test_once_closed_the_next_result_takes_its_place_and_the_copy_goes(tmp_path, opened):
    write_files(tmp_path, {"a.xlsx": b"1"})
    opened.add("a.xlsx")
    write_files(tmp_path, {"a.xlsx": b"2"})
    opened.clear()
    assert write_files(tmp_path, {"a.xlsx": b"3"}).notes == ()
    assert contents(tmp_path) == {"a.xlsx": b"3"}


def test_an_old_file_that_is_open_waits_for_the_next_time(tmp_path, opened):
    write_files(tmp_path, {"a.csv": b"1", "旧.csv": b"1"})
    opened.add("旧.csv")
    assert "没有删掉" in write_files(tmp_path, {"a.csv": b"2"}).notes[0]
    opened.clear()
    write_files(tmp_path, {"a.csv": b"3"})
    assert contents(tmp_path) == {"a.csv": b"3"}


def test_a_folder_that_refuses_is_told_and_left_whole(tmp_path, monkeypatch):
    write_files(tmp_path, {"a.csv": b"old"})

    def refuse(path, content):
        raise PermissionError(13, "denied", str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OutputError, match="能不能写"):
        write_files(tmp_path, {"a.csv": b"new"})
    monkeypatch.undo()
    assert contents(tmp_path) == {"a.csv": b"old"}


def test_a_users_own_file_that_is_open_is_never_taken_for_ours(tmp_path, opened):
    (tmp_path / "a.xlsx").write_bytes(b"mine")
    opened.add("a.xlsx")
    write_files(tmp_path, {"a.xlsx": b"1"})
    opened.clear()
    write_files(tmp_path, {"b.csv": b"2"})
    assert contents(tmp_path) == {"a.xlsx": b"mine", "b.csv": b"2"}
