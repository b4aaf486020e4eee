"""Runs a program in a terminal and talks to it: waits for a text, sends keys, and so on.

Usage: terminal.py '[["text to wait for", "keys to send"], ...]' PROGRAM [ARGUMENT...]
Prints JSON: what the terminal showed, and the exit code.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

LIMIT_S = 30


def main():
    steps = json.loads(sys.argv[1])
    program = sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        # 24 rows of 80 columns: without a size every letter would get a line of its own.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execvp(program[0], program)
    shown = b""
    seen = 0
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.1)
        if ready:
            try:
                chunk = os.read(terminal, 65536)
            except OSError:  # the program has closed its end
                break
            if not chunk:
                break
            shown += chunk
        if steps:
            text, keys = steps[0]
            at = shown.find(text.encode(), seen)
            if at >= 0:
                seen = at + len(text.encode())
                steps.pop(0)
                os.write(terminal, keys.encode())
    else:
        os.kill(child, 9)
    _, status = os.waitpid(child, 0)
    result = {
        "shown": shown.decode(errors="replace"),
        "code": os.waitstatus_to_exitcode(status),
        "unanswered": steps,
    }
    print(json.dumps(result))


main()
