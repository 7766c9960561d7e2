"""Gives a running site people and a session of theirs, straight in its own database: the sign-in
pages have tests of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from scripts.running_site import ROOT

#: Makes a person with roles (once), and prints the key of a new session.
SIGN_IN = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from stakeholders.models import Membership, Organisation, User
given = json.loads({given!r})
user = User.objects.filter(email=given["email"]).first()
if user is None:
    user = User.objects.create_user(given["email"], name=given["name"])
organisation = Organisation.objects.get(key=given["organisation"])
for role in given["roles"]:
    Membership.objects.get_or_create(user=user, organisation=organisation, role=role, ended_at=None)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
session["account_authentication_methods_user"] = str(user.pk)
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


def session_of(folder: Path, email: str, name: str, organisation: str, *roles: str) -> str:
    """Return the key of a session of the person on the site that `running_site` serves from
    `folder`; the person is made with the roles when not there."""
    given = {"email": email, "name": name, "organisation": organisation, "roles": roles}
    return in_shell(folder, SIGN_IN.replace("{given!r}", repr(json.dumps(given)))).strip()


def in_shell(folder: Path, code: str) -> str:
    """Run code in a shell of the site that is served from `folder`; return what it prints."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "roadmap.settings",
        "LOG_LEVEL": "WARNING",
        "REDIS_URL": "",
        "SECRET_KEY": "only-for-a-site-that-lives-for-one-test-run-" + "x" * 20,
        "SITE_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
        "VAR_DIR": str(folder),
    }
    shell = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", code]
    done = subprocess.run(
        shell, check=True, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return done.stdout
