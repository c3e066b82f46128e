"""What Alembic runs: the connection comes from `qa.store.database.upgrade`."""

from alembic import context

from qa.store.catalogue import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes a table by building it anew.
    render_as_batch=True,
    compare_type=True,
    # SQLite, too, rolls its schema back here: the engine begins transactions itself.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
