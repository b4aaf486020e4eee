/** Finds a Chromium or Chrome; returns its path, or null when there is none. */
export function findChromium(): string | null;
