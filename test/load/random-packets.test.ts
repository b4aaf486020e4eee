import { describeRandomPackets } from '../hostile/random/visits.js';

describeRandomPackets(100_000);
