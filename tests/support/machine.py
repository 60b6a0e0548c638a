"""Give the tests what they need of this machine: the training set and a Chromium, or say plainly what is missing.

Run by `make test`. Neither is demanded: tests that need them are skipped, and pytest's summary says so.
"""

import os
import shutil
import subprocess
import sys

from aimass_apps import environment
from aimass_apps.operations import training_set

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def install_training_set() -> None:
    """Install torch and its friends unless TRAIN=0 or they are there."""
    if training_set.is_installed():
        return
    if not training_set.wanted():
        say("TRAIN=0: tests marked `training` will be skipped.")
        return
    home = environment.home()
    (home / "logs").mkdir(parents=True, exist_ok=True)
    say("installing the training set (about a minute) ...")
    try:
        training_set.install(home)
    except training_set.NotInstalled as error:
        say(f"{error} Tests marked `training` will be skipped.")


def install_chromium() -> None:
    """Install Chromium from the system's packages where that needs no password."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not prefix or shutil.which("sudo")):
        say("installing Chromium from the system's packages ...")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            done = subprocess.run(
                [*prefix, "apt-get", *command], check=False, env=environment, stdout=subprocess.DEVNULL
            )
            if done.returncode:
                break
    if not any(shutil.which(name) for name in BROWSERS):
        say("No Chromium here: install the package `chromium`. Tests marked `browser` will be skipped.")


if __name__ == "__main__":
    install_training_set()
    install_chromium()
