"""What no page must get wrong, checked on the files themselves."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

STATIC = settings.BASE_DIR / "aimass_apps" / "web" / "static" / "web"
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
BASE_TOKENS = (STATIC / "tokens.css").read_text().split("@media")[0]
TOKENS = dict(re.findall(r"--([\w-]+):\s*([^;]+);", BASE_TOKENS))
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
ROOTS = [settings.BASE_DIR / root for root in ("aimass_apps", "moderation", "triage")]
PROGRAMS = [path for root in ROOTS for path in root.rglob("*.py")]


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(token: str, theme: str) -> str:
    found = re.findall(r"#[0-9a-f]{6}", TOKENS[token])
    return found[-1] if theme == "dark" else found[0]


GROUNDS = ("bg", "surface", "surface-2")
PAIRS = [
    *product(("text", "muted", "accent", "info", "ok", "warn", "danger"), GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("info", "ok", "warn", "danger")),
    ("accent-strong", "accent-soft"),
    *product(
        ("text",), ("info-soft", "ok-soft", "warn-soft", "danger-soft", "surface-3", "mark-1", "mark-2", "mark-3")
    ),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-danger", "danger-solid"),
    ("on-danger", "danger-solid-hover"),
    *((f"grade-{step}-text", f"grade-{step}-bg") for step in range(1, 6)),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_has_the_contrast_of_wcag_aa(text, ground, theme):
    assert contrast(colour(text, theme), colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), [*product(("line-strong", "focus", "accent"), GROUNDS)])
def test_borders_of_controls_and_focus_have_three_to_one(line, ground, theme):
    assert contrast(colour(line, theme), colour(ground, theme)) >= 3


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_sheets_use_tokens_that_exist(sheet: Path):
    assert set(re.findall(r"var\(--([\w-]+)", sheet.read_text())) <= set(TOKENS)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_carry_no_inline_style_or_script(template: Path):
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "http://" not in text
    assert not re.search(r"(src|href)=\"https?:", text)


def test_every_icon_that_is_named_exists():
    for source in [*TEMPLATES, *PROGRAMS]:
        text = source.read_text()
        named = set(re.findall(r'(?:\{% icon |icon=|icon_end=|empty_state )"([\w-]+)"', text))
        assert named <= ICONS, f"{source}: {named - ICONS}"


def test_a_form_with_several_decisions_holds_enter_off():
    """Enter in a field presses a form's first submit button: of several nobody chose that one."""
    texts = [path.read_text() for path in TEMPLATES]
    buttons = [tag for text in texts for tag in re.findall(r"{% button [^%]*%}", text)]
    shared = {form for tag in buttons if "name=" in tag for form in re.findall(r'form="([\w-]+)"', tag)}
    assert shared
    for form in shared:
        (held,) = [text for text in texts if f'<form id="{form}"' in text]
        assert "_components/no_enter.html" in held
    inside = [body for text in texts for body in re.findall(r"<form.*?</form>", text, re.DOTALL)]
    several = [body for body in inside if "{% field" in body and len(re.findall(r"{% button [^%]*name=", body)) > 1]
    assert [body for body in several if "_components/no_enter.html" not in body] == []
