import { ackEcho1, ackEcho10, echo16k, guardValidation } from './acks.js';
import { boot } from './boot.js';
import { connect } from './connect.js';
import { heap6, heap26 } from './heap.js';
import { latency } from './latency.js';
import { noAck } from './no-ack.js';
import { nodesClassic, nodesSharded, nodesStreams } from './nodes.js';
import { busyRoom, fanOut } from './rooms.js';

/** In the order of the table. `measure(contender, options)` resolves with `{ value }` in the scenario's unit. */
export const scenarios = [
  ackEcho10,
  ackEcho1,
  guardValidation,
  noAck,
  fanOut,
  busyRoom,
  echo16k,
  latency,
  connect,
  heap6,
  heap26,
  boot,
  nodesClassic,
  nodesSharded,
  nodesStreams,
];
