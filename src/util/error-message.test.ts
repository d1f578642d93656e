import { expect, test } from 'vitest';
import { errorMessage } from './error-message.ts';

test.each([
  ['Authorization: Bearer abcdef123456.xyz', 'Authorization: Bearer [redacted]'],
  ['GET https://x.example/v1?key=AIzaSyA1234567890abcdefghij', 'GET https://x.example/v1?key=[redacted]'],
  ['"api_key": "0123456789abcdef"', '"api_key": "[redacted]"'],
  ['Incorrect API key provided: sk-proj-abcDEF123456789.', 'Incorrect API key provided: [redacted].'],
  ['token hf_abcdefghijklmnop is bad', 'token [redacted] is bad'],
  ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic [redacted]'],
  ['GET https://user:secret@x.example/', 'GET https://[redacted]@x.example/'],
  ['"token": "0123456789abcdef"', '"token": "[redacted]"'],
  ['nothing to hide: key = 5', 'nothing to hide: key = 5'],
])('%s', (message, expected) => {
  expect(errorMessage(new Error(message))).toBe(expected);
});

test('anything thrown has a message', () => {
  expect(errorMessage('text')).toBe('text');
  expect(errorMessage(undefined)).toBe('undefined');
  expect(errorMessage(new RangeError())).toBe('RangeError');
});
