"""Many machines: PostgreSQL and Procrastinate, an engine for jobs in the same database.

The rows of conversations stay the truth of what waits, who works on it and what came of it,
as on one machine. The engine says on which machine that happens: a job for each conversation
that waits is written in the transaction that lets it wait (`qa.jobs.cluster.schema`), workers
fetch it, claim the conversation and process it (`qa.jobs.cluster.worker`) by the same
functions as the local pool. A job without a conversation that waits does nothing.
"""
