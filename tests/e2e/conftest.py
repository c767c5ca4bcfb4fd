"""What every end-to-end test may ask for."""
import pytest

from certificates import Certificates
from hostile import Server
from office import Office


@pytest.fixture
def start_server():
    """start_server(…): a hostile.Server that is stopped with the test."""
    servers = []

    def start(*arguments, **more):
        servers.append(Server(*arguments, **more).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(start_server):
    return start_server()


@pytest.fixture
def open_office(tmp_path):
    """open_office([server…], …): an Office with its daemon, ended with the test."""
    offices = []

    def start(*arguments, **more):
        office = Office(tmp_path / f"{len(offices)}", *arguments, **more)
        offices.append(office)
        return office.start()

    yield start
    for office in offices:
        office.stop()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))
