"""What a statement touches."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.sql import visitors


def tables_read_by(statement: sa.Executable) -> frozenset[sa.Table] | None:
    """The tables that a select reads, subqueries included; None if they are unknown."""
    if not isinstance(statement, sa.Select):
        return None
    tables: set[sa.Table] = set()
    for element in visitors.iterate(statement):
        source = element.table if isinstance(element, sa.Column) else element
        if isinstance(source, sa.Table):
            tables.add(source)
        elif isinstance(source, sa.FromClause) and not isinstance(source, sa.Select | sa.Join | sa.FunctionElement):
            return None
    return frozenset(tables)
