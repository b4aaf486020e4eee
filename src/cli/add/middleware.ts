import type { NewFile } from '../files.js';
import type { Names } from '../names.js';
import { testFile } from './test-file.js';

/** An injectable middleware that times events, and a test with a gateway of its own. */
export function middlewareFiles({ kebab, pascal }: Names, testImport: string): readonly NewFile[] {
  return [
    {
      path: `${kebab}.middleware.ts`,
      content: `import type { ConnectContext, EventContext, Middleware } from 'gatewire';

/** It may ask for services in its constructor, with @inject. */
export class ${pascal}Middleware implements Middleware {
  /** Runs after auth, before the client is let in. Without \`next()\` nobody comes in. */
  async connect(ctx: ConnectContext, next: () => Promise<void>) {
    await next();
    ctx.log.info({ event: '${kebab}.connected' });
  }

  /** Runs around every event. What it returns is the answer, or what \`next()\` gave when it returns nothing. */
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
