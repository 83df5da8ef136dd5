"""Lets the launcher start the report with `python3 -m mapwise_reports`."""

import sys

from .cli import main

sys.exit(main())
