"""The chrome's own small dictionary: every word of the pages in English and Chinese."""

from collections.abc import Callable

LANGUAGES = ("en", "zh")

_WORDS: dict[str, tuple[str, str]] = {
    "workspace": ("Slack sandbox", "Slack 沙盒"),
    "pick_person": ("Who do you want to be?", "选择您要扮演的人"),
    "pick_hint": (
        "Open several tabs to be several people. Nothing here leaves this machine.",
        "打开多个标签页可同时扮演多人。这里的内容不会离开本机。",
    ),
    "nobody": ("No people yet. They come with the demo data.", "还没有人员。加载演示数据后即会出现。"),
    "switch_person": ("Be somebody else", "换一个人"),
    "skip": ("Skip to messages", "跳到消息"),
    "channels": ("Channels", "频道"),
    "other_channels": ("Not joined", "未加入"),
    "direct": ("Direct messages", "私信"),
    "apps": ("Apps", "应用"),
    "app_home": ("App Home", "应用首页"),
    "messages": ("Messages", "消息"),
    "bookmarks": ("Bookmarks", "书签"),
    "pinned": ("pinned", "条置顶"),
    "pinned_note": ("Pinned", "已置顶"),
    "pins": ("Pinned messages", "置顶消息"),
    "members": ("members", "位成员"),
    "topic": ("Topic", "话题"),
    "private": ("private", "私有"),
    "archived": ("This channel is archived.", "此频道已归档。"),
    "join": ("Join channel", "加入频道"),
    "leave": ("Leave", "退出"),
    "preview": ("You are looking at a channel you have not joined.", "您正在查看尚未加入的频道。"),
    "compose": ("Message or /command", "输入消息或 /命令"),
    "send": ("Send", "发送"),
    "reply": ("Reply", "回复"),
    "replies": ("replies", "条回复"),
    "only_you": ("Only visible to you", "仅您可见"),
    "edited": ("(edited)", "（已编辑）"),
    "unread": ("unread", "未读"),
    "react": ("Add a reaction", "添加表情回应"),
    "react_with": ("React with {}", "以 {} 回应"),
    "reactions": ("Reactions", "表情回应"),
    "about_message": ("Message actions", "消息操作"),
    "thread": ("Thread", "消息列"),
    "pin": ("Pin to channel", "置顶到频道"),
    "unpin": ("Unpin", "取消置顶"),
    "edit": ("Edit message", "编辑消息"),
    "take_back": ("Delete message", "删除消息"),
    "save": ("Save", "保存"),
    "file_gone": ("This file was deleted.", "此文件已删除。"),
    "attach": ("Attach a file", "添加文件"),
    "shortcuts": ("Shortcuts", "快捷操作"),
    "commands": ("Commands", "命令"),
    "write_to": ("Message {}", "发消息到 {}"),
    "new_here": ("New", "新消息"),
    "tools": ("Tools", "工具"),
    "new_channel": ("Add a channel", "添加频道"),
    "channel_name": ("channel-name", "频道名（小写字母、数字）"),
    "make": ("Create", "创建"),
    "new_direct": ("Message somebody", "给某人发私信"),
    "open_it": ("Open", "打开"),
    "invite": ("Invite", "邀请"),
    "remove": ("Remove", "移除"),
    "channel_settings": ("Channel settings", "频道设置"),
    "rename": ("Rename channel", "更改频道名"),
    "archive": ("Archive channel", "归档频道"),
    "unarchive": ("Reopen channel", "取消归档"),
    "delete_channel": ("Delete channel", "删除频道"),
    "go_back": ("Back to {}", "返回 {}"),
    "switch_hint": (
        "Opens in a new tab, so that you can be several people at once.",
        "在新标签页打开，可同时扮演多人。",
    ),
    "older": ("Older messages", "更早的消息"),
    "empty": ("Nothing has been said here yet.", "这里还没有消息。"),
    "choose": ("Choose", "选择"),
    "choose_one": ("Choose an option", "请选择"),
    "more_actions": ("More actions", "更多操作"),
    "close": ("Close", "关闭"),
    "cancel": ("Cancel", "取消"),
    "optional": ("(optional)", "（选填）"),
    "home_empty": ("The app has not published anything here yet.", "应用尚未在此发布内容。"),
    "start": ("Choose a channel, or open the app.", "请选择一个频道，或打开应用。"),
    "back": ("Channels", "频道列表"),
    "app": ("APP", "应用"),
    "guest": ("guest", "访客"),
    "required": ("Please complete this required field.", "请填写此必填项。"),
    "too_short": ("This is shorter than allowed.", "内容过短。"),
    "too_long": ("This is longer than allowed.", "内容过长。"),
    "not_a_number": ("Enter a number.", "请输入数字。"),
    "out_of_range": ("This number is out of range.", "数字超出范围。"),
    "not_an_email": ("Enter an e-mail address.", "请输入电子邮件地址。"),
    "not_a_url": ("Enter an address that begins with https://", "请输入以 https:// 开头的网址。"),
    "trouble": ("We had some trouble connecting. Try again?", "连接出现问题，请重试。"),
    "refused": ("Slack refused that: {}", "Slack 拒绝了此操作：{}"),
    "app_silent": ("The app did not take that ({}).", "应用未能处理此操作（{}）。"),
    "today": ("today", "今天"),
    "yesterday": ("yesterday", "昨天"),
    "tomorrow": ("tomorrow", "明天"),
    "hidden_channel": ("private channel", "私有频道"),
    "and_so_on": (", ", "、"),
    "several_joined": ("{} and {} others joined the channel", "{} 及另外 {} 人加入了频道"),
    "all_joined": ("{} joined the channel", "{} 加入了频道"),
    "has_joined": ("has joined the channel", "加入了频道"),
    "has_left": ("has left the channel", "退出了频道"),
    "was_removed": ("was removed from the channel", "被移出频道"),
    "set_topic": ("set the topic: {}", "设置了话题：{}"),
    "set_purpose": ("set the description: {}", "设置了描述：{}"),
    "renamed": ("renamed the channel to {}", "将频道更名为 {}"),
    "archived_it": ("archived the channel", "归档了频道"),
    "unarchived_it": ("reopened the channel", "重新打开了频道"),
}

Say = Callable[..., str]


def speaker(language: str) -> Say:
    """A function from a word's key (and what fills its gap) to the text in `language` ("en" or "zh")."""
    column = LANGUAGES.index(language)

    def say(key: str, *filling: object) -> str:
        return _WORDS[key][column].format(*filling)

    return say


def language_of(locale: str) -> str:
    """The chrome's language for a Slack locale such as "zh-CN"."""
    return "zh" if locale.lower().startswith("zh") else "en"


def keys() -> frozenset[str]:
    """Every key of the dictionary."""
    return frozenset(_WORDS)
