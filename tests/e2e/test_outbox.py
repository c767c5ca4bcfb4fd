"""What lies in the outbox, in all the ways in which people and programs put it there."""
import base64
import os
import socket
import time

import pytest

from hostile import Server
from office import Office, bulletin, copies, issues, text_of

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5"
                       "ErkJggg==")


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """(office, server): things settle at once."""
    with Server() as server, Office(tmp_path_factory.mktemp("outbox"), [server]) as office:
        yield office, server


@pytest.fixture
def slow(server, open_office):
    """(office, server): what is to settle must lie unchanged for two seconds."""
    return open_office([server], publication={"settle": "2s"}), server


_number = [100]


@pytest.fixture
def fresh():
    """An issue that nobody has sent: (text, key)."""
    _number[0] += 1
    return bulletin(_number[0]), f"2023-{_number[0]}"


def drop_folder(office, name, files):
    """A folder copied under a name of work in progress, then renamed."""
    temporary = office.outbox / f".{name}"
    temporary.mkdir()
    for file, content in files.items():
        (temporary / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    temporary.rename(office.outbox / name)


def still_there(office, name):
    return os.path.lexists(office.outbox / name) and not (office.folder / "rejected" / name).exists()


# --- settling ---------------------------------------------------------------------------------------

def test_a_file_that_grows_is_taken_when_it_is_whole(slow):
    office, server = slow
    text = bulletin().encode()
    path = office.outbox / "25.md"
    pieces = [text[i:i + len(text) // 6 + 1] for i in range(0, len(text), len(text) // 6 + 1)]
    for piece in pieces:        # opened and closed each time, as a share does
        with open(path, "ab") as file:
            file.write(piece)
        time.sleep(0.8)
        assert path.exists() and not list(office.folder.glob("rejected/*"))
    assert office.end()["state"] == "sent"
    assert (office.sent_folder() / "25.md").read_bytes() == text


def test_a_file_that_is_held_open_for_writing_is_not_taken(quick, fresh):
    office, _ = quick
    text, key = fresh
    half = len(text) // 2
    with open(office.outbox / "open.md", "w") as file:
        time.sleep(0.5)
        assert still_there(office, "open.md"), "empty, but somebody is about to fill it"
        file.write(text[:half])
        file.flush()
        time.sleep(2.5)
        assert still_there(office, "open.md") and office.issue(key) is None
        file.write(text[half:])
    assert office.end(key)["state"] == "sent"


def test_a_file_replaced_before_it_has_settled(slow):
    office, server = slow
    office.drop("25.md", bulletin(25, reviewer=None))
    time.sleep(0.7)
    office.drop("25.md", bulletin(25))
    assert office.end()["state"] == "sent"
    assert not list(office.folder.glob("rejected/*"))
    assert len(copies(server)) == 1


def test_a_file_replaced_again_and_again_while_it_is_read(quick, fresh):
    """One whole text of them is sent, once; what replaces it afterwards is put back with the reason."""
    office, server = quick
    text, key = fresh
    before = len(copies(server))
    for n in range(30):
        office.drop("again.md", text + "\n" * n)
        time.sleep(0.02)
    assert office.end(key)["state"] == "sent"
    office.until(lambda: not list(office.outbox.iterdir()), "the outbox is empty")
    assert len(copies(server)) == before + 1
    assert "密云区召开2023年科普工作联席会。" in text_of(issues(server)[-1])
    filed, refused = office.sent_folder(key) / "again.md", list(office.folder.glob("rejected/again.md*"))
    assert filed.exists() or refused, "replaced before it was filed: what replaced it was put back"
    for path in [filed] * filed.exists() + [folder / "again.md" for folder in refused]:
        assert path.read_text().rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize("name", [
    ".hidden.md", "~$25.md", ".~lock.25.md#", "25.md.tmp", "25.md.part", "25.md.crdownload",
    ".25.md.swp", "25.md~", "desktop.ini", "Thumbs.db"])
def test_work_in_progress_is_passed_over(quick, name):
    office, _ = quick
    path = office.outbox / name
    path.write_text(bulletin(99))
    time.sleep(0.5)
    assert path.exists() and office.issue("2023-99") is None
    assert not (office.folder / "rejected" / name).exists()
    path.unlink()


def test_a_download_is_taken_when_it_gets_its_name(quick, fresh):
    office, _ = quick
    text, key = fresh
    path = office.outbox / "26.md.part"
    path.write_text(text)
    time.sleep(0.5)
    path.rename(office.outbox / "26.md")
    assert office.end(key)["state"] == "sent"


def test_two_files_in_one_second(quick):
    office, server = quick
    office.drop("51.md", bulletin(51))
    office.drop("52.md", bulletin(52))
    assert {office.end(f"2023-{n}")["state"] for n in (51, 52)} == {"sent"}


def test_what_lay_there_before_the_start(server, tmp_path):
    office = Office(tmp_path, [server])
    office.drop("25.md", bulletin())
    with office:
        assert office.end()["state"] == "sent"


# --- what is no file ---------------------------------------------------------------------------------

def test_a_symbolic_link_is_refused(quick):
    office, _ = quick
    document = office.document("linked.md", bulletin(98))
    (office.outbox / "link.md").symlink_to(document)
    assert "链接" in office.why("link.md")
    assert document.exists() and office.issue("2023-98") is None


def test_a_link_in_a_folder_is_refused(quick):
    office, _ = quick
    secret = office.document("secret", "root:x:0:0")
    temporary = office.outbox / ".folder"
    temporary.mkdir()
    (temporary / "97.md").write_text(bulletin(97))
    (temporary / "attached.txt").symlink_to(secret)
    temporary.rename(office.outbox / "folder-with-link")
    assert "链接" in office.why("folder-with-link") and office.issue("2023-97") is None


def test_a_fifo_is_refused(quick):
    office, _ = quick
    os.mkfifo(office.outbox / "fifo.md")
    assert "管道" in office.why("fifo.md")


def test_a_socket_is_refused(quick):
    office, _ = quick
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(office.outbox)     # a socket's path is short
        try:
            one.bind("s.md")
        finally:
            os.chdir("/")
        assert "套接字" in office.why("s.md")


def test_an_empty_file_is_refused(quick):
    office, _ = quick
    (office.outbox / "empty.md").touch()
    assert "空" in office.why("empty.md")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(quick):
    office, _ = quick
    office.drop("unreadable.md", bulletin(96))
    (office.outbox / "unreadable.md").chmod(0)
    assert "无权" in office.why("unreadable.md")


# --- folders ----------------------------------------------------------------------------------------

def test_a_folder_with_document_picture_and_attachment(quick, fresh):
    office, server = quick
    text, key = fresh
    text = text.replace("（密云区科协）", "\n\n![现场照片](现场.png)\n\n（密云区科协）")
    files = {"稿件.md": text, "现场.png": PNG, "会议通知.pdf": b"%PDF-1.4\n%%EOF\n"}
    drop_folder(office, "第一期", files)
    assert office.end(key)["state"] == "sent"
    message = issues(server)[-1]
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 1 and pictures[0].get_payload(decode=True) == PNG
    html = message.get_body(("html",)).get_content()
    assert "cid:" + pictures[0]["Content-ID"].strip("<>") in html
    preview = next((office.home / "state/spool/parcels").glob(f"*{key}*/preview.html")).read_text()
    assert "data:image/png;base64," in preview and "cid:" not in preview
    attached = [part.get_filename() for part in message.iter_attachments()]
    assert attached == ["会议通知.pdf"]
    folder = office.sent_folder(key)
    assert {p.name for p in (folder / "第一期").iterdir()} == set(files)


def test_a_folder_with_two_documents_is_refused(quick):
    office, _ = quick
    drop_folder(office, "two", {"a.md": bulletin(95), "b.md": bulletin(94)})
    why = office.why("two")
    assert "a.md" in why and "b.md" in why


def test_a_folder_without_a_document_is_refused(quick):
    office, _ = quick
    drop_folder(office, "none", {"a.png": PNG})
    assert office.why("none")


def test_a_picture_that_is_not_there_is_told(quick):
    office, _ = quick
    drop_folder(office, "missing", {"a.md": bulletin(93, body="会议。\n\n![现场](没有.png)\n\n")})
    assert "没有.png" in office.why("missing")


# --- the share --------------------------------------------------------------------------------------

def test_an_outbox_that_goes_and_comes_back(quick, fresh):
    office, _ = quick
    text, key = fresh
    away = office.folder / "away"
    office.outbox.rename(away)
    time.sleep(0.5)
    (away / "back.md").write_text(text)
    away.rename(office.outbox)
    assert office.end(key, seconds=90)["state"] == "sent"


def test_a_whole_share_that_goes_and_comes_back(server, open_office):
    """While the share is away the issue is sent all the same; its report is filed afterwards."""
    server.steps["greeting"] = "421 4.3.2 later"
    office = open_office([server])
    office.drop("25.md", bulletin())
    office.until(lambda: (office.folder / "sending" / "2023-25").exists(), "it is filed")
    away = office.home / "away"
    office.folder.rename(away)
    server.steps.clear()
    office.reaches("sent")
    assert not office.folder.exists()
    away.rename(office.folder)
    assert office.sent_folder()
    assert len(copies(server)) == 1


# --- encodings --------------------------------------------------------------------------------------

@pytest.mark.parametrize("encode", [
    pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="UTF-8 with BOM"),
    pytest.param(lambda text: text.encode("gb18030"), id="GB18030"),
    pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
    pytest.param(lambda text: text.replace("\n", "\r\n").encode("gb18030"), id="GB18030 with CRLF"),
    pytest.param(lambda text: b"\xff\xfe" + text.encode("utf-16-le"), id="UTF-16 with BOM"),
])
def test_encodings(quick, fresh, encode):
    office, server = quick
    text, key = fresh
    office.drop("encoded.md", encode(text))
    assert office.end(key)["state"] == "sent"
    number = key.split("-")[1]
    message = issues(server)[-1]
    assert message["Subject"].startswith(f"科协每周动态 2023年第{number}期")
    assert "密云区召开2023年科普工作联席会" in message.get_body(("plain",)).get_content()


def test_plain_text(quick, fresh):
    office, _ = quick
    text, key = fresh
    plain = text.replace("# ", "").replace("#", "").replace("---", "────────────────")
    office.drop("稿件.txt", plain.replace("密云区召开2023年", "　　密云区召开2023年"))
    assert office.end(key)["state"] == "sent"


@pytest.mark.parametrize("name", ["空 格.md", "引\"号'.md", "换\n行.md", "-rf.md", "%s%n.md", "'; DROP.md"])
def test_odd_names(quick, fresh, name):
    office, _ = quick
    text, key = fresh
    (office.outbox / name).write_text(text)
    assert office.end(key)["state"] == "sent"
    assert (office.sent_folder(key) / name).read_text() == text
