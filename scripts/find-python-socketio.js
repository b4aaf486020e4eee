// The Socket.IO client of Debian's Python. scripts/prepare-tests.js makes sure that there is one; the tests ask for
// the interpreter here.
import { spawnSync } from 'node:child_process';
import { findOnPath, firstProgram } from './find-program.js';

/** What the client imports for polling and for WebSockets is optional there, and asked for here. */
const IMPORTS = 'import socketio, requests, websocket';

/** Finds a Python that has python-socketio with both transports. PYTHON_SOCKETIO decides alone when it is set. */
export function findPythonSocketIo() {
  const { PYTHON_SOCKETIO } = process.env;
  // Debian's own first: what `python3` on PATH happens to be may not see Debian's packages.
  const interpreters = PYTHON_SOCKETIO ? [PYTHON_SOCKETIO] : ['/usr/bin/python3', findOnPath(['python3'])];
  return (
    interpreters.find((python) => python !== null && firstProgram([python]) && canImport(python)) ?? null
  );
}

function canImport(python) {
  return spawnSync(python, ['-c', IMPORTS], { stdio: 'ignore' }).status === 0;
}
