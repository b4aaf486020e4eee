// The browser of the tests. scripts/prepare-tests.js makes sure that there is one; the tests ask for its path here.
import { findOnPath, firstProgram } from './find-program.js';

// `chromium-browser` comes last: on Ubuntu it is a stub that only asks for a snap.
const NAMES = ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser'];

const PLACES = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  linux: ['/usr/bin/chromium', '/usr/bin/google-chrome', '/opt/google/chrome/chrome', '/snap/bin/chromium'],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter(Boolean)
    .map((folder) => `${folder}\\Google\\Chrome\\Application\\chrome.exe`),
};

/**
 * Finds a Chromium or Chrome. CHROMIUM_PATH decides alone when it is set: a wrong one must not be
 * covered up by another browser of the machine.
 */
export function findChromium() {
  if (process.env.CHROMIUM_PATH) return firstProgram([process.env.CHROMIUM_PATH]);
  return findOnPath(NAMES) ?? firstProgram(PLACES[process.platform] ?? []);
}
