import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startFake } from '../../../src/server/__fixtures__/fake-server.ts';
import { pageFiles } from '../../../src/server/page/page-files.ts';
import { chooseEncoding } from '../../../src/server/page/serve-page.ts';

/** Bytes of compressed script that the page and its reports may have together. */
const MOST_SCRIPT = 250_000;

/** A script that the page loads, and not that of reports that are files. */
function isAsset(name: string): boolean {
  return /^\/assets\/.*\.js$/.test(name);
}

test('the script of the page is small, and nothing of it is inline or from elsewhere', async () => {
  const files = await pageFiles();
  const sizes = [...files].filter(([name]) => isAsset(name)).map(([, { bytes }]) => bytes.gzip?.length ?? Infinity);
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_SCRIPT);
  const html = Buffer.from(files.get('/index.html')?.bytes.identity ?? []).toString();
  expect(html).not.toMatch(/<style|<script(?![^>]* src=)|https?:|\son\w+=|style=/);
  for (const [name, { bytes }] of files) {
    if (name.endsWith('.css')) expect(Buffer.from(bytes.identity ?? []).toString()).not.toMatch(/url\((?!#)|@import/);
  }
  expect(Buffer.from(files.get('/licenses.txt')?.bytes.identity ?? []).toString()).toMatch(/^react 19/m);
});

test('each file comes in the form the client takes, and once', async () => {
  const server = await startFake();
  const asset = [...(await pageFiles()).keys()].find(isAsset) ?? '';
  const plain = await fetch(server.url + asset, { headers: { 'accept-encoding': 'identity' } });
  const text = await plain.text();
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  for (const [name, unpack] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const file = (await pageFiles()).get(asset);
    expect(unpack(file?.bytes[name] ?? new Uint8Array()).toString()).toBe(text);
    const response = await fetch(server.url + asset, { headers: { 'accept-encoding': name } });
    expect(response.headers.get('content-encoding')).toBe(name);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    // fetch unpacks it.
    expect(await response.text()).toBe(text);
    const etag = response.headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await fetch(server.url + asset, { headers: { 'accept-encoding': name, 'if-none-match': known } });
      expect([known, again.status]).toEqual([known, 304]);
    }
    const stale = await fetch(server.url + asset, { headers: { 'accept-encoding': name, 'if-none-match': '"other"' } });
    expect(stale.status).toBe(200);
  }
  const page = await fetch(`${server.url}/`);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
  for (const path of [
    '/assets/../../package.json',
    '/assets/%2e%2e/package.json',
    '/assets/none.js',
    '/index.html.br',
    '/.env',
  ]) {
    expect([path, (await fetch(server.url + path)).status]).toEqual([path, 404]);
  }
  const head = await fetch(`${server.url}/`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['GZIP;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['br;q=0, *', 'gzip'],
  ['identity', 'identity'],
])('accept-encoding %s: %s', (accepted, encoding) => expect(chooseEncoding(accepted)).toBe(encoding));
