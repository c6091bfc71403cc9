"""Types into a shell in a terminal and prints what appears.

usage: typing.py COLUMNS SETTLE-SECONDS COMMAND... < steps
Each line of stdin is a JSON list: what to type, and the text to wait for. Where that is empty, the next is typed when the screen
shows something new and has rested for so many seconds.
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

columns, settle, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
steps = [json.loads(line) for line in sys.stdin if line.strip()]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))


def read_on(awaited=b""):
    end = time.monotonic() + (60 if awaited else 5)
    seen = b""
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], settle if seen else 0.05)
        if not ready:
            if seen and not awaited:
                return True
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side is closed
            return False
        if not chunk:
            return False
        seen += chunk
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        # A shell that asks where the cursor is, or what kind of terminal this is, waits for an answer.
        if b"\x1b[6n" in chunk:
            os.write(terminal, b"\x1b[1;1R")
        if b"\x1b[c" in chunk or b"\x1b[0c" in chunk:
            os.write(terminal, b"\x1b[?62;c")
        if awaited and awaited in seen:
            return True
    return True


read_on()
for text, awaited in steps:
    os.write(terminal, text.encode())
    if not read_on(awaited.encode()):
        break
os.close(terminal)
try:
    os.kill(pid, 9)
except ProcessLookupError:
    pass
os.waitpid(pid, 0)
