"""The real issue, with the groups that are shipped, through a good server."""
import csv
import json

import pytest

import office as of
from hostile import Server
from office import Office, REAL_ISSUE, SHIPPED_GROUPS

GROUPS = ["chairs", "vice-chairs", "standing-members", "members", "leaders", "societies", "foundations",
          "district-associations", "grassroots", "departments", "institutions"]


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """(office, server, issue as it ended, rows of the preview's recipients.csv)."""
    home = tmp_path_factory.mktemp("real")
    with Server() as server, Office(home, [server], groups=SHIPPED_GROUPS) as office:
        office.does("preview", REAL_ISSUE, "-o", home / "parcel")
        text = (home / "parcel" / "recipients.csv").read_text("utf-8-sig")
        office.drop("第25期.md", REAL_ISSUE.read_bytes())
        issue = office.end()
        office.sent_folder()
        office.until(lambda: of.notices(server), "the report by mail")
        yield office, server, issue, list(csv.DictReader(text.splitlines()))


def test_each_expected_recipient_gets_one_copy_and_nobody_else(sent):
    office, server, issue, rows = sent
    expected = set()
    for group in GROUPS:
        table = office.table("groups", group, "--expand")
        expected |= {recipient["address"] for recipient in table["recipients"]}
    assert len(expected) > 400
    assert {row["address"] for row in rows} == expected and len(rows) == len(expected)
    assert of.copies(server) == sorted(expected)
    assert (issue["state"], issue["recipients"], issue["sent"]) == ("sent", len(rows), len(rows))


def test_a_recipient_of_two_groups_has_both(sent):
    office, _, _, rows = sent
    several = {row["address"]: set(row["groups"].split()) for row in rows if " " in row["groups"]}
    assert several
    people = office.recipients()
    for address, groups in several.items():
        assert set(people[address]["groups"]) == groups


def test_groups_are_counted(sent):
    office, _, issue, _ = sent
    assert [group["group"] for group in issue["groups"]] == GROUPS
    for group in issue["groups"]:
        size = len(office.table("groups", group["group"], "--expand")["recipients"])
        assert (group["recipients"], group["sent"]) == (size, size)


def test_the_mail_reads_as_the_contract_says(sent):
    _, server, _, _ = sent
    messages = of.issues(server)
    assert len({message["Message-ID"] for message in messages}) == 1
    message = messages[0]
    assert not message.defects
    assert message["Subject"] == "科协每周动态 2023年第25期（总第78期）"
    assert message["From"] == "北京市科协办公室 <weekly@example.org>"
    assert message["Reply-To"] == "skxxxbs@bast.net.cn"
    assert message["Precedence"] == "bulk" and message["Content-Language"] == "zh-CN"
    assert "weekly.example.org" in message["List-Id"]
    assert "密云区召开科普工作联席会" in of.text_of(message)
    assert "密云区召开科普工作联席会" in message.get_body(("html",)).get_content()


def test_recipients_do_not_see_each_other(sent):
    _, server, _, rows = sent
    octets = next(o for _, o in server.got if not of.parse(o)["Auto-Submitted"])
    message = of.parse(octets)
    assert message["Bcc"] is None and message["Cc"] is None
    assert [a.addr_spec for a in message["To"].addresses] == ["weekly@example.org"]
    seen = octets.decode("ascii") + "".join(part.get_content() for part in message.walk()
                                            if part.get_content_maintype() == "text")
    assert not [row["address"] for row in rows if row["address"] in seen]


def test_the_envelope_is_the_publications(sent):
    _, server, _, rows = sent
    assert all("<weekly@example.org>" in c for c in server.commands if c.startswith("MAIL"))
    lots = (len(rows) + 99) // 100
    assert sum(c.startswith("MAIL") for c in server.commands) <= lots + 1, "many on a message"


def test_what_was_looked_at_is_what_went(sent):
    """preview's message but for the date, which is that of sending."""
    office, server, _, _ = sent
    looked_at = of.parse((office.home.parent / "parcel" / "message.eml").read_bytes())
    went = of.issues(server)[0]
    assert looked_at["Message-ID"] == went["Message-ID"]
    for kind in "plain", "html":
        assert looked_at.get_body((kind,)).get_content() == went.get_body((kind,)).get_content()


def test_the_folders_afterwards(sent):
    office, _, _, _ = sent
    folder = office.folder / "sent" / "2023-25"
    assert (folder / "第25期.md").read_bytes() == REAL_ISSUE.read_bytes()
    names = {path.name for path in folder.iterdir()}
    assert names == {"第25期.md", "report.html", "report.csv"}
    assert not list(office.outbox.iterdir())
    assert not (office.folder / "sending" / "2023-25").exists()


def test_the_report(sent):
    office, server, _, rows = sent
    sheet = office.report_rows()
    assert len(sheet) == len(rows) + 1
    page = (office.folder / "sent" / "2023-25" / "report.html").read_text()
    assert "市科协驻会领导" in page and "<script" not in page
    recipient, message = of.notices(server)[0]
    assert recipient == of.EDITOR and message["Auto-Submitted"] == "auto-replied"
    assert str(len(rows)) in of.text_of(message) and "市科协驻会领导" in of.text_of(message)


def test_the_history(sent):
    office, _, _, _ = sent
    history = office.table("history", "2023-25")["history"]
    assert [entry["what"] for entry in history][0] == "accepted"
    assert all(entry["at"] and entry["who"] for entry in history)


def test_issue_json(sent):
    office, _, _, _ = sent
    issue = json.loads((office.home.parent / "parcel" / "issue.json").read_text())
    assert (issue["issue"], issue["total_number"], issue["date"]) == ("2023-25", 78, "2023-11-16")
    assert [line["line"] for line in issue["distribution"]]
    assert {group for line in issue["distribution"] for group in line["groups"]} == set(GROUPS)
