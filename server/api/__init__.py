"""HTTP for devices and integrators: views that only translate."""
