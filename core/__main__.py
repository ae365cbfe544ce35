"""`python -m core COMMAND`: look after what Parley keeps."""

import sys

from core.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
