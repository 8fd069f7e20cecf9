"""Django's settings.  Everything a site decides comes from the environment (docs/operations.md)."""

from __future__ import annotations

import sys
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from chengxin.core import places
from chengxin.core.keys import Keys
from chengxin.web import database, environment, logs

DEBUG = environment.env_bool("CHENGXIN_DEBUG", False)  # pages with stack traces: never in a bureau
DEMO = environment.env_bool("CHENGXIN_DEMO", False)  # demo accounts and the table of props
ALLOWED_HOSTS = environment.env_list("CHENGXIN_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.env_list("CHENGXIN_ORIGINS", "")
# where phones reach this system, printed as a code on the tickets; "" prints none
PUBLIC_URL = environment.env_text(
    "CHENGXIN_PUBLIC_URL",
    f"http://localhost:{environment.env_text('PORT', '8000')}" if DEMO else "",
)
# the SMS gateway (notices.gateway); "" sends nothing, and what needs a code is done another way
SMS_URL = environment.env_text("CHENGXIN_SMS_URL")
SMS_KEY = environment.env_secret("CHENGXIN_SMS_KEY")
FINGER_ENGINE = environment.env_text("CHENGXIN_FINGER_ENGINE")  # "package.module:name"; "" none
SECURE = environment.env_bool("CHENGXIN_HTTPS", False)  # behind TLS: cookies only over it
SECRET_KEY = environment.env_secret("CHENGXIN_SECRET") or Keys.load().token("django", "secret key")

INSTALLED_APPS = [
    "chengxin.web.apps.WebConfig",
    "chengxin.exchange",
    "chengxin.selfservice",
    "chengxin.oversight",
    "chengxin.hall",
    "chengxin.studio",
    "chengxin.panorama",
    "chengxin.risk",
    "chengxin.notices",
    "chengxin.people",
    "chengxin.offices",
    "chengxin.trace",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # for allauth's list of security keys
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "chengxin.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chengxin.web.middleware.RequestLog",
    "chengxin.web.middleware.ShowRefusal",
]

ROOT_URLCONF = "chengxin.web.urls"
ASGI_APPLICATION = "chengxin.web.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "chengxin.web.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "chengxin.web.templatetags.chengxin_words",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": database.django_settings()}
# Counts of failed sign-ins must outlive a restart and be one for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "offices.Officer"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "front"
LOGOUT_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "chengxin.web.sign_in.OfficersOnly"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key"}  # 等保: 5 failures, then 30 minutes
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [places.ROOT / "chengxin" / "web" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [
    ("vendor/htmx", places.ROOT / "node_modules" / "htmx.org" / "dist"),
    ("vendor/alpine", places.ROOT / "node_modules" / "@alpinejs" / "csp" / "dist"),
    ("vendor/echarts", places.ROOT / "node_modules" / "echarts" / "dist"),
]
WHITENOISE_USE_FINDERS = True  # no collectstatic step: the files are served from where they lie
WHITENOISE_AUTOREFRESH = DEBUG

# No inline script or style, nothing from anywhere else; pictures from the page itself (captures).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # one capture of a camera
# Papers of a case stay in memory until they are sealed: nothing of them lies on a disk unsealed.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 22 * 1024 * 1024  # one sending of papers, with its form

LOGGING_CONFIG = None
logs.configure(json_lines=environment.env_bool("CHENGXIN_LOG_JSON", not sys.stderr.isatty()))
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
