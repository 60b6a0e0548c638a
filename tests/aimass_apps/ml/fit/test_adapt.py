"""Adaptation: the held-back loss falls, a stop loses nothing, and a recipe can start from what was written."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

torch = pytest.importorskip("torch")

from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerFast  # noqa: E402 - needs torch

from aimass_apps.learning.management.commands.adapt import site_texts  # noqa: E402 - kept with the others
from aimass_apps.ml.fit.adapt import NoMaskToken, Settings, TooFewTexts, adapt, hide  # noqa: E402
from aimass_apps.ml.fit.progress import Progress, Stopped, silent  # noqa: E402 - kept with the others
from aimass_apps.ml.fit.train import train_recipe  # noqa: E402 - kept with the others
from aimass_apps.registry.artefacts import verify  # noqa: E402 - kept with the others
from aimass_apps.submissions.models import Submission  # noqa: E402 - kept with the others
from tests.support.small import BAD, BERT, GOOD, write  # noqa: E402

pytestmark = pytest.mark.training
TEXTS = [f"{first} and {second}" for first in (*GOOD, *BAD) for second in (*GOOD, *BAD)]
SETTINGS = Settings(epochs=30, learning_rate=3e-3, batch=8, tokens=16, head_share=0.1, checkpoint_every=20)


def test_words_are_hidden_by_their_share_and_never_the_special_ones(base: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    ids = torch.randint(3, 20, (200, 50))
    usable = torch.rand(ids.shape) < 0.9
    hidden, wanted = hide(ids, usable, tokenizer, 0.15, seed=4)
    asked = wanted != -100

    assert 0.14 < asked[usable].float().mean() < 0.16
    assert not asked[~usable].any()
    assert torch.equal(wanted[asked], ids[asked])
    assert torch.equal(hidden[~asked], ids[~asked])
    assert 0.75 < (hidden[asked] == tokenizer.mask_token_id).float().mean() < 0.86
    assert torch.equal(hide(ids, usable, tokenizer, 0.15, seed=4)[0], hidden)


@pytest.mark.slow
def test_the_loss_falls_a_stop_loses_nothing_and_a_recipe_goes_on(data: Path, base: Path) -> None:
    whole = adapt(str(base), TEXTS, data / "whole", SETTINGS, silent)

    def stop(progress: Progress) -> None:
        if progress.done == 50:
            raise Stopped

    with pytest.raises(Stopped):
        adapt(str(base), TEXTS, data / "halted", SETTINGS, stop)
    assert not (data / "halted").exists()
    steps: list[int] = []
    halted = adapt(str(base), TEXTS, data / "halted", SETTINGS, lambda each: steps.append(each.done))

    assert steps[0] == 41
    assert whole.after < whole.before - 0.2
    assert halted == whole
    first, second = (data / name / "model.safetensors" for name in ("whole", "halted"))
    assert first.read_bytes() == second.read_bytes()
    summary = json.loads((data / "whole" / "adaptation.json").read_text(encoding="utf-8"))
    assert summary["after"] == whole.after
    assert summary["settings"]["seed"] == 1
    assert AutoModel.from_pretrained(data / "whole").config.hidden_size == 32
    assert not (data / "whole.work").exists()
    verify(train_recipe(write(data, "bert", BERT, f'base = "{data / "whole"}"'), data, data / "out"))


def test_too_few_texts_and_a_base_without_a_mask_are_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(TooFewTexts, match="5 different"):
        adapt(str(base), GOOD * 30, tmp_path / "out", SETTINGS, silent)
    tokenizer = AutoTokenizer.from_pretrained(base).backend_tokenizer
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]").save_pretrained(base)
    with pytest.raises(NoMaskToken):
        adapt(str(base), TEXTS, tmp_path / "out", SETTINGS, silent)
    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
def test_only_posts_are_read_and_none_that_is_sealed() -> None:
    for number, language in enumerate(("en", "zh", "en")):
        text = f"post {number}"
        Submission.objects.create(desk="moderation", language=language, text=text, content_hash=f"{number:064}")
    Submission.objects.create(desk="triage", language="en", sealed_text="cough", content_hash="9" * 64)

    assert sorted(site_texts("moderation", "any", 10)) == ["post 0", "post 1", "post 2"]
    assert sorted(site_texts("moderation", "en", 10)) == ["post 0", "post 2"]
    assert len(list(site_texts("moderation", "any", 2))) == 2


@pytest.mark.django_db
def test_the_command_says_in_one_sentence_what_is_missing(tmp_path: Path, base: Path) -> None:
    with pytest.raises(CommandError, match="0 different texts"):
        call_command("adapt", base=str(base), out=tmp_path / "out")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("adapt", "--desk", "triage", "--out", str(tmp_path / "out"))
