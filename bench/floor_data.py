"""Fills the floor's tables with cases of the product's database, so that both show the same."""

from __future__ import annotations

from sqlalchemy import Connection, create_engine, text
from werkzeug.security import generate_password_hash

from bench.floor import ADD_TOKENS, SEARCH_TABLE, db, tokens

BATCH = 5000
COPY = (
    """INSERT INTO floor_case (id, number, origin_number, title, content, wish, type, category, channel,
    state, level, urgent, place, enterprise, received_at, due_on, provisional, next, name, phone)
    SELECT c.id, c.number, c.origin_number, c.title, c.content, c.wish, c.type, c.category, c.channel,
    c.state, c.level, c.urgent, c.place, coalesce(nullif(o.short_name, ''), o.name), c.received_at,
    c.due_on, c.due_provisional, c.next_action, coalesce(p.name, ''), coalesce(p.phone, '')
    FROM "case" c JOIN organization o ON o.id = c.enterprise_id
    LEFT JOIN complainant p ON p.id = (SELECT min(q.id) FROM complainant q WHERE q.case_id = c.id)
    WHERE c.id IN ({ids})""",
    """INSERT INTO floor_step (id, case_id, at, actor, unit, name, clause, facts)
    SELECT id, case_id, at, actor_name, actor_unit, name, clause, facts FROM case_step
    WHERE case_id IN (SELECT id FROM floor_case)""",
    """INSERT INTO floor_limit (id, case_id, name, clause, due_on, state)
    SELECT id, subject_id, name, clause, due_on, state FROM clock
    WHERE subject_type = 'case' AND subject_id IN (SELECT id FROM floor_case)""",
    "INSERT INTO floor_series (last) VALUES (0)",
)
WORDS = "SELECT id, number, title, content, name FROM floor_case WHERE id > :last ORDER BY id LIMIT :n"


def fill(uri: str, product_file: str | None, ids: str, login: str, password: str) -> int:
    """Make the floor's tables at `uri` and copy the cases that `ids` (a query over the product's tables)
    names; how many. `product_file`: the product's SQLite file; None when both share a PostgreSQL."""
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if product_file:
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
            connection.exec_driver_sql("ATTACH ? AS product", (product_file,))
        db.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS floor_search"))
        connection.execute(text("BEGIN"))
        db.metadata.create_all(connection)
        for statement in SEARCH_TABLE[connection.dialect.name]:
            connection.execute(text(statement))
        for statement in COPY:
            connection.exec_driver_sql(statement.replace("{ids}", ids).replace("%", "%%"))
        made = _index_words(connection)
        add_person(connection, login, password)
        connection.execute(text("COMMIT"))
        _settle(connection)
    engine.dispose()
    return made


def _index_words(connection: Connection) -> int:
    last = made = 0
    statement = text(ADD_TOKENS[connection.dialect.name])
    while rows := connection.execute(text(WORDS), {"last": last, "n": BATCH}).all():
        connection.execute(statement, [{"id": r.id, "tokens": tokens(" ".join(r[1:]))} for r in rows])
        last, made = rows[-1].id, made + len(rows)
    return made


def add_person(connection: Connection, login: str, password: str) -> None:
    """Somebody who can sign in to the floor."""
    hashed = generate_password_hash(password, method="scrypt:32768:8:1")
    values = {"login": login, "name": "示例用户甲", "hash": hashed}
    statement = "INSERT INTO floor_user (id, login, name, password_hash) VALUES (1, :login, :name, :hash)"
    connection.execute(text(statement), values)


def _settle(connection: Connection) -> None:
    """Statistics, and on PostgreSQL id sequences that go on after the copied ids."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO floor_search (floor_search) VALUES ('optimize')"))
        connection.execute(text("ANALYZE"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return
    for name in ("floor_case", "floor_step", "floor_limit"):
        highest = f"(SELECT max(id) FROM {name})"
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {highest})"))
    connection.execute(text("VACUUM ANALYZE"))
