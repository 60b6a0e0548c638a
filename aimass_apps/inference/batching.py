"""Batches with little padding: on a CPU padding, not batch size, decides the speed."""

from __future__ import annotations

from collections.abc import Sequence

MAX_TOKENS = 2048
MAX_PADDING = 0.08


def plan_batches(
    lengths: Sequence[int], max_tokens: int = MAX_TOKENS, max_padding: float = MAX_PADDING
) -> list[list[int]]:
    """Group positions of `lengths` (tokens a text) into batches, shortest texts first.

    A batch is closed when it would hold more than `max_tokens` with padding, or when more than
    `max_padding` of it would be padding. A text longer than `max_tokens` stands alone.
    """
    batches: list[list[int]] = []
    batch: list[int] = []
    real = 0
    for position in sorted(range(len(lengths)), key=lambda each: (lengths[each], each)):
        length = max(1, lengths[position])
        padded = length * (len(batch) + 1)
        if batch and (padded > max_tokens or padded - real - length > max_padding * padded):
            batches.append(batch)
            batch, real = [], 0
        batch.append(position)
        real += length
    if batch:
        batches.append(batch)
    return batches
