"""The rules of Verilap: pure, standard library only."""

__version__ = "0.1.0"
