"""A file is read whole into its shape, or refused with its name and the place."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aimass_apps import strict_files
from aimass_apps.strict_files import BadFile, Count, Share, Text, checked, read_json, read_toml


@dataclass(frozen=True, slots=True)
class Part:
    rows: Count = 0
    share: Share = 0.5


@dataclass(frozen=True, slots=True)
class Whole:
    name: Text
    part: tuple[Part, ...] = ()
    by_label: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name == "never":
            raise ValueError("is never called so")


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('name = "a"\n[[part]]\nrows = 3\n[by_label]\nx = 1\n')
    (tmp_path / "a.json").write_text('{"name": "a", "part": [{"rows": 3}], "by_label": {"x": 1}}')
    assert read_toml(tmp_path / "a.toml", Whole) == read_json(tmp_path / "a.json", Whole)
    assert read_json(tmp_path / "a.json", Whole) == Whole("a", (Part(3),), {"x": 1.0})


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbfname = "a"\n')
    assert read_toml(tmp_path / "a.toml", Whole).name == "a"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("name = 3", "name", "must be a valid string"),
        ('name = " "', "name", "must say something"),
        ("", "name", "is missing"),
        ('name = "a"\nnam = "b"', "nam", "is not known here"),
        ('name = "a"\n[[part]]\n[[part]]\nrows = "3"', "part[1].rows", "must be a valid integer"),
        ('name = "a"\n[[part]]\nrows = true', "part[0].rows", "must be a valid integer"),
        ('name = "a"\n[[part]]\nrows = 3.0', "part[0].rows", "must be a valid integer"),
        ('name = "a"\n[[part]]\nrows = -1', "part[0].rows", "must be greater than or equal to 0"),
        ('name = "a"\n[[part]]\nshare = 1.1', "part[0].share", "must be less than or equal to 1"),
        ('name = "a"\n[[part]]\nrow = 1', "part[0].row", "is not known here"),
        ('name = "a"\nby_label = { x = nan }', "by_label.x", "must be a finite number"),
        ('name = "a"\nby_label = { x = inf }', "by_label.x", "must be a finite number"),
        ('name = "a"\nby_label = { x = 2026-01-01 }', "by_label.x", "is a date: write it as text"),
        ('name = "never"', "", "is never called so"),
        ("name = ", "", "is not TOML"),
        ('name = "a"\nname = "b"', "", "is not TOML"),
        ("name = " + "[" * 60 + "]" * 60, "name", "is nested too deeply"),
        ("name = " + "[" * 5000 + "]" * 5000, "", "is nested too deeply"),
    ],
)
def test_what_has_no_shape_is_refused_with_its_place(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(BadFile) as refused:
        read_toml(path, Whole)
    assert (refused.value.file, refused.value.place) == (path, place)
    assert refused.value.what.startswith(what)
    assert str(refused.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"name": "a", "name": "b"}', "is not JSON ('name' stands twice in one object)"),
        (b'{"name": "\xff"}', "is not UTF-8 (byte 10)"),
        (b'{"name": "a", "by_label": {"x": 1e999}}', "must be a finite number"),
        (b'{"name": "a", "by_label": {"x": NaN}}', "must be a finite number"),
        (b"[]", "must be a table of names and values"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"name": "' + b"a" * 2000 + b'"}', "is larger than 0 MiB"),
    ],
)
def test_json_that_is_none(tmp_path: Path, content: bytes, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_files, "LARGEST", 1000 if len(content) < 3000 else 10**6)
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(BadFile) as refused:
        read_json(tmp_path / "a.json", Whole)
    assert refused.value.what == what


def test_several_faults_are_told_at_once_and_none_shows_what_stood_there(tmp_path: Path) -> None:
    raw = {"name": "a", "part": [{"rows": "secret"}] * 7}
    with pytest.raises(BadFile) as refused:
        checked(raw, Whole)
    assert str(refused.value).count("must be a valid integer") == strict_files.MOST_TOLD
    assert str(refused.value).endswith("and 2 more")
    assert "secret" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"a\.json: can't be read \(No such file"):
        read_json(tmp_path / "a.json", Whole)
