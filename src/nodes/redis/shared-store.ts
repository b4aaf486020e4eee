import type { SharedStore } from '../../stores/shared-store.js';
import type { Link } from './redis-connections.js';

/** Runs the scripts of batteries in Redis, under the prefix of the application. */
export function redisStore(link: Link): SharedStore {
  return {
    run: ({ text }, keys, args) => {
      const named = keys.map((key) => `${link.options.prefix}:${key}`);
      return link.command(['EVAL', text, String(named.length), ...named, ...args], named[0]);
    },
  };
}
