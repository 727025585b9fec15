"""Words of the page of people."""

from __future__ import annotations

from typing import Final

PEOPLE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "people.title": ("用户", "People"),
    "people.add": ("新增用户", "Add somebody"),
    "people.name": ("用户名", "Login name"),
    "people.shown_name": ("显示名", "Shown name"),
    "people.post": ("身份", "Post"),
    "people.teams": ("班组（多个用逗号分隔，留空为全部）", "Teams (separated by commas; empty: all)"),
    "people.agent_id": ("工号（仅坐席）", "Agent id (agents only)"),
    "people.disabled": ("停用", "Disabled"),
    "people.active": ("启用", "Active"),
    "people.state": ("状态", "State"),
    "people.disable": ("停用", "Disable"),
    "people.enable": ("启用", "Enable"),
    "people.reset": ("重设密码", "New password"),
    "people.password_once": (
        "{name} 的临时密码（仅显示一次）：{password}",
        "Password for {name}, shown only once: {password}",
    ),
    "people.by_oidc": ("仅用单点登录，不设密码", "Single sign-on only, no password"),
    "people.unbind": ("解除单点登录账号", "Forget single sign-on account"),
    "people.added": ("已新增 {name}", "{name} was added"),
    "people.change": ("修改", "Change"),
}
