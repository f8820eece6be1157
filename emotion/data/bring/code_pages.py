"""Names in old zips: Windows writes them in the code page of its country and does not say which.

What charset-normalizer finds least chaotic is weighed with what such names are: a few words in one script, many of them
names of emotions. A few short names may always be another country's: the person is told what was taken, and can name
another code page.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection

from charset_normalizer import from_bytes

from emotion.system import N_, ConfigError, _

CODE_PAGES = {  # how Python calls it → how people do; the commoner ones first
    "gb18030": N_("Chinese (GBK)"), "cp932": N_("Japanese (Shift-JIS)"), "cp866": N_("Cyrillic (866)"),
    "cp850": N_("Western European (850)"), "cp949": N_("Korean (949)"), "big5": N_("Chinese (Big5)"),
    "cp1252": N_("Western European (1252)"), "cp1251": N_("Cyrillic (1251)"), "cp852": N_("Central European (852)"),
}  # fmt: skip
# Names of emotions in the scripts that are told apart only by luck otherwise.
WORDS = frozenset(
    re.findall(
        r"\w+",
        "开心 高兴 快乐 伤心 难过 悲伤 生气 愤怒 惊讶 恐惧 害怕 厌恶 平静 中性 微笑 哭 笑 表情 人脸 测试 训练 图片 "
        "照片 "
        "開心 高興 快樂 傷心 難過 悲傷 生氣 憤怒 驚訝 恐懼 厭惡 平靜 測試 訓練 圖片 "
        "喜び 嬉しい 幸せ 笑顔 悲しみ 悲しい 怒り 驚き 恐れ 嫌悪 無表情 写真 顔 "
        "행복 기쁨 슬픔 분노 놀람 공포 혐오 중립 웃음 얼굴 "
        "счасть радост груст печал злост гнев страх удивлен отвращен нейтрал лица",
    )
)
LEADS = {  # of codes of two bytes: the first bytes of the common characters
    "gb18030": range(0xB0, 0xD8),
    "cp932": (*range(0x82, 0x84), *range(0x88, 0x98)),
    "cp949": range(0xB0, 0xC9),
    "big5": range(0xA4, 0xC7),
}


def decoder(names: Collection[bytes], code_page: str = "") -> tuple[Callable[[bytes], str], str]:
    """How to read names that are not UTF-8.

    Args:
        names: all of them, raw.
        code_page: as the person names it; "" to find out.

    Returns:
        A function from raw name to text that never fails, and the code page in words, "" where none was needed.

    Raises:
        ConfigError: for a code page that there is not, or that these names are not written in.
    """
    if all(map(_is_utf_8, names)):
        return lambda raw: raw.decode("utf-8", "replace"), ""
    # A short name may be UTF-8 by chance (\xd0\xa6 is a letter in GBK too): whoever wrote the others wrote it.
    odd = sorted({name for name in names if not name.isascii()})
    found = _named(code_page, odd) if code_page else _likeliest(odd)
    return lambda raw: raw.decode(found, "replace"), CODE_PAGES.get(found, found)


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _named(code_page: str, names: list[bytes]) -> str:
    try:
        found = codecs.lookup(code_page).name
        b"\n".join(names).decode(found)
    except (LookupError, UnicodeDecodeError) as error:
        known = ", ".join(CODE_PAGES)
        raise ConfigError(
            _("code page"), _("the one that the names are written in, such as {known}", known=known), code_page
        ) from error
    return found


def _likeliest(names: list[bytes]) -> str:
    raw = b"\n".join(names)
    chaos = {match.encoding: match.chaos for match in from_bytes(raw, cp_isolation=list(CODE_PAGES), threshold=0.9)}
    scores = {}
    for place, page in enumerate(CODE_PAGES):
        try:
            text = raw.decode(page)
        except UnicodeDecodeError:
            continue
        known = sum(word in text for word in WORDS)
        scores[page] = 2 * _share_of_common(text, page) + min(known, 3) - chaos.get(page, 1.0) - 0.01 * place
    return max(scores, key=scores.__getitem__) if scores else "cp850"


def _share_of_common(text: str, page: str) -> float:
    """The share of the letters beyond ASCII that are common ones of the code page's script, each where it may stand."""
    letters = [(before, letter) for before, letter in zip(" " + text, text, strict=False) if not letter.isascii()]
    if not letters:
        return 0.0
    good = 0
    for before, letter in letters:
        raw = letter.encode(page)
        if page in LEADS:
            good += len(raw) == 2 and raw[0] in LEADS[page]
        else:
            good += letter.islower() or (letter.isupper() and not before.isalpha())
    return good / len(letters)
