"""Runs one command and says what it cost, as the system counted it when the process ended (wait4).

    python3 benches/measure.py LIMIT_SECONDS COMMAND [ARGUMENT]...

Python, because Node has no way to ask what a child has used, and counting inside of it would miss tools that are not
written in JavaScript. The answer is one line of JSON. CPU time is user and system, of all threads and of children that
were waited for; peak memory is the highest resident set, file pages that are mapped included. What runs longer than the
limit is killed with all it started.
"""

import json
import os
import signal
import sys
import time

limit, command = float(sys.argv[1]), sys.argv[2:]

# Should memory run out, the system is to end what is measured, and nothing else on the machine.
try:
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("1000")
except OSError:
    pass

timed_out = False


def stop(*_):
    global timed_out
    timed_out = True
    os.killpg(child, signal.SIGKILL)


signal.signal(signal.SIGALRM, stop)
started = time.monotonic()
child = os.posix_spawnp(
    command[0],
    command,
    os.environ,
    # Answers are not what is measured; what goes wrong is told on stderr.
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    setpgroup=0,
)
signal.setitimer(signal.ITIMER_REAL, limit)
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - started
signal.setitimer(signal.ITIMER_REAL, 0)

# Linux counts in KiB, macOS in bytes.
unit = 1 if sys.platform == "darwin" else 1024
print(
    json.dumps(
        {
            "wallSeconds": wall,
            "cpuSeconds": usage.ru_utime + usage.ru_stime,
            "peakBytes": usage.ru_maxrss * unit,
            "exitCode": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            "timedOut": timed_out,
        }
    )
)
