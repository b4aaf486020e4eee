/** Finds a Python that has confluent-kafka; returns its path, or null when there is none. */
export function findPythonKafka(): string | null;
