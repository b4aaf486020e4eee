// The page of the cluster. What it shows is in view.ts.
import { connect, GatewireError } from 'gatewire/client';
import type { cluster } from '../cluster.contract.js';
import { byId, showGuests, showMessage, showNodes, showProblem, showServed, showState } from './view.js';

/** Another name for each window; a reload keeps it. */
const name = sessionStorage.getItem('cluster:name') ?? `Guest ${Math.floor(1_000 + Math.random() * 9_000)}`;
sessionStorage.setItem('cluster:name', name);

const server = connect<typeof cluster>('/cluster', '', {
  auth: { name },
  socket: { reconnectionDelayMax: 2_000 },
});

server.subscribe(() => {
  showState(server.state);
  if (server.state === 'connected') showProblem('');
});

server.on('welcome', ({ id, node, nodes }) => {
  showServed(id, node, name);
  showNodes(nodes, order);
});
server.on('nodes:changed', ({ nodes }) => showNodes(nodes, order));
server.on('guests:changed', ({ guests }) => showGuests(guests));
server.on('message:new', (message) => showMessage(message, false));
server.onException(({ error }) => showProblem(error.message));

/** What a click on the button of a node asks for. */
function order(event: 'node:stop' | 'node:start', node: 'one' | 'two'): void {
  showProblem('');
  server.emit(event, { node });
}

const composer = byId('composer', HTMLFormElement);
const field = byId('text', HTMLInputElement);
composer.addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text === '') return;
  field.value = '';
  try {
    showMessage(await server.call('message:send', { text }), true);
    showProblem('');
  } catch (error) {
    if (field.value === '') field.value = text;
    showProblem(GatewireError.is(error) ? error.message : String(error));
  }
});
