import { describe, expect, it } from '@jest/globals';
import { Gateway, type Limits, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { isPacket, RawClient } from './client/raw-client.js';
import { WebSocketWire } from './client/websocket-wire.js';

@Gateway('/team/:team')
class Team {
  @OnEvent('ping') ping() {
    return 'pong';
  }
}

const PATH = '/socket.io/?EIO=3&transport=websocket';
const QUERY = `?token=${'x'.repeat(1_000)}`;

describe('a query behind the name of a namespace, as clients of version 2 write it', () => {
  const start = async (limits: Partial<Limits>) => {
    const options = { socket: { allowEIO3: true }, limits: { ...limits, closeTimeoutMs: 50 } };
    const test = await createTestApp(Team, options);
    const client = new RawClient(new WebSocketWire(test.app.address?.port as number, PATH));
    await client.waitFor(({ text }) => text.startsWith('0{'), 'the handshake');
    const enter = async (name: string): Promise<string> => {
      const from = client.frames.length;
      client.packet(`0${name}${QUERY},`);
      const isAnswer = ({ text }: { text: string }) => isPacket(text, '0', name) || isPacket(text, '4', name);
      return (await client.waitFor(isAnswer, `an answer for ${name}`, from)).text.slice(0, 2);
    };
    return { test, client, enter };
  };

  it('does not pass the bound of instances', async () => {
    const { test, client, enter } = await start({ namespaceInstances: 5, refusalsInARow: 1_000 });
    await using _ = test;
    const answers: string[] = [];
    for (let i = 0; i < 30; i++) answers.push(await enter(`/team/${i}`));
    expect(answers).toEqual([...Array<string>(5).fill('40'), ...Array<string>(25).fill('44')]);
    expect(test.app.io._nsps.size).toBeLessThan(8);
    client.destroy();
  });

  it('does not count for a namespace that was left', async () => {
    const { test, client, enter } = await start({ namespacesPerConnection: 2 });
    await using _ = test;
    expect(await enter('/team/keep')).toBe('40');
    for (let i = 0; i < 5; i++) {
      expect(await enter(`/team/${i}`)).toBe('40');
      client.packet(`1/team/${i}${QUERY},`);
      await client.roundTrip('/team/keep');
    }
    client.destroy();
  });
});
