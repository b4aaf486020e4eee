import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Finding, failure, ok, warning } from './finding.js';

const DEFAULT_PORT = '3000';

/** Looks whether the port of the application is free: that of the environment, else 3000. */
export async function checkPortIsFree(env: NodeJS.ProcessEnv): Promise<Finding> {
  const written = env['PORT'] || DEFAULT_PORT;
  const port = Number(written);
  if (!/^\d+$/.test(written) || port > 65_535) {
    return failure('port', `PORT is ${JSON.stringify(written)}`, 'a whole number from 0 to 65535');
  }
  if (port === 0) return ok('port', 'PORT is 0, the system chooses a free one');
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return ok('port', `port ${port} is free`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') {
      return failure('port', `port ${port} cannot be opened: ${code}`, 'choose another one: PORT=8080');
    }
    const other = port === 65_535 ? port - 1 : port + 1;
    return warning(
      'port',
      `port ${port} is taken by another process`,
      `stop it, or take another one: PORT=${other}`,
    );
  } finally {
    server.close();
  }
}
