"""The storage that the settings name."""

from urllib.parse import urlsplit

from server.blobs import Blobs
from server.blobs.folder import FolderBlobs
from server.config import FILES_VARIABLE, Config, ConfigurationError


def open_blobs(config: Config) -> Blobs:
    """
    The storage of files of an installation; nothing is asked of it yet.

    Raises `ConfigurationError`, with the code ``storage-package`` where S3 is set and boto3 is not installed.
    """
    if not config.is_files_s3:
        return FolderBlobs(config.files_folder, is_marked=config.files is not None)
    named = urlsplit(config.files or "")
    if not named.netloc or named.query or named.fragment:
        raise ConfigurationError(f"{FILES_VARIABLE} is s3://BUCKET/PREFIX", variable=FILES_VARIABLE)
    try:
        from server.blobs.s3 import S3Blobs  # not above: a folder needs none of it
    except ModuleNotFoundError:
        raise ConfigurationError(
            "an S3 storage needs the package boto3", code="storage-package", variable=FILES_VARIABLE
        ) from None
    return S3Blobs(named.netloc, named.path.strip("/"))
