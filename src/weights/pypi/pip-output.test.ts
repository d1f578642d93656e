import { expect, test } from 'vitest';
import { PipOutput } from './pip-output.ts';

test('reports when pip has started, and when its index has answered', () => {
  const output = new PipOutput();
  expect([output.hasStarted, output.hasAnswered]).toEqual([false, false]);
  output.add('Created temporary directory: x');
  output.add('Looking in indexes: https://example.com/simple');
  output.add('Starting new HTTPS connection (1): example.com:443');
  expect([output.hasStarted, output.hasAnswered]).toEqual([true, false]);
  output.add('  Found link https://example.com/a-1.0-py3-none-any.whl (from x), version: 1.0');
  expect(output.hasAnswered).toBe(true);
});

test('says why, without the layers around it and without passwords', () => {
  const unreachable = new PipOutput();
  unreachable.add(
    "Could not fetch URL https://me:secret@example.com/simple/a/: connection error: HTTPSConnectionPool(host='example.com', " +
      "port=443): Max retries exceeded (Caused by NewConnectionError('<x>: Failed: [Errno 113] No route to host')) - skipping",
  );
  unreachable.add('ERROR: No matching distribution found for a==1.0');
  expect(unreachable.failureReason(1)).toBe('the package index cannot be reached (No route to host).');

  const proxy = new PipOutput();
  proxy.add(
    'Could not fetch URL https://example.com/: connection error: no way to https://me:secret@proxy/ - skipping',
  );
  expect(proxy.failureReason(1)).toBe(
    'the package index cannot be reached (connection error: no way to https://proxy/).',
  );

  const refused = new PipOutput();
  refused.add('Could not fetch URL https://example.com/a/: 404 Client Error: Not Found for url: x - skipping');
  refused.add('ERROR: No matching distribution found for a==1.0');
  expect(refused.failureReason(1)).toBe(
    'pip: No matching distribution found for a==1.0 (the package index answered 404)',
  );

  const other = new PipOutput();
  other.add('ERROR: Invalid requirement');
  expect(other.failureReason(1)).toBe('pip: Invalid requirement');
  expect(new PipOutput().failureReason(2)).toBe('pip failed with exit code 2.');
});
