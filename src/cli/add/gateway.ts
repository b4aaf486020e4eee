import type { NewFile } from '../files.js';
import type { Names } from '../names.js';
import { testFile } from './test-file.js';

/** A gateway without a contract, and its test. */
export function gatewayFiles({ kebab, pascal }: Names, testImport: string): readonly NewFile[] {
  return [
    {
      path: `${kebab}.gateway.ts`,
      content: `import { type EventContext, Gateway, OnEvent } from 'gatewire';
import { z } from 'zod';

const message = z.object({ text: z.string().max(2000) });

@Gateway('/${kebab}')
export class ${pascal}Gateway {
  /** What it returns is the acknowledgement. */
  @OnEvent('message:send', { payload: message })
  send({ text }: z.infer<typeof message>, ctx: EventContext) {
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
        imports: `import { ${pascal}Gateway } from './${kebab}.gateway.js';`,
        title: 'acknowledges a message, and tells the others',
        gateway: `${pascal}Gateway`,
        body: `const [ann, bob] = [await app.client.connect(), await app.client.connect()];
    assert.deepEqual(await ann.call('message:send', { text: 'hi' }), { text: 'hi' });
    assert.deepEqual(await bob.next('message:new'), { text: 'hi' });
    await assert.rejects(ann.call('message:send', { text: 7 }), { code: 'INVALID_PAYLOAD' });`,
      }),
    },
  ];
}
