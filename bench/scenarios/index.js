import { ackEcho1, ackEcho10, echo16k, guardValidation, polling, tls } from './acks.js';
import { boot } from './boot.js';
import { connect, connectStorm } from './connect.js';
import { heap6, heap26 } from './heap.js';
import { latency } from './latency.js';
import { noAck } from './no-ack.js';
import { nodesClassic, nodesSharded, nodesStreams } from './nodes.js';
import { busyRoom, fanOut } from './rooms.js';
import { slowConsumer } from './slow-consumer.js';

/**
 * In the order of the table. `measure(contender, options)` resolves with `{ value }` in the scenario's unit. A scenario with more
 * figures has their rows in `also`, and their values by name in the `also` of what it resolves with.
 */
export const scenarios = [
  ackEcho10,
  ackEcho1,
  guardValidation,
  noAck,
  fanOut,
  busyRoom,
  slowConsumer,
  echo16k,
  tls,
  polling,
  latency,
  connect,
  connectStorm,
  heap6,
  heap26,
  boot,
  nodesClassic,
  nodesSharded,
  nodesStreams,
];
