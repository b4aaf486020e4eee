import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsInt, IsString, ValidateNested } from 'class-validator';
import { Gateway, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { schemaOf } from '../fixtures/class-validator/schema-of.js';

class Item {
  @IsString() name!: string;
  @IsInt() count!: number;
}

class Order {
  @IsString() customer!: string;
  @ValidateNested() @Type(() => Item) item!: Item;
}

@Gateway('/shop')
class Shop {
  @OnEvent('order', { payload: schemaOf(Order) }) order(order: Order) {
    return { isOrder: order instanceof Order, ...order };
  }
}

it('validates with class-validator through the adapter of the docs', async () => {
  await using test = await createTestApp(Shop);
  const client = await test.client.connect();
  const item = { name: 'pen', count: 2 };
  expect(await client.call('order', { customer: 'Ann', item, role: 'admin' })).toEqual({
    isOrder: true,
    customer: 'Ann',
    item,
  });
  await expect(
    client.call('order', { customer: 5, item: { name: 'pen', count: 'two' } }),
  ).rejects.toMatchObject({
    code: 'INVALID_PAYLOAD',
    details: [
      { path: ['customer'], message: 'customer must be a string' },
      { path: ['item', 'count'], message: 'count must be an integer number' },
    ],
  });
  for (const wrong of [null, 'text', [], 5]) {
    await expect(client.call('order', wrong)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
  }
});

it('is the adapter of the docs', () => {
  const adapter = readFileSync('test/fixtures/class-validator/schema-of.ts', 'utf8');
  expect(readFileSync('docs/how-to/class-validator.md', 'utf8')).toContain(adapter);
});
