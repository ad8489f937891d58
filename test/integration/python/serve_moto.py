"""Runs moto's server on a free port of 127.0.0.1, and says on standard output which: {"port": 12345}.

Its interpreter of state machines asks a hook for the value of each JSONata expression, which moto leaves empty; here
jsonata-python fills it in, another implementation than the one that the project's own interpreter uses. Lambda calls of
state machines go to http://localhost:$MOTO_PORT, which is not this server's port."""

import json
import math
import os
import sys
import threading

from parent import die_with_parent

if "MOTO_PORT" not in os.environ:
    raise SystemExit("MOTO_PORT must name the port that Lambda calls of state machines go to")
die_with_parent(sys.argv[1:])

from jsonata import Jsonata  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.stepfunctions.parser.asl.jsonata import jsonata as hook  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

# The parser keeps its state in the class: one expression at a time.
one_at_a_time = threading.RLock()


def evaluate(expression: str):
    with one_at_a_time:
        try:
            value = plain(Jsonata(expression).evaluate(None))
        except Exception as error:
            raise hook.JSONataException("UNKNOWN", str(error)) from error
    return value


def plain(value):
    """What JSON can hold; jsonata-python's own lists and numbers are subclasses that are written otherwise."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        return int(value) if math.isfinite(value) and value == int(value) else float(value)
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(item) for item in value]
    # moto takes text for what it cannot be sure of, and then asks for its type.
    return str(value)


hook._eval_jsonata = evaluate

application = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
print(json.dumps({"port": server.server_port}), flush=True)
server.serve_forever()
