import { expect, it, jest } from '@jest/globals';
import { SocketActivity } from '../../../src/runtime/activity.js';
import type { SocketState } from '../../../src/runtime/types.js';

const stateWith = (whenLeaving: SocketState['whenLeaving']) =>
  ({ leftBecause: null, whenLeaving }) as unknown as SocketState;

it('listens for the end of its client while it runs, and no longer', () => {
  const forget = jest.fn();
  const whenLeaving = jest.fn(() => forget);
  const activity = new SocketActivity(stateWith(whenLeaving));
  expect(activity.signal.aborted).toBe(false);
  expect(whenLeaving).toHaveBeenCalledTimes(1);
  void activity.release(() => {});
  expect(forget).toHaveBeenCalledTimes(1);
});

it('keeps no listener for a signal that is asked for after its end', () => {
  const whenLeaving = jest.fn(() => () => {});
  const activity = new SocketActivity(stateWith(whenLeaving));
  void activity.release(() => {});
  expect(activity.signal.aborted).toBe(false);
  expect(whenLeaving).not.toHaveBeenCalled();
});
