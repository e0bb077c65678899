"""PynamoDB as its users write it, against the server."""
import uuid

import pytest
from pynamodb.attributes import (BooleanAttribute, ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute,
                                 UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute)
from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite


@pytest.fixture
def models(endpoint):
    prefix = "pyn-" + uuid.uuid4().hex[:8]

    class ViewIndex(GlobalSecondaryIndex):
        class Meta:
            index_name = "viewIdx"
            projection = AllProjection()
            read_capacity_units = write_capacity_units = 1

        views = NumberAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)

    class OwnerIndex(LocalSecondaryIndex):
        class Meta:
            index_name = "ownerIdx"
            projection = AllProjection()

        forum = UnicodeAttribute(hash_key=True)
        owner = UnicodeAttribute(range_key=True)

    class Detail(MapAttribute):
        color = UnicodeAttribute(null=True)
        size = NumberAttribute(default=1)

    class Thread(Model):
        class Meta:
            table_name = prefix + "-thread"
            host = endpoint
            region = "us-east-1"
            aws_access_key_id = "k"
            aws_secret_access_key = "s"
            read_capacity_units = write_capacity_units = 1

        forum = UnicodeAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)
        owner = UnicodeAttribute(null=True)
        views = NumberAttribute(default=0)
        pinned = BooleanAttribute(null=True)
        tags = UnicodeSetAttribute(null=True)
        last_post = UTCDateTimeAttribute(null=True)
        detail = Detail(null=True)
        notes = ListAttribute(null=True)
        version = VersionAttribute()
        view_index = ViewIndex()
        owner_index = OwnerIndex()

    Thread.create_table(wait=True)
    yield Thread
    Thread.delete_table()


def test_save_and_get_back_every_kind(models):
    thread = models("f", "s", owner="o", views=7, pinned=True, tags={"a", "b"}, notes=[1, "x", {"y": 2}])
    thread.detail = {"color": "red", "size": 3}
    thread.save()
    back = models.get("f", "s")
    assert (back.views, back.pinned, back.tags, back.detail.color, back.detail.size) == (7, True, {"a", "b"}, "red", 3)
    assert back.notes == [1, "x", {"y": 2}]
    with pytest.raises(DoesNotExist):
        models.get("f", "nothing")


def test_conditions_and_updates(models):
    thread = models("f", "s", views=1)
    thread.save(models.forum.does_not_exist())
    with pytest.raises(PutError):
        models("f", "s").save(models.forum.does_not_exist())
    thread.update(actions=[models.views.add(5), models.notes.set(["n"]), models.tags.add({"t"})])
    assert thread.views == 6 and thread.notes == ["n"] and thread.tags == {"t"}
    with pytest.raises(UpdateError):
        thread.update(actions=[models.views.set(0)], condition=models.views > 100)
    thread.update(actions=[models.notes.set(models.notes.append(["m"])), models.owner.remove()])
    assert models.get("f", "s").notes == ["n", "m"]
    stale = models.get("f", "s")
    thread.update(actions=[models.views.set(9)])
    with pytest.raises(PutError):
        stale.save()


def test_batches_queries_and_indexes(models):
    with models.batch_write() as batch:
        for number in range(60):
            batch.save(models("f", f"s{number:03}", owner=f"o{59 - number:03}", views=number % 3))
    assert models.count("f") == 60
    assert [t.subject for t in models.query("f", models.subject.startswith("s00"), scan_index_forward=False)][0] == "s009"
    assert len(list(models.view_index.query(1))) == 20
    assert next(models.owner_index.query("f")).subject == "s059"
    assert len(list(models.batch_get([("f", f"s{n:03}") for n in range(60)]))) == 60
    page = models.query("f", limit=25, page_size=10)
    assert len(list(page)) == 25 and page.last_evaluated_key["subject"] == {"S": "s024"}
    assert len(list(models.scan(models.views == 2, page_size=7))) == 20
    assert sum(len(list(models.scan(segment=s, total_segments=4))) for s in range(4)) == 60


def test_transactions(models, endpoint):
    connection = Connection(host=endpoint, region="us-east-1", extra_headers=None)
    with TransactWrite(connection=connection) as write:
        write.save(models("f", "a", views=1))
        write.save(models("f", "b", views=2))
    with TransactGet(connection=connection) as get:
        first, second = get.get(models, "f", "a"), get.get(models, "f", "b")
    assert (first.get().views, second.get().views) == (1, 2)
    with pytest.raises(TransactWriteError) as failed:
        with TransactWrite(connection=connection) as write:
            write.update(models("f", "c"), actions=[models.views.set(3)])
            write.condition_check(models, "f", "a", condition=models.views == 99)
    assert failed.value.cancellation_reasons[0].code == "ConditionalCheckFailed"
    with pytest.raises(DoesNotExist):
        models.get("f", "c")
