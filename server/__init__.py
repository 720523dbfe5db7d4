"""The central server: takes work in, merges it, shows it to the office."""

from server.context import current_store, store_of

__all__ = ["current_store", "store_of"]
