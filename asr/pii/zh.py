"""Spoken and written numbers in Chinese.

The characters that sound like digits are those that Whisper writes for dictated numbers. Some were seen on synthetic
calls (幺 came back as 要, 药, 萧 and 有, 九 as 酒); the others share the syllable.
"""

from __future__ import annotations

import re

from asr.pii.tables import Tables, any_of, named

DIGITS = {c: str(n) for n, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "幺": "1", "两": "2"}
DIGITS |= {str(n): str(n) for n in range(10)} | {chr(0xFF10 + n): str(n) for n in range(10)}

ALIKE = {
    "0": "领另令灵玲铃岭凌陵洞",
    "1": "妖腰药耀邀遥萧消肖箫",
    "2": "耳贰",
    "3": "伞叁",
    "4": "寺肆",
    "5": "伍舞捂",
    "6": "溜陆柳",
    "7": "柒妻漆拐",
    "8": "扒捌巴疤",
    "9": "酒玖勾",
}
"""Seldom said beside digits for their own sake."""

GUESSES = {
    "0": "林临邻",
    "1": "要有摇小以已易",
    "2": "而儿",
    "3": "山",
    "4": "死司似思",
    "5": "我无午吴五",
    "6": "流留刘",
    "7": "期起其气",
    "8": "把爸",
    "9": "就久旧",
}
"""Everyday words: they count only where the number is plain without them."""

FILLERS = (
    "嗯", "呃", "额", "啊", "哦", "噢", "哎", "诶", "唉", "那个", "这个", "就是", "然后", "然后是", "后面", "后面是",
    "中间", "中间是", "前面是", "再", "再是", "是", "逗号", "横杠", "横线", "杠", "空格", "对", "好", "哈", "呢",
    "吧", "是吧", "对吧", "是不是", "对吗", "对不对", "的", "最后", "最后是", "末尾是", "开头", "打头", "结尾",
)  # fmt: skip
PART_OF = "(?:中间|前面|后面)[两二三四五六几2-6]位"
GAP_MARKS = r"[\s\-－‐–—·•.．。,，、~～…!！?？;；_]"

CODE = (
    r"(?:(?:验证|检验|验正|校验|动态|短信|随机|授权|确认|识别|登录)(?:密?码|口令)|口令|"
    r"(?:服务|查询|支付|取款|短信|登录)密码)"
)

TOPICS = {
    # The first that matches at a place wins, so what only contains another's word comes before it.
    "order": (
        r"(?:[工公功弓]单|订单|定单|单据|业务|流水|受理|交易|快递|运单|物流|合同|发票|保单|投诉|案件|查询|批次|排队)(?:编?号码?|单号|编码)",
        r"(?:商品|产品|序列|设备)(?:编?号码?|单号|编码)|单号",
    ),
    "public": (
        r"[工公功弓宫攻][号好浩]|坐席号|员工号",
        r"(?:房间|门牌|航班|车次|型号|版本|端口)(?:编?号码?|单号|编码)|编号|型号|版本号?|代码|编码",
        # Papers named without the word for their number, which comes right behind.
        r"(?:[工公功弓订定]|报修|故障|维修|安装|装机|派|受理|投诉|申请|退款|缴费|充值|快递|运|保|表|回)单子?(?:上)?(?:写)?的?(?=[是为:：]?\Z)",
        r"单子上写?的?(?=[是为:：]?\Z)",
    ),
    "short": (
        # These are mostly only spoken of; a number comes right behind, where the text that is searched ends.
        r"(?:热线|客服电话|积分|余额|邮编)(?=[是为有还剩:：]{0,2}\Z)",
        # The part of a number that is told on purpose, so that both know which is meant.
        r"尾[号数]|[后末尾最][一二两三四五六][位个]|最后[一二两三四五六几][位个]|[后末][四六]位|前[三四]位|[前后末]几位",
    ),
    "id_card": (r"身份[证正政症挣诊]件?(?:号码|号)?|证件号码?|公民身份号码",),
    "bank_card": (
        r"(?:银行|储蓄|信用|借记|收款|提现|绑定的?|工商|农业|建设|招商)[卡咖](?:[号好]码?)?|[卡咖][号好]码?",
        r"(?:银行|收款)账[号户]",
    ),
    "code": (
        CODE,
        # A password is mostly only spoken of; these ask for it or tell it.
        r"密码(?=[是为:：]{0,2}\Z)|(?:报|说|念|告诉|提供|输)[^，。？！]{0,8}密码",
        # A code that nobody calls one: what a text message says, so many digits long.
        r"(?:短信|里面|收到的?|发来的?)[^。！？]{0,8}数字|[四五六4-6]位数?的?(?:数字|码)|[四五六4-6]位数?的(?=[，,是为:：\s]{0,3}\Z)",
    ),
    "phone": (
        r"(?:手机|电话|联系|机主|联络|来电|新|老|旧|原来的|您的|你的|我的)?号码|(?:手机|电话|座机|固话|联系人?)[号好]",
        r"联系[电方][话式]|座机|固话|宽带账号",
        # A telephone is often only spoken of; these ask for its number or are about to tell it.
        r"(?:留|报|说|给|念|提供|登记)[一下个您你的我]{0,5}(?:手机|电话)|(?:手机|电话)(?=[是为:：]|\Z)",
    ),
}
BOUND = r"(?:号码|号|为|是|叫|的话?|呢|嗯|呃|啊|就是|应该是|我的?|您的?|你的?|这个|那个|[\s:：,，、.。])*"
BETWEEN = r"[你您我他咱们公司系统平台手机短信刚才新收到发来过给里上面个条那这什么啥的]{0,10}"
BEHIND = (
    # 4829是验证码，是不是这个验证码，就是你们发的验证码; 这个验证码; 我的服务密码
    r"\s*[，,、。]?\s*(?:(?:这个?|那个?|就|应该|好像|可能|不)*是(?:不是|(?:啥|什么)[，,]?)?|[这那]个|[我您你]的)"
    rf"{BETWEEN}{CODE}(?!没|[码是为:：\d])|"
    # 4829（验证码）; with a pause only where nothing more is said of it
    rf"[（(]?{CODE}(?!没|还|也|呢|[码是为:：\d])|"
    rf"[，,、。]\s*(?:[嗯呃啊哦对]+[，,]?\s*)?{CODE}(?:[吧吗啊嘛]|对吧|是吧)?(?=[。！？!?]|\Z)|"
    r"\s*[，,、。]?\s*(?:[一二三四五两十\d]+分钟|[半一1]个?小时)[之以]?内有效"
)
"""A code may also be named after it was read out."""
AMOUNTS = r"\s*(?:块|元|圆|[万亿]|兆|[gmkt]b?(?![a-z])|%|％)"
SIGNS = r"[¥￥$]\s*"
UNITS = (
    r"\s*(?:角|毛|分(?!别)|[十百千]|流量|个|天|日|年|月|周|点|时|小时|钟|秒|号(?!码)|次|位|条|岁|级|楼|层|栋|单元|室|倍|度|米|公里|"
    r"平米|人|台|部|件|页|档|折|笔|套餐|名|家|批|版|[:：/]\s*\d)"
)
BEFORE = (
    r"(?:费用|金额|价[格钱]|总[价共]|合计|共计?|[花交扣充付欠][了费款]|余额|月租费?|套餐|话费|流量费|押金)[是为有还剩就:：]{0,2}\s*|"
    r"(?:[第每约近:：/]|\d\s*[:：/])\s*"
)
ASSENT = (
    r"(?:[嗯啊哦噢哎诶唉对好是行喂]|好的|是的|对的|没错|[您你请]说|请讲|继续|[您你]继续|然后呢?|后面呢?|还有呢?|明白|收到|记了|记下了?|"
    r"可以|不急|慢慢来|[，。,.！!？?、\s])*"
)
PUBLIC_NUMBERS = (
    r"1(?:10|12|14|17|19|20|22)|12[1-9]\d{2}|100(?:00|10|11|15|50|60|70|80|86|99)(?:\d)?|1008[16]1|(?P<open>106\d{4,17})|"
    r"(?:400|800)\d{7}|95\d{3,4}|96\d{3,4}|123\d{2}"
)
"""Emergency, operators, government lines, senders of text messages, 400/800, banks (95...) and cities (96...)."""
PHONE_NUMBERS = r"(?:(?:00)?86)?1[3-9]\d{9}|(?:(?:00)?86)?0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}"
"""Mobiles, and landlines with their area code; with or without the country's."""


def _figures() -> str:
    digits = "".join(DIGITS)
    alike, guesses = "".join(ALIKE.values()), "".join(c for c in "".join(GUESSES.values()) if c not in DIGITS)
    return (
        rf"(?P<copies>(?P<times>[两二三四234])个(?P<of>[{digits}]))|(?P<digit>[{digits}])|"
        rf"(?P<gap>{PART_OF}|{any_of(FILLERS)}|{GAP_MARKS})|(?P<check>艾克斯|埃克斯|[xｘ叉差插查])|(?P<alike>[{alike}])|(?P<guess>[{guesses}])"
    )


TABLES = Tables(
    values=DIGITS
    | {c: digit for table in (ALIKE, GUESSES) for digit, row in table.items() for c in row if c not in DIGITS},
    figures=re.compile(_figures()),
    topics=named(TOPICS),
    bound=re.compile(BOUND),
    behind=re.compile(BEHIND),
    amounts=re.compile(AMOUNTS),
    units=re.compile(UNITS),
    signs=re.compile(SIGNS),
    before=re.compile(BEFORE),
    assent=re.compile(ASSENT),
    public=re.compile(PUBLIC_NUMBERS),
    phones=re.compile(PHONE_NUMBERS),
)
