import { app } from './app.js';

await app.run(Number(process.env['PORT'] || 3000));
