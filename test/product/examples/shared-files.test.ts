import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

// Each example goes into projects as it stands, and so has a copy of its own of what it shares with another one.
describe('what both chats have', () => {
  it.each(['script.ts', 'page/tsconfig.json', 'public/base.css', 'public/icon.svg'])(
    '%s is the same',
    (file) => {
      const [chat, secure] = ['chat', 'secure-chat'].map((name) =>
        readFileSync(`examples/${name}/${file}`, 'utf8'),
      );
      expect(secure).toBe(chat);
    },
  );
});
