"""
Objects in a bucket that speaks S3. One request stores one object, so that it is whole or not there.

What is to be stored is put aside on this machine first (encrypted, in a file without a name): a request says
beforehand how many bytes it brings, and the memory of the server does not grow with them. Every request
signs what it brings, so that the storage refuses what was altered on its way.
"""

import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import IO, Any, Final

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from domain.canonical import ID_BYTES, to_text
from server.blobs import (
    OBJECT_NAME,
    BlobMissingError,
    BlobsAwayError,
    BlobsFullError,
    StoredObject,
    checked_name,
)
from server.blobs.probing import Probing

PIECE_BYTES: Final = 64 * 1024
CONNECTIONS: Final = 64
"""That stay open: several threads of the server ask at once, each of them about several objects."""
PAGE: Final = 1000
"""Objects that are listed at once; no storage gives more."""
SEEN_SECONDS: Final = 30
"""Whoever looks whether the storage answers believes what it answered to somebody so long ago."""
ASIDE_BYTES: Final = 1024 * 1024
"""What is smaller is put aside in memory."""
_MISSING: Final = {"NoSuchKey", "404"}
_NO_BUCKET: Final = {"NoSuchBucket", "InvalidBucketName", "PermanentRedirect"}
_FULL: Final = {"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"}
_REFUSED: Final = {
    "AccessDenied",
    "403",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}


@dataclass(frozen=True)
class Patience:
    """Seconds: to connect, for the next bytes of an answer, and for all bytes of an object that is read."""

    connect: float = 3
    answer: float = 10
    object: float = 60
    attempts: int = 2


class S3Blobs:
    """
    A `Blobs` in a bucket, below a prefix. Where the bucket is, and credentials, say the variables ``AWS_…``.

    Each call ends within about twice `patience.answer`, or that of an object where it is read.
    """

    def __init__(self, bucket: str, prefix: str = "", patience: Patience = Patience()) -> None:
        self.bucket = bucket
        self.prefix = prefix and prefix.rstrip("/") + "/"
        self._patience = patience
        self._probing = Probing()
        self._making = Lock()
        self._made: Any = None
        self._answered: float | None = None

    def prepare(self, *, is_new: bool) -> None:  # noqa: ARG002 (a bucket that is there is the bucket)
        tried = to_text(secrets.token_bytes(ID_BYTES))
        self.put(tried, [b"tried"])
        for _ in self.get(tried):
            pass
        self._page({"MaxKeys": 1})
        self.delete(tried)

    def look(self) -> None:
        if self._answered is None or time.monotonic() - self._answered > SEEN_SECONDS:
            self._page({"MaxKeys": 1})

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        key = self._key(name)
        with _aside() as body:
            for chunk in chunks:
                _write(body, chunk)
            size = body.tell()
            body.seek(0)
            with self._asking(name):
                self._client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentLength=size)

    def get(self, name: str) -> Iterator[bytes]:
        key = self._key(name)
        with self._asking(name):
            answer = self._client.get_object(Bucket=self.bucket, Key=key)
        return self._pieces(name, answer["Body"])

    def _pieces(self, name: str, body: Any) -> Iterator[bytes]:
        waited = 0.0
        with closing(body):
            while True:
                began = time.monotonic()
                with self._asking(name):
                    piece: bytes = body.read(PIECE_BYTES)
                    waited += time.monotonic() - began
                    if waited > self._patience.object:
                        raise BlobsAwayError("the storage of files answers too slowly")
                if not piece:
                    return
                yield piece

    def open(self, name: str) -> IO[bytes]:
        aside = tempfile.TemporaryFile()  # noqa: SIM115 (whoever asked for it closes it)
        try:
            for piece in self.get(name):
                _write(aside, piece)
        except BaseException:
            aside.close()
            raise
        aside.seek(0)
        return aside

    def has(self, name: str) -> bool:
        # Asking for the object's head would not tell a bucket that is not there from such an object.
        found = self._page({"MaxKeys": 1, "Prefix": self._key(name)}).get("Contents", [])
        return any(one["Key"] == self._key(name) for one in found)

    def delete(self, name: str) -> None:
        key = self._key(name)
        with self._asking(name):
            self._client.delete_object(Bucket=self.bucket, Key=key)

    def names(self) -> Iterator[StoredObject]:
        further: dict[str, Any] = {}
        while True:
            page = self._page(further)
            for one in page.get("Contents", []):
                name = one["Key"].removeprefix(self.prefix)
                if OBJECT_NAME.fullmatch(name):
                    yield StoredObject(name, int(one["LastModified"].timestamp() * 1000), one["Size"])
            if not page.get("IsTruncated"):
                return
            further = {"ContinuationToken": page["NextContinuationToken"]}

    def clear_drafts(self, before: int) -> int:  # noqa: ARG002 (as in any storage)
        return 0  # one request, one object: there are none

    def _page(self, asked: dict[str, Any]) -> Any:
        with self._asking(""):
            return self._client.list_objects_v2(
                **{"Bucket": self.bucket, "Prefix": self.prefix, "MaxKeys": PAGE, **asked}
            )

    def _key(self, name: str) -> str:
        return self.prefix + checked_name(name)

    @property
    def _client(self) -> Any:
        """Made when it is needed first: that takes a while, and most commands need none."""
        with self._making:
            if self._made is None:
                self._made = boto3.session.Session().client("s3", config=self._config())
            return self._made

    def _config(self) -> Config:
        patience = self._patience
        return Config(
            connect_timeout=patience.connect,
            read_timeout=patience.answer,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": patience.attempts},
            # Not every storage knows the newer checksums; what is signed needs none.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"payload_signing_enabled": True},
        )

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        with self._probing.asking():
            self._answered = None
            with self._told(name):
                yield
            self._answered = time.monotonic()

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """What the storage or the way to it says, as what it means here."""
        try:
            yield
        except ClientError as error:
            raise self._meant(error, name) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise self._away(
                "there are no credentials for the storage of files", "storage-refused"
            ) from error
        except (BotoCoreError, OSError, ValueError) as error:
            raise self._away(f"the storage of files does not answer: {type(error).__name__}") from error

    def _meant(self, error: ClientError, name: str) -> BlobMissingError | BlobsFullError | BlobsAwayError:
        said = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if said in _FULL or status == 507:
            return BlobsFullError("the storage of files takes no more")
        if said in _NO_BUCKET:
            return self._away(f"there is no bucket {self.bucket}", "storage-bucket")
        if said in _REFUSED:
            return self._away(f"the storage of files refuses the credentials: {said}", "storage-refused")
        if said in _MISSING:
            return BlobMissingError("the storage has no such object", object=name)
        return self._away(f"the storage of files answered {said or status}")

    def _away(self, message: str, code: str = "storage-away") -> BlobsAwayError:
        return BlobsAwayError(message, code=code, bucket=self.bucket)


@contextmanager
def _aside() -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(ASIDE_BYTES) as file:
        yield file


def _write(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as fault:
        raise BlobsFullError(f"the folder for temporary files: {fault.strerror}") from fault
