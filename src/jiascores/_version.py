"""The version, written once: the build and the docs read it from here."""

__version__ = "0.2.0"
