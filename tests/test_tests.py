"""Tests that can't fail, wait by a fixed clock or lean on another folder's conftest are found by reading them."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Calls that fail by themselves, beside functions of the tests that assert something.
FAILING = {"raises", "warns", "fail", "expect", "assert_not_called", "assert_called_once"}
FAILING |= {"django_assert_num_queries", "django_assert_max_num_queries"}
# What waits, and the number that says how long: the place of an argument, or its name.
WAITING: dict[str, int | str] = {"wait": 0, "join": 0, "communicate": "timeout", "wait_until": 1, "Barrier": "timeout"}
WAITING |= {"set_default_timeout": 0, "set_options": "timeout", "run": "timeout", "get": "timeout", "post": "timeout"}
WAITING |= {"urlopen": "timeout", "end_orphans": "patience"}
# Expressions that do something, or are prose.
DOING = (ast.Call, ast.Constant, ast.Yield, ast.YieldFrom, ast.Await)


def called(node: ast.AST) -> str:
    """The bare name of what a call calls, "" for all else."""
    function = getattr(node, "func", None)
    return str(getattr(function, "attr", "") or getattr(function, "id", ""))


def always_true(node: ast.expr) -> bool:
    """Whether one branch of a truth can't be false."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return bool(getattr(node, "value", True))
    if isinstance(node, ast.IfExp):
        return always_true(node.body) or always_true(node.orelse)
    if isinstance(node, ast.BoolOp):
        return isinstance(node.op, ast.Or) and any(map(always_true, node.values))
    return isinstance(node, ast.Tuple) and bool(node.elts)


def vain_asserts(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and always_true(node.test):
            yield node.lineno


def idle_expressions(tree: ast.Module) -> Iterator[int]:
    """Statements that compute something and drop it, outside of `with pytest.raises`."""
    expected = [
        with_ for with_ in ast.walk(tree) if isinstance(with_, ast.With) and "raises" in ast.unparse(with_.items)
    ]
    within = {id(node) for with_ in expected for node in ast.walk(with_)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and id(node) not in within and not isinstance(node.value, DOING):
            yield node.lineno


def fixed_waits(tree: ast.Module) -> Iterator[int]:
    """Waits of a second and more that don't go through `patience`."""
    for node in ast.walk(tree):
        place = WAITING.get(called(node))
        if isinstance(node, ast.Call) and place is not None:
            named = [keyword.value for keyword in node.keywords if keyword.arg == place]
            given = named or (node.args[place : place + 1] if isinstance(place, int) else [])
            if any(isinstance(value, ast.Constant) and _is_long(value.value) for value in given):
                yield node.lineno


def _is_long(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 1


def conftest_imports(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("conftest"):
            yield node.lineno


def patched_loaders(tree: ast.Module) -> Iterator[int]:
    """A private loader in a test's place of the setting that names what is loaded."""
    for node in ast.walk(tree):
        if called(node) == "setattr" and "_load" in ast.unparse(node):
            yield node.lineno


def functions(trees: list[ast.Module]) -> dict[str, list[ast.AST]]:
    found: dict[str, list[ast.AST]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(node.name, []).append(node)
    return found


def without_claims(trees: list[ast.Module]) -> list[str]:
    """Tests that neither assert nor call what does, by any way through the helpers of the tests."""
    every = functions(trees)
    claims = {name for name, nodes in every.items() if any(map(_claims, nodes))}
    while more := {name for name in every.keys() - claims if _calls(every[name], claims)}:
        claims |= more
    return sorted(name for name in every if name.startswith("test_") and name not in claims)


def _claims(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Assert) or called(node) in FAILING for node in ast.walk(function))


def _calls(nodes: list[ast.AST], names: set[str]) -> bool:
    return any(called(each) in names for node in nodes for each in ast.walk(node))


CHECKS: list[tuple[Callable[[ast.Module], Iterator[int]], str]] = [
    (vain_asserts, "assert first == second if third else True"),
    (vain_asserts, "assert first or 'no message'"),
    (vain_asserts, "assert (first, 'no message')"),
    (idle_expressions, "first == second"),
    (idle_expressions, "first and second()"),
    (fixed_waits, "process.wait(5)"),
    (fixed_waits, "run(command, timeout=60)"),
    (fixed_waits, "wait_until(truth, 10)"),
    (conftest_imports, "from tests.moderation.conftest import receive"),
    (patched_loaders, "monkeypatch.setattr('module._load', lambda path: policy)"),
]


@pytest.mark.parametrize(("check", "bad"), CHECKS)
def test_the_bad_are_found(check: Callable[[ast.Module], Iterator[int]], bad: str) -> None:
    assert list(check(ast.parse(bad))) == [1]


@pytest.mark.parametrize("check", dict.fromkeys(check for check, _ in CHECKS))
def test_no_test_is_of_that_kind(check: Callable[[ast.Module], Iterator[int]]) -> None:
    files = sorted(HERE.rglob("*.py"))
    found = [(str(file.relative_to(HERE)), line) for file in files for line in check(_tree(file))]
    assert found == []


def test_every_test_claims_something() -> None:
    assert without_claims([ast.parse("def test_a(): b()\ndef b(): c()\ndef c(): pass")]) == ["test_a"]
    assert without_claims([ast.parse("def test_a(): b()\ndef b(): c()\ndef c(): assert d")]) == []
    assert without_claims([_tree(file) for file in sorted(HERE.rglob("*.py"))]) == []


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))
