"""Which of a town's many names is shown in which language. Used by the build only.

GeoNames' alternate names carry no language here, so a name is taken by its script and, among several, by how alike its
sound and the town's Latin name are. Corrections by hand: airport_city_aliases.csv and names.csv.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache
from itertools import product

import opencc
from pypinyin import Style, lazy_pinyin, pinyin

from data.places.fold import words

HAN = re.compile(r"^[\u3400-\u4dbf\u4e00-\u9fff·]+$")
HAN_COUNTRIES = ("CN", "HK", "MO", "TW")
_JAPANESE = re.compile(r"^[\u3040-\u30ff\u4e00-\u9fffー々ヶ]+$")
_SCRIPTS = {
    "CYRILLIC": re.compile(r"^[\u0400-\u04ff\- ]+$"), "GREEK": re.compile(r"^[\u0370-\u03ff\- ]+$"),
    "ARABIC": re.compile(r"^[\u0600-\u06ff ]+$"), "JAPANESE": _JAPANESE, "HANGUL": re.compile(r"^[\uac00-\ud7a3 ]+$"),
}  # fmt: skip
_ALPHABETS = {"ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
              "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
              "fa": "ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنهوپچژکگی", "ur": "ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنوٹپچڈڑژکگںھہۃیے",
              "bg": "абвгдежзийклмнопрстуфхцчшщъьюя", "sr": "абвгдђежзијклљмнњопрстћуфхцчџш"}  # fmt: skip
_SUFFIXES = ("特别行政区", "特别市", "广域市", "市", "区", "县")
_T2S, _JP2T = opencc.OpenCC("t2s"), opencc.OpenCC("jp2t")


def simplified(text: str, japanese: bool = False) -> str:
    """Traditional (or Japanese) characters made simplified Chinese."""
    return str(_T2S.convert(_JP2T.convert(text) if japanese else text))


def simplify_table() -> dict[int, int]:
    """Each Han character whose simplified form differs, as code points."""
    pairs = ((n, simplified(chr(n))) for n in range(0x4E00, 0xA000))
    return {n: ord(s) for n, s in pairs if len(s) == 1 and ord(s) != n}


def latin(text: str) -> str:
    """Lower-case ASCII letters of a Latin text."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if "a" <= c <= "z")


def syllables(han: str, like: str = "") -> list[str]:
    """Pinyin of each character; of several readings those that spell ``like`` where one way does."""
    usual = [s.replace("ü", "v") for s in lazy_pinyin(han, errors="ignore")]
    if not like or "".join(usual) == like or len(han) > 6:
        return usual
    readings = pinyin(han, style=Style.NORMAL, heteronym=True, errors="ignore")
    for way in product(*(r[:4] for r in readings)):
        if "".join(way) == like:
            return list(way)
    return usual


def _bare(han: str) -> str:
    for suffix in _SUFFIXES:
        if han.endswith(suffix) and len(han) - len(suffix) >= 2:
            return han[: -len(suffix)]
    return han


def _alike(sound: str, name: str) -> float:
    return SequenceMatcher(None, sound, name, autojunk=False).ratio()


def chinese_name(name: str, country: str, alternates: list[str]) -> str:
    """The simplified Chinese name, without 市 and the like, or '' where no Han name is known."""
    han = [a for a in alternates if HAN.match(a)]
    bare = dict.fromkeys(_bare(simplified(a, country == "JP")) for a in han if a)
    if not bare:
        return ""
    like = re.sub(r"(shi|qu|xian|city|county|district)$", "", latin(name)) if country == "CN" else latin(name)
    both = [_bare(a) for a in alternates if HAN.match(a) and _bare(a) != a]

    def fitness(bare_name: str) -> tuple[float, str]:
        alike = _alike("".join(syllables(bare_name, like)), like)
        return alike + 0.1 * (bare_name in both) + _encodes(bare_name, "gb2312") - 0.02 * len(bare_name), bare_name

    return max(bare, key=fitness)


def _encodes(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _sound(char: str) -> str:
    """A rough Latin sound of a letter, from its Unicode name (DEVANAGARI LETTER MA: m, HANGUL SYLLABLE BU: bu)."""
    name = unicodedata.name(char, "").split(" WITH ")[0]
    last = name.rsplit(" ", 1)[-1].lower()
    if "ANUSVARA" in name or "CANDRABINDU" in name or "BINDI" in name:
        return "n"
    if "VIRAMA" in name or name.endswith((" SIGN NUKTA", " SOFT SIGN", " HARD SIGN")) or " " not in name:
        return ""
    if name.startswith(("CYRILLIC", "GREEK", "ARABIC", "THAI")):
        return last[1] if last[0] == "e" and len(last) == 2 and last != "ie" else last[0]
    return last[:-1] if "LETTER" in name and last.endswith("a") and len(last) > 1 else last


def _fits(text: str, language: str, script: str) -> bool:
    known = _SCRIPTS.get(script)
    if known:
        letters = _ALPHABETS.get(language)
        return bool(known.match(text)) and (letters is None or set(text.lower()) <= set(letters + " -"))
    return all(c in " -" or unicodedata.name(c, "").startswith(script) for c in text)


def local_name(name: str, language: str, script: str, alternates: list[str]) -> str:
    """The town's name in its own script: the alternate that sounds most like its Latin name, or ''."""
    if script == "LATIN":
        return name
    fitting = [a for a in alternates if a and _fits(a, language, script)]
    if script == "JAPANESE":
        kanji = [a for a in fitting if "々" in a or HAN.match(a)]
        fitting = [re.sub(r"[市区]$", "", a) if len(a) > 2 else a for a in kanji or fitting]
        fitting = [a for a in fitting if _encodes(a, "shift_jis")]
        return min(fitting, key=lambda a: (len(a), a), default="")
    like = latin(name)
    silent = 0.02 if language == "ru" else 0.0  # the soft sign has no sound and is not left out for that

    def fitness(text: str) -> tuple[float, str]:
        return _alike("".join(map(_sound, text)), like) - 0.01 * len(text) + silent * text.count("ь"), text

    return max(fitting, key=fitness, default="")


def airport_label(name: str, city: str, zh: Mapping[str, str], iata: str) -> tuple[str, str]:
    """An airport's own name in English (Shuangliu) and in Chinese (双流), '' where it has none beside its city's."""
    plain = re.sub(r"\(.*?\)", " ", name)
    plain = re.sub(r"\b(International|Intl|Airport|Airfield|Regional|Municipal|Aerodrome|Air Base)\b", " ", plain)
    parts = [w for w in re.split(r"[\s/]+|(?<=\w)-(?=\w)", plain) if latin(w)]
    for part in [latin(c) for c in words(city)]:
        if parts and latin(parts[0]) == part:
            parts.pop(0)
    return " ".join(parts).strip(" -–,"), zh.get(iata, "")
