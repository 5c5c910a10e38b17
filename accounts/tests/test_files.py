"""Private files: own folder, signed links that expire, members only; the same on a local S3 server with encryption."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.test.utils import override_settings

from accounts.files import PrivateDiskStorage, business_path, signed_url
from accounts.testing.world import MOMENT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[None]:
    place = {"BACKEND": "accounts.files.PrivateDiskStorage", "OPTIONS": {"location": str(tmp_path)}}
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={"default": place, "staticfiles": static}):
        yield


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "report.csv", "", "ünïcode rm -rf.csv", "a" * 500, "\x00.csv"],
)
def test_a_path_stays_in_the_folder_of_its_business(world: World, name: str) -> None:
    path = business_path(world.business, "uploads", name)
    folder = f"businesses/{world.business.pk}/uploads/"
    assert path.startswith(folder)
    rest = path.removeprefix(folder)
    assert "/" not in rest and ".." not in rest and rest.isascii() and len(rest) < 130


class TestLinks:
    def test_work_for_members_and_for_nobody_else(
        self, world: World, on_disk: None, client_of: Callable[[Any], Client]
    ) -> None:
        path = default_storage.save(business_path(world.business, "exports", "rows.csv"), ContentFile(b"a,b\n"))
        link = signed_url(path)
        response = client_of(world.viewer).get(link)
        assert b"".join(response.streaming_content) == b"a,b\n"  # type: ignore[attr-defined]
        assert response["Content-Disposition"] == 'attachment; filename="rows.csv"'
        assert client_of(world.stranger).get(link).status_code == 404
        assert client_of(None).get(link).status_code == 302

    def test_expire(self, world: World, on_disk: None, client_of: Callable[[Any], Client]) -> None:
        path = default_storage.save(business_path(world.business, "exports", "rows.csv"), ContentFile(b"x"))
        with time_machine.travel(MOMENT, tick=False):
            link = signed_url(path)
        with time_machine.travel(MOMENT + timedelta(seconds=301), tick=False):
            assert client_of(world.owner).get(link).status_code == 404

    def test_cannot_be_forged(self, world: World, on_disk: None, client_of: Callable[[Any], Client]) -> None:
        assert client_of(world.owner).get("/files/forged:token/").status_code == 404

    def test_are_the_only_way_in(self, tmp_path: Path) -> None:
        assert PrivateDiskStorage(location=str(tmp_path)).url("businesses/x/y/z").startswith("/files/")


class TestOnS3:
    @pytest.fixture
    def bucket(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        import boto3
        from moto.server import ThreadedMotoServer

        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
        client.create_bucket(Bucket="facts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        options = {
            "bucket_name": "facts", "endpoint_url": endpoint, "region_name": "eu-central-1", "access_key": "testing",
            "secret_key": "testing", "querystring_expire": 300, "file_overwrite": False,
            "object_parameters": {"ServerSideEncryption": "AES256"},
        }  # fmt: skip
        static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        stores = {
            "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
            "staticfiles": static,
        }
        with override_settings(STORAGES=stores):
            yield client
        server.stop()

    def test_files_are_encrypted_and_links_expire(self, world: World, bucket: Any) -> None:
        path = default_storage.save(business_path(world.business, "raw", "page.jsonl.gz"), ContentFile(b"payload"))
        head = bucket.head_object(Bucket="facts", Key=path)
        assert head["ServerSideEncryption"] == "AES256"
        assert "X-Amz-Expires=300" in signed_url(path)
        with default_storage.open(path) as stored:
            assert stored.read() == b"payload"
