import { afterEach, describe, expect, it } from '@jest/globals';
import { addressOf, connect } from '../../../src/client/connect.js';

describe('the address', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'location');
  });

  it.each([
    [{}, 'undefined'],
    [{ team: '' }, "''"],
    [{ team: 'a/b' }, "'a/b'"],
    [{ team: 'a b' }, "'a b'"],
    [{ team: 'x'.repeat(129) }, 'xxx'],
    [{ team: 5 }, '5'],
    [{ team: null }, 'null'],
  ])('refuses %j as parameters, and says what was given', (params, given) => {
    const open = () => connect('/team/:team', 'http://localhost:1', { params: params as never });
    expect(open).toThrow(TypeError);
    expect(open).toThrow('parameter `team` of `/team/:team` is ');
    expect(open).toThrow(given);
  });

  it('refuses what is no contract and no namespace', () => {
    expect(() => connect(undefined as unknown as string, 'http://localhost:1')).toThrow(
      "connect needs a contract or a namespace such as '/chat', not undefined",
    );
    expect(() => connect('chat', 'http://localhost:1')).toThrow("not 'chat'");
    expect(() => connect({} as string, 'http://localhost:1')).toThrow('not [object Object]');
  });

  it('joins base and namespace', () => {
    expect(addressOf('https://a.example', '/chat')).toBe('https://a.example/chat');
    expect(addressOf('http://[::1]:3000/', '/')).toBe('http://[::1]:3000/');
    expect(addressOf('localhost:3000', '/chat')).toBe('localhost:3000/chat');
    for (const base of ['https://a.example/app', 'https://a.example?x=1', '/app', 'https:///']) {
      expect(() => addressOf(base, '/chat')).toThrow('expected the base of a server');
    }
  });

  it('is the origin of the page where none is given; without a page nothing opens', async () => {
    const connection = connect('/chat');
    connection.connect();
    await new Promise((resolve) => setImmediate(resolve));
    expect([connection.state, connection.socket.active]).toEqual(['connecting', false]);
    connection.close();
    expect(connection.state).toBe('closed');
    Object.assign(globalThis, { location: {} });
    expect(addressOf('', '/chat')).toBe('/chat');
  });

  it('fills in whole segments only', () => {
    expect(addressOf('http://a', '/a:b/:c', { c: 'd', b: 'x' })).toBe('http://a/a:b/d');
  });
});
