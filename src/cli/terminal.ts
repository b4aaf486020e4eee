/** Whether somebody sits there who can be asked: a terminal on both sides, and no build server. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env['CI'];
}
