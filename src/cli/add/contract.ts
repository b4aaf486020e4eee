import type { NewFile } from '../files.js';
import type { Names } from '../names.js';
import { testFile } from './test-file.js';

/** A contract, the gateway that serves it, and a test with a typed client. */
export function contractFiles({ kebab, pascal, camel }: Names, testImport: string): readonly NewFile[] {
  return [
    {
      path: `${kebab}.contract.ts`,
      content: `import { defineContract } from 'gatewire/contract';
import { z } from 'zod';

/** Shared with clients, so that it imports nothing of the server. */
export const ${camel}Contract = defineContract('/${kebab}', {
  clientToServer: {
    'message:send': {
      payload: z.object({ text: z.string().max(2000) }),
      ack: z.object({ text: z.string() }),
    },
  },
  serverToClient: {
    'message:new': { payload: z.object({ text: z.string() }) },
  },
});
`,
    },
    {
      path: `${kebab}.gateway.ts`,
      content: `import { type ContextOf, gatewayFor, type PayloadsOf } from 'gatewire';
import { ${camel}Contract } from './${kebab}.contract.js';

const Kit = gatewayFor(${camel}Contract);
type Context = ContextOf<typeof Kit>;
type Payload = PayloadsOf<typeof ${camel}Contract>;

@Kit.Gateway()
export class ${pascal}Gateway {
  /** What it returns is the acknowledgement. */
  @Kit.OnEvent('message:send')
  send({ text }: Payload['message:send'], ctx: Context) {
    ctx.broadcast.emit('message:new', { text });
    return { text };
  }
}
`,
    },
    {
      path: `${kebab}.gateway.test.ts`,
      content: testFile({
        testImport,
        imports: `import { ${camel}Contract } from './${kebab}.contract.js';
import { ${pascal}Gateway } from './${kebab}.gateway.js';`,
        title: 'acknowledges a message, and tells the others',
        gateway: `${pascal}Gateway`,
        body: `const ann = await app.client.connect(${camel}Contract);
    const bob = await app.client.connect(${camel}Contract);
    assert.deepEqual(await ann.call('message:send', { text: 'hi' }), { text: 'hi' });
    assert.deepEqual(await bob.next('message:new'), { text: 'hi' });
    const tooLong = { text: 'x'.repeat(2001) };
    await assert.rejects(ann.call('message:send', tooLong), { code: 'INVALID_PAYLOAD' });`,
      }),
    },
  ];
}
