"""Clean text: the prompt, simplified characters, Chinese punctuation, and sentences nobody said."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from functools import cache

import opencc

_LEADS = {
    "zh": "以下是普通话客服电话录音。",
    "en": "The following is a recorded customer service phone call.",
}
MAX_PROMPT_TERMS = 4

# What Whisper writes where nobody speaks: the credits and farewells of the films it was trained on.
_PHANTOMS = re.compile(
    r"字幕(?:由|提供|制作|志愿者|组|by)|amara|(?:不吝)?点赞.{0,4}(?:订阅|转发)|打赏支持|明镜与点点|优优独播剧场|"
    r"(?:谢谢|感谢)(?:大家)?(?:的)?(?:观看|收看|收听)|中文字幕|"
    r"thanks? (?:you )?for watching|subtitles? by|subscribe to (?:my|our|the) channel",
    re.IGNORECASE,
)
_FULL_WIDTH = {",": "，", "?": "？", "!": "！", ";": "；", ":": "：", ".": "。"}
_ASCII_MARK = re.compile(r"[?!;]|(?<!\d),|,(?!\d)|(?<![A-Za-z0-9])[.:]|[.:](?![A-Za-z0-9])")
# What OpenCC leaves, because each of these characters is also right in some other word: 瞭望, 著名, 神祇.
_SIMPLE = {"瞭": "了", "著": "着", "妳": "你", "牠": "它", "甚": "什", "祇": "只", "衹": "只"}
_LEFT_OVER = re.compile(
    "瞭(?![望哨])|(?<![显原名巨论编土卓昭专合译拙遗所])著(?![名作称述者录书])|[妳牠衹]|甚(?=么)|(?<!神)祇"
)
PUNCTUATION = frozenset(string.punctuation + "，。？！；：、…—～·“”‘’（）《》「」『』【】￥")
SENTENCE_ENDS = frozenset("。？！?!.")


def prompt_for(language: str, terms: Sequence[str] = ()) -> str:
    """A prompt in the style of the calls with a few words of the field, at most `MAX_PROMPT_TERMS`.

    Short on purpose: every token of it is carried through each step of the search (ten terms cost a fifth of it), long
    lists cost deletions, and greetings or dialogue in a prompt come back as words nobody said.
    """
    lead = _LEADS[language]
    chosen = [term for term in dict.fromkeys(terms) if term][:MAX_PROMPT_TERMS]
    if not chosen:
        return lead
    return lead + ",".join(chosen) + "。" if language == "zh" else f"{lead} {', '.join(chosen)}."


def simplify(text: str) -> str:
    """Traditional characters as simplified ones, character by character so that positions stay."""
    converted: str = _converter().convert(text)
    if len(converted) != len(text):
        converted = "".join(c if len(c) == 1 else raw for raw, c in ((raw, _converter().convert(raw)) for raw in text))
    return _LEFT_OVER.sub(lambda found: _SIMPLE[found.group()], converted)


def tidy(text: str, language: str) -> str:
    """Chinese: simplified, full-width punctuation except inside numbers and words. Same length; English unchanged."""
    if language != "zh":
        return text
    return _ASCII_MARK.sub(lambda mark: _FULL_WIDTH[mark.group()], simplify(text))


def is_punctuation(text: str) -> bool:
    """Whether the text is nothing but punctuation and spaces."""
    return all(c in PUNCTUATION or c.isspace() for c in text)


def bare(text: str) -> str:
    """The text without punctuation and spaces, lower case: for comparing what was said."""
    return "".join(c for c in text.lower() if c not in PUNCTUATION and not c.isspace())


def phantom(text: str) -> bool:
    """Whether the (simplified) text holds a sentence that Whisper is known to invent."""
    return _PHANTOMS.search(text) is not None


def echoes(text: str, prompt: str) -> bool:
    """Whether the text only repeats the prompt: a piece of its first sentence, or several of its terms in a row."""
    said, given = bare(text), bare(prompt)
    if not said or not given:
        return False
    lead = bare(re.split(r"[。.]", prompt, maxsplit=1)[0])
    if said in lead or (len(lead) > 4 and lead in said):
        return True
    return len(said) >= 6 and said in given


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
