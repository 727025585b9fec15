"""Which spoken and written numbers are found: tables of what must be masked, character by character, and near misses.

`<...>` stands around the characters that must be masked. Everything is invented.
"""

from __future__ import annotations

import pytest

from models.transcript import SecretKind
from tests.unit.pii_marks import Turns, marked

PHONE, ID_CARD, BANK_CARD, CODE = SecretKind.PHONE, SecretKind.ID_CARD, SecretKind.BANK_CARD, SecretKind.CODE


FOUND_ZH: list[tuple[SecretKind, Turns]] = [
    # Mobiles, in every way of writing.
    (PHONE, ("C: 我的号码是<13800138000>。",)),
    (PHONE, ("C: <138>-<0013>-<8000>",)),
    (PHONE, ("C: <138> <0013> <8000>，没错。",)),
    (PHONE, ("C: 打<13800138000>找我就行，我等24小时。",)),
    (PHONE, ("C: <幺三八零零幺三八零零零>。",)),
    (PHONE, ("C: <幺三八>，<零零幺三>，<八零零零>。",)),
    (PHONE, ("C: <一三八>嗯<零零一三>那个<八零零零>。",)),
    (PHONE, ("C: <138零零13八000>",)),
    (PHONE, ("C: <幺三九>逗号<二零二零>逗号<六六零七>",)),
    (PHONE, ("C: <１３８００１３８０００>",)),
    (PHONE, ("C: <８６>-<１３８００１３８０００>",)),
    (PHONE, ("C: +<86> <13800138000>",)),
    (PHONE, ("C: <幺三七两个零四个八五六七>",)),
    (PHONE, ("C: 机主是我，<13800138000>，身份证没带。",)),
    # As recognition writes them.
    (PHONE, ("C: <要三八零零>，<要三八零零零>。",)),
    # And with a digit or two lost.
    (PHONE, ("C: <要380>，<要38000>。",)),
    (PHONE, ("C: <幺三九零零>，<幺六二零>",)),
    (PHONE, ("C: 好，<妖三八零零腰三八零领零>。",)),
    (PHONE, ("A: 请报一下手机号码。", "C: <三八零零幺三八>。")),
    (PHONE, ("A: 您的手机号报一下。", "C: <幺三八零零溜期>")),
    # In groups, with the other party in between.
    (PHONE, ("C: <幺三八>", "A: 嗯。", "C: <零零幺三>", "A: 嗯，您说。", "C: <八零零零>。")),
    (PHONE, ("C: 我的是<幺三八>，", "A: <幺三八>。", "C: <零零幺三>。", "A: <零零幺三>。", "C: 对，<八零零零>。")),
    (PHONE, ("C: 我电话<幺三八零零幺三八零零零>。", "A: <幺三八零零>，对吧？")),
    (PHONE, ("U: <幺三八>。", "U: 嗯。", "U: <零零幺三>。", "U: <八零零零>。")),
    (PHONE, ("A: 手机号码？", "C: <138>是吧<0013>是吧<8000>")),
    (PHONE, ("A: 手机号码？", "C: <138>的<0013>的<8000>")),
    (PHONE, ("A: 手机号码？", "C: <138>，<0013>，最后是<8000>")),
    (PHONE, ("A: 您的手机号码是<138>吧，<0013>吧，<8000>对吗",)),
    (PHONE, ("A: 手机号码报一下。", "C: <138>", "A: 您稍等一下我记一下", "C: 中间四位是<0013>", "A: 好的您继续说", "C: <8000>")),
    (PHONE, ("A: 手机号码？", "C: <138>", "A: 您稍等", "C: <0013>是吧我再看看，", "A: 好", "C: <8000>")),
    (PHONE, ("U: 手机号码？", "U: <138>", "U: 您稍等一下我记一下", "U: <0013>", "U: 您继续说", "U: <8000>")),
    # All of it is said: what follows is no piece of it.
    (PHONE, ("A: 手机号码？", "C: <13800138000>", "A: 您要办多少的", "C: 199", "A: 有活动的，", "C: 268呢", "A: 也有", "C: 328")),
    # The end looks like a landline's number, but a card was asked for.
    (BANK_CARD, ("A: 卡号呢？", "C: <6222>，<0202>，<0900>，<135>")),
    (PHONE, ("A: 卡号呢？", "C: 没带，打<13800138000>吧。")),
    (BANK_CARD, ("A: 卡号呢？", "C: <6222>", "A: 声音有点小。", "C: <8402>", "A: 您再大声点", "C: <9900>，<135>")),
    # Landlines.
    (PHONE, ("C: 座机是<010>-<82375561>。",)),
    (PHONE, ("C: <零五七幺>，<八六三零>，<四四幺九>。",)),
    (PHONE, ("A: 座机号码多少？", "C: <八二三七五五六幺>。")),
    # Unexplained and long.
    (PHONE, ("C: 你记一下<七七零幺三二六九>。",)),
    (PHONE, ("C: 打我 <523> <45> <6789>。",)),
    (PHONE, ("C: <137> <110> <2345>",)),
    # What is only spoken of explains no number, nor do topics of short ones explain a long one.
    (PHONE, ("C: 帮我查余额，<1380013800>",)),
    (PHONE, ("C: 帮我查余额，<138> <0013> <800>",)),
    (PHONE, ("C: 工单号我看过了，<83625571>。",)),
    (BANK_CARD, ("C: 我打热线问的，我的是<6222021344556678>。",)),
    (BANK_CARD, ("C: 我要查积分，身份是<110105199003078>",)),
    (BANK_CARD, ("A: 您要查积分还是余额", "C: <6222021344556678>")),
    (PHONE, ("A: 您的手机号报一下。", "C: 工单号我没有，<138001>。")),
    (PHONE, ("C: 尾号是<13800138000>",)),
    (PHONE, ("C: 尾号是<138> <0013> <8000>",)),
    (PHONE, ("C: 尾号是<1380013800>",)),
    (PHONE, ("C: 尾号8026，<13800138000>。",)),
    (PHONE, ("A: 报一下后四位。", "C: <13800138000>。")),
    (PHONE, ("A: 工号是<13800138000>",)),
    # A number that anybody may call ends where somebody's begins.
    (PHONE, ("C: 短信是从10690001，然后<13800138000>发的。",)),
    (PHONE, ("C: 短信是从10690001", "A: 嗯", "C: <13800138000>收到了吗")),
    (PHONE, ("C: 短信是从10690001，<138>，<0013>，<8000>发的。",)),
    (PHONE, ("C: 短信是从10690001，<83625571>发的。",)),
    # A unit that may follow any number is none where a number was asked for, and makes no long number an amount.
    (PHONE, ("C: 电话<83625571>天天打",)),
    (PHONE, ("C: 手机号：<83625571>",)),
    (CODE, ("A: 验证码是多少", "C: <4829>个")),
    (CODE, ("A: 验证码是多少", "C: <4829>号")),
    (CODE, ("C: 验证码是<3850>日",)),
    (CODE, ("C: 验证码：<4829>",)),
    # Identity cards.
    (ID_CARD, ("C: <11010119900101100叉>，我叉着腰说的。",)),
    (ID_CARD, ("C: 身份证<33010219850719263X>。",)),
    (ID_CARD, ("C: <三三零幺零二一九八五零七幺九二六三叉>。",)),
    (ID_CARD, ("C: <三三零幺零二>，<幺九八五零七幺九>，<二六三艾克斯>。",)),
    (ID_CARD, ("C: <幺幺零幺零幺>，<幺九零零>，<零幺零幺>，<幺零零九>。",)),
    (ID_CARD, ("A: 麻烦您报一下身份证号码。", "C: <萧药零药萧酒零零零零药萧零零九>。")),
    (ID_CARD, ("A: 身份证号报一下。", "C: <四二零幺零六>。", "A: 嗯。", "C: <幺九九二零三幺五>。", "A: 好。", "C: <四三幺零>。")),
    (ID_CARD, ("A: 请问身份证号？", "C: <11010119900101>")),
    # Bank cards.
    (BANK_CARD, ("C: 卡号<6222> <0202> <0900> <1358> <776>。",)),
    (BANK_CARD, ("C: <六二二二>，<零二零二>，<零九零零>，<幺三五八>，<七七六>。",)),
    (BANK_CARD, ("A: 银行卡号报一下。", "C: <六二二二零二零四零九零零幺三五八七七>。")),
    (BANK_CARD, ("C: 我卡是<4532015112830366>。",)),
    # Codes.
    (CODE, ("A: 验证码发过去了，请念一下。", "C: <四零七幺八二>。")),
    (CODE, ("A: 请您读一下短信验证码。", "C: 收到了，<8832>。", "A: <8832>，好的。")),
    (CODE, ("C: 我这边收到的验证码是<四零>，<七幺>，<八二>。",)),
    (CODE, ("C: <407182>，这个是验证码吧？",)),
    (CODE, ("A: 动态码告诉我一下。", "C: 等一下啊。", "C: 嗯，<九三零>，<二七五>。")),
    (CODE, ("A: 验证码发到您尾号8026的手机上了。", "C: <三九零幺>")),
]  # fmt: skip

FOUND_EN: list[tuple[SecretKind, Turns]] = [
    (PHONE, ("C: My number is <415>-<555>-<0134>.",)),
    (PHONE, ("C: It's (<415>) <555>-<0134>.",)),
    (PHONE, ("C: <four one five>, <five five five>, <oh one three four>.",)),
    (PHONE, ("C: <four one five>, <triple five>, <oh one> uh <three four>.",)),
    (PHONE, ("C: <one three eight double zero one three eight triple zero>",)),
    (PHONE, ("A: What is the best phone number for you?", "C: <four one five>.", "A: Okay.", "C: <five five five>.", "A: Yes.", "C: <oh one three four>.")),
    (PHONE, ("C: I checked my account balance, my number is <523 456 789>",)),
    (PHONE, ("C: Call me, <523 45 6789>.",)),
    (ID_CARD, ("A: And your social security number?", "C: <078 05 1120>.")),
    (ID_CARD, ("C: My social is <523 45 6789>.",)),
    (BANK_CARD, ("C: The card is <4532 0151 1283 0366>.",)),
    (BANK_CARD, ("C: My card number is <forty-five thirty-two oh one fifty-one twelve eighty-three oh three sixty-six>.",)),
    (CODE, ("A: Please read me the verification code.", "C: <seven seven one four>.")),
    (CODE, ("C: The security code is <482913>.",)),
]  # fmt: skip


NEAR_MISSES_ZH: list[Turns] = [
    # The agent's own number and those of orders.
    ("A: 您好，工号八零二六为您服务。",),
    ("A: 您好，工号八零二六八零二六为您服务。",),
    ("A: 我工号是80265513，您可以记一下。",),
    ("A: 您好，云联客服零三幺七号，请问您要办理什么业务？",),
    ("A: 工单号是二零二六幺幺零四零零三六。",),
    ("C: 订单号20261120380013，麻烦查一下。",),
    ("A: 请说一下订单号。", "C: 三三零七二六幺幺零九。"),
    ("A: 公单号是八八零四幺二七。",),
    ("A: 工单号WO20261120001，您记一下。",),
    # Two prices, with a word or a unit more, or too short for a mobile of which something was lost.
    ("C: 要380块，要38000块。",),
    ("C: 我要380，要38000。",),
    ("C: 要500，要800。",),
    # The customary part of a number.
    ("A: 尾号8026的手机是吧？",),
    ("A: 麻烦报一下身份证后四位。", "C: 六二幺八。"),
    ("A: 麻烦您报一下宽带账号的后六位。", "C: 八八二零幺九。"),
    ("A: 卡号最后四位是3306的那张。",),
    ("A: 您的手机号报一下。", "C: 我积分12345。"),
    ("A: 热线是96123，余额是128000，邮编310000。",),
    # Numbers that anybody may call.
    ("A: 您可以拨打10086，或者10010。",),
    ("A: 请拨幺零零八六转人工。",),
    ("C: 我打12315投诉你们，再不行打12345。",),
    ("A: 客服热线400-820-8820，全天都有人。",),
    ("A: 打四零零，八二零，六六零零，或者幺零零幺零都可以。",),
    ("A: 会有95588的短信通知，还有10690000的号段。",),
    ("C: 我要报警打110了，要不就打120。",),
    ("C: 10690001，10086，都收到过。",),
    ("C: 电话10086，电话打了20天。",),
    # Amounts, prices, speeds, counts.
    ("C: 怎么多出来一百二十八块？",),
    ("C: 扣了我1280000元。",),
    ("C: 一共是1,280,000元，不是小数。",),
    ("C: 套餐是一九九，不是二九九，也不是三九九的。",),
    ("C: 我的流量还剩1024000M，速度1000兆。",),
    ("C: 有一五零零，两千的，也有3000的。",),
    ("C: 有1500、2000、2500三档。",),
    ("C: 199的、299的、399的都看过。",),
    ("A: 套餐有几档，您看。", "C: 166。", "A: 还有贵一点的。", "C: 188。", "A: 再贵的也有。", "C: 268。"),
    ("A: 手机号码不用了。", "C: 要的是1380", "A: 套餐是吗，您稍等", "C: 一共多少钱", "A: 您稍等", "C: 我要查一个"),
    ("A: 您说的是哪个手机", "C: 12000的那个"),
    ("A: 手机号已经登记了，那订单号呢？", "C: 2026", "A: 您稍等我记一下", "C: 1120"),
    ("C: ￥12800000，写错了吧。",),
    ("C: 从一数到七，一二三四五六七。",),
    ("C: 反正七七八八的都加起来了，验证码我没有。",),
    ("A: 短信稍后下发到您手机上。", "C: 行166，就199。"),
    ("A: 验证码是多少？", "C: 又扣了4829块，套餐才1000兆。"),
    ("A: 手机号收到了，一共多少钱您清楚吗？", "C: 166，166。"),
    # Days and times.
    ("A: 二零二六年十一月二十号之前。",),
    ("A: 有效期到20261120。",),
    ("A: 有效期到20261120，199元。",),
    ("A: 2026-11-20 09:31开通的。",),
    ("A: 两个小时之内，最多二十四小时，九点三十分之前。",),
    ("A: 五到七个工作日，一二三四都行。",),
    # A code is spoken of, but no code is said.
    ("A: 验证码六十秒内有效，请您念一下，是六位数。",),
    ("A: 验证码由10086发送，请注意查收，2026年的新规定。",),
    ("A: 收不到验证码的话，199元的套餐也能先办，300兆的。",),
    ("A: 验证码的事查到了，您的工号8026那位同事处理的。",),
    # Words that sound like digits.
    ("C: 我要把这个就退了，而且没有要求，起码三次。",),
    ("C: 我要一个五百的，你就给我一个。",),
    ("C: 药、酒、萧这些我都不要。",),
]  # fmt: skip

NEAR_MISSES_EN: list[Turns] = [
    ("A: This is agent number 80265513 speaking.",),
    ("A: Your order number is 2026 1120 3800.",),
    ("A: Ticket number seven seven one four oh nine two five.",),
    ("A: The card ending in 4242.",),
    ("A: What are the last four digits of your social?", "C: One one two oh."),
    ("A: Call us at 1-800-555-0199, or 911 in an emergency.",),
    ("C: You charged me 1280000 dollars, $1,280,000.",),
    ("A: In twenty four hours, or two to four days.",),
    ("A: Between 9:30 and 10:45 on 20261120.",),
    ("C: I paid fifty, then forty, then thirty two dollars for one or two of them.",),
    ("A: It is 300 megabits, that's four times faster.",),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "turns"), FOUND_ZH, ids=lambda v: v[-1] if isinstance(v, tuple) else str(v))
def test_chinese_numbers_are_found_to_the_character(kind: SecretKind, turns: Turns) -> None:
    assert marked(turns, "zh") == (turns, {kind})


@pytest.mark.parametrize(("kind", "turns"), FOUND_EN, ids=lambda v: v[-1] if isinstance(v, tuple) else str(v))
def test_english_numbers_are_found_to_the_word(kind: SecretKind, turns: Turns) -> None:
    assert marked(turns, "en") == (turns, {kind})


@pytest.mark.parametrize("turns", NEAR_MISSES_ZH, ids=lambda v: v[-1])
def test_chinese_numbers_that_are_nobodys_stay(turns: Turns) -> None:
    assert marked(turns, "zh") == (turns, set())


@pytest.mark.parametrize("turns", NEAR_MISSES_EN, ids=lambda v: v[-1])
def test_english_numbers_that_are_nobodys_stay(turns: Turns) -> None:
    assert marked(turns, "en") == (turns, set())
