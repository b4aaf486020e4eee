import { connect } from 'gatewire/client';
import { byId, create } from './dom.js';
import type { files as contract, StoredFile } from './shared.js';
import { transfer } from './transfer.js';
import { sizeOf } from './words.js';

const server = connect<typeof contract>('/files');
const chooser = byId('chooser', HTMLInputElement);
const zone = byId('zone', HTMLElement);
const transfers = byId('transfers', HTMLUListElement);
const stored = byId('stored', HTMLUListElement);
const status = byId('connection', HTMLElement);
/** The files on the server, as entries of the list, by their id. */
const files = new Map<string, HTMLElement>();
let last: Promise<unknown> = Promise.resolve();

const STATES = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  refused: 'Refused',
  closed: 'Closed',
} as const;

function showState(): void {
  status.dataset['state'] = server.state;
  status.textContent = STATES[server.state];
}

function showFiles(all: readonly StoredFile[]): void {
  files.clear();
  for (const file of all) files.set(file.id, entryOf(file));
  showList();
}

/** It may be in the list that came before. */
function addFile(file: StoredFile): void {
  files.set(file.id, entryOf(file));
  showList();
}

function showList(): void {
  byId('none', HTMLElement).hidden = files.size > 0;
  stored.replaceChildren(...files.values());
}

function entryOf({ id, name, size, sha256 }: StoredFile): HTMLElement {
  const link = create('a', 'name', name);
  link.href = `/files/${id}`;
  const entry = create('li', 'entry');
  entry.append(link, create('span', 'size', sizeOf(size)), create('span', 'sum', sha256));
  return entry;
}

// One after the other: each has all of the line, and the server bounds the chunks of a connection, not of a file.
function send(chosen: FileList | null | undefined): void {
  for (const file of chosen ?? []) {
    const turn = last;
    last = Promise.all([turn, transfer(server, file, transfers, turn)]);
  }
}

server.subscribe(showState);
server.subscribe(() => {
  if (server.state === 'connected') server.call('file:list').then(showFiles, () => {});
});
server.on('file:added', addFile);
chooser.addEventListener('change', () => {
  send(chooser.files);
  chooser.value = ''; // so that the same file can be chosen again
});
for (const type of ['dragover', 'dragleave', 'drop'] as const) {
  zone.addEventListener(type, (event) => {
    event.preventDefault();
    zone.classList.toggle('over', type === 'dragover');
    if (type === 'drop') send(event.dataTransfer?.files);
  });
}
// What a tunnel or a sleeping laptop does: the connection is gone, and nobody was told.
byId('drop', HTMLButtonElement).addEventListener('click', () => server.socket.io.engine.close());
showState();
