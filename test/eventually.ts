import { expect } from 'vitest';

/** Waits until a check no longer throws, as long as `expect.poll` does. @throws the last error of the check. */
export async function eventually(check: () => unknown): Promise<void> {
  await expect.poll(async () => void (await check())).toBeUndefined();
}
