"""The device: an encrypted store that works without a signal, and its sync with the server.

Start at `client_sync.device.Device`; `docs/device.md` tells what is kept and how a sync goes.
"""
