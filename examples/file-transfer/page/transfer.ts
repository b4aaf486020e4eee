import type { Connection } from 'gatewire/client';
import { checksum } from './checksum.js';
import { create } from './dom.js';
import { type files, MAX_FILE_BYTES } from './shared.js';
import { upload } from './upload.js';
import { durationOf, percentOf, reasonOf, sizeOf } from './words.js';

/**
 * Uploads a file and shows how it goes, in an entry of the list.
 *
 * @param turn - resolves when it may begin
 */
export async function transfer(
  server: Connection<typeof files>,
  file: File,
  list: HTMLElement,
  turn: Promise<unknown>,
): Promise<void> {
  const row = create('li', 'entry');
  const name = create('strong', 'name', file.name);
  const bar = create('progress', 'bar');
  const text = create('p', 'state', 'waits for its turn');
  const sums = create('dl', 'sums');
  const cancel = create('button', 'secondary', 'Cancel');
  cancel.type = 'button';
  cancel.setAttribute('aria-label', `Cancel ${file.name}`);
  bar.max = Math.max(file.size, 1);
  bar.value = 0; // without a value it would move while it waits, and after a failure
  bar.setAttribute('aria-label', `Upload of ${file.name}`);
  row.append(name, cancel, bar, text, sums);
  list.prepend(row);

  const abort = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    cancel.addEventListener('click', () => {
      abort.abort(new Error('cancelled'));
      reject(abort.signal.reason);
    });
  });
  cancelled.catch(() => {}); // the upload tells of it, once it has begun
  let resumed = 0;
  const show = (state: string, words: string): void => {
    row.dataset['state'] = state;
    text.textContent = words;
  };
  try {
    if (file.size > MAX_FILE_BYTES) throw new Error(`larger than ${sizeOf(MAX_FILE_BYTES)}`);
    await Promise.race([turn, cancelled]);
    const startedAt = performance.now();
    const own = checksum(file);
    own.catch(() => {}); // it is awaited at the end
    const stored = await upload(
      server,
      file,
      {
        moved: (offset) => {
          bar.value = offset;
          const perSecond = offset / ((performance.now() - startedAt) / 1_000);
          const left = durationOf((file.size - offset) / perSecond);
          const percent = percentOf(offset, file.size);
          show('moving', `${percent} % of ${sizeOf(file.size)}, ${sizeOf(perSecond)}/s, ${left} left`);
        },
        held: (offset) => {
          resumed++;
          show(
            'held',
            `${percentOf(offset, file.size)} %: the connection is lost, it goes on when it is back`,
          );
        },
      },
      abort.signal,
    );
    bar.value = bar.max;
    const here = await own;
    for (const [title, sum] of [
      ['SHA-256 here', here ?? 'only on pages that came over https'],
      ['SHA-256 on the server', stored.sha256],
    ] as const) {
      sums.append(create('dt', '', title), create('dd', '', sum));
    }
    const times = resumed === 1 ? 'once' : `${resumed} times`;
    const whole = `${sizeOf(file.size)}${resumed === 0 ? '' : `, interrupted ${times}`}`;
    if (here === null) show('done', `${whole}: on the server`);
    else if (here === stored.sha256) show('done', `${whole}: both checksums are the same`);
    else show('failed', 'the checksums differ: the file changed while it was read');
  } catch (error) {
    show('failed', reasonOf(error));
  } finally {
    cancel.remove();
  }
}
