"""All tables at once, for what goes through every one of them: migrations, copies."""

from qa.store import audit_tables, people_tables, run_tables
from qa.store.desk import draw_tables
from qa.store.desk import tables as desk_tables
from qa.store.erasing import tables as erasing_tables
from qa.store.tables import Table

#: The modules that define tables: each adds its own to the catalogue as it is loaded.
MODULES = (audit_tables, desk_tables, draw_tables, erasing_tables, people_tables, run_tables)
#: The whole catalogue.
METADATA = Table.metadata
