import { setFlagsFromString } from 'node:v8';

/** Those who keep it small. */
let holders = 0;

/**
 * Keeps the part of the heap for new objects from growing until this is disposed. V8 lets it grow to 100 MB in a process
 * that makes many objects for long, even where it keeps none of them, and never gives that back. V8 looks at the flag
 * only when that part is about to grow, and 2 is its usual value.
 */
export function keepYoungHeapSmall(): Disposable {
  holders += 1;
  setFlagsFromString('--semi-space-growth-factor=1');
  return {
    [Symbol.dispose]() {
      holders -= 1;
      if (holders === 0) setFlagsFromString('--semi-space-growth-factor=2');
    },
  };
}

/** By how many percent of what is alive the rest of the heap may grow before it is cleaned. */
const OLD_HEAP_GROWTH = 20;

/**
 * Has V8 clean the part of the heap for older objects sooner, for as long as this process lives. Otherwise it lets
 * garbage of several times of what is alive pile up where that is little and there is memory.
 */
export function keepOldHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${OLD_HEAP_GROWTH}`);
}
