"""The bare minimum of P8: a Celery task that does nothing but leave one durable row."""

from __future__ import annotations

import os
import threading

import psycopg
from celery import Celery

app = Celery("bare", broker="redis://127.0.0.1:6379/11")
app.conf.task_default_queue = "mk-bench-bare"
app.conf.task_ignore_result = True
app.conf.task_acks_late = True
held = threading.local()


@app.task(name="bare")
def bare(row: str) -> None:
    if not hasattr(held, "connection"):
        held.connection = psycopg.connect(os.environ["BENCH_URL"], autocommit=True)
    held.connection.execute("INSERT INTO bare_done VALUES (%s)", (row,))
