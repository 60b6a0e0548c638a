"""What recipes and test tasks may call of this desk by name (`aimass_apps.ml.recipe.named`)."""

from aimass_apps.ml.recipe.named import Names
from triage import DESK

NAMES: Names = {
    "desk": {DESK: DESK},
    "generator": {
        "triage.cases": "triage.corpus.training_rows.case_rows",
        "triage.retold_cases": "triage.corpus.training_rows.retold_rows",
        "triage.further_cases": "triage.corpus.training_rows.further_rows",
        "triage.benign_notes": "triage.corpus.training_rows.benign_notes",
        "triage.presentations": "triage.corpus.presentations.presentation_rows",
    },
    "never": {"triage.urgency_cases": "triage.evaluation.urgency.case_texts"},
    "test": {"triage.urgency_cases": "triage.evaluation.urgency.task_rows"},
    "labels_from": {
        "triage.labels": "triage.corpus.training_rows.condition_labels",
        "triage.urgencies": "triage.corpus.training_rows.urgency_labels",
        "triage.symptom2disease": "triage.evaluation.symptom2disease.labels",
    },
    "groups": {"triage.visits": "triage.corpus.training_rows.groups_of"},
    "out_of_scope_texts": {"triage.out_of_scope_texts": "triage.corpus.out_of_scope_texts.texts_by_kind"},
    "reader": {"triage.vignettes": "triage.evaluation.vignette_task.row"},
}
