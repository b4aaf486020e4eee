"""One python-socketio client, driven by lines of JSON on standard input, answering on standard output."""

import base64
import json
import sys
import threading

import engineio
import socketio
from engineio.payload import Payload

WAIT_S = 20
# As its documentation advises: the default of 16 ends the connection when a poll brings more packets than that.
Payload.max_decode_packets = 1_000


class OneByOne(engineio.Client):
    """Handles one packet after the other: in a thread for each, bytes overtake the packet that they belong to."""

    def _trigger_event(self, event, *args, run_async=False):
        return super()._trigger_event(event, *args, run_async=False)


class Client(socketio.Client):
    def _engineio_client_class(self):
        return OneByOne


sio = Client(reconnection_delay=0.05, reconnection_delay_max=0.2)
printing = threading.Lock()


def to_json(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def from_json(value):
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if isinstance(value, dict):
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
        return {key: from_json(item) for key, item in value.items()}
    return value


def write(line):
    with printing:
        sys.stdout.write(json.dumps(to_json(line)) + "\n")
        sys.stdout.flush()


def listen(event, namespace):
    sio.on(event, lambda *args: write({"event": event, "args": args}), namespace=namespace)


def connect(url, transports, namespace, events):
    answered = threading.Event()
    refusals = []

    def on_connect():
        write({"event": "connect", "args": []})
        answered.set()

    def on_refusal(answer):
        refusals.append(answer)
        answered.set()

    for event in [*events, "disconnect"]:
        listen(event, namespace)
    sio.on("connect", on_connect, namespace=namespace)
    sio.on("connect_error", on_refusal, namespace=namespace)
    # Its own wait goes on after a refusal, until the time is over.
    sio.connect(url, transports=transports, namespaces=[namespace], wait=False)
    if not answered.wait(WAIT_S):
        raise RuntimeError("neither connected nor refused")
    return refusals[0] if refusals else None


def call(namespace, event, *args):
    answer = sio.call(event, tuple(args), namespace=namespace, timeout=WAIT_S)
    return answer if isinstance(answer, tuple) else [answer]


def emit(namespace, event, *args):
    sio.emit(event, tuple(args), namespace=namespace)


commands = {"connect": connect, "call": call, "emit": emit, "transport": sio.transport}

for text in sys.stdin:
    request = from_json(json.loads(text))
    try:
        write({"id": request["id"], "result": commands[request["command"]](*request["args"])})
    except Exception as problem:  # whatever it is, the test shall see it
        write({"id": request["id"], "error": str(problem)})

sio.disconnect()
