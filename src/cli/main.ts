import { keepOldHeapSmall, keepYoungHeapSmall } from '../util/small-heap.ts';

// Workers run for days, several on one machine. Before the rest is loaded, which alone makes the heap large.
if (process.argv[2] === 'worker') {
  keepYoungHeapSmall();
  keepOldHeapSmall();
}
await import('./run-process.ts');
