"""The one settings module: every value comes from the environment, see `.env.example`.

Without any value but `DEBUG=1` the site starts for development: SQLite, mail written to files,
tasks run in the process. With `DEBUG` off it refuses to start until the values that a public
site needs are there, and says which.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# --- The environment -------------------------------------------------------------------------

KNOWN = {
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "COMMENTS_PER_DAY",
    "COMMENT_ANSWER_DAYS",
    "CONTACT_EMAIL",
    "DATABASE_URL",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "LOG_LEVEL",
    "MAIL_RETURN_TOKEN",
    "METRICS_TOKEN",
    "OIDC_ACR_VALUES",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_NAME",
    "OIDC_SERVER_URL",
    "OUTBOX_LEASE_SECONDS",
    "OUTBOX_RETRY_SECONDS",
    "REDIS_URL",
    "SECOND_FACTOR_REQUIRED",
    "SECRET_KEY",
    "SITE_URL",
    "STATIC_ROOT",
    "VAR_DIR",
}
#: Names that docker-compose and gunicorn read from the same file.
FOREIGN = ("POSTGRES_", "GUNICORN_", "WEB_", "COMPOSE_")


def read_env_file(path: Path) -> None:
    """Read `path` into the environment, and refuse a name nobody knows: it is a misspelling.

    A value already in the environment wins over the file. Raises ImproperlyConfigured.
    """
    if not path.is_file():
        return
    names = [
        line.split("=", 1)[0].removeprefix("export ").strip()
        for line in path.read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    ]
    unknown = sorted(n for n in names if n not in KNOWN and not n.startswith(FOREIGN))
    if unknown:
        raise ImproperlyConfigured(
            f"{path.name} sets {', '.join(unknown)}, which this site does not know. "
            f"Known names: {', '.join(sorted(KNOWN))}."
        )
    environ.Env.read_env(path)


read_env_file(BASE_DIR / ".env")
env = environ.Env()


def required(name: str, example: str) -> str:
    """Return the value of `name`; without DEBUG it must be set. Raises ImproperlyConfigured."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment, for example {name}={example}")
    return value


def switch(name: str) -> bool:
    """Return whether `name` is on; unset is off. Raises ImproperlyConfigured for other words.

    A misspelt "true" would otherwise pass for "off" without a word.
    """
    value: str = env.str(name, default="").lower()
    if value not in {"", "0", "1", "false", "no", "off", "on", "true", "yes"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")
    return value in {"1", "on", "true", "yes"}


DEBUG = switch("DEBUG")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

if DEBUG:
    SECRET_KEY = env.str("SECRET_KEY", default="development-only-" + "0" * 50)
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
    SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
else:
    SECRET_KEY = required("SECRET_KEY", "$(openssl rand -base64 48)")
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("development-only-"):
        raise ImproperlyConfigured(
            "SECRET_KEY must be your own secret of at least 50 characters, "
            "for example the output of: openssl rand -base64 48"
        )
    hosts = required("ALLOWED_HOSTS", "tiltak.example").split(",")
    # 127.0.0.1 lets the platform ask /livez and /readyz; no address is ever built from the host.
    ALLOWED_HOSTS = [*filter(None, map(str.strip, hosts)), "127.0.0.1"]
    SITE_URL = required("SITE_URL", "https://tiltak.example")

SITE_URL = SITE_URL.rstrip("/")
if not SITE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(f"SITE_URL must start with https:// or http://, not {SITE_URL!r}")
SITE = urlsplit(SITE_URL)
if not SITE.netloc or SITE.path or SITE.query or SITE.fragment:
    raise ImproperlyConfigured(f"SITE_URL must be a host and no more, not {SITE_URL!r}")
#: Days until the answer to a comment is overdue; the one month of forvaltningsloven § 11 a.
COMMENT_ANSWER_DAYS: int = env.int("COMMENT_ANSWER_DAYS", default=30)
#: The most that one organisation can publish, or hand in, in a day and night.
COMMENTS_PER_DAY: int = env.int("COMMENTS_PER_DAY", default=30)
CONTACT_EMAIL: str = env.str("CONTACT_EMAIL", default="")

# --- Database, cache, tasks ------------------------------------------------------------------


def database() -> dict[str, Any]:
    """Read DATABASE_URL: sqlite:///path or postgres://user:password@host:port/name."""
    url = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'tiltak.sqlite3'}")
    scheme = url.split(":", 1)[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {scheme}:, but this site runs on sqlite: or postgres: only"
        )
    config = env.db_url_config(url)
    if not url.startswith(f"{scheme}://") or not config["NAME"]:
        raise ImproperlyConfigured(
            "DATABASE_URL must name a database, for example sqlite:///path or "
            "postgres://user:password@host:5432/name"
        )
    if scheme == "sqlite":
        if config["NAME"] != ":memory:":
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        return {
            **config,
            "ENGINE": "roadmap.sqlite",
            "TEST": {"NAME": ":memory:"},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                # Else INSERT OR REPLACE would delete a row past its triggers.
                "PRAGMA recursive_triggers=ON;",
            },
        }
    return {**config, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL must start with redis://, rediss:// or unix://")

CELERY_BROKER_URL = REDIS_URL or "memory://"
# Without Redis there is nobody to hand a task to: it runs where it was called.
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
# Longer than the longest task, or Redis would hand out a task that is still running.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Oslo"
CELERY_BEAT_SCHEDULE = {
    "clear-expired-sessions": {
        "task": "stakeholders.tasks.clear_expired_sessions",
        "schedule": crontab(hour=3, minute=20),
    },
    "publish-due": {
        "task": "measures.tasks.publish_due",
        "schedule": crontab(),
        # Each minute has its own: those that piled up while the workers were away are dropped.
        "options": {"expires": 55},
    },
    # What is due is told by the clock of each recipient, in Oslo; these only look often enough.
    "plan-digests": {
        "task": "measures.tasks.plan_digests",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 290},
    },
    # After the digests of the morning, so that nobody gets both.
    "plan-reminders": {
        "task": "measures.tasks.plan_reminders",
        "schedule": crontab(hour="8-17", minute=10, day_of_week="mon-fri"),
        "options": {"expires": 3500},
    },
    "sweep-outbox": {
        "task": "measures.tasks.sweep_outbox",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "forget-unconfirmed": {
        "task": "measures.tasks.forget_unconfirmed",
        "schedule": crontab(hour=3, minute=40),
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- The application -------------------------------------------------------------------------

if REDIS_URL:
    # Attempts are counted for all processes together.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "tiltak",
        }
    }

INSTALLED_APPS = [
    # Without looking for admin modules in other apps: what they register would write on its own.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_filters",
    "django_htmx",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "roadmap",
    "stakeholders",
    "stakeholders.signin",
    "measures",
]

MIDDLEWARE = [
    # WhiteNoise answers at once: what stands before it also meets files.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "compression_middleware.middleware.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "roadmap.middleware.PathLanguageMiddleware",
    "roadmap.middleware.WrongMethodMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "roadmap.resubmit.KeepTypedMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "roadmap.middleware.ClosedByDefaultMiddleware",
    "stakeholders.signin.middleware.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last: turns a sign-in that was locked out into the page that says so.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "roadmap.urls"
WSGI_APPLICATION = "roadmap.wsgi.application"
AUTH_USER_MODEL = "stakeholders.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "measures:desk"
LOGOUT_REDIRECT_URL = "measures:front"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.static",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "roadmap.context.site",
            ],
            "string_if_invalid": "",
        },
    },
]

# --- Language, time, numbers -----------------------------------------------------------------

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["roadmap.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Oslo"

# --- Files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", BASE_DIR / "build" / "vendor")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# What people send in: never served by the web server, only by a view that says what it is.
MEDIA_ROOT = str(VAR_DIR / "uploads")
FILE_UPLOAD_HANDLERS = [
    "measures.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
WHITENOISE_AUTOREFRESH = DEBUG

# --- Mail ------------------------------------------------------------------------------------

EMAIL_URL: str = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    globals().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "roadmap.mail.FileBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="") or f"tiltak@{SITE.hostname}"
#: A worker that has not finished one mail after so long is taken to be dead.
OUTBOX_LEASE_SECONDS: int = env.int("OUTBOX_LEASE_SECONDS", default=300)
#: The pause before the first new attempt; it doubles with each.
OUTBOX_RETRY_SECONDS: int = env.int("OUTBOX_RETRY_SECONDS", default=60)
#: Who knows it may post mails that came back, and read the figures for whoever watches the site;
#: without one, nobody may.
MAIL_RETURN_TOKEN: str = env.str("MAIL_RETURN_TOKEN", default="")
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# --- Security --------------------------------------------------------------------------------

HTTPS = SITE.scheme == "https"
SECURE_SSL_REDIRECT = HTTPS and not DEBUG
SECURE_SSL_HOST = SITE.netloc
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
BEHIND_PROXY = switch("BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        # data: is for the small pictures inside Designsystemet's own style sheet.
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}

# --- Sign-in ---------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# A working day; then one signs in again. Drafts are kept.
SESSION_COOKIE_AGE = 8 * 60 * 60

ACCOUNT_ADAPTER = "stakeholders.signin.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# People come by an invitation that was sent to the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "stakeholders.signin.forms.LoginForm",
    "reauthenticate": "stakeholders.signin.forms.ReauthenticateForm",
    "change_password": "stakeholders.signin.forms.ChangePasswordForm",
    "set_password": "stakeholders.signin.forms.SetPasswordForm",
    "reset_password": "stakeholders.signin.forms.ResetPasswordForm",
    "reset_password_from_key": "stakeholders.signin.forms.ResetPasswordKeyForm",
}

MFA_ADAPTER = "stakeholders.signin.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A phone's clock may be half a minute wrong (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers themselves allow passkeys on https and on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_FORMS = {
    "authenticate": "stakeholders.signin.forms.AuthenticateForm",
    "reauthenticate": "stakeholders.signin.forms.ReauthenticateCodeForm",
    "activate_totp": "stakeholders.signin.forms.ActivateTOTPForm",
    "add_webauthn": "stakeholders.signin.forms.AddWebAuthnForm",
    "edit_webauthn": "stakeholders.signin.forms.EditWebAuthnForm",
}
# People who can publish, change the register or let others in must prove twice who they are.
SECOND_FACTOR_REQUIRED = (
    switch("SECOND_FACTOR_REQUIRED") if env.str("SECOND_FACTOR_REQUIRED", default="") else not DEBUG
)

# The ministries' own sign-in: off until these are set.
OIDC = {
    name: env.str(f"OIDC_{name}", default="")
    for name in ("SERVER_URL", "CLIENT_ID", "CLIENT_SECRET")
}
OIDC_NAME: str = env.str("OIDC_NAME", default="Ansattporten")
OIDC_ACR_VALUES: list[str] = env.str("OIDC_ACR_VALUES", default="").split()
if any(OIDC.values()) and not all(OIDC.values()):
    missing = ", ".join(f"OIDC_{name}" for name, value in OIDC.items() if not value)
    raise ImproperlyConfigured(
        f"The ministries' own sign-in is half configured: set {missing} too, or none of OIDC_…"
    )
if OIDC["SERVER_URL"] and not DEBUG and not OIDC["SERVER_URL"].startswith("https://"):
    raise ImproperlyConfigured("OIDC_SERVER_URL must start with https://")
SOCIALACCOUNT_ADAPTER = "stakeholders.signin.adapters.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
# Whoever finds an open session does not tie their own sign-in to it.
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_PROVIDERS = {
    "ministry": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "ministry",
                "name": OIDC_NAME,
                "client_id": OIDC["CLIENT_ID"],
                "secret": OIDC["CLIENT_SECRET"],
                "settings": {"server_url": OIDC["SERVER_URL"]},
            }
        ]
        if OIDC["SERVER_URL"]
        else [],
    }
}

# Five wrong passwords from one place for one person: a quarter of an hour's pause.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "stakeholders.signin.visitors.name_tried"
AXES_CLIENT_IP_CALLABLE = "stakeholders.signin.visitors.address_of"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
# Else it greets at every start.
AXES_VERBOSE = False

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Logs ------------------------------------------------------------------------------------

LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL}")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Who is locked out is worth a line, not each visit.
    "loggers": {"axes": {"level": "WARNING"}},
}
