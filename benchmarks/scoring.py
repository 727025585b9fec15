"""Speed of scoring: calls of 40 utterances per second and core, beside `re` alternations of the same phrases.

    python -m benchmarks.scoring [--calls 300] [--rounds 3] [--phrases 2000]

The shipped standard, and the shipped one with that many phrases more, homophones included. Every utterance is new text,
so that no cache helps. Time is CPU time of this process; the contestants take turns within each round. The peer is
one alternation of all phrases and one of their sounds, searched through texts that were normalised before: it
says neither which phrase was found nor what it means.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib.resources import files
from itertools import islice

from benchmarks.varied_calls import UTTERANCES, VariedCalls
from models.call import CallMeta
from models.transcript import Transcript
from scoring import ServiceStandard, load_standard, score_call
from scoring.homophone import sounds_of

Calls = Sequence[tuple[Transcript, CallMeta]]

# The peer is some hundred times slower: this many calls say enough of it.
_PEER_CALLS = 10
# Pieces of phrases, invented; the shapes are those of the shipped standard.
_WHO = "我 我们 您 你 您这边 师傅 客服 营业厅 这边 人家 领导 我们公司"
_HOW = "没法 不想 懒得 肯定 根本 早就 马上 已经 从来 不可能 赶紧 自己 反正 偏偏 居然 随便"
_DOES = "处理 退费 登记 查询 开通 取消 解释 上门 投诉 反映 等着 安装 减免 核实 催办 挂断 转接 续约 补偿 迁移"
_WHAT = "套餐 宽带 话费 流量 合约 账单 工单 机顶盒 路由器 信号 副卡 专线 月租 彩铃 漫游 发票 押金 密码"
_TAIL = "算了 再说 没用 得了 活该 完事 吧 就行 干什么 什么意思 又怎样 好不好 行不行 也没办法"


def filler_phrases(count: int, seed: int = 7) -> list[str]:
    """`count` different phrases of the usual shapes: words in a row, alternatives, gaps, what may be missing."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        who, how, does, what, tail = (rng.sample(words.split(), 3) for words in (_WHO, _HOW, _DOES, _WHAT, _TAIL))
        found[
            rng.choice(
                (
                    f"{who[0]}{how[0]}{does[0]}{what[0]}",
                    f"{how[0]}{does[0]}{what[0]}{tail[0]}",
                    f"({who[0]}|{who[1]}){how[0]}({does[0]}|{does[1]}|{does[2]})",
                    f"{who[0]}~{rng.randint(1, 6)}({does[0]}|{does[1]})(你|您)的{what[0]}",
                    f"({how[0]}|{how[1]})[再|就]{does[0]}~{rng.randint(2, 8)}({tail[0]}|{tail[1]})",
                    f"{what[0]}[{who[0]}|{who[1]}]({how[0]}|{how[1]}){does[0]}{tail[0]}",
                    f"<数>[个]{what[0]}~3{does[0]}",
                    f"^{how[0]}{does[0]}{tail[0]}$",
                )
            )
        ] = None
    return list(found)


def standard_with(extra: int) -> ServiceStandard:
    """The shipped standard with `extra` phrases more, in prohibited families of a hundred that match by sound too."""
    text = (files("scoring") / "standards" / "telecom-hotline-zh.yaml").read_text(encoding="utf-8")
    phrases = iter(filler_phrases(extra))
    block, number = "", 0
    while some := list(islice(phrases, 100)):
        number += 1
        lines = "".join(f"          - {phrase}\n" for phrase in some)
        head = f"id: filler_{number}\n        kind: command\n        severity: hard"
        block += f"      - {head}\n        phrases:\n{lines}"
    return load_standard(text.replace("    families:\n", f"    families:\n{block}", 1), "benchmark")


class Alternations:
    """The peer: all phrases of a standard as two regular expressions."""

    def __init__(self, standard: ServiceStandard) -> None:
        phrases = [*standard.lexicon.phrases]
        self._words = re.compile("|".join(f"(?:{phrase.expression()})" for phrase in phrases))
        self._sounds = re.compile(
            "|".join(f"(?:{phrase.sound_expression()})" for phrase in phrases if phrase.sounds is not None)
        )

    def search(self, texts: Iterable[tuple[str, str]]) -> int:
        """How many places were found in texts and their sounds."""
        return sum(1 for text, sounds in texts for _ in (*self._words.finditer(text), *self._sounds.finditer(sounds)))


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds that the work took."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def score_all(standard: ServiceStandard, calls: Calls) -> None:
    """Score every call."""
    for transcript, meta in calls:
        score_call(transcript, meta, standard, "benchmark")


def race(standards: dict[str, ServiceStandard], calls: int, rounds: int) -> dict[str, list[float]]:
    """Calls per CPU second of every contestant in every round; the calls of a round are new to all."""
    source = VariedCalls(seed=1)
    peers = {f"re alternations, {name}": (Alternations(s), s) for name, s in standards.items()}
    speeds: dict[str, list[float]] = {name: [] for name in (*standards, *peers)}
    for number in range(rounds):
        batch = list(source.calls(calls, first=number * calls))
        for name, standard in standards.items():
            speeds[name].append(len(batch) / cpu_s(partial(score_all, standard, batch)))
        for name, (peer, standard) in peers.items():
            some = batch[:_PEER_CALLS]
            readings = [standard.normaliser.read(u.text) for transcript, _ in some for u in transcript.utterances]
            texts = [(reading.text, sounds_of(reading.text)) for reading in readings]
            speeds[name].append(len(some) / cpu_s(partial(peer.search, texts)))
    return speeds


def table(speeds: dict[str, list[float]]) -> Iterable[str]:
    """One line per contestant: the median over the rounds, and the range."""
    for name, found in speeds.items():
        yield (
            f"{name:42}{statistics.median(found):8.1f} calls/s per core   "
            f"[{min(found):.1f}, {max(found):.1f}] in {len(found)} rounds"
        )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=300, help="calls in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--phrases", type=int, default=2000, help="phrases added to the shipped standard")
    arguments = parser.parse_args()
    standards = {}
    for extra in (0, arguments.phrases):
        standard = standard_with(extra)
        standards[f"{sum(1 for _ in standard.lexicon.phrases)} phrases"] = standard
    # As `callqa.services.backtest` does: the standards stay, so that nobody need look through them for garbage.
    gc.freeze()
    print(f"{arguments.calls} calls of {UTTERANCES} utterances in each of {arguments.rounds} rounds")
    for line in table(race(standards, arguments.calls, arguments.rounds)):
        print(line)


if __name__ == "__main__":
    main()
