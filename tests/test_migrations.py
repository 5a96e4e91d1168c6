"""The migrations make the tables that the code knows, on both stores, and stand on their own."""

import ast

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from data.store.engine import Store
from data.store.schema import metadata
from tests.support.server import PROJECT_DIR

VERSIONS = PROJECT_DIR / "data" / "migrations" / "versions"


def test_migrated_tables_are_those_of_the_code(store: Store) -> None:
    with store.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_a_migration_never_reads_the_schema_of_today() -> None:
    for path in VERSIONS.glob("[0-9]*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert "data.store.schema" not in names, f"{path.name} would change with the schema"
