/** What was lost on the way between nodes, and what was thrown away. They only grow. */
export class Counters {
  /** Messages that Redis refused, or that a connection took with it when it broke. */
  failedPublishes = 0;
  /** Messages that were not sent because Redis was away. */
  droppedPublishes = 0;
  /** Messages that Redis had not taken within the time limit. It may take them later. */
  latePublishes = 0;
  /** Messages from Redis that could not be read. */
  malformedMessages = 0;
  /** Messages from Redis that no node of this application has signed. */
  forgedMessages = 0;
  /** Milliseconds without a connection, outages that are over. */
  outageMs = 0;
  /** How many outages there were. */
  outages = 0;
}
