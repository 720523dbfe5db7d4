"""How a phone comes to the demo: an address with HTTPS, and the certificate that makes a phone trust it."""

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from demo import process
from demo.certificates import LOCAL, addresses, make
from demo.installation import Installation


@dataclass(frozen=True)
class Door:
    """`url` of the server for phones, `certificate_url` and `certificate` what they have to trust first."""

    url: str
    certificate_url: str
    certificate: Path
    ports: tuple[int, int]

    @property
    def app(self) -> str:
        return f"{self.url}/app/"

    def open(self, server_url: str) -> bool:
        """Opens it in front of the server; whether that worked."""
        port = urlsplit(server_url).port or 80
        return process.open_door(self.certificate.parent, port, *self.ports)


def prepare(installation: Installation) -> tuple[Installation, Door | None]:
    """
    Makes the certificates, and tells the server its address for phones.

    No door where no port is free.
    """
    ports = process.free_ports(2)
    if len(ports) < 2:
        return installation, None
    hosts = addresses()
    host = next((str(one) for one in hosts if not one.is_loopback), LOCAL)
    files = make(installation.folder, hosts)
    https, plain = ports
    door = Door(f"https://{host}:{https}", f"http://{host}:{plain}/", files.authority, (https, plain))
    environment = {**installation.environment, "VERILAP_URL": door.url}
    return replace(installation, environment=environment), door
