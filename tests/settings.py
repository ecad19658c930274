"""The product's settings, in a folder of the test run's own and with cheap passwords.

Whatever instance the caller's environment names is left alone; with SEVEN_TEST_SERVICES=1 the same
tests run on the PostgreSQL and Redis of DATABASE_URL, REDIS_URL and REDIS_CACHE_URL.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

on_services = os.environ.get("SEVEN_TEST_SERVICES") == "1"
ENGINES = {"DATABASE_URL", "REDIS_URL", "REDIS_CACHE_URL"}
for variable in {"ALLOWED_HOSTS", "DEBUG", "SECRET_KEY", "SEVEN_ENV"} | ENGINES:
    if not (on_services and variable in ENGINES):
        os.environ.pop(variable, None)

run_folder = Path(tempfile.mkdtemp(prefix="seven-tests-"))
atexit.register(shutil.rmtree, run_folder, ignore_errors=True)
os.environ["SEVEN_DATA_DIR"] = str(run_folder)
os.environ["REDIS_PREFIX"] = run_folder.name
# One other way to sign in; tests put a server of their own in its place.
os.environ |= {
    "OIDC_SERVER_URL": "http://127.0.0.1:9",
    "OIDC_NAME": "Example ID",
    "OIDC_CLIENT_ID": "seven",
}

from mlsd_app.settings import *  # noqa: E402, F403
from mlsd_app.settings import DATABASES, STORAGES  # noqa: E402

if not on_services:
    # In a file and not in memory: a live server's threads and a worker open it too.
    DATABASES["default"]["TEST"] = {"NAME": str(DATABASES["default"]["NAME"])}

# The default hasher costs a second for each test that makes people.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Nothing happens by itself; what is about the pulse turns it on.
PULSE_SECONDS = 0.0

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
