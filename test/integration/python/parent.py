"""Ends this process, and all that it started, when whoever started it is gone."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence


def die_with_parent(also: Sequence[str] = (), tidy_up: Callable[[], None] = lambda: None) -> None:
    """Watches standard input, a pipe that the parent holds open: the kernel closes it however the parent ends, SIGKILL
    included. `also` are ids of processes that are looked for every second. This process becomes the leader of a group of
    its own, so that its children end with it; `tidy_up` is called just before the end."""
    os.setsid()

    def end() -> None:
        tidy_up()
        os.killpg(os.getpgid(0), signal.SIGKILL)

    def watch_input() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        end()

    def watch_processes(ids: list[int]) -> None:
        while all(is_alive(process) for process in ids):
            time.sleep(1)
        end()

    threading.Thread(target=watch_input, daemon=True, name="watch-input").start()
    if also:
        threading.Thread(target=watch_processes, args=([int(text) for text in also],), daemon=True).start()


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
