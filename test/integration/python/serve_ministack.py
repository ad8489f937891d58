"""Runs ministack on a free port of 127.0.0.1, and says on standard output which: {"port": 12345}."""

import asyncio
import json
import os
import pathlib
import shutil
import socket
import sys
import tempfile

from parent import die_with_parent

folder = pathlib.Path(tempfile.mkdtemp(prefix="ministack-"))
die_with_parent(sys.argv[1:], lambda: shutil.rmtree(folder, ignore_errors=True))
# Where ministack unpacks functions: the module that made the folder has chosen its own place by now.
tempfile.tempdir = str(folder)
# Bound before ministack starts and handed to it, so that nobody else can take the port in between.
bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
bound.bind(("127.0.0.1", 0))
port = bound.getsockname()[1]
os.environ.update(
    {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        # Its MQTT broker would listen on a port of its own.
        "IOT_MTLS_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder),
    }
)

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import app  # noqa: E402

from ministack.services import eventbridge  # noqa: E402

from health_checks import teach_health_checks  # noqa: E402

teach_health_checks()
if os.environ.get("AWS_SOURCES") == "taken":
    # The default of `allow_aws_source`, which ministack's own services set.
    eventbridge._put_events.__defaults__ = (True,)
config = Config()
config.bind = [f"fd://{bound.fileno()}"]
config.keep_alive_timeout = 75
config.loglevel = os.environ.get("LOG_LEVEL", "WARNING")
print(json.dumps({"port": port}), flush=True)
asyncio.run(serve(app, config))
