/** Writes a value of JSON as the type that has only this value. */
export function literal(value: unknown): string {
  const json = JSON.stringify(value);
  if (typeof value !== 'string') return json;
  const inside = json.slice(1, -1);
  return /['\\]/.test(inside) ? json : `'${inside}'`;
}
