"""
The main job with invented data: ``make demo``.

Loads the villages, publishes the forms, makes accounts, lets three devices work offline
and sync, lets a supervisor review, and leaves the server running. Nobody in it exists.

- `people`, `places`, `answers`: who is visited, where, and what is answered
- `devices`, `journey`: three real encrypted stores, and days of work on them
- `stories`: what goes wrong in the field, one function for each
- `installation`, `process`, `supervisor`: the server from outside: its command, its process, its office API
- `course`, `telling`: everything in order, and what is printed
"""
