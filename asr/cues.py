"""Words that give a speaker away: agents serve, customers ask, machines announce."""

from __future__ import annotations

import re
from collections.abc import Sequence

_Weighted = tuple[tuple[re.Pattern[str], float], ...]

_AGENT_CUES: dict[str, dict[str, float]] = {
    "zh": {
        r"为您服务|高兴服务|很高兴.{0,4}服务": 3,
        r"(?:您|你)好.{0,10}(?:客服|服务|热线|通信|公司|专席|中心)": 3,
        r"(?:有|请问).{0,4}什么.{0,6}(?:帮|协助)": 3,
        r"(?:还有|还需要|其他|别的).{0,6}(?:帮您|帮到|帮助|可以帮|需要帮)": 3,
        r"祝您|感谢您?的?(?:来电|致电|接听|耐心|理解|支持|配合)": 3,
        r"(?<!你)(?<!你的)(?<!您的)(?:工号|公号|功号)[是为]?[0-9零一二三四五六七八九幺]": 2.5,
        r"请问?您|麻烦您|请您|跟您|和您|向您|给您|帮您|为您|替您": 1.5,
        r"请稍等|稍等一下|请不要挂": 1.5,
        r"(?:先生|女士)[，,。]?": 1,
        r"我?(?:帮|给|为)您?(?:查|核实|登记|记录|反映|转接)|核对一下|核实一下": 1,
        r"非常抱歉|十分抱歉|深表歉意|很抱歉": 1.5,
        r"(?:会|安排|让).{0,6}(?:人员?|同事|专员|师傅|部门).{0,4}(?:联系|回复|处理|上门)(?:你|您)?": 1,
        r"不归我们?管|我(?:帮|给)(?:您|你).{0,2}(?:登|记|查|报|转|反映)": 1,
        r"您": 0.7,
    },
    "en": {
        r"thank you for calling|how (?:can|may) i (?:help|assist)|speaking[,.]? how": 3,
        r"my name is \w+.{0,20}(?:help|assist|calling from)": 3,
        r"is there anything else|have a (?:great|good|nice|wonderful) (?:day|one|evening)": 2.5,
        r"(?:can|could|may) i (?:have|get|please have|put you on)|for verification|bear with me": 2,
        r"i apologi[sz]e for|i(?:'m| am) sorry (?:to hear|about|for the)|let me (?:check|look|pull|see|go ahead)": 1.5,
        r"\b(?:sir|ma'am)\b|i can (?:certainly|definitely) ": 1,
    },
}
_CUSTOMER_CUES: dict[str, dict[str, float]] = {
    "zh": {
        r"你们": 1.2,
        r"我想(?:问|查|办|投诉|咨询|取消|改|退)|我要(?:投诉|退|办|查|问|开|找|取消|转|携)": 2,
        r"我(?:的|家|们家|那个|这个).{0,8}(?:手机|宽带|号|话费|卡|网|流量|套餐|账单|电话)": 1,
        r"(?:你|您)的?(?:工号|公号)|你叫什么": 2,
        r"为什么|怎么(?:还|又|就|回事|办|能)|凭什么|什么时候": 0.8,
        r"打了?(?:好几|三|两|多少)(?:次|遍|个)|等了(?:半天|好久|.{1,3}天)": 1.5,
        r"^我(?:前天|昨天|上周|上个月|去年|刚刚?|都|这都)|(?:帮我|给我)(?:查|看|转|弄|退|办|处理|解决)": 1.2,
        r"^(?:行吧?|好的?|嗯+|哦+|那行|知道了|谢谢)[，。！]*(?:谢谢|再见)?[。！]?$": 0.6,
    },
    "en": {
        r"\bi(?:'d| would) like to (?:know|cancel|speak|complain|make|get|schedule)": 2,
        r"i need (?:to|a|an|some)|i(?:'m| am) calling (?:about|because|to)": 2,
        r"\bmy (?:account|bill|phone|order|internet|card|car|service|subscription)\b": 1,
        r"why (?:is|was|did|do|are)|you (?:guys|people)|how (?:much|long)": 0.8,
        r"^(?:okay|ok|yes|yeah|sure|all right|great)[,.!]*(?: thank you)?[.!]?$": 0.6,
    },
}
_ANNOUNCEMENTS = {
    "zh": re.compile(
        r"请按[0-9零一二三四五六七八九幺井星#*]|正在为您转接|通话(?:可能)?(?:会|将)?(?:会|被|可能)*录音|"
        r"为了?提[高升].{0,4}服务质量|您(?:拨打|所拨|呼叫)的|来电将被录音|坐席(?:全)?忙|请稍后再拨|"
        # Recognition mishears the key (请按议 for 请按一) and the welcome (欢迎制电 for 欢迎致电). A person who
        # welcomes also offers help.
        r"(?:业务|查询|自助|咨询|办理|投诉|报修|报障|人工|客服|服务).{0,4}请按[^流照规我您你计要]|"
        r"^(?!.*(?:请问|帮[您你]|[工公宫]号|为[您你]服务|请讲|请说))(?:[您你]好)?，?欢迎(?:拨打|[致制治至之支]电)|"
        r"请对(?:本次|我的)?服务(?:进行)?评价"
    ),
    "en": re.compile(
        r"press (?:\d|one|two|three|four|five|zero|star|pound)|para español|"
        r"calls? (?:may|will|is|are)(?: be)? (?:being )?(?:recorded|monitored)|"
        r"please stay on the line|your call is important|the (?:number|person) you (?:have dialed|are calling)",
        re.IGNORECASE,
    ),
}
# What only a machine says, even in the middle of a call; people, too, say that they connect you or which key to press.
_UNMISTAKABLE = {
    "zh": re.compile(r"您(?:所)?(?:拨打|呼叫)的(?:电话|号码|用户)|请对(?:本次|我的)?服务(?:进行)?评价|坐席(?:全)?忙"),
    "en": re.compile(r"the (?:number|person) you (?:have dialed|are calling)|your call is important", re.IGNORECASE),
}
_MAX_PER_TURN = 4.0


def agent_score(text: str, language: str) -> float:
    """How much the text sounds like an agent (above 0) or a customer (below 0); 0 when nothing gives them away."""
    agent, customer = _COMPILED[language]
    score = sum(weight for cue, weight in agent if cue.search(text))
    score -= sum(weight for cue, weight in customer if cue.search(text))
    return max(-_MAX_PER_TURN, min(_MAX_PER_TURN, score))


def greets(text: str, language: str) -> bool:
    """Whether the text opens or closes a call as only an agent does."""
    agent, _ = _COMPILED[language]
    return any(weight >= 2.5 and cue.search(text) for cue, weight in agent)


def announces(text: str, language: str, *, greeted: bool) -> bool:
    """Whether the text is a recorded announcement; `greeted`: somebody has spoken before.

    Then only what no person would say counts.
    """
    cues = _UNMISTAKABLE if greeted else _ANNOUNCEMENTS
    return cues[language].search(text) is not None


def _compiled(cues: dict[str, float]) -> _Weighted:
    return tuple((re.compile(cue, re.IGNORECASE), weight) for cue, weight in cues.items())


_COMPILED: dict[str, Sequence[_Weighted]] = {
    language: (_compiled(_AGENT_CUES[language]), _compiled(_CUSTOMER_CUES[language])) for language in _AGENT_CUES
}
