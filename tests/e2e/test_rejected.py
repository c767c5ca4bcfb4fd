"""What can't be sent goes to rejected/, with a why.txt that an editor understands: what, at which line,
how to mend it. All of them are dropped at once into one outbox."""
import re

import pytest

from hostile import Server
from office import Office, bulletin, copies, line_of

GOOD = bulletin(30)
CASES = {
    "no-number.md": bulletin(None),
    "no-day.md": bulletin(date="2023年2月30日"),
    "no-reviewer.md": bulletin(reviewer=None),
    "no-distribution.md": bulletin(groups=None),
    "unknown-group.md": bulletin(groups=("读着",)),
    "secret.md": bulletin(head="机密★1年"),
    "internal.md": bulletin(head="内部资料 注意保存"),
    "no-article.md": re.sub(r"(?s)## 密云.*?科协）", "", bulletin()),
    "three-things.md": bulletin(None, date="2023年2月30日", reviewer=None),
    "other-publication.md": bulletin(name="某某通讯"),
    "binary.md": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "bad-octets.md": GOOD.encode().replace("密云区召开2023年".encode(), b"\xff\xfe\xff\xff"),
    "word.doc": b"\xd0\xcf\x11\xe0" + b"\0" * 512,
    "empty.md": b"",
}


def with_chinese_and_no_english(text):
    """Plain Chinese: no sentence of English left in it."""
    assert re.search(r"[\u4e00-\u9fff]", text), text
    assert not re.search(r"\b[a-z]+ [a-z]+ [a-z]+\b", text), text
    return True


@pytest.fixture(scope="module")
def rejected(tmp_path_factory):
    """(office, server, NAME → why.txt)."""
    with Server() as server, Office(tmp_path_factory.mktemp("rejected"), [server]) as office:
        for name, text in CASES.items():
            office.drop(name, text)
        yield office, server, {name: office.why(name) for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_it_lies_there_with_the_reason(rejected, name):
    office, server, why = rejected
    folder = office.folder / "rejected" / name
    text = CASES[name]
    assert (folder / name).read_bytes() == (text.encode() if isinstance(text, str) else text)
    assert (folder / "why.html").stat().st_size > 0
    assert f"“{name}”没有发出" in why[name]
    assert not copies(server)


@pytest.mark.parametrize("name", CASES)
def test_it_is_plain_chinese_with_a_mend(rejected, name):
    why = rejected[2][name]
    assert with_chinese_and_no_english(why)
    assert "怎么改" in why or "改法" in why or "请" in why, why


@pytest.mark.parametrize("name, words", [
    ("no-number.md", "期"),
    ("no-day.md", "2月30日"),
    ("no-reviewer.md", "审核"),
    ("no-distribution.md", "分送"),
    ("unknown-group.md", "读着"),
    ("secret.md", "机密"),
    ("internal.md", "内部资料"),
    ("other-publication.md", "某某通讯"),
])
def test_it_says_what(rejected, name, words):
    assert words in rejected[2][name], rejected[2][name]


@pytest.mark.parametrize("name, words", [
    ("no-day.md", "2月30日"),
    ("unknown-group.md", "读着"),
    ("secret.md", "机密★"),
    ("bad-octets.md", None),
])
def test_it_says_where(rejected, name, words):
    text = CASES[name]
    line = line_of(text, words) if words else text[:text.index(b"\xff")].count(b"\n") + 1
    assert re.search(rf"第\s*{line}\s*行", rejected[2][name]), rejected[2][name]


def test_an_unknown_group_has_its_nearest_name(rejected):
    assert "读者" in rejected[2]["unknown-group.md"]


def test_all_problems_at_once(rejected):
    why = rejected[2]["three-things.md"]
    assert "2月30日" in why and "审核" in why and len(re.findall(r"(?m)^\d+\. ", why)) == 3


def test_nothing_is_told_twice(rejected):
    assert len(re.findall(r"(?m)^\d+\. ", rejected[2]["no-day.md"])) == 1


def test_a_secret_is_nowhere_else(rejected):
    office = rejected[0]
    secret = "密云区召开2023年科普工作联席会".encode()
    assert not [path for path in (office.home / "state").rglob("*") if path.is_file()
                and path.suffix in (".eml", ".html", ".txt", ".json") and secret in path.read_bytes()]


def test_the_same_text_again_says_when_it_was_sent(rejected):
    office, server, _ = rejected
    office.send(GOOD, name="30.md", key="2023-30")
    before = copies(server)
    office.drop("again.md", GOOD)
    why = office.why("again.md")
    year, month, day = office.issue("2023-30")["finished_at"][:10].split("-")
    when = f"{year}年{month}月{day}日"
    assert "2023年第30期" in why and when in why and with_chinese_and_no_english(why)
    office.drop("other.md", bulletin(30, body="另一篇。"))
    other = office.why("other.md")
    assert "2023年第30期" in other and when in other and other != why
    office.drop("again.md", GOOD)
    assert office.why("again.md (2)")
    assert copies(server) == before


def test_mended_it_is_sent(rejected):
    office, server, _ = rejected
    office.drop("31.md", bulletin(31, reviewer=None))
    office.why("31.md")
    office.drop("31.md", bulletin(31))
    assert office.end("2023-31")["state"] == "sent"


def test_of_another_publications_outbox(tmp_path):
    """Two publications: the file is named the outbox that it belongs to."""
    with Server() as server:
        office = Office(tmp_path, [server])
        (office.home / "monthly" / "outbox").mkdir(parents=True)
        second = {**office.publication, "id": "monthly", "name": "科普月刊",
                  "folder": office.home / "monthly"}
        office.publications = [office.publication, second]
        office.write_conf()
        with office:
            office.drop("25.md", bulletin(name="科普月刊"))
            why = office.why("25.md")
            assert "科普月刊" in why and with_chinese_and_no_english(why)
            assert not copies(server)
            (office.home / "monthly" / "outbox" / "25.md").write_text(bulletin(name="科普月刊"))
            assert office.end()["publication"] == "monthly"


def test_a_forgotten_name_is_no_unknown_publication(rejected):
    office, _, _ = rejected
    office.drop("33.md", bulletin(33).replace("# 科协每周动态\n", ""))
    why = office.why("33.md")
    assert "刊头没有刊名" in why and "没有名为" not in why
