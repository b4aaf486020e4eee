/** Says which roles a user has. */
export type ReadRoles<TUser> = (user: TUser) => Iterable<string> | string | null | undefined;

/** Options of `roles`. */
export interface RolesOptions<TUser = never> {
  /**
   * Where the roles of a user are.
   * @default `user.roles`, an array or a Set, and `user.role`, a string
   */
  readonly of?: ReadRoles<TUser>;
}

/** A check for `@Guard`. */
export type RolesCheck = (ctx: { readonly user: unknown }) => boolean;

/**
 * Makes a check that lets users with one of these roles through. Names are compared as a whole; whoever has no user, or
 * none of the roles, is refused.
 *
 * @param names - roles, one of which is enough
 * @throws {TypeError} without names, or with one that is no text: nobody's missing role is to fit a misspelt constant
 * @example
 * @Guard(roles('admin', 'editor')) @OnEvent('article:save') save(article: Article) { return this.articles.save(article); }
 */
export function roles(...names: readonly string[]): RolesCheck;
/**
 * Makes a check that reads roles from another place of the user.
 *
 * @param names - roles, one of which is enough
 * @param options - where the roles are
 * @throws {TypeError} without names, or with one that is no text
 * @example
 * const isStaff = roles(['staff'], { of: (user: Member) => user.groups });
 */
export function roles<TUser>(names: readonly string[], options: RolesOptions<TUser>): RolesCheck;
export function roles(...given: readonly unknown[]): RolesCheck {
  const [first, second] = given;
  const names: readonly unknown[] = Array.isArray(first) ? first : given;
  const options = (Array.isArray(first) ? (second ?? {}) : {}) as RolesOptions;
  if (names.length === 0) throw new TypeError('roles: no role is named');
  for (const name of names) {
    if (typeof name !== 'string' || name === '')
      throw new TypeError(`roles: ${String(name)} is no name of a role`);
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
  // How listings and the log call it.
  return Object.defineProperty(check, 'name', { value: `roles(${names.join(', ')})` });
}

function rolesOf(user: unknown): readonly string[] {
  const { roles: several, role } = user as { readonly roles?: unknown; readonly role?: unknown };
  const all = Array.isArray(several) || several instanceof Set ? [...several] : [several];
  return [...all, role].filter((one): one is string => typeof one === 'string');
}
