"""`python -m ui` starts Parley."""

import sys

if __name__ == "__main__":
    try:
        from ui.launcher import exit_with, launch
    except KeyboardInterrupt:
        sys.exit(130)
    exit_with(launch())
