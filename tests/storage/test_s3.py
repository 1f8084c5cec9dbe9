"""The same storage on a server that speaks S3, over real HTTP on loopback."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from limner.errors import NotFound, Unavailable
from limner.gallery.thumbnails import thumbnail
from limner.storage import blobs
from limner.storage.derived import delete_with_derived
from limner.storage.sweeper import sweep
from tests.storage.kept import boat, opened
from tests.storage.test_sweeper import picture

WHO = {"access_key": "testing", "secret_key": "testing", "region_name": "eu-central-1"}


def use_bucket(settings: Settings, endpoint: str, name: str) -> None:
    options = {**WHO, "bucket_name": name, "location": "gallery", "endpoint_url": endpoint, "default_acl": None}
    bucket = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "pictures": bucket}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Where an S3 server answers."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str, settings: Settings) -> None:
    """A bucket that is this test's own, and in use."""
    name = f"limner-{secrets.token_hex(8)}"
    client = boto3.client(
        "s3",
        endpoint_url=server,
        region_name=WHO["region_name"],
        aws_access_key_id=WHO["access_key"],
        aws_secret_access_key=WHO["secret_key"],
    )
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": WHO["region_name"]})
    client.close()
    use_bucket(settings, server, name)


def test_a_picture_lives_and_goes_in_a_bucket(bucket: None) -> None:
    stored = blobs.put("job/1/0", boat(), ".png")
    assert blobs.get(stored.key) == boat()
    with blobs.open_blob(stored.key) as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert opened(thumbnail(stored.key, 256)).size == (256, 192)
    assert thumbnail(stored.key, 256) == thumbnail(stored.key, 256)
    delete_with_derived(stored.key)
    assert not blobs.exists(stored.key)
    with pytest.raises(NotFound):
        blobs.get(stored.key)


def test_a_bucket_is_swept_too_without_a_look_at_what_others_keep_in_it(bucket: None) -> None:
    key, kept, theirs = picture(), picture(), picture()
    thumbnail(key, 256)
    holiday = blobs.put_at("holiday.png", boat())
    known = {UUID(of.split("/")[1]) for of in (key, kept)}
    assert sweep(lambda keys: [kept], lambda jobs: known, timedelta(days=1)) == 0
    assert sweep(lambda keys: [kept], lambda jobs: known, timedelta(days=-1)) == 2
    assert not blobs.exists(key)
    assert all(blobs.exists(other) for other in (kept, theirs, holiday))


def test_a_bucket_that_is_not_there_is_said_plainly(server: str, settings: Settings) -> None:
    use_bucket(settings, server, "elsewhere")
    with pytest.raises(Unavailable, match="bucket that keeps the pictures"):
        blobs.put("job/1/0", b"a picture", ".png")
