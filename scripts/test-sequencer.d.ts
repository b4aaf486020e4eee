/** Test files that take several seconds, the longest first: paths in test/. */
export const LONGEST: readonly string[];
