"""Runs a command in a terminal of a given width and prints what it writes there.

usage: terminal.py COLUMNS INTERRUPT COMMAND...
When INTERRUPT is not empty, Ctrl-C is typed once that text has been seen.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

columns, interrupt, command = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
seen = b""
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is closed
        break
    if not chunk:
        break
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    seen += chunk
    if interrupt and interrupt in seen:
        interrupt = b""
        os.write(terminal, b"\x03")
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
