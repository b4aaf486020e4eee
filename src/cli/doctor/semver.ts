/**
 * Whether a version is in a range. It knows the ranges that gatewire's own package.json has: `^1.2.3`, `>=1.2.3`, and
 * several of them between `||`.
 */
export function satisfies(version: string, range: string): boolean {
  return range.split('||').some((one) => {
    const [, operator, floor = ''] = /^\s*(\^|>=)?(.*?)\s*$/.exec(one) ?? [];
    if (!isAtLeast(version, floor)) return false;
    return operator !== '^' || bounded(version) === bounded(floor);
  });
}

/** Whether a version is not below another one. What comes after a hyphen does not count. */
export function isAtLeast(version: string, floor: string): boolean {
  const [a, b] = [numbers(version), numbers(floor)];
  const i = a.findIndex((number, at) => number !== b[at]);
  return i === -1 || (a[i] ?? 0) > (b[i] ?? 0);
}

/** The part that a caret keeps: everything up to the first number that is not 0. */
function bounded(version: string): string {
  const parts = numbers(version);
  return parts.slice(0, parts.findIndex((number) => number > 0) + 1).join('.');
}

function numbers(version: string): readonly number[] {
  const [plain = ''] = version.split(/[-+]/);
  const parts = plain.split('.').map(Number);
  return [parts[0] || 0, parts[1] || 0, parts[2] || 0];
}
