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
