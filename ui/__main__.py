"""`python -m ui` starts Parley."""

import gc
import sys

if __name__ == "__main__":
    # What is imported stays: to look for garbage in it takes an eighth of the start. The house
    # has it looked for again once the first page is there.
    gc.disable()
    try:
        from ui.launcher import exit_with, launch
    except KeyboardInterrupt:
        sys.exit(130)
    exit_with(launch())
