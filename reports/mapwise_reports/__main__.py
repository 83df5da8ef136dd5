"""Lets the launcher start the report with `python3 -m mapwise_reports`."""

import sys

try:
    from .cli import main

    sys.exit(main())
except OSError as error:  # standard output, say, is full
    print(f"mapwise-report: {error}", file=sys.stderr)
    sys.exit(2)
except KeyboardInterrupt:
    print("mapwise-report: interrupted; no report was written", file=sys.stderr)
    sys.exit(3)
