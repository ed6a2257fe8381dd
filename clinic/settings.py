"""Every choice of a deployment, read from the environment; the defaults are the safe ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from django.contrib.messages import constants as message_levels

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = env("SECRET_KEY")
"""Signs sign-in cookies and forms. Has no default: a shared key is no key."""
SECRET_KEY_FALLBACKS = env.list("CLINIC_SECRET_KEY_FALLBACKS", default=[])
"""Keys from before a change of `SECRET_KEY`: they open what is there and sign nothing new."""
DEBUG = env.bool("CLINIC_DEBUG", default=False)
ALLOWED_HOSTS = env.list("CLINIC_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CLINIC_ORIGINS", default=[])
TRAIL_KEYS = {
    name: secret
    for name, _, secret in (pair.partition(":") for pair in env.list("CLINIC_TRAIL_KEYS"))
}
"""Secrets that sign the trail, by id; the first signs. Outside the database, so that who can write
there cannot sign. Has no default either."""
ANCHORS = Path(env("CLINIC_ANCHORS", default=str(BASE_DIR / "var" / "anchors")))
"""Where the daily anchors of the trail are written: best a store that is written once."""
STATE = Path(env("CLINIC_STATE", default=str(BASE_DIR / "var" / "state")))
"""Where the programs of this machine tell one another that a server runs, and when a backup or a
verification last ended well."""
UNTOLD_READS = Path(env("CLINIC_UNTOLD_READS", default=str(STATE / "untold-reads.jsonl")))
"""Who was shown whose record while the database took nothing, until the access log is told."""
BACKUPS = Path(env("CLINIC_BACKUPS", default=str(BASE_DIR / "var" / "backups")))
BACKUP_RECIPIENTS = env.list("CLINIC_BACKUP_RECIPIENTS", default=[])
"""The public keys, of `age`, of those who can open a backup. Their private keys stay elsewhere."""
DOWNTIME = Path(env("CLINIC_DOWNTIME", default=str(BASE_DIR / "var" / "downtime")))
"""Where the sheets are written by which a site goes on while the record does not open."""
HEALTH_TOKEN = env("CLINIC_HEALTH_TOKEN", default="")
"""With it a monitor elsewhere may ask /health/ and /metrics/; without one only this machine may."""
METRICS = env("PROMETHEUS_MULTIPROC_DIR", default="")
"""Where the processes of one server count its requests; the library reads the same variable."""
SECURITY_CONTACTS = env.list("CLINIC_SECURITY_CONTACT", default=[])
"""Whom /.well-known/security.txt names, as `mailto:security@clinic.example`; without it there is no
such page."""
SECURITY_EXPIRES = env("CLINIC_SECURITY_EXPIRES", default="")
"""The day from which on that holds no more, as 2027-03-31: at most a year away."""
CLINIC_DEMO = env.bool("CLINIC_DEMO", default=False)
CLINIC_DEMO_ACCOUNTS = "monitoring.management.demo.build.accounts"
"""Answers whom the sign-in page of the demo names: never anyone whom the demo did not make."""
CLINIC_DEMO_PASSWORD = env("CLINIC_DEMO_PASSWORD", default="demo-clinic")

INSTALLED_APPS = [
    "clinic",
    "monitoring",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "clinic.signin.apps.SignInRows",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
]
MIDDLEWARE = [
    "clinic.request_id.RequestId",
    "monitoring.web.monitors.Monitors",
    "clinic.metrics.Counted",
    # Before the rest, so that what the others answer by themselves carries the headers, too.
    "clinic.middleware.SecurityHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Static files are compressed already. The length of a page says nothing of what stands in it:
    # random bytes are added to each, and the token of a form is masked anew each time.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.middleware.RequestOrigin",
    "clinic.middleware.RequestTablet",
    "clinic.signin.idle.IdleLock",
    "clinic.middleware.CurrentSite",
    "clinic.signin.leaving.TellOfLeaving",
    "allauth.account.middleware.AccountMiddleware",
    "monitoring.web.watched.Watched",
    "monitoring.web.lookup.LogReads",
    "monitoring.web.hand_over.HandOver",
]
ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.middleware.page_context",
            ],
            "builtins": [
                "clinic.pages.addresses",
                "clinic.pages.kept",
                "clinic.pages.moments",
                "clinic.pages.numbers",
                "clinic.pages.plain_field",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False
MESSAGE_TAGS = {message_levels.ERROR: "danger"}

SQLITE: dict[str, Any] = {
    # DEFERRED loses contended transactions to "database is locked".
    "transaction_mode": "IMMEDIATE",
    # Shorter than a tablet waits for its answer, which says what keeps the server from saving.
    "timeout": 10,
    # NORMAL loses acknowledged writes in a power cut; without recursive triggers, REPLACE would
    # delete a row past the guards.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA recursive_triggers=ON; PRAGMA foreign_keys=ON"
    ),
}
POSTGRESQL: dict[str, Any] = {
    "options": "-c lock_timeout=2000 -c statement_timeout=10000",
    # What clinic/models/prepared.py sends is planned once a connection.
    "prepare_threshold": 3,
}

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'clinic.sqlite3'}")
}
_DATABASE = DATABASES["default"]
_IS_SQLITE = "sqlite3" in _DATABASE["ENGINE"]
_DATABASE["OPTIONS"] = {
    **_DATABASE.get("OPTIONS", {}),
    **(SQLITE if _IS_SQLITE else POSTGRESQL),
}
_DATABASE["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
# A connection that the database ended is renewed before a request, not at a nurse's expense.
_DATABASE["CONN_HEALTH_CHECKS"] = True
_DATABASE["ATOMIC_REQUESTS"] = False
if env("CLINIC_STANDBY_URL", default=""):
    _STANDBY = env.db("CLINIC_STANDBY_URL")
    _READ_ONLY = f"{POSTGRESQL['options']} -c default_transaction_read_only=on"
    _STANDBY["OPTIONS"] = {
        "connect_timeout": 2,
        **_STANDBY.get("OPTIONS", {}),
        **POSTGRESQL,
        "options": _READ_ONLY,
    }
    _STANDBY |= {name: _DATABASE[name] for name in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS")}
    DATABASES["standby"] = _STANDBY
STANDBY_LAG = env.float("CLINIC_STANDBY_LAG", default=10)
"""Seconds that what is read from the standby may be old; beyond them the primary is read."""
if _IS_SQLITE:
    # A file, as in production: WAL and a second connection need one.
    _DATABASE["TEST"] = {"NAME": env("TEST_DATABASE", default=f"{_DATABASE['NAME']}.test")}

AUTH_USER_MODEL = "clinic.Staff"
AUTHENTICATION_BACKENDS = ["clinic.signin.backend.PrefetchingBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clinic.signin.passwords.ForbiddenWordsValidator"},
]

ACCOUNT_ADAPTER = "clinic.signin.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    # A clinic stands behind one address: by address there is room for everyone's slips.
    "login": "120/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    # Wrong passwords are counted with those at signing in; this bounds right ones, too.
    "reauthenticate": "20/m/user",
    "change_password": "5/m/user",
    "emergency": "5/15m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_ADAPTER = "clinic.signin.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Telephones' clocks differ, and people type slowly: one step either way (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Session record"

# Limits are counted here, so that they hold over several processes.
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "clinic.cache.JsonCache",
        "LOCATION": "clinic_cache",
    }
}

FILE_UPLOAD_HANDLERS = ["clinic.uploads.RefuseFiles"]

SESSION_ENGINE = "clinic.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "clinic.cookies.Messages"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.pages.answers.without_token"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    # Bootstrap's own marks, and the QR code of an authenticator app.
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "worker-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
"""No inline script, style or eval. Named as in Django 6."""
_HTTPS = env.bool("CLINIC_HTTPS", default=True)
_PREFIX = "__Host-" if _HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_PREFIX}sessionid", f"{_PREFIX}csrftoken"
DEVICE_COOKIE_NAME, TABLET_COOKIE_NAME = f"{_PREFIX}device", f"{_PREFIX}tablet"
ACTIVE_COOKIE_NAME, MESSAGES_COOKIE_NAME = f"{_PREFIX}active", f"{_PREFIX}messages"
CHALLENGE_COOKIE_NAME, KNOWN_COOKIE_NAME = f"{_PREFIX}challenge", f"{_PREFIX}known"
DRAFT_COOKIE_NAME = f"{_PREFIX}saved_draft"
if _HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    # They bind every name below this one for a year, and cannot be taken back before.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("CLINIC_HSTS_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = env.bool("CLINIC_HSTS_PRELOAD", default=False)
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# Whether the names below this one are served by HTTPS alone is the clinic's to know: see above.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
BEHIND_PROXY = env.bool("CLINIC_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
# While there is one language a text is its own translation, and none is looked up.
USE_I18N = len(LANGUAGES) > 1
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["clinic.formats"]

STATIC_URL = "static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
# Of text it names the charset by itself, but not of this.
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "clinic.bundles.BundledFiles"},
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "clinic.logs.ValueFreeFormatter"},
        "json": {"()": "clinic.logs.JsonFormatter"},
    },
    "filters": {"no_tokens": {"()": "clinic.logs.NoTokens"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env("CLINIC_LOG", default="plain"),
            "filters": ["no_tokens"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # It tells each step of each page, and what it cannot fetch: nothing may be fetched.
        "weasyprint": {"level": "CRITICAL"},
        "weasyprint.progress": {"level": "CRITICAL"},
    },
}
