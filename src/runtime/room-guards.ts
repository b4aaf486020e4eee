import { GatewireError } from '../errors/gatewire-error.js';
import type { ConnectContext } from '../metadata/context.js';
import type { RoomGuardPlan } from '../plan/types.js';

/**
 * Asks everybody who has a say about a room, one after the other; each has to agree.
 *
 * @param room - as the application names it
 * @throws {GatewireError} FORBIDDEN when one does not, or when nobody declared such a room
 */
export async function askRoomGuards(
  guards: readonly RoomGuardPlan[],
  ctx: ConnectContext,
  room: string,
): Promise<void> {
  const own = guards.filter(({ pattern }) => pattern?.test(room));
  const asked = own.length > 0 ? own : guards.filter(({ pattern }) => pattern === null);
  // Nobody thought of this room: open by default would open whatever a client can spell.
  if (asked.length === 0) throw new GatewireError('FORBIDDEN', { message: 'no such room is declared' });
  for (const guard of asked) {
    if (!(await ask(guard, ctx, room))) throw new GatewireError('FORBIDDEN');
  }
}

async function ask({ pattern, check }: RoomGuardPlan, ctx: ConnectContext, room: string): Promise<unknown> {
  try {
    return await check(ctx as never, { ...pattern?.exec(room)?.groups } as never);
  } catch (cause) {
    throw GatewireError.is(cause) ? cause : new GatewireError('FORBIDDEN', { cause });
  }
}
