"""The platform serves desks that it does not know."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from aimass_apps.submissions.desk import Desk, UnknownDesk, all_desks, desk_of, title_of
from tests.support.desks import StubDesk

PLATFORM = settings.BASE_DIR / "aimass_apps"
NAMES = re.compile(rf"(?<![a-z])({'|'.join(settings.DESKS)})(?![a-z])", re.IGNORECASE)
# The one place that lists them; migrations tell history.
FILES = [
    path for path in sorted(PLATFORM.rglob("*.py")) if path.name != "settings.py" and "migrations" not in path.parts
]
TEMPLATES = sorted((settings.BASE_DIR / "templates").glob("platform/**/*.html"))
TEMPLATES += sorted((settings.BASE_DIR / "templates").glob("_components/*.html"))


def told_to_people(tree: ast.AST) -> set[int]:
    """Docstrings and the help of commands: examples may name a desk there."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            found.add(id(node.body[0].value))  # type: ignore[attr-defined]
        if isinstance(node, ast.keyword) and node.arg == "help":
            found |= {id(part) for part in ast.walk(node.value)}
    return found


def names_of_desks(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = told_to_people(tree)
    for node in ast.walk(tree):
        if id(node) in told:
            continue
        words = {
            ast.Constant: lambda each: each.value if isinstance(each.value, str) else "",
            ast.Name: lambda each: each.id,
            ast.Attribute: lambda each: each.attr,
            ast.ImportFrom: lambda each: each.module or "",
            ast.alias: lambda each: each.name,
        }.get(type(node))
        if words and NAMES.search(words(node)):
            yield f"{path.relative_to(PLATFORM)}:{getattr(node, 'lineno', '?')}: {words(node)}"


def test_no_file_of_the_platform_names_a_desk() -> None:
    assert [found for path in FILES for found in names_of_desks(path)] == []


def test_no_template_of_the_platform_names_a_desk() -> None:
    assert [path.name for path in TEMPLATES if NAMES.search(path.read_text(encoding="utf-8"))] == []


def test_each_installed_desk_has_registered_itself() -> None:
    assert [desk.name for desk in all_desks()] == settings.DESKS
    assert [title_of(name) for name in settings.DESKS] == ["Moderation", "Triage"]


def test_a_desk_that_is_not_there() -> None:
    with pytest.raises(UnknownDesk):
        desk_of("pharmacy")


def test_the_stub_of_the_tests_is_a_desk_like_the_others() -> None:
    wanted = {name for name in vars(Desk) if not name.startswith("_")} | set(Desk.__annotations__)
    for desk in (*all_desks(), StubDesk()):
        assert [name for name in wanted if not hasattr(desk, name)] == []
