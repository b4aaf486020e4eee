// One node as a process of its own, started by main.ts.
import { randomBytes } from 'node:crypto';
import { app } from './app.js';
import { thisNode } from './this-node.js';

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM')); // main.ts is gone
await app.run(Number(process.env['PORT']), '127.0.0.1');
// nginx.ts reads from the id of a session which node has it.
app.io.engine.generateId = () => `${thisNode}.${randomBytes(15).toString('base64url')}`;
process.send?.('ready');
