"""mrkdwn as HTML: the marks Slack knows, and nothing a writer could smuggle in."""

import zoneinfo

import pytest

from incident.slack.sandbox import mrkdwn, viewer, words


def eyes(language="en"):
    return viewer.Viewer(
        id="U0LI",
        language=language,
        tz=zoneinfo.ZoneInfo("Asia/Shanghai"),
        people={"U0LI": "李娜", "U0BOB": "Bob"},
        handles={},
        channels={"C1": "general"},
        say=words.speaker(language),
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*b* _i_ ~s~", "<strong>b</strong> <em>i</em> <s>s</s>"),
        ("snake_case_name 3*4*5", "snake_case_name 3*4*5"),
        ("`*x*`", "<code>*x*</code>"),
        ("```\na < b\n```\nnext", "<pre>a &lt; b</pre>next"),
        ("a\nb", "a<br>b"),
        ("&gt; quoted\nafter", "<blockquote>quoted</blockquote>after"),
        ("&amp;&lt;b&gt;", "&amp;&lt;b&gt;"),
        ("<@U0BOB>", '<span class="mention">@Bob</span>'),
        ("<@U0LI>", '<span class="mention me">@李娜</span>'),
        ("<#C1>", '<span class="mention">#general</span>'),
        ("<#C9|secret-name>", '<span class="mention">#private channel</span>'),
        ("<!here>", '<span class="mention me">@here</span>'),
        ("<!subteam^S1|@legal>", '<span class="mention">@legal</span>'),
        (":eyes: :no_such:", "👀 :no_such:"),
        ("*<@U0BOB>*", '<strong><span class="mention">@Bob</span></strong>'),
    ],
)
def test_marks_are_drawn(text, html):
    assert mrkdwn.render(text, eyes()) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<javascript:alert(1)|click>",
        "<data:text/html,x|click>",
        '<https://x" onmouseover="alert(1)|x>',
        "<@U0BOB|<img src=x>>",
        "\x000\x00 <https://x|y>",
        "`<img src=x onerror=alert(1)>`",
        "<!date^1^{date}|<img src=x>>",
    ],
)
def test_nothing_a_writer_sends_becomes_markup_of_its_own(text):
    html = str(mrkdwn.render(text, eyes()))
    assert "<script" not in html and "<img" not in html
    assert 'href="javascript' not in html and 'href="data' not in html
    assert '" onmouseover' not in html


def test_a_link_has_its_label_and_tells_the_other_site_nothing():
    html = mrkdwn.render("<https://x.example/?a=1&amp;b=2|the board>", eyes())
    assert html == (
        '<a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">the board</a>'
    )


@pytest.mark.parametrize(
    ("language", "pattern", "shown"),
    [
        ("en", "{date_num} {time}", "2014-02-18 10:39 PM"),
        ("en", "{date}", "February 18th, 2014"),
        ("en", "{date_short}", "Feb 18th, 2014"),
        ("en", "{date_long_pretty}", "Tuesday, February 18th, 2014"),
        ("zh", "{date} {time}", "2014年2月18日 22:39"),
        ("zh", "{date_long}", "2014年2月18日 星期二"),
        ("zh", "{time_secs}", "22:39:42"),
    ],
)
def test_a_date_is_written_for_its_reader(language, pattern, shown):
    html = str(mrkdwn.render(f"<!date^1392734382^{pattern}|fallback>", eyes(language)))
    assert f'title="fallback">{shown}</time>' in html
