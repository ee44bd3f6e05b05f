"""Processes of trials: forks of one that has imported fastauth. An import takes two seconds."""

from multiprocessing import get_context

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["faults.one_time_tokens", "faults.outbox_worker", "faults.webhooks"])
