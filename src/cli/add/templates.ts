import type { NewFile } from '../files.js';
import type { Kind, Names } from '../names.js';

/** Makes the files of one kind of code. */
export type Template = (names: Names, testImport: string) => readonly NewFile[];

/** Templates of `gatewire add`. */
export const TEMPLATES: Readonly<Record<Kind, Template>> = {
  gateway: gatewayFiles,
  contract: contractFiles,
  middleware: middlewareFiles,
};

/** Writes a gateway without a contract, and its test. */
function gatewayFiles({ kebab, pascal }: Names, testImport: string): readonly NewFile[] {
  return [
    {
      path: `${kebab}.gateway.ts`,
      content: `import { type EventContext, Gateway, OnEvent } from 'gatewire';
import * as z from 'zod';

const message = z.object({ text: z.string().max(2000) });

@Gateway('/${kebab}')
export class ${pascal}Gateway {
  /** The returned value is the acknowledgement. */
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

/** Writes a contract, the gateway that serves it, and a test with a typed client. */
function contractFiles({ kebab, pascal, camel }: Names, testImport: string): readonly NewFile[] {
  return [
    {
      path: `${kebab}.contract.ts`,
      content: `import { defineContract } from 'gatewire/contract';
import * as z from 'zod';

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
  /** The returned value is the acknowledgement. */
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

/** Writes an injectable middleware that measures events, and a test with a gateway of its own. */
function middlewareFiles({ kebab, pascal }: Names, testImport: string): readonly NewFile[] {
  return [
    {
      path: `${kebab}.middleware.ts`,
      content: `import type { ConnectContext, EventContext, Middleware } from 'gatewire';

/** Its constructor may take services, with @inject. */
export class ${pascal}Middleware implements Middleware {
  /** Runs after auth, before the client is let in. Without \`next()\` the client stays outside. */
  async connect(ctx: ConnectContext, next: () => Promise<void>) {
    await next();
    ctx.log.info({ event: '${kebab}.connected' });
  }

  /** Runs around every event. The answer is the returned value, or that of \`next()\` when nothing is returned. */
  async event(ctx: EventContext, next: () => Promise<unknown>) {
    const start = performance.now();
    await next();
    ctx.log.info({ event: '${kebab}.called', name: ctx.event, ms: performance.now() - start });
  }
}
`,
    },
    {
      path: `${kebab}.middleware.test.ts`,
      content: testFile({
        testImport,
        imports: `import { ${pascal}Middleware } from './${kebab}.middleware.js';`,
        gatewireImports: 'Gateway, OnEvent, Use',
        title: 'lets a client in, and its events through',
        before: `@Gateway('/probe')
@Use(${pascal}Middleware)
class ProbeGateway {
  @OnEvent('echo')
  echo(payload: unknown) {
    return payload;
  }
}

`,
        gateway: 'ProbeGateway',
        body: `const client = await app.client.connect();
    assert.equal(await client.call('echo', 'hi'), 'hi');
    const events = app.log.records.map((record) => record['event']);
    assert.ok(events.includes('${kebab}.called'));`,
      }),
    },
  ];
}

/** Parts in which the written tests differ. */
interface TestParts {
  /** Module that `test` is imported from. */
  readonly testImport: string;
  readonly imports: string;
  /** Names imported from gatewire itself. */
  readonly gatewireImports?: string;
  /** Declarations ahead of the test. */
  readonly before?: string;
  readonly title: string;
  /** Class of the gateway under test. */
  readonly gateway: string;
  /** Lines of the test, which use `app`. */
  readonly body: string;
}

/** Writes a test that connects to the real server. Its assertions are those of Node, so that every runner can run it. */
function testFile({
  testImport,
  imports,
  gatewireImports,
  before = '',
  title,
  gateway,
  body,
}: TestParts): string {
  // In the order of linters: modules of Node, packages by name, files.
  const packages = [
    ...(gatewireImports === undefined ? [] : [`import { ${gatewireImports} } from 'gatewire';`]),
    "import { createTestApp } from 'gatewire/testing';",
  ];
  const test = `import { test } from '${testImport}';`;
  const sorted = testImport === 'vitest' ? [...packages, test] : [test, ...packages];
  return `import assert from 'node:assert/strict';
${sorted.join('\n')}
${imports}

${before}test('${title}', async () => {
  const app = await createTestApp(${gateway});
  try {
    ${body}
  } finally {
    await app.close();
  }
});
`;
}
