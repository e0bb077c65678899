"""cynamo settings: each value in force, and who says it."""
import re

import pytest

NAMES = ["url", "profile", "connect_timeout_seconds", "read_timeout_seconds", "max_retry_attempts", "max_pool_connections", "region",
         "extra_headers", "retry_mode", "endpoint", "table_prefix"]


@pytest.fixture
def settings(cynamo):
    """The printed document, without what this machine's user has configured."""
    def run(*arguments, **more):
        document = cynamo("settings", "--output", "json", *arguments, CYNAMO_CONFIG="own.conf", **more).item
        return {name: (setting["value"], setting["origin"]) for name, setting in document.items()}
    (cynamo.folder / "own.conf").write_text("")
    (cynamo.folder / ".aws").mkdir()
    (cynamo.folder / ".aws" / "config").write_text("[profile dev]\nregion = eu-west-3\nmax_attempts = 2\n")
    return run


def test_defaults(settings, cynamo):
    found = settings(CYNAMO_URL="")
    assert list(found) == NAMES
    assert found["url"] == ("http://127.0.0.1:8000", "default") and found["region"] == ("us-east-1", "default")
    assert found["read_timeout_seconds"] == ("60", "default") and found["endpoint"] == ("http://127.0.0.1:8000", "the URL")
    assert settings()["url"] == (cynamo.url, "CYNAMO_URL")
    assert settings("--url", "memory:")["url"] == ("memory:", "--url") and "profile" not in settings("--url", "memory:")


def test_file_environment_and_options(settings, cynamo):
    (cynamo.folder / "own.conf").write_text("# ours\nregion = eu-north-1\nread_timeout_seconds = 5\ntable_prefix = dev-\n")
    assert settings()["region"] == ("eu-north-1", "own.conf:2")
    found = settings("--url", "aws:", "--profile", "dev", CYNAMO_READ_TIMEOUT_SECONDS="7", AWS_RETRY_MODE="adaptive")
    assert found["profile"] == ("dev", "--profile") and found["max_retry_attempts"] == ("1", "profile dev")
    assert found["read_timeout_seconds"] == ("7", "CYNAMO_READ_TIMEOUT_SECONDS") and found["retry_mode"] == ("adaptive", "AWS_RETRY_MODE")
    assert found["endpoint"] == ("https://dynamodb.eu-north-1.amazonaws.com", "the Region")
    assert settings(CYNAMO_REGION="sa-east-1")["region"] == ("sa-east-1", "CYNAMO_REGION")
    found = settings("--url", "aws:us-west-2?max_attempts=6", "--region", "us-west-1", CYNAMO_REGION="sa-east-1")
    assert found["region"] == ("us-west-1", "--region") and found["max_retry_attempts"] == ("5", "the URL")
    assert found["table_prefix"] == ("dev-", "own.conf:4")


def test_as_a_table_and_in_the_shell(cynamo):
    lines = cynamo("settings", "--region", "eu-west-1").out.splitlines()
    assert lines[0].split() == ["Setting", "Value", "From"] and lines[2].split() == ["url", cynamo.url, "CYNAMO_URL"]
    assert ["region", "eu-west-1", "--region"] in [line.split() for line in lines]
    script = "settings\nsettings --region eu-west-1\ncreate-table West id --region eu-west-1\ntables --region eu-west-1\n"
    out = cynamo("shell", "--url", cynamo.url, input=script, CYNAMO_URL="http://127.0.0.1:1").out  # the shell's URL, not that one
    assert out.count("the shell") == 2 and len(re.findall("eu-west-1 +--region", out)) == 1 and out.endswith("\nWest\n")
    cynamo("delete-table", "West", "--yes", "--region", "eu-west-1")


@pytest.mark.parametrize("text, complaint", [
    ("\nregoin = x\n", "own.conf:2: there is no setting regoin"),
    ("read_timeout_seconds = soon\n", 'own.conf:1: read_timeout_seconds is a number of seconds above 0, not "soon"'),
    ("region\n", 'own.conf:1: a line is name = value'),
])
def test_bad_settings(cynamo, text, complaint):
    (cynamo.folder / "own.conf").write_text(text)
    for command in (["settings"], ["tables"], ["settings", "--url", "memory:"]):
        assert complaint in cynamo(*command, status=2, CYNAMO_CONFIG="own.conf").err
    assert "CYNAMO_RETRY_MODE: retry_mode is standard" in cynamo("settings", status=2, CYNAMO_RETRY_MODE="eager").err
    assert "no Region" in cynamo("settings", "--url", "aws:", status=2).err
    assert '"nobody"' in cynamo("settings", "--profile", "nobody", status=2).err
    assert "--profile is for http: and aws:" in cynamo("settings", "--profile", "p", "--url", "memory:", status=2).err
