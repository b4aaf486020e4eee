// The Kafka client of Debian's Python, for the mock cluster inside it: a broker that speaks Kafka's protocol.
import { spawnSync } from 'node:child_process';
import { findOnPath, firstProgram } from './find-program.js';

/** Finds a Python that has confluent-kafka. PYTHON_KAFKA decides alone when it is set. */
export function findPythonKafka() {
  const { PYTHON_KAFKA } = process.env;
  // Debian's own first: what `python3` on PATH happens to be may not see Debian's packages.
  const interpreters = PYTHON_KAFKA ? [PYTHON_KAFKA] : ['/usr/bin/python3', findOnPath(['python3'])];
  return (
    interpreters.find((python) => python !== null && firstProgram([python]) && canImport(python)) ?? null
  );
}

function canImport(python) {
  return spawnSync(python, ['-c', 'import confluent_kafka'], { stdio: 'ignore' }).status === 0;
}
