"""Times in Chinese: 24小时内, 四十八小时之内, 三个工作日, 明天下午五点前, 本周五下班前, 月底前, 半小时后."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta

from scoring.deadline import Day, DayKind, Deadline, elapsed, whole_days
from scoring.numerals import chinese_number

_NUMERAL = "0-9零〇一二两三四五六七八九十百半几俩仨"
_N = r"(?:[0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百半几俩仨]+(?:个半)?)"
# With one of these every duration begins; where none stands, its many parts need not be tried.
_DURATION_BEGINS = f"[{_NUMERAL}最至顶撑不用要大预估差一通可承时期周给等容再就在是为需也还得过个]"
_DURATION = re.compile(
    rf"(?={_DURATION_BEGINS})"
    r"(?P<lead>最迟|最晚|最多|最快|最慢|最长|至多|顶多|撑死|不出|用不上|(?:不会?|不要|用不了|要不了)(?:超过|晚于|迟于|超)?|大概|大约|预计|估计|差不多|"
    r"一般|通常|可能|承诺|时限|时效|期限|周期|给我|等我|容我|[再就]有)?"
    r"(?:在|是|为|要|需要|也就|也)*(?P<need>需要|还需要|还需|还得|还要|得|要|再过|过|等)?"
    rf"(?:(?P<low>{_N})个?(?:到|至|或者?|-|~))?(?P<n>{_N}|个把)[来多]?个?多?"
    r"(?:(?P<unit>工作日|工作天|自然日|小时|钟头|钟(?!头)|分钟|刻钟|天|日|周|星期|礼拜|月)|"
    # What recognition makes of 工作日; people are not counted with 内.
    r"(?P<misheard>工作(?:人员|人|热|一|是|室)?)(?=之内|以内|内|里给|类))(?:的?时间)?"
    r"(?P<tail>之内|以内|内|里面|里头|里(?!面|程|边)|之前|以前|前|左右|上下|之后|以后|后|(?P<sound>类|累|泪|呢(?=给|我|会|有|师)))?"
)
_LONGEST_MONTH = 31
_UNIT = {
    "小时": timedelta(hours=1),
    "钟头": timedelta(hours=1),
    "钟": timedelta(hours=1),
    "分钟": timedelta(minutes=1),
    "刻钟": timedelta(minutes=15),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "自然日": timedelta(days=1),
    "周": timedelta(days=7),
    "星期": timedelta(days=7),
    "礼拜": timedelta(days=7),
    "月": timedelta(days=30),
}
_DAY = (
    r"(?P<past>昨天|昨日|昨晚|前天|大前天|上个?周[一二三四五六日天]?|上个?星期[一二三四五六日天]?|上个?礼拜[一二三四五六日天]?|"
    r"上个?月|每个?月|每天|每周|去年|那天|刚才)|"
    r"(?P<offset>今天|今日|今晚|今夜|今早|今儿个?|明天|明日|明早|明晚|明儿个?|大后天|后天|后日|后儿)|"
    r"(?P<event>当天|当日|当晚|次日|第二天|隔天|(?:春节|年三十|除夕|过年|年前|节前|国庆|元旦|五一|中秋|端午|清明|元宵|天黑|开学|下个?账期|下次出账|出账)节?(?=之?前|以前|之?后|以后))|"
    r"(?P<week>本|这个?|下下个?|下个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])|"
    r"(?P<wholeweek>本周|这周|这个?星期|这个?礼拜|下周|下个?星期|下个?礼拜|周(?=内))(?=内|之内|以内|前|之前|以前|[^一二三四五六日天末])|"
    r"(?P<monthof>本|这个|当|下个?)?月(?:底|末)|(?P<bill>下个?)月的?(?=账单|账期)|(?P<yearend>年底|年末|年内|今年(?:之?内|以内))|"
    r"(?:这个?|本)?月?(?P<tenth>上旬|中旬|下旬|月中(?!旬))|"
    rf"(?P<nextmonth>下个?月|这个?月|本月)(?P<mday>{_N})[号日]|下个?月(?P<monthstart>初)|"
    rf"(?P<month>{_N})月(?P<date>{_N})[号日]|(?<!工号)(?<![0-9工])(?P<lonedate>{_N})号(?![楼线院店厅窗键门单码段卡机房柜口坐话下的扣出就结起]|之前的|开始|到期|生效|产生)"
)
_CLOCK = rf"(?:{_N}点(?:来钟|多钟?|钟|整|半|一刻|三刻|{_N}分?)?|[0-2]?[0-9]:[0-5][0-9])"
# With one of these every match that holds anything begins.
_BEGINS = (
    f"[{_NUMERAL}预大估最不昨前上每去那刚今明后当次第隔春年除过节国元中端清天开下出"
    "本这周星礼月凌早傍晚夜营之以内左的是在]"
)
_ABSOLUTE = re.compile(
    rf"(?={_BEGINS})(?P<lead>预计|大概|大约|估计|最迟|最晚|最快|不晚于|不迟于|不超过)?(?:(?<=[晚迟快计])[是在]?)?(?:{_DAY})?的?(?:一大早|一早)?"
    rf"(?P<part>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|夜间|半夜)?"
    rf"(?:(?:{_CLOCK}(?:到|至|-|~))?(?P<clock>{_CLOCK})|(?P<closing>下班|营业结束))?"
    r"(?P<tail>之前|以前|前|之内|以内|内|之间|左右)?"
)
_COUNTED = re.compile(f"[{_NUMERAL}]|个把")
# Without one of these no time is named.
_TIME_SIGN = re.compile("[时钟天日周期拜月作年旬今明前后号次晨早午晚夜点班业:]")
_OFFSETS = {"今": 0, "明": 1, "后": 2, "大": 3}
_WEEKDAYS = {c: n for n, c in enumerate("一二三四五六")} | {"日": 6, "天": 6, "末": 6}
# When a part of the day is named without an hour, its end is meant. Evening shifts of hotlines end at 22 h.
_PART_ENDS = {
    "凌晨": time(6), "早上": time(9), "早晨": time(9), "上午": time(12), "中午": time(14), "下午": time(18),
    "傍晚": time(19), "晚上": time(22), "晚间": time(22), "夜里": time(23, 59), "夜间": time(23, 59),
    "半夜": time(23, 59),
}  # fmt: skip
_NIGHT = ("晚上", "晚间", "夜里", "夜间", "半夜")
_MIDNIGHT = time(23, 59, 59)
_MIDNIGHT_HOUR = 24
# Named alone, without a day or 前: 下午给您回电 is a promise, 上午给您打电话没人接 is not.
_STILL_TO_COME = ("下午", "傍晚", "晚上", "晚间")
_SAME_DAY = ("当天", "当日", "当晚")
_NEXT_DAY = ("次日", "第二天", "隔天")
_OPENS_CLAUSE = re.compile(r"(?:^|[，。？]|我们|我|会|就|在|能|可以|单)$")
_TENTHS = {"上旬": 10, "月中": 15, "中旬": 20}


def find_deadlines(text: str) -> list[Deadline]:
    """All times named in a normalised text, in order; past times, 几天 and service hours are not among them."""
    if not _TIME_SIGN.search(text):
        return []
    found = [*(_durations(text) if _COUNTED.search(text) else ()), *_absolutes(text)]
    found.sort(key=lambda d: (d.start, -d.end))
    kept: list[Deadline] = []
    for deadline in found:
        if not kept or deadline.start >= kept[-1].end:
            kept.append(deadline)
    return kept


def _durations(text: str) -> Iterator[Deadline]:
    for match in _DURATION.finditer(text):
        count = chinese_number(match["n"].replace("个半", "半"))
        if count is None or count == 0:
            continue
        misheard = bool(match["misheard"] or match["sound"])
        unit, tail = match["unit"] or "工作日", match["tail"]
        if unit == "钟" and "个" not in match.group():
            continue
        if unit == "月" and "个" not in match.group():
            continue  # 三月 is March
        if unit == "日" and not tail:
            continue
        if match["need"] == "过" and match["n"] in ("两", "一两", "两三") and not tail:
            continue  # 过两天 means some day
        before = text[: match.start()]
        if before.endswith(("前", "头", "每", "第")) and not match["lead"]:
            continue  # 出国前一天, 每两小时
        if before.endswith(("这", "那")) and not tail:
            continue  # 忙过这两天
        if tail in ("前", "以前") and not match["lead"]:
            continue  # 三天前 is three days ago
        bare = not (tail or match["lead"] or match["need"])
        if unit in ("工作日", "工作天"):
            yield Deadline(match.start(), match.end(), workdays=whole_days(count), misheard=misheard)
            continue
        if text[match.end() : match.end() + 1] in ("半",) and unit in ("小时", "天"):
            count += 0.5
        yield Deadline(match.start(), match.end(), delay=elapsed(count, _UNIT[unit]), bare=bare, misheard=misheard)


def _absolutes(text: str) -> Iterator[Deadline]:
    place = 0
    named: Day | None = None
    while place < len(text):
        match = _ABSOLUTE.search(text, place)
        if match is None:
            return
        if match.end() == match.start():
            place = match.end() + 1
            continue
        place = match.end()
        day = _event_day(match, named) if match["event"] else _day(match)
        deadline = _absolute(match, day)
        if deadline is not None:
            named = day or named
            yield deadline


def _event_day(match: re.Match[str], named: Day | None) -> Day | None:
    """The day that 当天 or 第二天 points to: the one named before.

    我们当天处理 is today; 到账当天 hangs on the event.
    """
    word = match["event"]
    if word in _SAME_DAY:
        if named is None and _OPENS_CLAUSE.search(match.string, 0, match.start("event")):
            return Day(DayKind.OFFSET, 0)
        return named
    if word in _NEXT_DAY and named is not None and named.kind is DayKind.OFFSET:
        return Day(DayKind.OFFSET, named.value + 1)
    return None


def _absolute(match: re.Match[str], day: Day | None) -> Deadline | None:
    if match["past"]:
        return None
    event = match["event"] is not None
    part, clock_text = match["part"] or "", match["clock"]
    if match["offset"] and match["offset"][1] in "晚早夜":
        part = part or ("早上" if match["offset"][1] == "早" else "晚上")
    if match["event"] == "当晚":
        part = part or "晚上"
    clock, ambiguous = None, False
    if clock_text == "一点" and not (day or part or match["tail"]):
        return None  # 快一点
    if clock_text:
        clock = _clock(clock_text)
        if clock is None:
            return None
        # 今晚十二点 and 晚上零点 are the end of that day.
        if part in _NIGHT and clock.hour in (0, 12):
            clock = _MIDNIGHT
        if part in ("下午", "傍晚", *_NIGHT) and clock.hour < 12:
            clock = clock.replace(hour=clock.hour + 12)
        if part == "中午" and clock.hour < 6:
            clock = clock.replace(hour=clock.hour + 12)
        # Nobody is called back at five in the morning: on another day 五点 means the afternoon.
        if not part and clock.hour < 8 and day is not None and ":" not in clock_text:
            clock = clock.replace(hour=clock.hour + 12)
        ambiguous = not part
    elif part and (day or event or match["tail"] or match["lead"]):
        clock = _PART_ENDS[part]
    elif part in _STILL_TO_COME and not match["closing"]:
        return Deadline(match.start(), match.end(), clock=_PART_ENDS[part], bare=True)
    elif not day and not event and not match["closing"]:
        return None
    if event and day is None:
        return Deadline(match.start(), match.end())
    return Deadline(
        match.start(), match.end(), day=day, clock=clock, ambiguous_half=ambiguous, day_end=bool(match["closing"])
    )  # fmt: skip


def _day(match: re.Match[str]) -> Day | None:
    if match["offset"]:
        return Day(DayKind.OFFSET, _OFFSETS[match["offset"][0]])
    if match["weekday"]:
        return Day(DayKind.WEEKDAY, _WEEKDAYS[match["weekday"]], _weeks(match["week"]))
    if match["wholeweek"]:
        return Day(DayKind.WEEKDAY, 6, _weeks(match["wholeweek"]))
    if match["yearend"]:
        return Day(DayKind.DATE, 31, 12)
    if match["bill"]:
        return Day(DayKind.MONTH_END, 1)
    if match["tenth"] in _TENTHS:
        return Day(DayKind.MONTH_DAY, _TENTHS[match["tenth"]])
    if match["tenth"]:
        return Day(DayKind.MONTH_END, 0)
    if match["nextmonth"] and (value := _day_number(match["mday"])):
        return Day(DayKind.MONTH_DAY, value, 1 if match["nextmonth"].startswith("下") else 0)
    if match["monthstart"]:
        return Day(DayKind.MONTH_DAY, 5, 1)
    if match["month"]:
        month, value = _day_number(match["month"]), _day_number(match["date"])
        return Day(DayKind.DATE, value, month) if month and value else None
    if match["lonedate"] and (value := _day_number(match["lonedate"])) and value <= _LONGEST_MONTH:
        return Day(DayKind.MONTH_DAY, value)
    if re.search(r"月[底末]", match.group()):
        return Day(DayKind.MONTH_END, 1 if (match["monthof"] or "").startswith("下") else 0)
    return None


def _day_number(text: str) -> int | None:
    """The number of a day in a month, or of a month; one too many stands for all that are too many. None for 几."""
    value = chinese_number(text)
    return None if value is None else int(min(value, _LONGEST_MONTH + 1))


def _weeks(word: str | None) -> int | None:
    if word is None:
        return None
    return 2 if word.startswith("下下") else 1 if word.startswith("下") else 0


def _clock(text: str) -> time | None:
    hour_text, _, rest = text.partition(":") if ":" in text else text.partition("点")
    hour = chinese_number(hour_text)
    if hour == _MIDNIGHT_HOUR:
        return _MIDNIGHT
    if hour is None or hour >= 24 or hour != int(hour):
        return None
    rest = rest.removesuffix("分").strip("钟整来多")
    minute = {"半": 30.0, "一刻": 15.0, "三刻": 45.0}.get(rest) if rest else 0.0
    if minute is None:
        minute = chinese_number(rest)
    if minute is None or minute >= 60:
        return None
    return time(int(hour), int(minute))
