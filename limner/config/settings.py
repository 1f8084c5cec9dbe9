"""Django's settings, from the table of Limner's own. Reading them makes no file and no folder."""

from __future__ import annotations

import os
import secrets
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from platformdirs import user_data_path

from limner.config.database import database
from limner.config.env import BadSetting, Source, dotenv, lines, ours, read_all
from limner.config.people import mail, providers
from limner.config.table import SETTINGS
from limner.config.valkey import caches, valkey
from limner.engines import upstreams
from limner.engines.weights import store

# Where settings come from: the environment, then LIMNER_HOME's .env, then the working directory's.
_environment = Source("the environment", ours(os.environ), False)
_here = dotenv(Path.cwd())
LIMNER_HOME = (
    Path(_environment.values.get("LIMNER_HOME") or _here.values.get("LIMNER_HOME") or user_data_path("limner"))
    .expanduser()
    .absolute()
)
_home = dotenv(LIMNER_HOME) if Path.cwd() != LIMNER_HOME else _here
_values, LIMNER_NOTES = read_all(SETTINGS, (_environment, _home) if _home is _here else (_environment, _home, _here))
"""Sentences about settings that were passed over; `limner serve` prints them."""

LIMNER_HOST = cast(str, _values["LIMNER_HOST"])
LIMNER_PORT = cast(int, _values["LIMNER_PORT"])
LIMNER_ACCOUNTS = cast(bool, _values["LIMNER_ACCOUNTS"])
LIMNER_SIGN_UP = cast(str, _values["LIMNER_SIGN_UP"])
LIMNER_GUESTS = cast(bool, _values["LIMNER_GUESTS"])
LIMNER_MAIL = bool(_values["LIMNER_MAIL_URL"])
LIMNER_HOSTS = cast("tuple[str, ...]", _values["LIMNER_HOSTS"])
LIMNER_ORIGINS = cast("tuple[str, ...]", _values["LIMNER_ORIGINS"])
LIMNER_TRUSTED_PROXIES = cast("tuple[IPv4Network | IPv6Network, ...]", _values["LIMNER_TRUSTED_PROXIES"])
LIMNER_TARGETS = cast("dict[str, str]", _values["LIMNER_TARGETS"])
LIMNER_MAX_BODY_MB = cast(int, _values["LIMNER_MAX_BODY_MB"])
LIMNER_API_MAX_WAIT = cast(int, _values["LIMNER_API_MAX_WAIT"])
LIMNER_API_STRICT = cast(bool, _values["LIMNER_API_STRICT"])
LIMNER_API_RESPONSE_FORMAT = cast(str, _values["LIMNER_API_RESPONSE_FORMAT"])
LIMNER_FETCH_HOSTS = cast("tuple[str, ...]", _values["LIMNER_FETCH_HOSTS"])
LIMNER_BLOCKED_WORDS = cast(str, _values["LIMNER_BLOCKED_WORDS"])
LIMNER_GALLERY = cast(str, _values["LIMNER_GALLERY"])
LIMNER_GALLERY_APPROVE = cast(bool, _values["LIMNER_GALLERY_APPROVE"])
LIMNER_MODERATION_URL = cast(str, _values["LIMNER_MODERATION_URL"])
LIMNER_MODERATION_KEY = cast(str, _values["LIMNER_MODERATION_KEY"])
LIMNER_MODERATION_MODEL = cast(str, _values["LIMNER_MODERATION_MODEL"])
LIMNER_WRITER = cast(str, _values["LIMNER_WRITER"])
LIMNER_PROMPT_OF_THE_DAY = cast(bool, _values["LIMNER_PROMPT_OF_THE_DAY"])
LIMNER_CREDITS_PER_SECOND = cast(float, _values["LIMNER_CREDITS_PER_SECOND"])
LIMNER_FREE_DISK_MB = cast(int, _values["LIMNER_FREE_DISK_MB"])
LIMNER_KEEP_UPLOADS = cast(int, _values["LIMNER_KEEP_UPLOADS"])
LIMNER_KEEP_TRASH = cast(int, _values["LIMNER_KEEP_TRASH"])
LIMNER_KEEP_API_RESULTS = cast(int, _values["LIMNER_KEEP_API_RESULTS"])
LIMNER_KEEP_GUESTS = cast(int, _values["LIMNER_KEEP_GUESTS"])
LIMNER_KEEP_EVENTS = cast(int, _values["LIMNER_KEEP_EVENTS"])
LIMNER_LOG_LEVEL = cast(str, _values["LIMNER_LOG_LEVEL"])


# Upstreams ----------------------------------------------------------------------------------------------------
store.start(LIMNER_HOME)  # before them: an upstream may not have the name of a model of this machine


def _open_upstreams() -> None:
    """Make the servers to draw with, and their models, known to this process: every way to start Limner comes here.

    Their keys live in `engines.upstreams` and in no setting. A `key_env` may name a line of a `.env`.
    """
    told = {**lines(Path.cwd()), **lines(LIMNER_HOME), **{name: value for name, value in os.environ.items() if value}}
    for name in (
        *("LIMNER_UPSTREAMS", "LIMNER_CHAT_MODEL"),
        *("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"),
    ):
        told[name] = str(_values.pop(name))
    upstreams.start({**told, "OPENAI_API_KEY_FILE": ""}, LIMNER_HOME)


_open_upstreams()

# The key ------------------------------------------------------------------------------------------------------
LIMNER_SECRET_KEY_FILE = LIMNER_HOME / "secret-key"


def _secret_key() -> str:
    """The key that was set, else the one that the first start keeps, else a new one (the first start writes it)."""
    if _values["LIMNER_SECRET_KEY"]:
        return str(_values["LIMNER_SECRET_KEY"])
    try:
        return LIMNER_SECRET_KEY_FILE.read_text(encoding="ascii").strip() or secrets.token_urlsafe(48)
    except (FileNotFoundError, NotADirectoryError):
        return secrets.token_urlsafe(48)
    except OSError as error:
        raise BadSetting(f"{LIMNER_SECRET_KEY_FILE} cannot be read ({error}).") from None


SECRET_KEY = _secret_key()
LIMNER_SECRET_KEY_IS_SET = bool(_values["LIMNER_SECRET_KEY"])

# Django -------------------------------------------------------------------------------------------------------
DEBUG = False
ALLOWED_HOSTS = ["*"]  # config/door.py decides before Django is asked, and explains its answer
ROOT_URLCONF = "limner.config.urls"
ASGI_APPLICATION = "limner.config.asgi.application"
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"  # what programs are answered in, always
LANGUAGES = [("en", "English"), ("es", "Español")]
LANGUAGE_COOKIE_NAME = "limner_language"  # for whoever wants another than their browser says
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [Path(__file__).parents[1] / "look" / "locale"]
APPEND_SLASH = False
INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",  # limner/ops/admin.py registers what it shows
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "limner.look",
    "limner.accounts",
    "limner.moderation",
    "limner.gallery",
    "limner.prompts",
    "limner.jobs",
    "limner.studio",
    "limner.api",
    "limner.ops",
    # After ours, so that their pages wear our look.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.github",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "limner.config.middleware.LengthMiddleware",
    "limner.config.middleware.PrivateMiddleware",
    "limner.config.middleware.LanguageMiddleware",
    "limner.config.middleware.SessionMiddleware",
    "limner.config.middleware.AuthenticationMiddleware",
    "limner.config.middleware.CsrfMiddleware",
    "limner.config.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # remembers the request, and reads neither session nor database
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # asks no database, so it stays on the loop
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "limner.look.context.site",
            ]
        },
    }
]
LIMNER_VALKEY_URL = valkey(str(_values["LIMNER_VALKEY_URL"]))
CACHES = caches(LIMNER_VALKEY_URL)
DATABASES: dict[str, dict[str, Any]] = {
    "default": database(
        str(_values["LIMNER_DATABASE_URL"]), home=LIMNER_HOME, pool=cast(int, _values["LIMNER_DATABASE_POOL"])
    )
}

# Cookies: theirs alone, over https only where the request came that way (config/middleware.py).
SESSION_COOKIE_NAME = "limner_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "limner_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [origin for origin in LIMNER_ORIGINS if origin.startswith("http")]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# Signing in (allauth). How often is counted by accounts/limits.py for passwords, by allauth for everything else.
ACCOUNT_ADAPTER = "limner.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if LIMNER_MAIL else "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if LIMNER_MAIL else "none"
# Whoever signs in by the word of another place has no password to give once more: a mail brings a code.
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa", "code") if LIMNER_MAIL else ("password", "mfa")
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # else a session that was left open could bring another address
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Limner] "
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_USERNAME_BLACKLIST = ["owner"]  # the account of personal mode
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "10/10m/key"}  # the second: codes of a second factor
SOCIALACCOUNT_ADAPTER = "limner.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = providers(_values)
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may lead to this place alone (form-action); it can connect nothing
SOCIALACCOUNT_AUTO_SIGNUP = False  # everybody chooses a name, and the rules of sign-up hold
MFA_ADAPTER = "limner.accounts.second.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Limner"
MFA_ALLOW_UNVERIFIED_EMAIL = not LIMNER_MAIL
globals().update(
    mail(str(_values["LIMNER_MAIL_URL"]), str(_values["LIMNER_MAIL_FROM"]), LIMNER_HOSTS, accounts=LIMNER_ACCOUNTS)
)
DATA_UPLOAD_MAX_MEMORY_SIZE = LIMNER_MAX_BODY_MB * 1_000_000

# Files --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = LIMNER_HOME / "static"
LIMNER_PICTURES = str(_values["LIMNER_PICTURES"])


def _pictures() -> dict[str, Any]:
    """Where pictures live: a folder, or a bucket that speaks S3."""
    if not LIMNER_PICTURES.startswith("s3://"):
        folder = LIMNER_HOME / Path(LIMNER_PICTURES or "pictures").expanduser()
        return {
            "BACKEND": "limner.storage.disk.DiskStorage",
            "OPTIONS": {"location": str(folder), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
        }
    where = urlsplit(LIMNER_PICTURES)
    if not where.netloc:
        raise BadSetting("LIMNER_PICTURES names no bucket: s3://bucket/prefix")
    options = {
        "bucket_name": where.netloc,
        "location": where.path.strip("/"),
        "endpoint_url": _values["LIMNER_S3_ENDPOINT"] or None,
        "region_name": _values["LIMNER_S3_REGION"] or None,
        "access_key": _values["LIMNER_S3_ACCESS_KEY"] or None,
        "secret_key": _values["LIMNER_S3_SECRET_KEY"] or None,
        "default_acl": None,
        "file_overwrite": True,  # keys are unguessable and written once; asking first would cost a round trip
        "querystring_auth": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing uses it; pictures name their own
    "pictures": _pictures(),
    "staticfiles": {"BACKEND": "limner.config.static.HashedStorage"},
}

# Log ----------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # 503 is our own answer (starting, stopping, full), given and counted on purpose: no error of the program.
    "filters": {
        "not_503": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) != 503,
        }
    },
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "limner": {"level": LIMNER_LOG_LEVEL.upper()},
        "uvicorn.error": {"level": "WARNING"},
        "django.request": {"level": "ERROR", "filters": ["not_503"]},
    },
}
