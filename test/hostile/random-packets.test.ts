import { describeRandomPackets } from './random/visits.js';

// test/load has five times as many.
describeRandomPackets(20_000);
