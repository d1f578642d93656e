import { keepYoungHeapSmall } from '../util/young-heap.ts';

// Workers run for days, several on one machine. Before the rest is loaded, which makes that part of the heap large.
if (process.argv[2] === 'worker') keepYoungHeapSmall();
await import('./run-process.ts');
