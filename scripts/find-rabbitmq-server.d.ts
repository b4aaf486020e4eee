/** Finds RabbitMQ's own rabbitmq-server; returns its path, or null when there is none. */
export function findRabbitmqServer(): string | null;
/** Finds Erlang's port mapper; returns its path, or null when there is none. */
export function findEpmd(): string | null;
