import { expect, it } from '@jest/globals';
import { InputAccount, InputBudget } from '../../../src/transport/input-budget.js';

const PACKET = 256;

it('an account is full above its budget, and no more at half of it', () => {
  const account = new InputAccount(new InputBudget(100_000, 1_000_000));
  for (let i = 0; i < 10; i++) account.enter(10_000 - PACKET);
  expect(account.isFullFor(0)).toBe(false);
  account.enter(0);
  expect(account.isFullFor(0)).toBe(true);
  account.leave(0);
  for (let i = 0; i < 4; i++) account.leave(10_000 - PACKET);
  expect(account.isFullFor(0)).toBe(true);
  account.leave(10_000 - PACKET);
  expect(account.isFullFor(0)).toBe(false);
});

it('what is kept does not stop itself from being handed on', () => {
  const account = new InputAccount(new InputBudget(100_000, 100_000));
  account.keep(500_000);
  expect(account.isFullFor(0)).toBe(false);
});

it('the budget of a process stops those that use much of it, and nobody else', () => {
  const budget = new InputBudget(100_000, 150_000);
  const [one, other, small] = [budget, budget, budget].map((shared) => new InputAccount(shared));
  one?.enter(90_000);
  other?.enter(90_000);
  small?.enter(1_000);
  expect([one, other, small].map((account) => account?.isFullFor(0))).toEqual([true, true, false]);
  other?.leave(90_000);
  expect([one, other, small].map((account) => account?.isFullFor(0))).toEqual([true, false, false]);
  one?.leave(90_000);
  expect(one?.isFullFor(0)).toBe(false);
  small?.leave(1_000);
  expect([budget.used, budget.kept]).toEqual([0, 0]);
});

it('a large packet waits while the budget of the process is used, whoever sends it, and a small one does not', () => {
  const budget = new InputBudget(100_000, 150_000);
  const [one, newcomer] = [new InputAccount(budget), new InputAccount(budget)];
  one.enter(160_000);
  expect([newcomer.isFullFor(20_000), newcomer.isFullFor(1_000)]).toEqual([true, false]);
  newcomer.keep(500_000);
  one.leave(160_000);
  expect(newcomer.isFullFor(500_000)).toBe(false);
});

it('a connection ends at twice the budget of the process, unless it has little of it', () => {
  const budget = new InputBudget(100_000, 100_000);
  const [one, small] = [new InputAccount(budget), new InputAccount(budget)];
  small.enter(1_000);
  for (let i = 0; i < 2; i++) one.keep(99_000);
  expect([one.isExcessive, small.isExcessive]).toEqual([false, false]);
  one.keep(2_000);
  expect([one.isExcessive, small.isExcessive]).toEqual([true, false]);
  one.release(2_000);
  expect(one.isExcessive).toBe(false);
  one.releaseAll();
  small.leave(1_000);
  expect([budget.used, budget.kept]).toEqual([0, 0]);
});
