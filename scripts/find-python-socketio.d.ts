export function findPythonSocketIo(): string | null;
