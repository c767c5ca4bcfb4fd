"""TLS and logins: what an ill-kept relay may not get out of us."""
import pytest

import office as of
from hostile import Server, server_context
from office import Office, bulletin, copies, people

READERS = people(5)
USER, PASSWORD = "weekly@example.org", "p ä:ss\"wörd"


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    return path


def relay(server, certificates, **more):
    return {"port": server.port, "host": "localhost", "ca_file": certificates.ca, **more}


@pytest.fixture
def tls_server(start_server, certificates):
    def start(name="good", **more):
        return start_server(context=server_context(*getattr(certificates, name)), **more)
    return start


@pytest.mark.parametrize("tls, implicit", [("starttls", False), ("implicit", True),
                                           ("opportunistic", False)])
def test_tls_with_our_own_ca(tls_server, certificates, open_office, tls, implicit):
    server = tls_server(implicit=implicit)
    office = open_office([relay(server, certificates, tls=tls)], READERS)
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(READERS)
    assert set(server.tls_versions) <= {"TLSv1.2", "TLSv1.3"} and server.tls_versions
    assert "localhost" in server.server_names
    office.does("check", "--relays")


@pytest.mark.parametrize("name", ["wrong", "expired", "self_signed"])
@pytest.mark.parametrize("tls, implicit", [("starttls", False), ("implicit", True)])
def test_a_bad_certificate_is_refused(tls_server, certificates, open_office, name, tls, implicit):
    bad = tls_server(name, implicit=implicit)
    office = open_office([relay(bad, certificates, tls=tls)], READERS)
    office.drop("25.md", bulletin())
    office.until(lambda: bad.connections >= 2, "it is tried, and tried again")
    issue = office.issue()
    assert (issue["sent"], issue["failed"], issue["queued"]) == (0, 0, 5)
    assert not [c for c in bad.commands if c.startswith(("MAIL", "AUTH"))]
    assert office.fensong("check", "--relays").returncode == 69


def test_no_starttls_offered_is_refused(server, certificates, open_office):
    office = open_office([relay(server, certificates, tls="starttls")], READERS)
    office.drop("25.md", bulletin())
    office.until(lambda: server.connections >= 2, "it is tried, and tried again")
    assert not [c for c in server.commands if c.startswith("MAIL")]
    assert office.issue()["failed"] == 0


def test_opportunistic_goes_without(server, certificates, open_office):
    office = open_office([relay(server, certificates, tls="opportunistic")], READERS)
    assert office.send()["state"] == "sent"


def test_a_bad_certificate_goes_over_the_second_relay(tls_server, start_server, certificates, open_office):
    bad, good = tls_server("self_signed"), start_server()
    office = open_office([relay(bad, certificates, tls="starttls"), good], READERS)
    assert office.send()["state"] == "sent"
    assert copies(good) == sorted(READERS)


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "PLAIN LOGIN"])
def test_login(tls_server, certificates, open_office, password_file, mechanisms):
    server = tls_server(users={USER: PASSWORD}, mechanisms=mechanisms)
    server.steps["mail"] = lambda session, _: None if session.login else "530 5.7.0 log in first"
    office = open_office([relay(server, certificates, tls="starttls", user=USER,
                                password_file=password_file)], READERS)
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(READERS)
    assert server.logins and {login[1:] for login in server.logins} == {(USER, PASSWORD)}
    assert not [n for n, c in enumerate(server.commands) if c.startswith("AUTH")
                and "STARTTLS" not in server.commands[:n]], "never in the clear"
    assert PASSWORD not in office.said() and "p%20" not in office.said()


def test_a_wrong_password_is_the_relays_trouble(tls_server, start_server, certificates, open_office,
                                                password_file):
    server = tls_server(users={USER: "another"})
    server.steps["mail"] = lambda session, _: None if session.login else "530 5.7.0 log in first"
    office = open_office([relay(server, certificates, tls="starttls", user=USER,
                                password_file=password_file)], READERS)
    office.drop("25.md", bulletin())
    office.until(lambda: len(server.logins) >= 2, "it is tried, and tried again")
    issue = office.issue()
    assert (issue["sent"], issue["failed"], issue["queued"], issue["deferred"]) == (0, 0, 5, 0)
    assert {row["attempts"] for row in office.recipients().values()} == {0}
    assert "relay1" in office.does("status")
    done = office.fensong("check", "--relays")
    assert done.returncode == 69 and "relay1" in done.stderr and PASSWORD not in done.stderr
    server.users[USER] = PASSWORD
    assert office.end()["state"] == "sent", "mended, it goes on by itself"


def test_a_wrong_password_goes_over_the_second_relay(tls_server, start_server, certificates, open_office,
                                                     password_file):
    server, second = tls_server(users={USER: "another"}), start_server()
    office = open_office([relay(server, certificates, tls="starttls", user=USER,
                                password_file=password_file), second], READERS)
    assert office.send()["state"] == "sent"
    assert copies(second) == sorted(READERS) and not server.got


def test_a_login_without_tls_elsewhere_is_no_configuration(tmp_path, password_file):
    office = Office(tmp_path / "o", [{"host": "mail.example.org", "port": 25, "tls": "none", "user": USER,
                                      "password_file": password_file}])
    done = office.check_config()
    assert done.returncode == 78 and "mail.example.org" in done.stdout + done.stderr
