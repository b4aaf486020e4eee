import type { Class } from '../../metadata/record.js';
import type { Get } from '../../metadata/token.js';
import type { Activity } from '../types.js';

/** Where the instance of a class comes from. */
export interface InstanceSource {
  /** The one instance, or null when each client or event has its own. */
  readonly instance: object | null;
  /** Returns the instance for an activity. */
  of(activity: Activity): object;
}

/** What gatewire itself provides, by token. */
export type BuiltIns = ReadonlyMap<unknown, object>;

/** What the runtime needs of a container. */
export interface Resolver {
  /** Makes a singleton at once, and tells how to come by an instance. */
  source(target: Class): InstanceSource;
  get: Get;
  /** Disposes of what was made here, and of nothing else. */
  close(onError: (error: unknown) => void): Promise<void>;
}

/** The source of something that exists once. */
export function singleSource(instance: object): InstanceSource {
  return { instance, of: () => instance };
}
