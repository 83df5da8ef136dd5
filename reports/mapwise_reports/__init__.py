"""The report of mapwise: reads the records of a results folder and writes one HTML page."""

__version__ = "0.1.0"
