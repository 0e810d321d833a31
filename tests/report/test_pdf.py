"""PDF by LibreOffice: made where it is installed, told in a sentence where it isn't, fails or takes too long."""

import shutil
import stat
import subprocess
import sys

import pytest

from coverage.errors import OutputError
from coverage.report import pdf
from coverage.report.paper import Heading, Paper, Paragraph
from coverage.report.word import word_bytes

WORD = word_bytes(Paper(("残疾人之家覆盖评价报告",), "", (Heading(1, "现状"), Paragraph("岘屲窎塬峃漈"))))


def office(folder, monkeypatch, script):
    """A LibreOffice that does what `script` says, the only one on the PATH."""
    program = folder / "soffice"
    program.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(folder))
    for name in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"):
        monkeypatch.delenv(name, raising=False)


def test_where_there_is_no_office_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutputError, match=r"没有找到 LibreOffice.*另存为 PDF"):
        pdf.pdf_bytes(WORD)


def test_it_is_found_where_windows_puts_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ProgramFiles", str(tmp_path))
    place = tmp_path / "LibreOffice" / "program" / "soffice.exe"
    place.parent.mkdir(parents=True)
    place.touch()
    assert pdf.find_office() == place


@pytest.mark.skipif(sys.platform == "win32", reason="stands a script in for LibreOffice")
@pytest.mark.parametrize(("script", "said"), [
    ("raise SystemExit(1)", "没有转成 PDF.*Writer"), ("import time; time.sleep(60)", "1 秒内没有转成 PDF")])
def test_an_office_that_fails_or_hangs_is_told_in_words(monkeypatch, tmp_path, script, said):
    office(tmp_path, monkeypatch, script)
    with pytest.raises(OutputError, match=said):
        pdf.pdf_bytes(WORD, seconds=1)


@pytest.mark.skipif(sys.platform == "win32", reason="stands a script in for LibreOffice")
def test_it_runs_with_a_profile_of_its_own(monkeypatch, tmp_path):
    office(tmp_path, monkeypatch, """import pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])
profile = next(word for word in sys.argv if word.startswith('-env:UserInstallation=file://'))
(out / 'report.pdf').write_text(profile)""")
    told = pdf.pdf_bytes(WORD).decode()
    assert "/profile" in told
    assert ".config" not in told


def has_writer():
    found = pdf.find_office()
    return found is not None and any((found.resolve().parent / name).exists() for name in (
        "libswlo.so", "libswdlo.so", "swlo.dll"))


@pytest.mark.skipif(not has_writer(), reason="needs LibreOffice Writer")
def test_the_pdf_bears_the_title_the_text_and_tags(tmp_path):
    content = pdf.pdf_bytes(WORD)
    assert content.startswith(b"%PDF-")
    assert b"/MarkInfo" in content or b"/StructTreeRoot" in content
    if shutil.which("pdftotext"):
        (tmp_path / "r.pdf").write_bytes(content)
        text = subprocess.run(["pdftotext", str(tmp_path / "r.pdf"), "-"], capture_output=True, encoding="utf-8",
                              check=True).stdout
        assert "一、现状" in text
        assert "岘屲窎塬峃漈" in text
