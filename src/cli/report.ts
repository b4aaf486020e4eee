/** Tells the report of an application from other errors; by its form, since the application brings its own copy. */
export function isReport(error: unknown): error is Error {
  return error instanceof Error && error.name === 'BootError' && 'problems' in error;
}
