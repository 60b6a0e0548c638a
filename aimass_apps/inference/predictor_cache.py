"""The predictors that this process holds in memory, by version; loaded on first use, after any fork."""

import logging
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings
from django.db.models import QuerySet

from aimass_apps.inference.predictor import Predictor, load_predictor
from aimass_apps.registry.artefacts import BrokenArtefact
from aimass_apps.registry.kinds import keys_where
from aimass_apps.registry.models import ModelVersion
from aimass_apps.registry.routing import ASKED
from aimass_apps.registry.store import forget_unpacked, unpack_version

log = logging.getLogger(__name__)
USUAL = 16  # versions; a worker is given memory for so many
# A retired version still answers what it was asked before it retired; then it may leave memory.
SPARE = 4


def load_version(version: ModelVersion) -> Predictor:
    """The version's predictor from its copy on this machine, fetched anew if that is not whole."""
    try:
        return load_predictor(unpack_version(version), settings.AIMASS_DEVICE)
    except BrokenArtefact as error:
        # The copy on this machine may be damaged: the database has the original.
        log.warning("the local copy of %s is not whole (%s): fetching it again", version, error)
        forget_unpacked(version)
        return load_predictor(unpack_version(version), settings.AIMASS_DEVICE)


class LoadedPredictors:
    """A least-recently-used cache of loaded versions, with room for every version that is asked in turn."""

    def __init__(self, usual: int = USUAL, load: Callable[[ModelVersion], Predictor] = load_version) -> None:
        self._usual, self._load = usual, load
        self._held: OrderedDict[int, Predictor] = OrderedDict()
        self._warned_at = usual

    def get(self, version_id: int) -> Predictor:
        """The predictor of a version, loading it when needed. Raises what loading raises."""
        if version_id not in self._held:
            self._held[version_id] = self._load(ModelVersion.objects.get(pk=version_id))
            room = self._room()
            while len(self._held) > room:
                self._held.popitem(last=False)
        self._held.move_to_end(version_id)
        return self._held[version_id]

    def warm_up(self) -> int:
        """Load every version that may be asked here, so that the first post does not wait; returns how many."""
        for version_id in asked_here().values_list("pk", flat=True):
            try:
                self.get(version_id)
            except Exception as error:  # noqa: BLE001 - one broken version must not keep the others from work
                log.error("version %s does not load: %s: %s", version_id, type(error).__name__, error)
        return len(self._held)

    def _room(self) -> int:
        """How many versions to hold. With one fewer than are asked in turn, each would be loaded again every time."""
        asked = asked_here().count()
        if asked > self._warned_at:
            self._warned_at = asked
            log.warning("%s model versions are asked, more than the usual %s: mind the memory", asked, self._usual)
        return max(self._usual, asked) + SPARE


def asked_here() -> QuerySet[ModelVersion]:
    """The versions that a worker of ours holds in memory."""
    return ModelVersion.objects.filter(stage__in=ASKED).exclude(kind__in=keys_where(lambda kind: kind.remote))
