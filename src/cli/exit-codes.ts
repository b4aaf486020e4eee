/** What the process of the command line ends with. */
export const EXIT = {
  ok: 0,
  /** The application has problems. */
  problems: 1,
  /** The command line cannot be followed: a wrong word, a missing file, a missing program. */
  usage: 2,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
