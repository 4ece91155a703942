"""The message that carries an invitation's link, in the customer's language."""

from typing import Literal

from survey.campaigns.occasion import Trigger

Language = Literal["zh-CN", "en"]

OPENINGS: dict[Language, dict[Trigger, str]] = {
    "zh-CN": {
        "order_completed": "您的用电业务已办结，请评价我们的服务：",
        "incident_restored": "您家的供电已恢复，请评价我们的抢修服务：",
        "case_closed": "您反映的问题我们已处理，请告诉我们是否解决：",
        "action_done": "我们改进了为您提供过的服务，请再评价一次：",
        "none": "请评价我们的服务：",
    },
    "en": {
        "order_completed": "Your order is completed. How was our service?",
        "incident_restored": "Your supply is back. How did we handle the outage?",
        "case_closed": "We worked on what you told us. Is it solved?",
        "action_done": "We changed a service that you used. How is it now?",
        "none": "How is our service?",
    },
}

TITLES: dict[Language, str] = {"zh-CN": "请评价我们的供电服务", "en": "How is our service?"}
REMINDERS: dict[Language, dict[bool, str]] = {
    "zh-CN": {False: "您还没有回答我们的问卷。", True: "如果您已经回答过，请忽略；我们不查看谁回答了。"},
    "en": {
        False: "You have not answered yet.",
        True: "If you have answered already, ignore this: we do not look who did.",
    },
}
OPT_OUT: dict[Language, str] = {
    "zh-CN": "不想再收到问卷，请在打开的页面中选择退出。",
    "en": "To get no more surveys, choose so on the page that opens.",
}


def mail(language: Language, text: str) -> tuple[str, str]:
    """Title and body of an e-mail with this text."""
    return TITLES[language], f"{text}\n\n{OPT_OUT[language]}\n"


def reminder(language: Language, text: str, *, anonymous: bool) -> str:
    """Anonymous answers are not looked at: everybody is reminded, and told so."""
    return f"{REMINDERS[language][anonymous]} {text}"


def message(language: Language, trigger: Trigger, link: str) -> str:
    """One line: why we ask, then the link."""
    return f"{OPENINGS[language][trigger]} {link}"
