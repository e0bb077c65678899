"""The AWS CLI against the server: what people paste from documentation."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

AWS = pathlib.Path(sys.executable).with_name("aws")
pytestmark = pytest.mark.skipif(not AWS.exists(), reason="no AWS CLI beside this Python")


@pytest.fixture
def aws(endpoint, tmp_path):
    env = {**os.environ, "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "dummy", "AWS_SECRET_ACCESS_KEY": "dummy", "AWS_DEFAULT_REGION": "us-east-1",
           "HOME": str(tmp_path), "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}

    def run(*arguments, fails=None):
        done = subprocess.run([AWS, "dynamodb", *arguments], env=env, capture_output=True, text=True, timeout=60)
        if fails is not None:
            assert done.returncode != 0 and fails in done.stderr, done.stderr
            return None
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def test_the_developer_guides_first_table(aws):
    aws("create-table", "--table-name", "Music", "--attribute-definitions", "AttributeName=Artist,AttributeType=S", "AttributeName=SongTitle,AttributeType=S",
        "--key-schema", "AttributeName=Artist,KeyType=HASH", "AttributeName=SongTitle,KeyType=RANGE",
        "--provisioned-throughput", "ReadCapacityUnits=5,WriteCapacityUnits=5", "--table-class", "STANDARD")
    aws("wait", "table-exists", "--table-name", "Music")
    aws("put-item", "--table-name", "Music", "--item",
        '{"Artist": {"S": "No One You Know"}, "SongTitle": {"S": "Call Me Today"}, "AlbumTitle": {"S": "Somewhat Famous"}, "Awards": {"N": "1"}}')
    aws("put-item", "--table-name", "Music", "--item", '{"Artist": {"S": "Acme Band"}, "SongTitle": {"S": "Happy Day"}, "Awards": {"N": "10"}}')
    got = aws("get-item", "--consistent-read", "--table-name", "Music", "--key", '{"Artist": {"S": "Acme Band"}, "SongTitle": {"S": "Happy Day"}}')
    assert got["Item"]["Awards"] == {"N": "10"}
    got = aws("update-item", "--table-name", "Music", "--key", '{"Artist": {"S": "Acme Band"}, "SongTitle": {"S": "Happy Day"}}',
              "--update-expression", "SET AlbumTitle = :newval", "--expression-attribute-values", '{":newval": {"S": "Updated Album Title"}}', "--return-values", "ALL_NEW")
    assert got["Attributes"]["AlbumTitle"] == {"S": "Updated Album Title"}
    got = aws("query", "--table-name", "Music", "--key-condition-expression", "Artist = :name", "--expression-attribute-values", '{":name": {"S": "Acme Band"}}')
    assert got["Count"] == 1
    got = aws("scan", "--table-name", "Music", "--page-size", "1")
    assert got["Count"] == 2
    assert len(aws("scan", "--table-name", "Music", "--max-items", "1")["Items"]) == 1
    aws("put-item", "--table-name", "Music", "--item", '{"Artist": {"S": "Acme Band"}, "SongTitle": {"S": "Happy Day"}}', "--condition-expression", "attribute_not_exists(Artist)",
        fails="(ConditionalCheckFailedException)")
    aws("put-item", "--table-name", "Musik", "--item", '{"Artist": {"S": "x"}}', fails="Requested resource not found")
    assert "Music" in aws("list-tables")["TableNames"]
    aws("delete-table", "--table-name", "Music")
    aws("wait", "table-not-exists", "--table-name", "Music")
    aws("describe-table", "--table-name", "Music", fails="Requested resource not found: Table: Music not found")
