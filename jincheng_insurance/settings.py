"""Settings, all from the environment: one file for production, demo and tests. `VARIABLES` lists every variable that is
read; a secret may stand in a file named by NAME_FILE. While the demo runs, its state file stands in for variables that
aren't set."""

import base64
import datetime
import ipaddress
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_STATE = BASE_DIR / ".demo" / "env"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the environment: its default, another one for demo and tests, and whether production must be
    given it."""

    default: str = ""
    secret: bool = False
    required: bool = False
    demo: str | None = None


VARIABLES = {
    "ENVIRONMENT": Variable("production"),
    "SECRET_KEY": Variable(secret=True, required=True),
    "SEAL_KEYS": Variable(secret=True, required=True),
    "INDEX_KEY": Variable(secret=True, required=True),
    "FORMER_INDEX_KEY": Variable(secret=True),
    "AUDIT_KEY": Variable(secret=True, required=True),
    "DATABASE_URL": Variable(secret=True, required=True),
    "OWNER_DATABASE_URL": Variable(secret=True),
    "RUNTIME_ROLE": Variable(),
    "REDIS_URL": Variable("redis://127.0.0.1:6379/0", secret=True, required=True),
    "ALLOWED_HOSTS": Variable(required=True),
    "CSRF_TRUSTED_ORIGINS": Variable(),
    "UPLOAD_DIR": Variable(str(BASE_DIR / "var" / "uploads"), required=True),
    "LATE_REPORT_DAYS": Variable("30"),
    "EMAIL_URL": Variable(secret=True),
    "EMAIL_FROM": Variable("jincheng-insurance@localhost"),
    "SITE_URL": Variable("http://localhost:8000"),
    "REVEALS_A_DAY": Variable("20"),
    "EXPORT_APPROVAL_ROWS": Variable("1000"),
    "TRUSTED_PROXIES": Variable("0", required=True),
    "AUDIT_KEEP_DAYS": Variable("3653"),
    "AUDIT_ANCHORS": Variable(),
    "METRICS_NETWORKS": Variable("127.0.0.0/8,::1/128"),
    "PASSWORD_LENGTH": Variable("10"),
    "PASSWORD_HISTORY": Variable("5"),
    "PASSWORD_DAYS": Variable("90", demo="0"),
    "LOCK_FAILURES": Variable("5"),
    "LOCK_MINUTES": Variable("30"),
    "SESSION_IDLE_MINUTES": Variable("30"),
    "SESSION_HOURS": Variable("12"),
    "FRESH_PROOF_MINUTES": Variable("10"),
    "DRAFT_DAYS": Variable("7"),
    "SECOND_FACTOR_ROLES": Variable(
        "administrator,security_officer,reviewer,city_officer,exporters", demo=""
    ),
}
# "build" is for commands that need neither secrets nor a database: help, messages, collectstatic. It never serves.
KINDS = ("production", "demo", "test", "build")
# The keys that the demo and the tests make themselves begin so; production refuses them.
MADE_UP = ("demo-", "test-")
KEY_BYTES = 32
PLAIN_KEYS = ("SECRET_KEY", "INDEX_KEY", "AUDIT_KEY")
LEAST_AUDIT_DAYS = 183


def _stated() -> dict[str, str]:
    """The demo's own values, when none is set from outside and the demo has left any."""
    if {"DATABASE_URL", "DATABASE_URL_FILE", "ENVIRONMENT"} & os.environ.keys() or not DEMO_STATE.exists():
        return {}
    lines = DEMO_STATE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


STATED = _stated()


def read(name: str) -> str:
    """The value of a variable: from the environment, its file, or the running demo."""
    if name in os.environ:
        return os.environ[name]
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    return STATED.get(name, "")


ENVIRONMENT = read("ENVIRONMENT") or VARIABLES["ENVIRONMENT"].default
if ENVIRONMENT not in KINDS:
    raise ImproperlyConfigured(f"ENVIRONMENT is one of {', '.join(KINDS)}, not {ENVIRONMENT!r}.")
PRODUCTION = ENVIRONMENT == "production"


def value(name: str) -> str:
    """A variable's value, or its default outside production. Production refuses what is missing or made up."""
    given = read(name)
    variable = VARIABLES[name]
    if PRODUCTION and variable.required and not given:
        raise ImproperlyConfigured(f"{name} is not set. Set it, or name a file that holds it by {name}_FILE.")
    if PRODUCTION and any(key.startswith(MADE_UP) for key in _keys(name, given)):
        raise ImproperlyConfigured(f"{name} is one that the demo or the tests made up. Make one of your own.")
    fallback = variable.default if PRODUCTION or variable.demo is None else variable.demo
    return given or fallback


def _keys(name: str, given: str) -> list[str]:
    """The keys in a variable that holds some; of SEAL_KEYS, what their base64 stands for."""
    if name != "SEAL_KEYS":
        return [given] if name in PLAIN_KEYS else []
    try:
        keys = [
            base64.b64decode(entry.split(":")[1].strip(), validate=True)
            for entry in given.replace("\n", ",").split(",")
            if entry.strip()
        ]
    except (ValueError, IndexError):
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ImproperlyConfigured(
            f'SEAL_KEYS looks like "1:<base64 of {KEY_BYTES} bytes>,2:<...>"; this does not.'
        )
    return [key.decode("latin-1") for key in keys]


def number(name: str, unit: str, least: int = 0) -> int:
    """A variable that is a whole number, `least` or more."""
    given = value(name)
    if not (given.isascii() and given.isdecimal()):
        raise ImproperlyConfigured(f"{name} is a number of {unit}, such as {VARIABLES[name].default}.")
    if int(given) < least:
        raise ImproperlyConfigured(f"{name} is a number of {unit}, {least} or more.")
    return int(given)


def _made_up() -> str:
    return "test-" + secrets.token_hex(32)


SECRET_KEY = value("SECRET_KEY") or _made_up()
SEAL_KEYS = value("SEAL_KEYS") or f"1:{base64.b64encode(_made_up()[:KEY_BYTES].encode()).decode()}"
INDEX_KEY = value("INDEX_KEY") or _made_up()
# The index key that `rotate_keys --index` replaces by INDEX_KEY; set for that one command alone.
FORMER_INDEX_KEY = value("FORMER_INDEX_KEY")
# Seals the record of acts into a chain.
AUDIT_KEY = value("AUDIT_KEY") or _made_up()
# A key does one thing: whoever gets hold of one must not have another with it.
if len({SECRET_KEY, INDEX_KEY, AUDIT_KEY} | set(_keys("SEAL_KEYS", SEAL_KEYS))) < 3 + len(
    _keys("SEAL_KEYS", SEAL_KEYS)
):
    raise ImproperlyConfigured(
        "SECRET_KEY, INDEX_KEY, AUDIT_KEY and each key of SEAL_KEYS must differ. Make one of its own for each."
    )

DEBUG = False
ALLOWED_HOSTS = [host for host in value("ALLOWED_HOSTS").split(",") if host] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [origin for origin in value("CSRF_TRUSTED_ORIGINS").split(",") if origin]
UPLOAD_DIR = value("UPLOAD_DIR")

INSTALLED_APPS = [
    "jincheng_insurance.access",
    "jincheng_insurance.audit",
    "jincheng_insurance.sheets",
    "jincheng_insurance.web",
    "jincheng_insurance.api",
    "enrollment",
    "premiums",
    "claims",
    "riskpool",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "template_partials",
    "csp",
    "lucide",
    "axes",
]

MIDDLEWARE = [
    # These come first: every answer has their headers, also one that a later one gives, or an error.
    "jincheng_insurance.audit.context.RequestContextMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jincheng_insurance.web.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jincheng_insurance.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jincheng_insurance.access.gate.GateMiddleware",
    "jincheng_insurance.audit.history.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jincheng_insurance.web.wrong_method.WrongMethodMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jincheng_insurance.urls"
WSGI_APPLICATION = "jincheng_insurance.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jincheng_insurance.web.context.shell",
            ]
        },
    }
]
FORM_RENDERER = "jincheng_insurance.web.renderer.FormRenderer"


def database(url: str) -> dict[str, object]:
    """A database of a URL. JIT is off: it costs more than it saves on our statements."""
    return environ.Env.db_url_config(url) | {
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"options": "-c jit=off", "application_name": "jincheng-insurance", "connect_timeout": 5},
    }


# No database is needed to show help or to work a case; whoever needs one is told how to get it (manage.py).
NOWHERE = "postgres://nobody@127.0.0.1:1/none"
DATABASES = {"default": database(NOWHERE if ENVIRONMENT == "build" else value("DATABASE_URL") or NOWHERE)}
if value("OWNER_DATABASE_URL") and ENVIRONMENT != "build":
    DATABASES["owner"] = database(value("OWNER_DATABASE_URL"))
    RUNTIME_ROLE = value("RUNTIME_ROLE") or str(DATABASES["default"]["USER"])
else:
    RUNTIME_ROLE = ""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A history row is looked for by its object alone.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "access:login"
LOGIN_REDIRECT_URL = "access:home"
LOGOUT_REDIRECT_URL = "access:login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Passwords: how long at least, how many former ones are refused, after how many days they are changed (0: never).
PASSWORD_LENGTH = number("PASSWORD_LENGTH", "characters", least=10)
PASSWORD_HISTORY = number("PASSWORD_HISTORY", "passwords")
PASSWORD_DAYS = number("PASSWORD_DAYS", "days")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "unit", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "jincheng_insurance.access.password_rules.ThreeKinds"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "jincheng_insurance.access.password_rules.NoneOfTheLast"},
]
# After so many failures a name is locked for an address, for so long.
LOCK_FAILURES = number("LOCK_FAILURES", "failed sign-ins", least=1)
LOCK_MINUTES = number("LOCK_MINUTES", "minutes", least=1)
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "jincheng_insurance.access.locks.LockHandler"
AXES_FAILURE_LIMIT = LOCK_FAILURES
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = datetime.timedelta(minutes=LOCK_MINUTES)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # sessions are listed by UserSession, failures by the record of acts
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "jincheng_insurance.access.locks.counted_name"
AXES_CLIENT_IP_CALLABLE = "jincheng_insurance.access.locks.counted_address"
AXES_LOCKOUT_CALLABLE = "jincheng_insurance.access.locks.as_answered"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
# A session ends when nothing is done for so long, and at the latest so long after signing in.
SESSION_IDLE_MINUTES = number("SESSION_IDLE_MINUTES", "minutes", least=1)
SESSION_HOURS = number("SESSION_HOURS", "hours", least=1)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
# How long after giving a password or code somebody may pay, export or look at numbers without giving it again; 0: for
# as long as the session.
FRESH_PROOF_MINUTES = number("FRESH_PROOF_MINUTES", "minutes")
# How long what somebody typed into a long form and didn't send is kept for them.
DRAFT_DAYS = number("DRAFT_DAYS", "days", least=1)
# The roles that sign in with a second factor; "exporters" are all who may export numbers in full.
SECOND_FACTOR_ROLES = frozenset(
    role.strip() for role in value("SECOND_FACTOR_ROLES").split(",") if role.strip()
)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
# The guides' pictures are static files too.
STATICFILES_DIRS = [BASE_DIR / "static", ("screens", BASE_DIR / "docs" / "screens")]
if ENVIRONMENT in {"demo", "test"}:
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = ENVIRONMENT == "test"  # else every test client lists all the files anew
else:  # collected while the image is built, under names that change with the content, so that browsers may keep them
    STATIC_ROOT = BASE_DIR / "staticfiles"
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
# A claim reported later than this after discharge or loss is flagged, never refused for it (R26).
LATE_REPORT_DAYS = number("LATE_REPORT_DAYS", "days")
# How many full numbers one person may look at in a day (R25).
REVEALS_A_DAY = number("REVEALS_A_DAY", "looks")
# An export with more rows than this and numbers in full waits for somebody else's approval (R25).
EXPORT_APPROVAL_ROWS = number("EXPORT_APPROVAL_ROWS", "rows")
# How many proxies of one's own stand in front; whoever else writes X-Forwarded-For isn't believed.
TRUSTED_PROXIES = number("TRUSTED_PROXIES", "proxies in front")
# The record of acts is kept ten years, as claims are; the law asks for six months at least. Nothing removes it earlier.
if not value("AUDIT_KEEP_DAYS").isdecimal() or int(value("AUDIT_KEEP_DAYS")) < LEAST_AUDIT_DAYS:
    raise ImproperlyConfigured(
        f"AUDIT_KEEP_DAYS is a number of days, {LEAST_AUDIT_DAYS} (six months) or more."
    )
AUDIT_KEEP_DAYS = int(value("AUDIT_KEEP_DAYS"))
AUDIT_ANCHORS = value("AUDIT_ANCHORS")
try:
    METRICS_NETWORKS = [ipaddress.ip_network(one) for one in value("METRICS_NETWORKS").split(",") if one]
except ValueError as error:
    raise ImproperlyConfigured(f"METRICS_NETWORKS lists networks such as 10.0.0.0/8: {error}.") from error
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 2**20

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

CELERY_BROKER_URL = value("REDIS_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
# A request waits for nobody: one try, and the sweep does the rest.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "visibility_timeout": 600,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep loss ratios": {"task": "riskpool.sweep", "schedule": 60.0},
    "sweep carry-forward": {"task": "riskpool.sweep_carry", "schedule": 300.0},
    "draft settlements": {"task": "riskpool.draft_settlements", "schedule": crontab(hour="0", minute="20")},
    "sweep duties": {"task": "riskpool.sweep_duties", "schedule": 60.0},
    "sweep imports": {"task": "enrollment.sweep_imports", "schedule": 30.0},
    "remind of arrears": {"task": "premiums.remind", "schedule": 3600.0},
    "sweep exports": {"task": "sheets.sweep_exports", "schedule": 30.0},
    "sweep claims imports": {"task": "claims.sweep_imports", "schedule": 30.0},
    "fold the loss ledger's days": {"task": "claims.fold_loss_days", "schedule": 60.0},
    "fold the counts of claims": {"task": "claims.fold_counts", "schedule": 60.0},
    "fold the counts of households": {"task": "enrollment.fold_counts", "schedule": 60.0},
    "break losses down": {"task": "riskpool.take_breakdowns", "schedule": 600.0},
    "seal the record of acts": {"task": "audit.seal", "schedule": 300.0},
    "verify the record of acts": {"task": "audit.verify", "schedule": 24 * 3600.0},
    "sweep drafts": {"task": "web.sweep_drafts", "schedule": 3600.0},
    "sweep sessions": {"task": "access.sweep", "schedule": 3600.0},
    "sweep the API": {"task": "api.sweep", "schedule": 3600.0},
}

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "jincheng_insurance.api.problems.answer",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("Jincheng Poverty-Prevention Insurance: API for insurers' systems"),
    "DESCRIPTION": _("Amounts are yuan, as strings with two decimals; times carry their offset, +08:00."),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ClaimState": "claims.models.Claim.State",
        "BatchState": "claims.models.PaymentBatch.State",
        "LineState": "claims.models.PaymentLine.State",
        "DocumentKind": "claims.models.DocumentKind",
        "ItemKind": "claims.models.LossItem.Kind",
        "RejectionReason": "claims.models.RejectionReason",
    },
    "PATH_CONVERTER_OVERRIDES": {
        "number": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,40}$"},
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "jincheng_insurance.api.schema.close_bodies",
    ],
}
# Requests of one token a minute: of every kind, and looks at persons by identity number.
API_LIMITS = {"requests": 600, "looks": 60}

# Notices go out by e-mail through EMAIL_URL, such as smtp+tls://user:password@host:587. Without it they stay in the
# inbox in production, and are printed by the worker elsewhere.
SITE_URL = value("SITE_URL").rstrip("/")
DEFAULT_FROM_EMAIL = value("EMAIL_FROM")
EMAIL_TIMEOUT = 20
EMAIL_URL = value("EMAIL_URL")
MAIL_ON = bool(EMAIL_URL) or not PRODUCTION
vars().update(environ.Env.email_url_config(EMAIL_URL or "consolemail://"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": f"jincheng_insurance.web.logs.{'AsJson' if PRODUCTION else 'Redacted'}",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {
            "handlers": ["stderr"],
            "level": "WARNING" if ENVIRONMENT == "test" else "INFO",
            "propagate": False,
        }
    },
}
