"""Match township names as people write them with the townships table: suffixes set aside, never a guess accepted."""

from __future__ import annotations

import re

import pandas as pd
from rapidfuzz import fuzz, process

from coverage.intake.wordings import bundled_aliases

_NATIONS = (
    "回族|藏族|蒙古族|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|"
    "哈尼族|哈萨克族|傣族|黎族|傈僳族|佤族|畲族|高山族|拉祜族|水族|东乡族|纳西族|景颇族|"
    "柯尔克孜族|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|阿昌族|普米族|"
    "塔吉克族|怒族|乌孜别克族|俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|塔塔尔族|独龙族|"
    "鄂伦春族|赫哲族|门巴族|珞巴族|基诺族|各族"
)
_SUFFIX = re.compile(
    rf"((?:{_NATIONS})*乡|(?:{_NATIONS})*镇|街道办事处|街道办|街道|办事处|苏木|民族乡)(?:人民政府|政府)?$"
)
_SPACES = re.compile(r"[\s（）()·•]+")
_LIKELY = 60  # rapidfuzz score from which a name is worth suggesting


def _bare(name: str) -> str:
    return _SPACES.sub("", name)


def normal_name(name: str) -> str:
    """新庄塬镇 → 新庄塬; a name that is all suffix stays as it is."""
    bare = _bare(name)
    short = _SUFFIX.sub("", bare)
    return short if len(short) >= 2 else bare


_VILLAGE_SUFFIX = re.compile(r"(村民委员会|居民委员会|村委会|居委会|行政村|社区|村)$")


def village_name(name: str) -> str:
    """东山根社区居委会 → 东山根; a name that is all suffix, and a code, stay as they are."""
    short = _bare(name)
    while (shorter := _VILLAGE_SUFFIX.sub("", short)) and shorter != short:
        short = shorter
    return short


def match_names(names: pd.Series, townships: pd.DataFrame) -> tuple[pd.Series, dict[str, str]]:
    """Township codes by name (NA where none fits), and for each name left over what to suggest.

    A name fits by itself in full, then without suffix, then by the alias table, each only where it names one township.
    """
    full = _unique(townships["township"], townships["township_code"], _bare)
    short = _unique(townships["township"], townships["township_code"], normal_name)
    aliases = bundled_aliases()
    codes, left = {}, {}
    for name in names.dropna().unique().tolist():
        bare, core = _bare(name), normal_name(name)
        code = full.get(bare) or short.get(core)
        if not code:
            code = next((short[other] for other in aliases.get(core, ()) if short.get(other)), None)
        if code:
            codes[name] = code
        else:
            left[name] = _suggest(name, townships["township"])
    return names.map(codes).astype("str"), left


def _unique(names: pd.Series, codes: pd.Series, form) -> dict[str, str]:
    """Form of the name → code, only where one township has it."""
    found: dict[str, str | None] = {}
    for name, code in zip(names.tolist(), codes.tolist(), strict=True):
        key = form(name)
        found[key] = None if key in found else code
    return {key: code for key, code in found.items() if code}


def _suggest(name: str, known: pd.Series) -> str:
    choices = sorted(set(known))
    best = process.extract(_bare(name), choices, scorer=fuzz.ratio, score_cutoff=_LIKELY, limit=3)
    if not best:
        return "乡镇表里没有相近的名称；核对名称，或在乡镇表里补上"
    return f"是不是：{'、'.join(other for other, _, _ in best)}？请在表里改成乡镇表中的名称"
