"""Settings: read once, with a default for each, and refused in words."""

from pathlib import Path

import pytest

from server.config import ConfigurationError, read_config, read_database_url


def test_no_variable_is_needed() -> None:
    config = read_config({})
    assert config.database_url == f"sqlite:///{config.data / 'verilap.db'}"
    assert config.data.is_absolute()
    assert config.log_format == "json"


def test_the_database_lies_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    config = read_config({"VERILAP_DATA": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path}/verilap.db"
    assert config.secret_file.parent == tmp_path


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_gets_our_driver(scheme: str) -> None:
    read = read_database_url(f"{scheme}://u:p%40ss@h:5432/d?sslmode=require")
    assert read == "postgresql+psycopg://u:p%40ss@h:5432/d?sslmode=require"


@pytest.mark.parametrize(
    "url", ["", "x", "mysql://u:geheim@h/d", "sqlite://", "sqlite:///:memory:", "postgresql://u:geheim@h:x/d"]
)
def test_a_url_that_is_none_of_ours_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_database_url(url)
    assert "DATABASE_URL" in caught.value.message
    assert "geheim" not in caught.value.message


def test_an_unknown_log_format_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        read_config({"VERILAP_LOG": "xml"})


@pytest.mark.parametrize("named", ["S3://bucket/x", "https://s3.example/bucket", "file:///srv/files"])
def test_an_address_is_no_folder_of_files(named: str) -> None:
    """Failed while any other address was a folder: files landed where the command was begun."""
    with pytest.raises(ConfigurationError) as caught:
        read_config({"VERILAP_DATA": "/nowhere", "VERILAP_FILES": named})
    assert caught.value.facts == {"variable": "VERILAP_FILES"}
