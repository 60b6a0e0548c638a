"""Celery tasks of the training and background workers."""

from celery import shared_task

from aimass_apps.learning.judge_queue import judge_waiting
from aimass_apps.learning.judging import JUDGE_QUEUE, JUDGE_TASK
from aimass_apps.learning.runs import RUN_QUEUE, RUN_TASK, train_waiting


@shared_task(name=JUDGE_TASK, queue=JUDGE_QUEUE)
def judge() -> None:
    judge_waiting()


@shared_task(name=RUN_TASK, queue=RUN_QUEUE)
def train() -> None:
    train_waiting()
