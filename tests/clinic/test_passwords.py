"""Words of the organisation count for nothing in a password."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from clinic.models import Staff
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Staff:
    return person(
        SiteFactory.create(name="Lakeside Clinic"), "nurse", first_name="Ada", last_name="Novak"
    )


@pytest.mark.parametrize(
    "password", ["Spravato2026!", "ketamine-clinic", "Lakeside.99", "adanovak1!", "NurseNurse12"]
)
def test_a_password_of_such_words_is_refused(ada: Staff, password: str) -> None:
    with pytest.raises(ValidationError, match="do not count"):
        validate_password(password, ada)


@pytest.mark.parametrize("password", ["correct horse battery", "spravato and eight more"])
def test_a_password_with_enough_beside_them_is_taken(ada: Staff, password: str) -> None:
    validate_password(password, ada)


def test_names_of_another_site_are_no_words_of_this_one(ada: Staff) -> None:
    SiteFactory.create(name="Harborview")
    validate_password("Harborview77", ada)
    with pytest.raises(ValidationError):
        validate_password("Lakeside77", ada)
