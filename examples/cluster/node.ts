// One node as a process of its own, started by main.ts, or as a container by compose.yaml.
import { app } from './app.js';

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM')); // main.ts is gone
await app.run(Number(process.env['PORT']), process.env['HOST'] || '127.0.0.1');
process.send?.('ready');
