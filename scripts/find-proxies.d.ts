/** Returns the path of nginx, or null. */
export function findNginx(): string | null;

/** Returns the path of haproxy, or null. */
export function findHaproxy(): string | null;
