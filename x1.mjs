import {createRequire} from 'node:module';
const r=createRequire(process.cwd()+'/package.json');
process.setSourceMapsEnabled(true);
const v=process.argv[2];
if (v==='api') (await import('tsx/esm/api')).register(); else await import(r.resolve('tsx'));
const {app}=await import(process.cwd()+'/examples/chat/app.ts');
const p=app.plan();
for (const n of p.namespaces) for (const g of n.gateways) { console.log(g.name,g.at.location,g.at.source); for (const e of n.events) console.log(e.name,e.handler.at.location)}
