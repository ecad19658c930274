"""Settings, from the environment. Nothing set: everything in one folder, for one machine.

``SEVEN_ENV=production`` asks for the engines that outgrow one machine and refuses to start without
what must not be guessed. The README has the table of variables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlsd_app.env import (
    database,
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_secret,
    env_str,
    kept_secret,
    origin,
    required,
    site_url,
    sqlite,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_str("SEVEN_DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

PRODUCTION = env_choice("SEVEN_ENV", ("embedded", "production")) == "production"
DEBUG = env_bool("DEBUG")

SECRET_KEY = env_secret("SECRET_KEY")
DATABASE_URL = env_secret("DATABASE_URL")
REDIS_URL = env_secret("REDIS_URL")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
if PRODUCTION:
    required("SECRET_KEY", SECRET_KEY, "Write a long random text that stays the same.")
    required(
        "DATABASE_URL", DATABASE_URL, "Name the database: postgres://user:password@host/seven."
    )
    required("REDIS_URL", REDIS_URL, "Name the queue and cache: redis://host:6379/0.")
    required("ALLOWED_HOSTS", ",".join(ALLOWED_HOSTS), "Name the hosts it answers to: seven.org.")
else:
    SECRET_KEY = SECRET_KEY or kept_secret(DATA_DIR / "secret-key")
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]

# -- Who does the work -------------------------------------------------------------------------

INSTALLED_APPS = [
    "mlsd_app",
    "mlsd_app.accounts",
    "mlsd_app.designs",
    "mlsd_app.exports",
    "mlsd_app.history",
    "mlsd_app.notices",
    "mlsd_app.pulse",
    "mlsd_app.review",
    "mlsd_app.sharing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
]

MIDDLEWARE = [
    "mlsd_app.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mlsd_app.pulse.middleware.quiet_beats",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mlsd_app.middleware.htmx_login_redirect",
    "mlsd_app.accounts.middleware.daily_visit",
    "mlsd_app.accounts.middleware.GuestsSignIn",
    "mlsd_app.sharing.middleware.looks",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "mlsd_app.urls"
WSGI_APPLICATION = "mlsd_app.wsgi.application"
FORM_RENDERER = "mlsd_app.forms.FormRenderer"

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
                "mlsd_app.designs.context.theme",
            ],
        },
    }
]

# -- Database, cache, queue --------------------------------------------------------------------

DATABASES = {
    "default": database("DATABASE_URL", DATABASE_URL)
    if DATABASE_URL
    else sqlite(DATA_DIR / "seven.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            # A cache may forget and a queue may not: a busy site gives each its own Redis.
            "LOCATION": env_secret("REDIS_CACHE_URL", REDIS_URL),
            "KEY_PREFIX": env_str("REDIS_PREFIX", "seven"),
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        # A task whose worker died is given to another one after this many seconds.
        "visibility_timeout": env_int("QUEUE_VISIBILITY_TIMEOUT", 300, least=60),
        "global_keyprefix": f"{env_str('REDIS_PREFIX', 'seven')}:",
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    QUEUE_DIR = DATA_DIR / "queue"
    (QUEUE_DIR / "messages").mkdir(parents=True, exist_ok=True)
    (QUEUE_DIR / "control").mkdir(exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.05,
    }

CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "mails": {
        "task": "mlsd_app.notices.tasks.look_after_mails",
        "schedule": 60,  # seconds
        "options": {"expires": 50},  # a worker that was away looks once, not once for each minute
    },
    "old-notices": {
        "task": "mlsd_app.notices.tasks.forget_old_notices",
        "schedule": 6 * 60 * 60,  # seconds
        "options": {"expires": 60 * 60},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")

# A worker that is silent for this long is taken for dead, and its export is made by another.
EXPORT_LEASE_SECONDS = env_int("EXPORT_LEASE_SECONDS", 30, least=3)
# One process of a worker may take this much address space; a document that wants more fails alone.
EXPORT_MEMORY_MB = env_int("EXPORT_MEMORY_MB", 2048, least=512)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = EXPORT_MEMORY_MB * 1024 // 2  # kB; a fresh one comes after it
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60  # seconds; a process that starts loads the renderer first

# How often an open page that is in use asks whether something changed; 0 turns that off.
PULSE_SECONDS = float(env_int("PULSE_SECONDS", 2))

# -- Files, mail, logs -------------------------------------------------------------------------

S3_BUCKET = env_str("S3_BUCKET")
MEDIA_ROOT = DATA_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env_str("S3_ENDPOINT_URL") or None,
            "region_name": env_str("S3_REGION") or None,
            "access_key": env_secret("S3_ACCESS_KEY") or None,
            "secret_key": env_secret("S3_SECRET_KEY") or None,
            "default_acl": None,
            "file_overwrite": False,
        },
    }
    if S3_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT},
    },
    "staticfiles": {"BACKEND": "mlsd_app.staticfiles.ModuleStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

EMAIL_HOST = env_str("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", 587, least=1)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 15
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.filebased.EmailBackend"
)
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", "Seven <seven@localhost>")
# What the links in mails begin with; a mail is written where no request tells it.
SITE_URL = site_url(ALLOWED_HOSTS if PRODUCTION else [])

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"tokens": {"()": "mlsd_app.sharing.redaction.WithoutTokens"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}
    },
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "WARNING").upper()},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}

# -- Requests ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env_str("TIME_ZONE", "UTC")
USE_I18N = False
USE_TZ = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60  # seconds; a visit on a new day starts it again
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

SECURE_SSL_REDIRECT = PRODUCTION and env_bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env_bool("SECURE_HSTS_SUBDOMAINS")
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# -- Accounts ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "mlsd_app.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "mlsd_app.accounts.forms.LoginForm",
    "signup": "mlsd_app.accounts.forms.SignupForm",
    "add_email": "mlsd_app.accounts.forms.AddEmailForm",
    "change_password": "mlsd_app.accounts.forms.ChangePasswordForm",
    "set_password": "mlsd_app.accounts.forms.SetPasswordForm",
    "reset_password": "mlsd_app.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "mlsd_app.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "mlsd_app.accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_RATE_LIMITS = {  # added to allauth's own
    "guest": "60/m/ip",
    "link_password": "10/5m/ip,100/h/key",
    "invite": "40/h/user",
    "ask_for_access": "20/h/user",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 1 if PRODUCTION else 0)

SOCIALACCOUNT_ADAPTER = "mlsd_app.accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "mlsd_app.accounts.forms.SocialSignupForm"}
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}
LOGIN_ORIGINS: list[str] = []
for provider, login_origin in (
    ("google", "https://accounts.google.com"),
    ("github", "https://github.com"),
):
    if client_id := env_str(f"{provider.upper()}_CLIENT_ID"):
        secret = env_secret(f"{provider.upper()}_CLIENT_SECRET")
        INSTALLED_APPS.append(f"allauth.socialaccount.providers.{provider}")
        SOCIALACCOUNT_PROVIDERS[provider] = {"APPS": [{"client_id": client_id, "secret": secret}]}
        LOGIN_ORIGINS.append(login_origin)
if OIDC_SERVER_URL := env_str("OIDC_SERVER_URL"):
    INSTALLED_APPS.append("allauth.socialaccount.providers.openid_connect")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env_str("OIDC_NAME", "your organisation"),
                "client_id": required(
                    "OIDC_CLIENT_ID", env_str("OIDC_CLIENT_ID"), "OIDC_SERVER_URL needs it."
                ),
                "secret": env_secret("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }
    LOGIN_ORIGINS.append(origin("OIDC_SERVER_URL", OIDC_SERVER_URL))

# -- What a page may load ----------------------------------------------------------------------

# The name and shape that Django 6 reads. Browsers hold redirects after a form to form-action too,
# so the servers that people sign in through stand there.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'", *LOGIN_ORIGINS],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
