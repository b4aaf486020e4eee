/** One random packet, and what a server owes to who sends it. */
export interface RandomPacket {
  /** Engine.IO packets, one after the other: the text, and the attachments that follow it. */
  readonly frames: readonly (string | Buffer)[];
  readonly namespace: string;
  /** Id of the acknowledgement that it asks for; null where it asks for none, or is too broken to tell. */
  readonly id: number | null;
  /** Whether the acknowledgement has to come; who has left its namespace may wait in vain. */
  readonly isOwed: boolean;
  /** Whether it asks to be let in, which is answered, too. */
  readonly isConnect: boolean;
  /** Whether the server may end the connection for it. */
  readonly mayEnd: boolean;
}

/** A packet; by itself it asks for nothing. */
export function packetOf(
  namespace: string,
  frames: RandomPacket['frames'],
  more: Partial<Omit<RandomPacket, 'namespace' | 'frames'>> = {},
): RandomPacket {
  return { frames, namespace, id: null, isOwed: true, isConnect: false, mayEnd: false, ...more };
}

/** How a namespace stands in a packet. */
export function prefix(namespace: string): string {
  return namespace === '/' ? '' : `${namespace},`;
}
