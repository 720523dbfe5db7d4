"""The central server: takes work in, merges it, shows it to the office."""
