"""What src/mail composes, read by another implementation: Python's email package.

The messages are written by build/tests/unit/mail/mail FOLDER (FENSONG_BUILD: another build folder).
"""
import email
import email.header
import email.policy
import email.utils
import html.parser
import os
import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("FENSONG_BUILD", "build")
NAMES = ["plain", "trial", "full", "hostile", "notice"]


@pytest.fixture(scope="session")
def messages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("messages")
    subprocess.run([BUILD / "tests/unit/mail/mail", folder], cwd=TOP, check=True, timeout=60)
    return {name: (folder / f"{name}.eml").read_bytes() for name in NAMES}


def parse(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def part(message, kind):
    found = [p for p in message.walk() if p.get_content_type() == kind]
    assert len(found) == 1
    return found[0]


def shape(message):
    if message.is_multipart():
        return [message.get_content_type(), [shape(p) for p in message.get_payload()]]
    return message.get_content_type()


def header_block(octets):
    return octets.split(b"\r\n\r\n", 1)[0]


# --- the octets -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_lines_are_clean(messages, name):
    octets = messages[name]
    assert octets.endswith(b"\r\n")
    assert octets.isascii() and b"\0" not in octets
    rest = octets.replace(b"\r\n", b"")
    assert b"\r" not in rest and b"\n" not in rest
    for line in octets.split(b"\r\n"):
        assert len(line) <= 998
        assert not line.startswith(b".")
        assert not line or line.strip(), "a line of blanks alone"
        if b"=?" in line and not line.startswith(b"--") and b"boundary" not in line:
            assert len(line) <= 76
    for body_line in octets[len(header_block(octets)):].split(b"\r\n"):
        assert len(body_line) <= 100


@pytest.mark.parametrize("name", NAMES)
def test_encoded_words_hold_whole_characters(messages, name):
    for word in re.findall(rb"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=", messages[name]):
        assert len(word) <= 75
        text, charset = email.header.decode_header(word.decode())[0]
        assert charset == "utf-8"
        text.decode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_header_stands_once(messages, name):
    message = parse(messages[name])
    names = [n.lower() for n in message.keys()]
    assert len(names) == len(set(names))
    assert {"from", "to", "subject", "date", "message-id", "mime-version"} <= set(names)
    assert not {"bcc", "return-path", "x-mailer"} & set(names)
    assert not message.defects
    assert not [d for p in message.walk() for d in p.defects]


# --- the headers ----------------------------------------------------------------------------------

def test_headers_of_an_issue(messages):
    message = parse(messages["plain"])
    assert message["From"] == "北京市科协办公室 <weekly@example.org>"
    assert message["To"] == "科协每周动态 <weekly@example.org>"
    assert message["Reply-To"] == "skxxxbs@bast.net.cn"
    assert message["Subject"] == "科协每周动态 2023年第25期（总第78期）"
    assert message["Date"] == "Thu, 16 Nov 2023 15:33:20 +0800"
    assert re.fullmatch(r"<weekly\.2023-25\.issue\.[0-9a-f]{32}@mail\.example\.org>",
                        message["Message-ID"])
    assert message["MIME-Version"] == "1.0"
    assert message["Content-Language"] == "zh-CN"
    assert message["List-Id"] == "科协每周动态 <weekly.example.org>"
    assert message["Precedence"] == "bulk"
    assert message["Auto-Submitted"] is None


def test_a_trial_says_so_and_has_an_id_of_its_own(messages):
    issue, trial = parse(messages["plain"]), parse(messages["trial"])
    assert trial["Subject"] == "[试发] " + issue["Subject"]
    assert trial["Message-ID"] != issue["Message-ID"]


def test_a_notice_is_auto_submitted_and_has_its_file(messages):
    message = parse(messages["notice"])
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Precedence"] is None and message["List-Id"] is None
    assert [a.addr_spec for a in message["To"].addresses] == ["editor@example.org",
                                                              "boss@example.org"]
    assert shape(message) == ["multipart/mixed", [["multipart/alternative",
                                                   ["text/plain", "text/html"]], "text/csv"]]
    assert part(message, "text/csv").get_filename() == "report.csv"
    assert part(message, "text/csv").get_payload(decode=True) == b"a,b\r\n"


# --- the parts ------------------------------------------------------------------------------------

def test_plain_before_html(messages):
    message = parse(messages["plain"])
    assert shape(message) == ["multipart/alternative", ["text/plain", "text/html"]]
    for kind in "text/plain", "text/html":
        assert part(message, kind)["Content-Type"] == f'{kind}; charset="UTF-8"'
        assert part(message, kind)["Content-Transfer-Encoding"] == "base64"
        text = part(message, kind).get_payload(decode=True).decode("utf-8")
        assert "密云区召开科普工作联席会" in text
        assert not re.search(r"[^\r]\n", text)


def test_pictures_are_related_and_files_attached(messages):
    message = parse(messages["full"])
    document = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert shape(message) == ["multipart/mixed", [
        ["multipart/alternative", ["text/plain",
                                   ["multipart/related", ["text/html", "image/png"]]]],
        document]]
    assert part(message, "multipart/related").get_param("type") == "text/html"
    picture = part(message, "image/png")
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in part(message, "text/html").get_content()
    assert picture.get_content_disposition() == "inline"
    assert picture.get_filename() == "图 1.png"
    name = ("关于召开2023年北京市科协党务干部培训班暨科技社团能力提升培训班的通知"
            "（附：参会回执、日程安排、交通路线图）.docx")
    assert part(message, document).get_filename() == name
    legacy = email.message_from_bytes(messages["full"], policy=email.policy.compat32)
    encoded = part(legacy, document).get_param("name")
    assert str(email.header.make_header(email.header.decode_header(encoded))) == name


# --- the HTML -------------------------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    VOID = {"meta", "br", "img", "hr"}

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def page_of(octets):
    page = Page()
    page.feed(part(parse(octets), "text/html").get_content())
    page.close()
    assert page.open == []
    return page


@pytest.mark.parametrize("name", ["plain", "full", "hostile"])
def test_html_brings_nothing_from_elsewhere(messages, name):
    page = page_of(messages[name])
    for tag, attributes in page.tags:
        assert tag not in {"script", "form", "link", "iframe", "object", "base", "svg", "video"}
        assert not [a for a in attributes if a.startswith("on")]
        assert attributes.get("src", "cid:").startswith("cid:")
        assert attributes.get("href", "mailto:").startswith("mailto:")
        assert "url(" not in attributes.get("style", "")
    style = re.search(r"<style>(.*?)</style>",
                      part(parse(messages[name]), "text/html").get_content(), re.S).group(1)
    assert "url(" not in style and "@import" not in style


@pytest.mark.parametrize("name", ["plain", "full", "hostile"])
def test_html_can_be_read_by_everybody(messages, name):
    page = page_of(messages[name])
    assert dict(page.tags)["html"]["lang"] == "zh-CN"
    levels = [int(t[1]) for t, _ in page.tags if re.fullmatch("h[1-6]", t)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:]))
    data_tables = len([t for t, _ in page.tags if t == "th"])
    layout = [a for t, a in page.tags if t == "table" and a.get("role") == "presentation"]
    assert layout and (data_tables or len(layout) == len([t for t, _ in page.tags if t == "table"]))
    assert all("alt" in a for t, a in page.tags if t == "img")
    sizes = [int(s) for t, a in page.tags
             for s in re.findall(r"font-size:(\d+)px", a.get("style", ""))]
    assert all(size >= 16 or size == 1 for size in sizes)


def luminance(colour):
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_text_stands_out():
    text, grounds = set(), set()
    for path in (TOP / "conf/templates").glob("*.html"):
        source = re.sub(r"<style>.*?</style>", "", path.read_text(), flags=re.S)
        text |= set(re.findall(r"[\";]color:(#[0-9a-f]{6})", source))
        grounds |= set(re.findall(r"background-color:(#[0-9a-f]{6})", source))
    assert text and grounds
    assert min(contrast(a, b) for a in text for b in grounds) >= 4.5
    dark = (TOP / "conf/templates/bulletin.html").read_text().split("prefers-color-scheme: dark")[1]
    text = re.findall(r"\{ color: (#[0-9a-f]{6})", dark)
    grounds = re.findall(r"\.(?:desk|sheet|panel) \{ background-color: (#[0-9a-f]{6})", dark)
    assert min(contrast(a, b) for a in text for b in grounds) >= 4.5


# --- hostile issues -------------------------------------------------------------------------------

def test_a_hostile_issue_adds_nothing(messages):
    message = parse(messages["hostile"])
    assert {n.lower() for n in message.keys()} == {
        "from", "to", "subject", "date", "message-id", "mime-version", "content-language",
        "list-id", "precedence", "content-type"}
    for field in "From", "To":
        assert [a.addr_spec for a in message[field].addresses] == ["weekly@example.org"]
    for p in message.walk():
        assert {n.lower() for n in p.keys()} - set(map(str.lower, message.keys())) <= {
            "content-type", "content-transfer-encoding", "content-disposition", "content-id"}
    page = page_of(messages["hostile"])
    assert "<script>alert(1)</script>" in page.text
    assert "长x" * 5000 in page.text
    attached = part(message, "application/pdf").get_filename()
    assert "/" not in attached and "\n" not in attached
