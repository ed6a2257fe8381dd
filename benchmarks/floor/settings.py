"""Django with nothing that the floor does not use: no middleware, no sessions, no people."""

from __future__ import annotations

import environ

SECRET_KEY = "only-for-the-benchmark"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "floor.views"
USE_TZ = True
INSTALLED_APPS = ["floor"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": environ.Env().db("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # As durable as the product: what was acknowledged outlasts a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    }
METRICS = ""
"""It is served with the product's configuration, which asks where requests are counted."""
