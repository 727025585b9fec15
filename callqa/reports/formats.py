"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import datetime

from callqa.reports.words import Words

ABSENT = "—"


def clock(seconds: float | None) -> str:
    """Seconds on a call's clock as mm:ss.s, from an hour on h:mm:ss.s; a dash when there is no time."""
    if seconds is None:
        return ABSENT
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02d}:{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{text}" if hours else text


def moment(when: datetime | None) -> str:
    """An aware moment to the minute in its own zone; a dash when there is none."""
    return when.strftime("%Y-%m-%d %H:%M") if when else ABSENT


def score(value: float | None) -> str:
    """A score with one decimal; a dash when there is none."""
    return ABSENT if value is None else f"{value:.1f}"


def signed(value: float) -> str:
    """A change with one decimal and its sign, a true minus sign; no change has none."""
    text = f"{abs(value):.1f}"
    if text == "0.0":
        return text
    return f"−{text}" if value < 0 else f"+{text}"


def points(value: float) -> str:
    """Points without needless decimals, with a true minus sign."""
    text = f"{abs(value):.1f}".removesuffix(".0")
    return f"−{text}" if value < 0 and text != "0" else text


def percent(share: float) -> str:
    """A share of one as whole percent."""
    return f"{share:.0%}"


def fine_percent(share: float) -> str:
    """A share of one as percent with one decimal, where whole ones would hide a rare thing."""
    return f"{share:.1%}"


def change(before: float | None, after: float | None) -> str:
    """Two shares, such as `50% → 80%`."""
    return " → ".join(ABSENT if one is None else percent(one) for one in (before, after))


def short_digest(digest: str) -> str:
    """The first 12 hexadecimal digits: enough to tell two apart by eye."""
    return digest.removeprefix("sha256:")[:12]


def duration(seconds: float, words: Words) -> str:
    """A length of time in the two largest units that matter."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return words("duration.h", h=hours, m=minutes)
    if minutes:
        return words("duration.m", m=minutes, s=left)
    return words("duration.s", s=left)
