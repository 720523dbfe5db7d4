"""
Where files lie, by the settings: made ready by `init`, told to whoever watches, named in words when it fails.

Broken on purpose: `init` that did not ask the storage; a server that did not start without it; the place of
the storage told to callers; health that did not look.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.app import create_app
from server.blobs import BlobMissingError, BlobsAwayError, BlobsFullError
from server.blobs.folder import MARK
from server.blobs.opening import open_blobs
from server.blobs.sealing import FileDamagedError
from server.cli import main
from server.config import Config, ConfigurationError
from server.context import store_of
from server.store import files
from server.store.files import StoredFile
from tests.support.s3_server import BUCKET, S3Server
from tests.support.server import LiveServer, environment_of, make_config

Run = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of an installation that is not made yet; the storage does not depend on the database."""
    return make_config(f"sqlite:///{tmp_path / 'verilap.db'}", tmp_path)


@pytest.fixture
def run(config: Config) -> Run:
    def run_it(*arguments: str, **variables: str) -> Result:
        env = {"LC_ALL": "en_GB", **environment_of(config), **variables}
        return CliRunner().invoke(main, list(arguments), env=env)

    return run_it


def test_init_makes_the_folder_and_tells_where_it_is(run: Run, config: Config) -> None:
    told = run("init")
    assert told.exit_code == 0
    assert f"Files: {config.data / 'files'}\n" in told.output
    assert (config.data / "files").stat().st_mode & 0o777 == 0o700
    assert not (config.data / "files" / MARK).exists()


def test_a_folder_that_is_named_is_marked_so_that_no_empty_mount_point_is_taken_for_it(
    run: Run, config: Config, tmp_path: Path
) -> None:
    """Not by a later `init` either: it would seem to have lost all files."""
    named = tmp_path / "disk" / "photos"
    told = run("init", VERILAP_FILES=str(named))
    assert f"Files: {named}\n" in told.output
    assert (named / MARK).exists()
    app = create_app(config)
    with store_of(app).write() as connection:
        files.add(connection, StoredFile("A" * 43, 1, "A" * 22, bytes(32), 0))
    store_of(app).engine.dispose()
    assert run("init", VERILAP_FILES=str(named)).exit_code == 0
    named.rename(tmp_path / "away")
    for _ in range(2):
        refused = run("init", VERILAP_FILES=str(named))
        assert (refused.exit_code, "(storage-folder)" in refused.stderr) == (1, True)
        named.mkdir(exist_ok=True)


def test_init_makes_a_bucket_ready(run: Run, s3_server: S3Server) -> None:
    prefix = s3_server.new_prefix()
    for _ in range(2):
        told = run("init", VERILAP_FILES=f"s3://{BUCKET}/{prefix}", **s3_server.environment)
        assert (told.exit_code, f"Files: s3://{BUCKET}/{prefix}\n" in told.output) == (0, True)
    assert "Contents" not in s3_server.client().list_objects_v2(Bucket=BUCKET, Prefix=prefix)


WRONG = [
    ("s3://no-such-bucket", {}, "storage-bucket"),
    (f"s3://{BUCKET}", {"AWS_SECRET_ACCESS_KEY": "another"}, "storage-refused"),
    (f"s3://{BUCKET}", {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"}, "storage-away"),
]


@pytest.mark.parametrize(("named", "variables", "code"), WRONG)
def test_a_bucket_that_cannot_be_used_is_told_in_words_once_all_else_is_made(
    run: Run, s3_server: S3Server, named: str, variables: dict[str, str], code: str
) -> None:
    told = run("init", VERILAP_FILES=named, **{**s3_server.environment, **variables})
    assert told.exit_code == 1
    assert f"({code})" in told.stderr
    assert "no-such-bucket" in told.stderr or code != "storage-bucket"
    assert "another" not in told.output
    assert run("check").exit_code == 0


def test_a_folder_that_cannot_be_made_is_told_in_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = run("init", VERILAP_FILES=str(tmp_path / "file" / "photos"))
    assert (told.exit_code, "(storage-folder)" in told.stderr) == (1, True)


@pytest.mark.parametrize("named", ["s3://", "s3:bucket", "s3:///prefix", "s3://bucket/x?y=z"])
def test_an_address_that_is_none_is_told(run: Run, named: str) -> None:
    told = run("init", VERILAP_FILES=named)
    assert (told.exit_code, "(configuration)" in told.stderr) == (1, True)


def test_that_the_package_is_needed_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "server.blobs.s3", raising=False)
    with pytest.raises(ConfigurationError) as told:
        open_blobs(Config(config.data, config.database_url, files="s3://bucket"))
    assert told.value.code == "storage-package"


def test_a_server_serves_without_its_storage_and_says_so(run: Run, config: Config, tmp_path: Path) -> None:
    import requests

    named = tmp_path / "photos"
    assert run("init", VERILAP_FILES=str(named)).exit_code == 0
    named.rename(tmp_path / "away")
    moved = Config(config.data, config.database_url, files=str(named))
    with LiveServer(moved) as server:
        health = requests.get(f"{server.url}/health", timeout=10)
        told = {"status": "ok", "files": "away", "unexamined": 0, "waiting_s": 0}
        assert (health.status_code, health.json()) == (200, told)  # all else works
        (tmp_path / "away").rename(named)
        assert "files" not in requests.get(f"{server.url}/health", timeout=10).json()
        assert server.terminate() == 0
    assert "(storage-folder)" in server.log.read_text()


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (BlobsFullError("no room on /srv/files"), 507, "storage-full"),
        (
            BlobsAwayError("not at /srv/files", code="storage-folder", folder="/srv/files"),
            503,
            "storage-away",
        ),
        (BlobMissingError("gone", object="A" * 22), 404, "file-missing"),
        (FileDamagedError("damaged"), 404, "file-damaged"),
    ],
)
def test_callers_are_told_what_to_do_and_not_where_the_storage_is(
    run: Run, config: Config, fault: Exception, status: int, code: str
) -> None:
    assert run("init").exit_code == 0
    app = create_app(config)

    def fail() -> str:
        raise fault

    app.add_url_rule("/api/v1/failing", view_func=fail)
    answer = app.test_client().get("/api/v1/failing")
    store_of(app).engine.dispose()
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert "/srv" not in answer.text
    assert ("Retry-After" in answer.headers) is (status > 500)
