"""Read the command line and hand it to the command's module.

Exit codes stand with the errors in coverage/errors.py, and `--help` tells them.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

COMMANDS: dict[str, str] = {
    # command → what it does; the module is coverage.commands.<command>
    "run": "运行一个情景文件，写出结果文件夹",
    "app": "在浏览器中打开软件",
    "intake": "检查一个文件能不能用，或写出空白模板",
    "plan": "检查、显示规划文件，或写出新规划的模板",
    "goals": "按规划评价一个项目，写出指标、缺口和补救措施",
    "compare": "比较几个情景：人员、占比、目标、公平、费用，写出 Excel",
    "site": "选址：由时间表、需求表、选址表求解一个模型",
    "times": "计算两组点之间的门到门出行时间",
    "isochrone": "画出一个地点若干分钟以内的范围",
}


def main(argv: list[str] | None = None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    _speak_utf8()
    name = argv[0] if argv else "--help"
    if name not in COMMANDS:
        return _top_level(argv)
    module = import_module(f"coverage.commands.{name}")
    parser = argparse.ArgumentParser(prog=f"python -m coverage {name}", description=COMMANDS[name])
    module.add_arguments(parser)
    return _carry_out(module, parser.parse_args(argv[1:]))


def _carry_out(module, args) -> int:
    from coverage.errors import CoverageError

    try:
        return module.run(args)
    except CoverageError as error:
        print(f"错误：{error}", file=sys.stderr)
        return error.exit_code


def _top_level(argv: list[str]) -> int:
    width = max(map(len, COMMANDS), default=0)
    listing = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m coverage",
        usage="python -m coverage 命令 [参数]",
        description="残疾人服务覆盖与选址",
        epilog=f"命令：\n{listing}\n\n每个命令的参数：python -m coverage 命令 --help\n\n{_exit_codes()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.add_argument("command", metavar="命令", choices=list(COMMANDS))
    if not argv:
        parser.print_help()
        return 2
    parser.parse_args(argv)
    return 2


def _exit_codes() -> str:
    return (
        "退出码：0 完成；1 程序缺陷；2 命令写错；3 输入不可用；4 文件不安全或超限；5 没有可行方案；\n"
        "        6 到时限，给出可行方案；7 需要联网；8 内存不足；9 结果写不出；10 求解器没有给出答案"
    )


def _version() -> str:
    from coverage import __version__

    return __version__


def _speak_utf8() -> None:
    """Windows consoles and pipes may use another code page; Chinese must not fail there."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
