import { BoundedLog } from '../base/bounded-log.js';
import type { LimitMessage, LogMessage } from '../base/channels.js';
import type { Logger } from '../base/logger.js';
import type { Watchers } from './watch.js';

/**
 * Writes the log of an application: records of `gatewire:log` as they are, and those of `gatewire:limit`, which clients
 * cause at will, a few per limit and minute.
 */
export function writeLog(logger: Logger, watchers: Watchers): void {
  const bounded = new BoundedLog((record) => logger.warn(record));
  watchers.watch('gatewire:log', ({ level, record }: LogMessage) => logger[level](record));
  watchers.watch('gatewire:limit', ({ limit, event, fields }: LimitMessage) => {
    // Rules without a number, such as `origins`, are named by the field `option`.
    const name = 'option' in fields ? null : { limit };
    bounded.write(limit, { event, ...name, ...fields });
  });
}
