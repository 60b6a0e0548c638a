"""What recipes and test tasks of this desk may call by name (`aimass_apps.ml.recipe.named`)."""

from aimass_apps.ml.recipe.named import Names
from moderation import DESK

NAMES: Names = {
    "desk": {DESK: DESK},
    "generator": {
        "moderation.benign_questions": "moderation.corpus.benign_questions.rows",
        "moderation.benign_posts": "moderation.corpus.benign_posts.rows",
        "moderation.benign_forum_zh": "moderation.corpus.benign_forum_zh.rows",
        "moderation.functional": "moderation.corpus.training_rows.functional_rows",
        "moderation.functional_rare": "moderation.corpus.training_rows.rare_functional_rows",
        "moderation.functional_zh": "moderation.corpus.training_rows.functional_rows_zh",
        "moderation.self_harm": "moderation.corpus.self_harm_examples.rows",
        "moderation.counterfactuals": "moderation.corpus.counterfactuals.rows",
    },
    "never": {
        "moderation.held_out": "moderation.corpus.training_rows.held_out_texts",
        "moderation.held_out_zh": "moderation.corpus.training_rows.held_out_texts_zh",
    },
    "test": {
        "moderation.functional": "moderation.corpus.functional_task.rows",
        "moderation.functional_zh": "moderation.corpus.functional_task.rows_zh",
    },
}
