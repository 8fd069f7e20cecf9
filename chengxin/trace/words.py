"""What the actions and outcomes of traces are called on a page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import ITEMS
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

ACTIONS: dict[str, str | Promise] = {
    "access.ask": _("请求查看"),
    "alarm.answer": _("响应紧急呼叫"),
    "alarm.call": _("紧急呼叫"),
    "alarm.end": _("紧急呼叫结束"),
    "alert.approve": _("复核通过"),
    "alert.assign": _("分派预警"),
    "alert.clear": _("预警解除"),
    "alert.comment": _("案件备注"),
    "alert.confirm": _("预警认定属实"),
    "alert.escalate": _("临期报科所长"),
    "alert.explain": _("预警已说明"),
    "alert.hand_over": _("移交预警"),
    "alert.leave": _("预警无法认定"),
    "alert.open": _("发现预警"),
    "alert.overdue": _("逾期报局领导"),
    "alert.postpone": _("延长核实期限"),
    "alert.propose": _("提请复核"),
    "alert.receive_all": _("接收预警"),
    "alert.refresh": _("预警情况变化"),
    "alert.release": _("批准解除"),
    "alert.remind": _("到期提醒"),
    "alert.see": _("查看预警"),
    "alert.send_back": _("复核退回"),
    "alert.take": _("承办预警"),
    "alert.urge_all": _("催办"),
    "approval.give": _("审批"),
    "case.list": _("查看案件清单"),
    "client.add": _("登记接口客户端"),
    "client.stop": _("停用接口客户端"),
    "control.draw": _("抽取对照样本"),
    "control.judge": _("对照抽样核实"),
    "control.open": _("抽为对照样本"),
    "delivery.receive": _("接收数据"),
    "device.add": _("添加设备"),
    "device.answer": _("设备应答"),
    "device.ask": _("设备指令"),
    "device.enrol": _("设备登记"),
    "device.hello": _("设备上线"),
    "device.invite": _("发放登记码"),
    "device.lock": _("设备停用或启用"),
    "device.status": _("设备状态"),
    "directive.acknowledge": _("确认阅读指令"),
    "directive.await_release": _("待解除指令"),
    "appointment.book": _("预约"),
    "appointment.cancel": _("取消预约"),
    "directive.ease": _("减轻限制指令"),
    "directive.impose": _("下达限制指令"),
    "directive.lift": _("解除限制指令"),
    "directive.override": _("窗口放行"),
    "directive.release": _("批准解除指令"),
    "directive.review": _("复查限制指令"),
    "directive.see": _("查看限制指令"),
    "dossier.export": _("导出档案"),
    "dossier.graph": _("查看关系图"),
    "dossier.open": _("查看档案"),
    "dossier.print": _("打印档案"),
    "dossier.rows": _("查看档案明细"),
    "dossier.search": _("查询档案"),
    "enterprise.verify": _("法定代表人逐户核实"),
    "evaluation.decline": _("不评价"),
    "evaluation.give": _("服务评价"),
    "face.calibrate": _("校准人脸比对"),
    "face.reembed": _("重新提取人像特征"),
    "file.see": _("查看案件资料"),
    "identity.judge": _("身份认定"),
    "identity.put_off": _("身份认定稍后处理"),
    "identity.see": _("查看待认定记录"),
    "identity.withdraw": _("撤销身份认定"),
    "inquiry.answer": _("纳税人说明"),
    "inquiry.ask": _("要求说明"),
    "inquiry.lapse": _("逾期未说明"),
    "inquiry.open": _("打开说明页面"),
    "inquiry.remind": _("说明将到期"),
    "inquiry.renew": _("重发查询码"),
    "inquiry.withdraw": _("撤回说明要求"),
    "indicator.check": _("复核指标"),
    "indicator.make": _("编制指标"),
    "indicator.publish": _("发布指标"),
    "indicator.return": _("退回指标"),
    "indicator.see_tried": _("查看试运行对象"),
    "indicator.shadow": _("影子运行指标"),
    "indicator.stop_try": _("停止试运行"),
    "indicator.submit": _("提交指标复核"),
    "indicator.switch_back": _("切换回原版本"),
    "indicator.tried": _("试运行完成"),
    "indicator.try": _("试运行指标"),
    "indicator.withdraw": _("停用指标"),
    "indicator.write": _("修改指标"),
    "item.begin": _("受理事项"),
    "item.finish": _("办结事项"),
    "item.stop": _("中止事项"),
    "kiosk.begin": _("自助取号"),
    "kiosk.read": _("读取证件"),
    "kiosk.skip_face": _("不比对人脸"),
    "lake.tidy": _("整理数据湖"),
    "list.approve": _("名单复核通过"),
    "list.approve_import": _("名单批量复核通过"),
    "list.ask_removal": _("申请移出名单"),
    "limit.approve": _("停送上限复核通过"),
    "limit.propose": _("提出停送上限"),
    "limit.refuse": _("停送上限不予通过"),
    "limit.withdraw": _("撤回停送上限申请"),
    "list.ask_stop": _("申请提前停止公布"),
    "list.expire": _("名单期满"),
    "list.expire_all": _("名单期满处理"),
    "list.import": _("导入名单"),
    "list.propose": _("提出列入名单"),
    "list.refuse": _("名单复核未通过"),
    "list.see": _("查看名单"),
    "list.withdraw": _("撤回名单申请"),
    "night.adopt": _("指标变更生效"),
    "night.follow": _("变动扫描"),
    "night.run": _("夜间扫描"),
    "number.reveal": _("显示完整证件号"),
    "objection.answer": _("答复异议"),
    "objection.file": _("提出异议"),
    "objection.print": _("打印异议答复"),
    "objection.see": _("查看异议"),
    "objection.withdraw": _("撤回异议"),
    "person.admit": _("核对证件有效期"),
    "person.enrol": _("采集人像"),
    "person.meet": _("登记证件信息"),
    "person.see": _("窗口查看人员"),
    "person.verify": _("人脸比对"),
    "person.verify_by_hand": _("人工核验"),
    "proposal.approve": _("复核通过"),
    "proposal.make": _("提出指令申请"),
    "proposal.refuse": _("复核未通过"),
    "proposal.withdraw": _("撤回指令申请"),
    "stop.cease": _("停送自行撤销"),
    "stop.join": _("并入停送"),
    "stop.make": _("扫描停送"),
    "stop.refuse": _("停送不予下达"),
    "stop.release": _("停送批准下达"),
    "stop.see": _("查看停送名单"),
    "redress.answer": _("答复差评"),
    "redress.see": _("查看差评"),
    "screen.end": _("评价屏解除配对"),
    "screen.invite": _("生成评价屏配对码"),
    "screen.pair": _("评价屏配对"),
    "score.list": _("查看风险排序"),
    "score.renew": _("风险评分"),
    "score.see": _("查看评分构成"),
    "snooze.approve": _("批准暂缓"),
    "snooze.ask": _("提出暂缓"),
    "snooze.end": _("撤回暂缓"),
    "subject.list": _("查看管户清单"),
    "ticket.abandon": _("弃号"),
    "ticket.call": _("叫号"),
    "ticket.copy": _("补打号票"),
    "ticket.finish": _("办结"),
    "ticket.identify": _("号票核验"),
    "ticket.merge": _("合并号票"),
    "ticket.miss": _("过号"),
    "ticket.park": _("挂起"),
    "ticket.precall": _("预叫"),
    "ticket.prioritise": _("优先"),
    "ticket.recall": _("重呼"),
    "ticket.release": _("取消预叫"),
    "ticket.resume": _("恢复办理"),
    "ticket.return": _("过号恢复"),
    "ticket.scan": _("扫描号票"),
    "ticket.start": _("开始办理"),
    "ticket.take": _("取号"),
    "ticket.transfer": _("转移"),
    "tuning.ask": _("测算阈值调整"),
    "tuning.decline": _("不采纳阈值调整"),
    "tuning.look_back": _("回溯测算阈值"),
    "tuning.measure_again": _("重新测算阈值"),
    "tuning.measured": _("完成阈值测算"),
    "tuning.see": _("查看阈值调整"),
    "tuning.stop": _("停止阈值测算"),
    "tuning.take": _("采纳阈值调整"),
    "trace.export": _("导出痕迹"),
    "trace.search": _("查询痕迹"),
    "trace.see": _("查看痕迹"),
    "picture.see": _("查看当时影像"),
    "window.hand_over": _("窗口交接"),
    "window.pause": _("窗口暂停"),
    "window.resume": _("窗口恢复"),
}
OUTCOMES: dict[str, str | Promise] = {
    "done": _("成功"),
    "already_booked": _("已有预约"),
    "already_answered": _("已经说明过"),
    "already_asked": _("已要求说明"),
    "already_handled": _("已处理"),
    "already_judged": _("已认定过"),
    "already_waiting": _("已取号"),
    "already_withdrawn": _("已撤销过"),
    "answer_awaited": _("说明期内"),
    "approval_needed": _("须审批"),
    "card_unreadable": _("证件读取失败"),
    "device_known": _("设备编号已有"),
    "device_locked": _("设备已停用"),
    "device_signature": _("设备签名不符"),
    "document_expired": _("证件过期"),
    "enterprise_needed": _("未选企业"),
    "face_mismatch": _("人脸不符"),
    "file_too_large": _("资料过大"),
    "grade_unknown": _("无此评价等级"),
    "half_hour_full": _("时段已满"),
    "held_by_other": _("他人承办"),
    "inquiry_over": _("无需说明或已过期"),
    "inquiry_unknown": _("查询码无效"),
    "item_open": _("事项未办结"),
    "legal_rep_needed": _("须法定代表人到场"),
    "locked_out": _("密码错误过多"),
    "may_not_hold": _("不能承办"),
    "name_needed": _("缺说明人"),
    "no_printer": _("没有打印机"),
    "number_unknown": _("没有此号码"),
    "no_font": _("缺少中文字体"),
    "no_role": _("无权限"),
    "not_again": _("不再打印"),
    "not_bound": _("非该企业人员"),
    "not_his": _("非同一人号票"),
    "not_overridable": _("不得放行"),
    "not_holder": _("非承办人"),
    "not_identified": _("身份未核验"),
    "not_ranked": _("没有风险评分"),
    "not_yours": _("不在管辖范围"),
    "nothing_proposed": _("无待复核事项"),
    "officers_browser": _("税务人员的浏览器"),
    "other_window": _("其他窗口号票"),
    "own_alarm": _("须他人响应"),
    "priority_unknown": _("无此类优先"),
    "reader_gone": _("读卡器不可用"),
    "reason_unknown": _("未选原因"),
    "restricted": _("限制，未办理"),
    "review_awaited": _("已提请复核"),
    "says_too_much": _("内容不得告知"),
    "screen_unknown": _("评价屏未配对"),
    "second_officer_needed": _("须他人复核"),
    "time_unknown": _("时间不可预约"),
    "token_unknown": _("二维码无效"),
    "token_used": _("二维码已用"),
    "too_late": _("超时"),
    "too_long": _("内容过长"),
    "too_many_files": _("资料过多"),
    "too_many_tries": _("查询次数过多"),
    "window_busy": _("窗口有人"),
    "window_paused": _("窗口已暂停"),
    "window_cannot": _("窗口不办此类业务"),
    "words_needed": _("未填内容"),
    "wrong_days": _("天数有误"),
    "wrong_file": _("资料格式不符"),
    "wrong_password": _("密码错误"),
    "wrong_state": _("状态不符"),
}
BANDS: dict[str, str | Promise] = {
    "accept": _("比对通过"),
    "staff": _("待人工核验"),
    "reject": _("比对未通过"),
    "manual": _("人工核验通过"),
}

PLACES: dict[str, str | Promise] = {
    "dossier": _("档案"),
    "identity": _("身份认定"),
    "exchange": _("数据交换"),
    "night": _("夜间运行"),
}
NAMED_PLACES: dict[str, str | Promise] = {
    "hall": _("办税服务厅 %(name)s"),
    "window": _("%(name)s 号窗口"),
    "device": _("设备 %(name)s"),
    "screen": _("%(name)s 号窗口评价屏"),
    "alert": _("预警 %(name)s"),
}


def action(name: str) -> str:
    return str(ACTIONS.get(name, name))


def outcome(code: str) -> str:
    return str(OUTCOMES.get(code, code))


def place(text: str) -> str:
    """1 号窗口 for hall:yangxin/window:1; a place that has no words as it is."""
    kind, _sep, name = text.rpartition("/")[2].partition(":")
    if kind in NAMED_PLACES:
        return str(NAMED_PLACES[kind]) % {"name": name}
    return str(PLACES.get(text, text))


def detail(trace: Trace, enterprise: str) -> str:
    """The particulars that tell the line: ticket, item, enterprise, band of a face, who approved.

    The band of a finding is left out: it would say at the counter what a case is about.
    """
    told = trace.detail
    parts = [str(told.get("ticket", "")), item_title(str(told.get("item", ""))), enterprise]
    if told.get("band") in BANDS:
        parts.append(str(BANDS[told["band"]]))
    if told.get("approved_by"):
        parts.append(gettext("审批人 %(number)s") % {"number": told["approved_by"]})
    if told.get("second_officer"):
        parts.append(gettext("第二核验人 %(number)s") % {"number": told["second_officer"]})
    if told.get("out_of_turn"):
        parts.append(gettext("提前办理"))
    if told.get("verb"):
        parts.append(str(told["verb"]))
    return " · ".join(part for part in parts if part)


def item_title(code: str) -> str:
    known = ITEMS.get(code)
    if known is None:
        return code
    return known.title_en if english() else known.title
