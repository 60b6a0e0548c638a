"""The documentation names only what exists: links, paths, commands with their options, targets of make."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[1]
DECISIONS = ROOT / "docs" / "decisions"
LONGEST_README = 120
# Cards beside the starters are written by a program.
PAGES = sorted(
    path
    for folder in (".", ".github", "docs", "moderation", "triage", "aimass_apps")
    for path in (ROOT / folder).glob("*.md" if folder == "." else "**/*.md")
    if "starters" not in path.parts
)
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in {".venv", ".aimass", ".git"}}
WRITTEN = {"build", ".aimass"}  # by commands, so not there before
SUFFIXES = (".py", ".md", ".json", ".jsonl", ".toml", ".html", ".css", ".js", ".svg", ".txt", ".lock", ".yml", ".yaml")
PATH = re.compile(r"(?:\.?[\w-]+/)+[\w.*-]*")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"manage\.py ([a-z]\w*)([^`|;&)]*)")
OPTION = re.compile(r"(?<=\s)--[a-z][\w-]*")
TARGET = re.compile(r"^([a-z][\w-]*):", re.MULTILINE)


def code_of(text: str) -> Iterator[str]:
    """What stands in backticks or between fences, one command a line."""
    yield from (line for block in FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines())
    yield from (" ".join(each.split()) for each in CODE.findall(FENCE.sub("", text)))


def links(page: Path, text: str) -> Iterator[str]:
    for target in LINK.findall(FENCE.sub("", text)):
        name, _, heading = target.partition("#")
        if "://" in target:
            continue
        linked = page if not name else (page.parent / name).resolve()
        if not linked.exists() or (heading and heading not in headings(linked)):
            yield target


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def paths(page: Path, text: str) -> Iterator[str]:
    for code in CODE.findall(FENCE.sub("", text)):
        is_ours = PATH.fullmatch(code) and code.split("/")[0] not in WRITTEN
        if is_ours and (code.split("/")[0] in FOLDERS or code.endswith(SUFFIXES)) and not any(ROOT.glob(code)):
            yield code


def commands(page: Path, text: str) -> Iterator[str]:
    known = get_commands()
    for line in code_of(text):
        for name, rest in COMMAND.findall(line):
            if name not in known:
                yield f"manage.py {name}"
                continue
            told = load_command_class(known[name], name).create_parser("manage.py", name).format_help()
            yield from (f"{name} {option}" for option in OPTION.findall(rest) if option not in told)


def targets(page: Path, text: str) -> Iterator[str]:
    known = TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
    for line in code_of(text):
        yield from (f"make {each}" for each in re.findall(r"\bmake ([a-z][\w-]*)", line) if each not in known)


@pytest.mark.parametrize("find", [links, paths, commands, targets])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_what_exists(page: Path, find: Callable[[Path, str], Iterator[str]]) -> None:
    assert list(find(page, page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("find", "text", "found"),
    [
        (links, "[a](nowhere.md)", ["nowhere.md"]),
        (links, "[a](README.md#no-such-heading)", ["README.md#no-such-heading"]),
        (links, "[a](https://example.org/nowhere.md)", []),
        (paths, "`moderation/nothing.py`", ["moderation/nothing.py"]),
        (paths, "`people/roles.py`", ["people/roles.py"]),
        (paths, "`triage/knowledge/*.py`", []),
        (paths, "`and/or`", []),
        (commands, "`manage.py sing`", ["manage.py sing"]),
        (commands, "```\nmanage.py train --recipe R \\\n  --louder\n```", ["train --louder"]),
        (targets, "```\nmake tea\n```", ["make tea"]),
    ],
)
def test_what_does_not_exist_is_found(find: Callable[[Path, str], Iterator[str]], text: str, found: list[str]) -> None:
    assert list(find(ROOT / "README.md", text)) == found


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= LONGEST_README


def test_every_decision_stands_in_the_index_with_its_date_and_status() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    written = sorted(path for path in DECISIONS.glob("[0-9]*.md") if not path.name.startswith("0000"))
    assert [int(path.name[:4]) for path in written] == list(range(1, len(written) + 1))
    for path in written:
        title, said = re.match(r"# (.+)\n\n(Date: .+)\n", path.read_text(encoding="utf-8")).groups()
        date, status = re.fullmatch(r"Date: (\d{4}-\d\d-\d\d)\. Status: (.+)\.", said).groups()
        assert f"| {int(path.name[:4])} | [{title}]({path.name}) | {date} | {status} |" in index


@pytest.mark.parametrize("folder", ["docs/howto", "docs/results", "docs"])
def test_every_page_is_reached_from_an_index(folder: str) -> None:
    known = {"docs/howto": "docs/howto/README.md"}.get(folder, "docs/README.md")
    index = (ROOT / known).read_text(encoding="utf-8")
    assert [
        page.name for page in (ROOT / folder).glob("*.md") if page.name not in index and page.name != "README.md"
    ] == []
