"""The storage that the settings name."""

from server.blobs import Blobs
from server.blobs.folder import FolderBlobs
from server.config import Config


def open_blobs(config: Config) -> Blobs:
    """The storage of files of an installation."""
    return FolderBlobs(config.files_folder)
