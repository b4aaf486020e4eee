/** Function that reads the roles of a user. */
export type ReadRoles<TUser> = (user: TUser) => Iterable<string> | string | null | undefined;

/** Options of `roles`. */
export interface RolesOptions<TUser = never> {
  /**
   * Reads the roles of a user.
   * @default `user.roles`, an array or a Set, and `user.role`, a string
   */
  readonly of?: ReadRoles<TUser>;
}

/** Check for `@Guard`. */
export type RolesCheck = (ctx: { readonly user: unknown }) => boolean;

/**
 * Makes a check that lets users with one of these roles through. Names are compared as a whole; a client without a user,
 * or without one of the roles, is refused.
 *
 * @param names - roles, one of which is enough
 * @throws {TypeError} without names, or with one that is not a string: a misspelt constant must not match a missing role
 * @example
 * @Guard(roles('admin', 'editor')) @OnEvent('article:save') save(article: Article) { return this.articles.save(article); }
 */
export function roles(...names: readonly string[]): RolesCheck;
/**
 * Makes a check that reads the roles from another member of the user.
 *
 * @param names - roles, one of which is enough
 * @param options - a function that reads the roles
 * @throws {TypeError} without names, or with one that is not a string
 * @example
 * const isStaff = roles(['staff'], { of: (user: Member) => user.groups });
 */
export function roles<TUser>(names: readonly string[], options: RolesOptions<TUser>): RolesCheck;
export function roles(...given: readonly unknown[]): RolesCheck {
  const [first, second] = given;
  const names: readonly unknown[] = Array.isArray(first) ? first : given;
  const options = (Array.isArray(first) ? (second ?? {}) : {}) as RolesOptions;
  if (names.length === 0) throw new TypeError('roles: no role is given');
  for (const name of names) {
    if (typeof name !== 'string' || name === '')
      throw new TypeError(`roles: ${String(name)} is not the name of a role`);
  }
  const wanted = new Set(names);
  const read = (options.of ?? rolesOf) as ReadRoles<unknown>;
  const check: RolesCheck = ({ user }) => {
    if (user === undefined || user === null) return false;
    const own = read(user);
    if (typeof own === 'string') return wanted.has(own);
    for (const role of own ?? []) if (wanted.has(role)) return true;
    return false;
  };
  // Name in listings and in the log.
  return Object.defineProperty(check, 'name', { value: `roles(${names.join(', ')})` });
}

function rolesOf(user: unknown): readonly string[] {
  const { roles: several, role } = user as { readonly roles?: unknown; readonly role?: unknown };
  const all = Array.isArray(several) || several instanceof Set ? [...several] : [several];
  return [...all, role].filter((one): one is string => typeof one === 'string');
}
