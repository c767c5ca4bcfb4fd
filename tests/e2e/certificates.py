"""Certificates for tests, made with openssl(1) when they are wanted."""
import subprocess
from pathlib import Path


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificates:
    """good, wrong (another name), expired: signed by `ca`; self_signed: by itself. Each is a pair
    (certificate, key) of paths. All but `wrong` are for localhost, 127.0.0.1 and ::1."""

    NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"

    def __init__(self, folder):
        self.folder = Path(folder)
        self.ca, self.ca_key = self.folder / "ca.pem", self.folder / "ca.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", "/CN=Test CA", "-days", "30", "-keyout", self.ca_key, "-out", self.ca)
        self.good = self._signed("good", self.NAMES, "30")
        self.wrong = self._signed("wrong", "subjectAltName=DNS:other.example", "30")
        # the common name bears the host, no alternative name does: RFC 9525 says no
        self.common_name = self._signed("common", "subjectAltName=DNS:other.example", "30",
                                        subject="/CN=localhost")
        self.expired = self._signed("expired", self.NAMES, "-1")
        self.self_signed = self._self_signed()

    def _request(self, name, subject):
        key, request = self.folder / f"{name}.key", self.folder / f"{name}.csr"
        _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", subject, "-keyout", key, "-out", request)
        return key, request

    def _signed(self, name, names, days, subject="/CN=test"):
        key, request = self._request(name, subject)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(names + "\n")
        certificate = self.folder / f"{name}.pem"
        _openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key,
                 "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", certificate)
        return certificate, key

    def _self_signed(self):
        certificate, key = self.folder / "self.pem", self.folder / "self.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", "/CN=localhost", "-days", "30", "-addext", self.NAMES, "-keyout", key,
                 "-out", certificate)
        return certificate, key
