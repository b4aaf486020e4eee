import { afterEach, expect, it, jest } from '@jest/globals';
import { RecentTickets } from '../../../src/transport/tickets.js';

afterEach(() => void jest.useRealTimers());

it('lets a ticket count once', () => {
  const tickets = new RecentTickets(2);
  tickets.add('a');
  expect([tickets.take('a'), tickets.take('a'), tickets.take('b')]).toEqual([true, false, false]);
});

it('keeps the newest tickets, up to their number', () => {
  const tickets = new RecentTickets(2);
  for (const ticket of ['a', 'b', 'a', 'c']) tickets.add(ticket);
  expect(['a', 'b', 'c'].map((ticket) => tickets.take(ticket))).toEqual([true, false, true]);
});

it('forgets a ticket after half a minute', () => {
  jest.useFakeTimers();
  const tickets = new RecentTickets(2);
  tickets.add('a');
  jest.advanceTimersByTime(30_000);
  expect(tickets.take('a')).toBe(false);
});
