"""No form takes a file, and none that is sent is kept."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopUpload
from django.test import Client, RequestFactory

from clinic.uploads import RefuseFiles
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db


def test_a_file_that_is_sent_is_not_there_for_any_page() -> None:
    sent = SimpleUploadedFile("photo.png", b"x" * 5000)
    request = RequestFactory().post("/sign-in/", {"login": "rosa", "file": sent})
    assert dict(request.FILES) == {}


def test_no_byte_of_it_is_taken() -> None:
    with pytest.raises(StopUpload):
        RefuseFiles().new_file("file", "photo.png", "image/png", 5000)
    with pytest.raises(StopUpload):
        RefuseFiles().receive_data_chunk(b"x", 0)


def test_a_form_sent_with_a_file_answers_as_one_without_its_fields() -> None:
    client = Client()
    client.force_login(person(SiteFactory.create(), "nurse"))
    sent = SimpleUploadedFile("photo.png", b"x" * 5000)
    assert client.post("/patients/new/", {"mrn": "77", "file": sent}).status_code == 422
