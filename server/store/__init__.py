"""Rows to domain values and back: the only place with queries.

Functions take the connection of a transaction that a service has opened with
`Store.write` or `Store.read`; they never open or end one.
"""

from server.store.transactions import Store

__all__ = ["Store"]
