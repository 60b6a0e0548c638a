"""Which versions answer a new submission: the live ones, a canary for its share, and every shadow."""

from collections.abc import Iterable
from dataclasses import dataclass

from aimass_apps.draws import place_of
from aimass_apps.registry.kinds import keys_where, kind_of
from aimass_apps.registry.languages import may_read
from aimass_apps.registry.models import ModelVersion, Stage

ASKED = (Stage.LIVE, Stage.CANARY, Stage.SHADOW)


@dataclass(frozen=True)
class Route:
    """One version to ask. Nothing waits for a version that is not decisive, and nothing is decided by it.

    `remote`: it answers from an endpoint, in its own time.
    """

    version: ModelVersion
    decisive: bool
    remote: bool = False


def asked_versions(desk: str) -> list[ModelVersion]:
    """Every version of the desk that may be asked now; one query, without the manifests.

    Versions that combine are left out: they read no text, and the desk gives them the others' answers.
    """
    asked = ModelVersion.objects.filter(desk=desk, stage__in=ASKED).filter(
        kind__in=keys_where(lambda kind: not kind.combines)
    )
    return list(asked.defer("manifest", "card"))


def choose_routes(versions: Iterable[ModelVersion], languages: Iterable[str], content_hash: str) -> list[Route]:
    """The routes of one submission. Pure.

    `content_hash` (hex) decides about canaries, so that one text always meets the same version.
    """
    wanted = frozenset(languages)
    fitting = [version for version in versions if may_read(version.language, wanted)]
    canaries = {
        (version.kind, version.language)
        for version in fitting
        if version.stage == Stage.CANARY and place_of(bytes.fromhex(content_hash)) < (version.canary_share or 0)
    }
    routes = []
    for version in fitting:
        on_canary = (version.kind, version.language) in canaries
        asked = version.stage in (Stage.SHADOW, Stage.CANARY if on_canary else Stage.LIVE)
        remote = kind_of(version.kind).remote
        if asked:
            routes.append(Route(version, decisive=version.stage != Stage.SHADOW and not remote, remote=remote))
    return routes
