import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** A request that a page of another site can have a browser send, or that parts of a server read in two ways. */
interface HostileRequest {
  readonly name: string;
  readonly query: string;
  readonly headers?: http.OutgoingHttpHeaders;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

const REQUESTS: readonly HostileRequest[] = [
  { name: 'JSONP, which a script element of any page reads', query: 'EIO=4&transport=polling&j=0' },
  ...['cross-site', 'same-site'].flatMap((site) => [
    {
      name: `a poll without Origin that a browser marks as ${site}`,
      query: 'EIO=4&transport=polling',
      headers: { 'Sec-Fetch-Site': site },
    },
    {
      name: `a WebSocket without Origin that a browser marks as ${site}`,
      query: 'EIO=4&transport=websocket',
      headers: { 'Sec-Fetch-Site': site, ...UPGRADE },
    },
  ]),
  ...['polling', 'websocket'].map((transport) => ({
    name: `${transport} of a page of another host`,
    query: `EIO=4&transport=${transport}`,
    headers: { Origin: 'https://hostile.example', ...(transport === 'websocket' ? UPGRADE : {}) },
  })),
  { name: 'two transports in one query', query: 'EIO=4&transport=polling&transport=polling' },
  { name: 'a key of the query with escapes', query: 'EIO=4&%74ransport=polling&transport=polling' },
  {
    name: 'an upgrade with a body',
    query: 'EIO=4&transport=websocket',
    headers: { ...UPGRADE, 'Content-Length': '5' },
  },
];

/** Opens sessions in ways that a server refuses by default. @returns the names of those that it let in */
export async function findOpenings(target: URL): Promise<readonly string[]> {
  const open: string[] = [];
  for (const one of REQUESTS) {
    const { status, body } = await ask(target, one);
    if (status === 101 || body.includes('"sid"') || body.includes('\\"sid\\"')) open.push(one.name);
  }
  return open;
}

function ask(target: URL, { query, headers = {} }: HostileRequest): Promise<Answer> {
  const { request } = target.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const sent = request(new URL(`/socket.io/?${query}`, target), { headers, agent: false }, (response) => {
      read(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '' });
    });
    // A server that cuts the connection lets nobody in.
    sent.on('error', () => resolve({ status: 0, body: '' }));
    sent.setTimeout(5_000, () => sent.destroy());
    sent.end();
  });
}

async function read(response: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return body;
}
