"""Recipes, tasks and plans: nothing mistyped, out of bounds or unregistered passes in silence."""

from importlib import import_module
from pathlib import Path

import pytest

from aimass_apps.ml.evaluate.evaluation_tasks import read_tasks
from aimass_apps.ml.recipe import named
from aimass_apps.ml.recipe.schema import BadRecipe, read_recipe, settings_of
from aimass_apps.registry.kinds import kind_of, load

ROOT = Path(__file__).parents[4]
RECIPES = [
    path
    for folder in ("moderation/recipes", "triage/recipes", "triage/evaluation")
    for path in sorted((ROOT / folder).rglob("*.toml"))
    if path.name not in ("tasks.toml", "trials.toml")
]
BERT = ROOT / "moderation/recipes/toxicity-bert-en.toml"
SVM = ROOT / "triage/recipes/symptoms-svm-any.toml"
BAYES = ROOT / "triage/recipes/symptoms-bayes-any.toml"
ENSEMBLE = ROOT / "triage/recipes/symptoms-ensemble-any.toml"


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_of_the_repository_is_whole(path: Path) -> None:
    recipe = read_recipe(path)
    assert isinstance(settings_of(recipe), load(kind_of(recipe.kind).settings))


@pytest.mark.parametrize("path", ["moderation/recipes/tasks.toml", "triage/recipes/tasks.toml"])
def test_every_task_of_the_repository_is_whole(path: str) -> None:
    assert read_tasks(ROOT / path)


@pytest.mark.parametrize("path", [BERT, SVM, BAYES, ENSEMBLE], ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("before", "after"), [('desk = "', "mistyped = 1\n"), ("[settings]", "\nmistyped = 1"), ("[[source]]", "\nrow = 9")]
)
def test_an_unknown_key_is_refused_wherever_it_stands(path: Path, before: str, after: str, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    at = text.index(f"\n{before}") + 1
    at += 0 if after.endswith("\n") else len(before)
    (tmp_path / "r.toml").write_text(text[:at] + after + text[at:], encoding="utf-8")
    with pytest.raises(BadRecipe, match="is not known here"):
        read_recipe(tmp_path / "r.toml")


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (BERT, "epochs = 1", "epochs = 0", r"settings\.epochs: must be greater"),
        (BERT, "epochs = 1", 'epochs = "1"', r"settings\.epochs: must be a valid integer"),
        (BERT, "learning_rate = 8e-5", "learning_rate = nan", r"settings\.learning_rate: must be a finite"),
        (BERT, "learning_rate = 8e-5", "learning_rate = 80", r"settings\.learning_rate: must be less"),
        (BERT, "bits = 4", "bits = 9", r"settings\.bits"),
        (BERT, 'combine = "max"', 'combine = "most"', r"settings\.combine: must be 'max' or 'mean'"),
        (BERT, "share = 0.5", "share = 1.5", r"settings\.distil\.share: must be less"),
        (BERT, "share = 0.5", "shares = 0.5", r"settings\.distil\.shares: is not known"),
        (BERT, "epochs = 1", "label_weights = { rude = 2.0 }", r"label_weights: labels that no group has: rude"),
        (BERT, "toxic = 0.79", "toxic = 79", r"thresholds\.toxic: must be less"),
        (BERT, "toxic = 0.79", "rude = 0.79", r"thresholds: labels that no group has: rude"),
        (BERT, "threat = 0.15", "rude = 0.15", r"least: labels that no group has: rude"),
        (BERT, "rows = 3000\nbalance", "rows = -1\nbalance", r"source\[0\]\.rows: must be greater"),
        (BERT, 'balance = "toxic"', 'balance = "rude"', r"source\[0\]\.balance: labels that no group has: rude"),
        (BERT, "noise = 0.1", "noise = 1.1", r"source\[2\]\.noise: must be less"),
        (BERT, "toxic = { column", "toxic = { colum", r"source\[0\]\.labels\.toxic\.colum: is not known"),
        (
            BERT,
            '"moderation.benign_posts"',
            '"os.mkdir"',
            r"source\[\d+\]\.generator: 'os\.mkdir' is no registered gen",
        ),
        (BERT, '"moderation.benign_posts"', '"moderation.held_out"', r"no registered generator"),
        (BERT, '"moderation.held_out",', '"os.listdir",', r"never\[\d+\]: 'os\.listdir' is no registered never"),
        (BERT, "recipe:courses/toxicity-bert-en-1.toml", "package:antigravity", r"base: 'antigravity' is no regist"),
        (BERT, "pool = 6000\n", 'pool = 6000\nfile = "x.csv"\n', "needs either a file or a generator"),
        (BERT, "rows = 3000\nbalance", "pool = 9\nbalance", r"source\[0\]\.pool: does nothing beside a file"),
        (BERT, 'name = "edos"', 'name = "jigsaw"', r"source: jigsaw stands here 2 times"),
        (BERT, '"toxic", "severe_toxic"', '"toxic", "toxic"', r"group: toxic stands here 2 times"),
        (BERT, 'kind = "bert"', 'kind = "svm"', r"settings\.epochs: is not known here; .*"),
        (BERT, 'kind = "bert"', 'kind = "llm"', "kind: must be a kind that is trained"),
        (BERT, 'desk = "moderation"', 'desk = "reception"', "desk: .reception. is no registered desk"),
        (BERT, "seed = 20261122", "seed = 2.5", "seed: must be a valid integer"),
        (SVM, "min_df = 3", "min_df = 0", r"settings\.features\[0\]\.min_df"),
        (SVM, '"char_wb"', '"pairs"', r"settings\.features\[1\]: pairs need"),
        (SVM, "ngrams = [1, 2]", "ngrams = [2, 1]", r"settings\.features\[0\]: ngrams must rise"),
        (SVM, "passes = 6", 'prior = "triage.corpus.training_rows.prior_bias"', r"settings\.prior: is not known here"),
        (SVM, '"triage.labels"', '"os.getcwd"', r"group\[0\]\.labels_from: 'os\.getcwd' is no registered labels"),
        (BAYES, "asked = 0.9", "asked = 1.0", r"settings\.tables\.asked: must be less than 1"),
        (BAYES, "mix = 0.05", "mixed = 0.05", r"settings\.tables\.mixed: is not known here"),
        (BAYES, "[settings]", '[settings]\nfitter = "os.mkdir"', r"settings\.fitter: is not known here"),
        (ENSEMBLE, 'groups = "triage.visits"', 'groups = "os.stat"', r"settings\.groups: 'os\.stat' is no registered"),
        (
            ENSEMBLE,
            '"triage.out_of_scope_texts"',
            '"os.getcwd"',
            r"settings\.out_of_scope_texts: 'os\.getcwd' is no registered",
        ),
        (ENSEMBLE, 'measured_on = "further_visits"', 'measured_on = "visits"', r"measured_on: no source is called"),
        (ENSEMBLE, "coverage = 0.9", "coverage = 1.0", r"settings\.wanted\.coverage: must be less than 1"),
    ],
)
def test_a_bad_recipe_is_refused_with_its_place(path: Path, old: str, new: str, message: str, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "r.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadRecipe, match=rf"r\.toml: .*{message}"):
        read_recipe(tmp_path / "r.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[a]\nfile = "x.csv"\nsampel = 3', r"a\.sampel: is not known here"),
        ('[a]\nfile = "x.csv"\nsample = -3', r"a\.sample: must be greater"),
        ('[a]\nfile = "x.csv"\ntruth = { column = "c", always = 1.0 }', r"a\.truth: needs either"),
        ('[a]\nfile = "x.csv"\nname = "b"', r"a\.name: is the table's own name"),
        ('[a]\ngenerator = "os.getcwd"', r"a: 'os\.getcwd' is no registered test"),
        ('[a]\nfile = "x.csv"\nreader = "json.loads"', r"a: 'json\.loads' is no registered reader"),
        ("[a]\n", "a: needs either a file or a generator"),
        (
            '[a]\nfile = "x"\nclasses = { column = "c", order = [["x", "y", 1.5]], otherwise = "z" }',
            r"a\.classes\.order",
        ),
    ],
)
def test_a_bad_task_is_refused_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "tasks.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadRecipe, match=message):
        read_tasks(tmp_path / "tasks.toml")


@pytest.mark.parametrize(
    ("sort", "name"),
    [(sort, name) for sort, names in named._known.items() if sort not in ("base", "desk") for name in names],
)
def test_every_registered_name_is_there(sort: named.Sort, name: str) -> None:
    assert callable(named.named(sort, name))


def test_the_packages_of_weights_can_be_asked_for_their_path() -> None:
    for name in named._known["base"]:
        if name.startswith("aimass_apps."):
            assert callable(import_module(name).get_model_path)
