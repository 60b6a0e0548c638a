"""`manage.py register_llm --model NAME`: a language model behind an endpoint becomes a candidate of the triage desk."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from aimass_apps.inference.kinds.llm.endpoint import answers
from aimass_apps.inference.kinds.llm.predictor import endpoint_of_settings
from aimass_apps.people.commands import add_by, whoever_ran
from triage.llm.prompt import MOST_TOKENS, OFFERS, go_live, register


class Command(BaseCommand):
    help = (
        "Install a version that asks a language model at AIMASS_LLM_URL. Once promoted, the text of each visit goes "
        "there. The same model and prompt are installed once."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--model", default="", help="its name at the endpoint (AIMASS_LLM_MODEL)")
        parser.add_argument("--offers", type=int, default=OFFERS, help="how many conditions it may choose from")
        parser.add_argument("--most-tokens", type=int, default=MOST_TOKENS, help="the longest answer")
        parser.add_argument(
            "--live", metavar="REASON", default="", help="the reason for making it live at once, unless another is"
        )
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        model = options["model"] or settings.LLM_MODEL
        if not model:
            raise CommandError("Name the model: --model NAME, or AIMASS_LLM_MODEL.")
        endpoint = endpoint_of_settings()
        how = {"offers": options["offers"], "most_tokens": options["most_tokens"]}
        by = whoever_ran(options["by"])
        if options["live"]:
            go_live(model=model, reason=options["live"], by=by, **how)
            return
        version = register(model=model, by=by, **how)
        self.stdout.write(f"{version} ({version.stage}) asks {model}")
        if problem := endpoint.problem():
            self.stdout.write(f"No text can be sent yet: {problem} (AIMASS_LLM_URL).")
            return
        said = answers(endpoint)
        self.stdout.write(f"{endpoint.host} {f'does not answer: {said}' if said else 'answers'}.")
        self.stdout.write(f"To send visits there: manage.py promote {version} --to live")
