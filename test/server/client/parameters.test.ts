import { expect, it } from '@jest/globals';
import { type EventContext, Gateway, OnEvent } from '../../../src/index.js';
import { describeMatrix } from '../../../src/testing/index.js';
import { startSampleServer } from './sample-server.js';

@Gateway('/team/:team/desk/:desk')
class Team {
  @OnEvent('where') where(_: unknown, { params }: EventContext) {
    return params;
  }
}

describeMatrix('the parameters of a namespace', (cell) => {
  it('lead to its instance', async () => {
    await using server = await startSampleServer(Team, cell);
    const team = server.connect('/team/:team/desk/:desk', { params: { team: 'a~1', desk: 'b.c' } });
    expect(await team.call('where')).toEqual({ team: 'a~1', desk: 'b.c' });
    expect(team.params).toEqual({ team: 'a~1', desk: 'b.c' });
    expect(Object.isFrozen(team.params)).toBe(true);
    const other = server.connect('/team/b/desk/2');
    expect(await other.call('where')).toEqual({ team: 'b', desk: '2' });
    expect(other.params).toEqual({});
  });
});
