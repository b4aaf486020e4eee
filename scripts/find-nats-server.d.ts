/** Finds nats-server; returns its path, or null when there is none. */
export function findNatsServer(): string | null;
