"""Makes the virtual environment that the integration tests run in, once for each content of requirements.txt.

    python3 prepare.py DIRECTORY REQUIREMENTS

Many may call at once: the first makes it, the others wait. The kernel gives the lock back however its holder ends."""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys
import venv

from parent import die_with_parent


def main(directory: pathlib.Path, requirements: pathlib.Path) -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = hashlib.sha256(requirements.read_bytes() + version.encode()).hexdigest()
    made_of = directory / "made-of.sha256"
    directory.parent.mkdir(parents=True, exist_ok=True)
    with open(directory.with_name(directory.name + ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made_of.exists() and made_of.read_text() == wanted:
            return
        shutil.rmtree(directory, ignore_errors=True)
        venv.create(directory, with_pip=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", str(requirements)]
        subprocess.run([directory / "bin" / "python", *install], check=True)
        # Written last: an environment that was left half made has none, and is made anew.
        made_of.write_text(wanted)


if __name__ == "__main__":
    die_with_parent()
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
