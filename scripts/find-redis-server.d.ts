/** Finds redis-server; returns its path, or null when there is none. */
export function findRedisServer(): string | null;
