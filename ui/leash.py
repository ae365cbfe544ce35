"""Runs a program for as long as standard input stays open: `python leash.py PROGRAM ARGUMENTS`.

Whoever holds the other end may be killed; the program must not outlive it. For the share
tunnel: left alone it would go on leading strangers to whatever listens on that port next.
"""

import subprocess
import sys
import threading


def run(command: list[str]) -> int:
    """Run `command` until it ends or standard input does; its exit code."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - as asked

    def wait_for_the_end() -> None:
        sys.stdin.read()
        program.terminate()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    return program.wait()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
