"""Who may write the record: actions, and nobody else. Looked for in the source and while it runs.

`writes_in` reads a module and finds calls that write. `Guard` stands at the database while tests
run, and refuses a write to our tables that a request makes outside an action, or for a method that
only reads.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
#: The apps whose tables are the record.
RECORD = ("measures", "stakeholders")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


# --- In the source ---------------------------------------------------------------------------

#: Methods of managers, querysets, models and forms that write; each has an asynchronous twin.
WRITING = {
    *("save", "save_base", "save_m2m", "create", "bulk_create", "get_or_create"),
    *("update", "bulk_update", "update_or_create", "delete"),
    *("create_user", "create_superuser"),
}
#: Methods of the set on the other side of a relation.
OF_RELATIONS = {"add", "set", "remove", "clear"}
#: Views of Django that write on their own.
WRITING_VIEWS = {"CreateView", "UpdateView", "DeleteView"}
#: How a statement of SQL that writes begins.
WRITES = r"\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM|COPY|TRUNCATE)\b"
BEGINS = re.compile(WRITES, re.IGNORECASE)
STATEMENT = re.compile(rf"""{WRITES}(?:\s+TABLE)?\s+["`]?(\w+)""", re.IGNORECASE)


def relations() -> set[str]:
    """Return the names by which models of the record reach sets of others."""
    found: set[str] = set()
    for app in RECORD:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                if field.one_to_many or field.many_to_many:
                    found.add(getattr(field, "get_accessor_name", lambda f=field: f.name)() or "")
    return found - {""}


def writes_in(source: str, sets: set[str]) -> Iterator[str]:
    """Yield every call in a module that writes, as it stands there; `sets` are `relations()`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.name in WRITING_VIEWS)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, node.func.value
        is_set = isinstance(owner, ast.Attribute) and owner.attr in sets
        forbidden = WRITING | OF_RELATIONS if is_set else WRITING
        is_sql = name in ("execute", "executemany", "copy") and BEGINS.match(text_of(node))
        if {name, name.removeprefix("a")} & forbidden or is_sql:
            yield ast.unparse(node.func)


def text_of(call: ast.Call) -> str:
    """Return the first argument of a call, where it is a text or begins as one."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr) and first.values:
        (first, *_) = first.values
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def modules() -> list[Path]:
    """Return our modules that must not write: all but actions and migrations."""
    return [
        path
        for app in ("roadmap", *RECORD)
        for path in sorted((ROOT / app).rglob("*.py"))
        if not {"actions", "migrations"} & set(path.relative_to(ROOT).parts)
    ]


# --- While it runs ---------------------------------------------------------------------------

#: A person's own account is kept by these (the time of signing in, the password).
ACCOUNTS = ("/django/contrib/auth/", "/allauth/")
ACCOUNT_TABLE = "stakeholders_user"
ACTIONS = tuple(f"{ROOT}/{app}/actions/" for app in RECORD)


class Trespass(AssertionError):
    """A request wrote the record where it may not; the text says what."""


class Guard:
    """Looks at every statement (for `connection.execute_wrapper`), and remembers what it refused,
    for a view may catch what is raised."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self.tables = {
            model._meta.db_table
            for app in RECORD
            for model in apps.get_app_config(app).get_models(include_auto_created=True)
        }

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Let the statement pass, or raise Trespass."""
        written = STATEMENT.match(sql) if isinstance(sql, str) else None
        if written and written[1] in self.tables and (trouble := trespass(written[1])):
            self.refused.append(f"{trouble}: {sql[:100]}")
            raise Trespass(self.refused[-1])
        return execute(sql, params, many, context)


def trespass(table: str) -> str:
    """Say why the code that is running may not write the table; nothing where it may, also
    outside any request: tests and commands prepare what they need."""
    by_action = by_account = False
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path, name = frame.f_code.co_filename, frame.f_code.co_name
        by_action = by_action or path.startswith(ACTIONS)
        # Middleware stands around every view.
        is_account = any(part in path for part in ACCOUNTS) and "middleware" not in path
        by_account = by_account or (is_account and table == ACCOUNT_TABLE)
        if name == "get_response" and path.endswith("/django/core/handlers/base.py"):
            request = frame.f_locals["request"]
            if by_account:
                return ""
            if request.method in SAFE:
                return f"{request.method} {request.path} writes"
            return "" if by_action else f"{request.method} {request.path} writes past the actions"
        frame = frame.f_back
    return ""
