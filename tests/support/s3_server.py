"""
A real server that speaks S3 (SeaweedFS), for tests: on free ports of 127.0.0.1, in a folder of its own.

It knows one account, checks signatures, and has one bucket. It ends with the process that started it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import boto3
from botocore.client import Config

from tests.support.parents import end_with_parent

ACCESS_KEY, SECRET_KEY = "verilap-tests", "not-a-secret-of-anybody"
BUCKET = "files-of-tests"
READY = b"Start Seaweed S3 API Server"
START_SECONDS = 60
_SERVERS = ("master", "volume", "filer", "s3")
_ATTEMPTS = 3


class S3ServerError(Exception):
    """It did not start; carries the end of its log."""


@dataclass
class S3Server:
    """A running server. `environment` is how whoever uses it is told of it."""

    process: subprocess.Popen[bytes]
    folder: Path
    ports: Mapping[str, int]
    log: deque[bytes] = field(default_factory=lambda: deque(maxlen=200))
    _prefixes: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3.port']}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            # Nothing of whoever runs the tests.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> Any:
        """A client beside the product's, for making buckets and looking into them."""
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
            config=Config(retries={"mode": "standard", "total_max_attempts": 10}),
        )

    def new_prefix(self) -> str:
        """A place in the bucket where nobody has put anything yet: much cheaper than a bucket."""
        self._prefixes += 1
        return f"office/{self._prefixes}"

    def stop(self) -> None:
        """By SIGKILL: in good order it takes its time, and nobody needs what it has."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        for port in self.ports.values():
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                left.unlink(missing_ok=True)


@contextmanager
def running_s3() -> Iterator[S3Server]:
    """A server that answers. Raises `S3ServerError`."""
    server = _started()
    try:
        server.client().create_bucket(Bucket=BUCKET)
        yield server
    finally:
        server.stop()


def _started() -> S3Server:
    """Another process may take a port between our look and the server's start: then once more."""
    for _ in range(_ATTEMPTS):
        server = _spawn()
        ready = Event()
        Thread(target=_follow, args=[server, ready], daemon=True).start()
        if ready.wait(START_SECONDS) and server.process.poll() is None:
            return server
        server.stop()
    raise S3ServerError(b"".join(server.log).decode(errors="replace"))


def _follow(server: S3Server, ready: Event) -> None:
    """Reads the log for as long as there is one, and tells when the server is there, or gone."""
    said: IO[bytes] | None = server.process.stderr
    assert said is not None
    with said:
        for line in said:
            server.log.append(line)
            if READY in line:
                ready.set()
    ready.set()


def _spawn() -> S3Server:
    folder = Path(tempfile.mkdtemp(prefix=f"verilap-s3-{os.getpid()}-"))
    credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
    told = {"identities": [{"name": "tests", "credentials": credentials, "actions": ["Admin"]}]}
    (folder / "s3.json").write_text(json.dumps(told))
    ports = _free_ports([f"{name}.port{kind}" for name in _SERVERS for kind in ("", ".grpc")])
    options = {
        **ports,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "dir": folder,
        "master.telemetry": "false",
        "master.electionTimeout": "1s",
        "master.heartbeatInterval": "100ms",
        "master.volumeSizeLimitMB": "64",
        "volume.max": "30",
        "volume.minFreeSpace": "1MiB",
        "filer.localSocket": folder / "filer.sock",
        "s3": "true",
        "s3.config": folder / "s3.json",
        "s3.localSocket": folder / "s3.sock",
        "s3.port.iceberg": "0",
        "s3.port.lance": "0",
        "s3.iam": "false",
        "s3.autoCreateBucket": "false",
    }
    program = Path(sysconfig.get_path("scripts")) / "weed"
    process = subprocess.Popen(
        [program, "-logtostderr=true", "server", *(f"-{name}={value}" for name, value in options.items())],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGKILL),
    )
    return S3Server(process, folder, ports)


def _free_ports(names: list[str]) -> dict[str, int]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in names]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return {name: probe.getsockname()[1] for name, probe in zip(names, probes, strict=True)}
