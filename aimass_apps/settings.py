"""Settings: everything that differs between installations comes from `environment`."""

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from aimass_apps import environment
from aimass_apps.secrets_file import load_secrets

BASE_DIR = environment.BASE_DIR
AIMASS_HOME = environment.home()
PRODUCTION = environment.in_production()
DEBUG = environment.flag("DEBUG")

_secrets = load_secrets(AIMASS_HOME / "secrets.env", production=PRODUCTION)
SECRET_KEY = _secrets["SECRET_KEY"]
FIELD_KEYS = [key.strip() for key in _secrets["FIELD_KEYS"].split(",")]
HASH_KEY = _secrets["HASH_KEY"]

ALLOWED_HOSTS = environment.listed("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = environment.listed("CSRF_TRUSTED_ORIGINS")

# The desks of this installation: everything else finds them here or where they register themselves.
DESKS = ["moderation", "triage"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "rest_framework",
    "aimass_apps.web",
    "aimass_apps.people",
    "aimass_apps.registry",
    "aimass_apps.submissions",
    "aimass_apps.delivery",
    "aimass_apps.inference",
    "aimass_apps.learning",
    "aimass_apps.operations",
    *DESKS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Outside whatever redirects to the sign-in.
    "aimass_apps.web.middleware.htmx_sign_in",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "aimass_apps.people.middleware.session_limits",
    "aimass_apps.people.middleware.own_password",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "aimass_apps.web.middleware.security_headers",
    # Last, as its documentation asks: it turns a locked-out sign-in into a page.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "aimass_apps.urls"
WSGI_APPLICATION = "aimass_apps.wsgi.application"
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
                "aimass_apps.web.context.page",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

_database = conninfo_to_dict(environment.database_url())
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", "aimass"),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": str(_database.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_database, "application_name": "aimass"},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Celery: a message is only a doorbell, so losing every one of them costs a minute (the sweeper rings again).
CELERY_BROKER_URL = environment.redis_url()
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_DEFAULT_QUEUE = "background"
CELERY_TASK_ROUTES = {
    "aimass_apps.inference.tasks.ask_remote": {"queue": "remote"},
    "aimass_apps.inference.*": {"queue": "inference"},
    "aimass_apps.learning.tasks.train_waiting": {"queue": "training"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 0.2, "socket_timeout": 30, "visibility_timeout": 3600}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(AIMASS_HOME / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "aimass_apps.operations.tasks.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "deliver": {"task": "aimass_apps.delivery.tasks.deliver", "schedule": 5.0, "options": {"expires": 5}},
    "forget": {"task": "aimass_apps.operations.tasks.forget", "schedule": 3600.0, "options": {"expires": 3000}},
}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    # Before Django's own, which would query the database for each request's permissions.
    "aimass_apps.people.role_backend.RoleBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "platform/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_AGE = environment.whole("SESSION_HOURS", least=1) * 3600
SESSION_IDLE_MINUTES = environment.whole("SESSION_IDLE_MINUTES", least=1)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "aimass_apps.web.views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes: the limit of one request body
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["aimass_apps.people.api_keys.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "aimass_apps.web.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AI Mass Apps",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "OAS_VERSION": "3.1.1",  # the first that knows webhooks
    "WEBHOOKS": "moderation.api.webhooks.SENT",
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = environment.text("TIME_ZONE")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = AIMASS_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# Models: where starters lie, where workers keep verified copies, which device computes.
STARTERS_DIR = BASE_DIR / "aimass_apps" / "registry" / "starters"
RECIPE_DIRS = [BASE_DIR / desk / "recipes" for desk in DESKS]
ARTEFACT_CACHE = AIMASS_HOME / "artefacts"
AIMASS_DEVICE = environment.text("AIMASS_DEVICE")
# A desk's policy of your own (MODERATION_POLICY, ...: the desk's name in capitals); empty means the shipped default.
POLICY_FILES = {desk: environment.policy_file(desk) for desk in DESKS}
TRAINING = environment.flag("TRAIN")
# A language model behind an OpenAI-compatible endpoint. Without an address no text of a visit leaves the installation.
LLM_URL = environment.text("AIMASS_LLM_URL").rstrip("/")
LLM_MODEL = environment.text("AIMASS_LLM_MODEL")
LLM_KEY = environment.text("AIMASS_LLM_KEY")
LLM_TIMEOUT = float(environment.whole("AIMASS_LLM_TIMEOUT", least=1))  # seconds for one answer
LLM_ALLOW_HTTP = environment.flag("AIMASS_LLM_ALLOW_HTTP")
# How long delivered events and the answers to webhooks are kept; decisions and reviews stay.
KEEP_TRAFFIC_DAYS = environment.whole("KEEP_TRAFFIC_DAYS", least=1)
LEASE_SECONDS = environment.whole("LEASE_SECONDS", least=1)
# Platforms may name endpoints on private addresses only where the operator says so.
ALLOW_PRIVATE_ENDPOINTS = environment.flag("ALLOW_PRIVATE_ENDPOINTS", default=not PRODUCTION)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {"axes": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
}
