"""Turn a Word file into PDF with LibreOffice, where it is installed.

Takes the bytes of a docx; gives the bytes of a PDF with tags and bookmarks. Nothing of the user's own LibreOffice
is read or changed: it runs with a profile of its own, without a window, for a limited time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from coverage.errors import OutputError
from coverage.report.canvas import font_path

SECONDS = 120
_FILTER = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"},"ExportBookmarks":' \
          '{"type":"boolean","value":"true"}}'
_STAND_INS = {
    "Noto Serif SC": ("方正小标宋简体", "小标宋", "宋体", "SimSun", "仿宋_GB2312", "仿宋", "FangSong", "楷体_GB2312",
                      "楷体", "KaiTi"),
    "Noto Sans SC": ("黑体", "SimHei"),
}
"""What stands in for the fonts of GB/T 9704 on a machine that has none of them."""


def find_office() -> Path | None:
    """LibreOffice on the PATH or where it is usually installed; None where it isn't."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return Path(found)
    roots = [os.environ[name] for name in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)") if name in os.environ]
    usual = [Path(root) / "LibreOffice" / "program" / "soffice.exe" for root in roots]
    return next((path for path in (*usual, Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"))
                 if path.is_file()), None)


def pdf_bytes(word: bytes, *, seconds: float = SECONDS) -> bytes:
    """The PDF. Raises OutputError, with what to do, where LibreOffice is missing, fails or takes too long."""
    office = find_office()
    if office is None:
        raise OutputError("这台电脑上没有找到 LibreOffice，不能生成 PDF",
                          todo="请安装 LibreOffice，或用 Word、WPS 打开评价报告后另存为 PDF")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "report.docx").write_bytes(word)
        command = [str(office), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
                   "--nologo", "--nolockcheck", "--convert-to", _FILTER, "--outdir", str(folder),
                   str(folder / "report.docx")]
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           timeout=seconds, env=_environment(folder), check=False)
        except subprocess.TimeoutExpired as error:
            raise OutputError(f"LibreOffice {seconds:g} 秒内没有转成 PDF",
                              todo="请关掉别的程序再试，或用 Word、WPS 另存为 PDF") from error
        except OSError as error:
            raise OutputError("LibreOffice 打不开", where=str(office), todo="请重新安装 LibreOffice") from error
        made = folder / "report.pdf"
        if not made.is_file():
            raise OutputError("LibreOffice 没有转成 PDF", where=str(office),
                              todo="请确认装有 LibreOffice Writer，或用 Word、WPS 打开评价报告后另存为 PDF")
        return made.read_bytes()


def _environment(folder: Path) -> dict[str, str]:
    """On Linux, also show LibreOffice the fonts that came with this program, after those of the machine."""
    environment = dict(os.environ)
    if not sys.platform.startswith("linux"):
        return environment
    aliases = "".join(
        f'<alias binding="same"><family>{escape(family)}</family><accept><family>{stand_in}</family></accept></alias>'
        for stand_in, families in _STAND_INS.items() for family in families)
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{escape(str(Path(font_path()).parent))}</dir><cachedir>{escape(str(folder / 'fonts'))}</cachedir>"
        f"{aliases}</fontconfig>", encoding="utf-8")
    return environment | {"FONTCONFIG_FILE": str(config)}
