import { devNull } from 'node:os';
import { close, listen } from './fake-hub.ts';
import { fakeWheel } from './fake-wheel.ts';

/** A Python package index with packages of one file each, `<name>/data.bin`, in version 1.0.0. */
export interface FakeIndex extends AsyncDisposable {
  /** What makes pip ask this index and nobody else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `page` = the index never answers, `wheel` = the body of a wheel pauses in the middle. */
  hangs: 'page' | 'wheel' | undefined;
  /** Resolves when a request is left hanging. */
  readonly hanging: Promise<void>;
  readonly paths: string[];
}

export async function startFakeIndex(contents: Readonly<Record<string, Buffer>>): Promise<FakeIndex> {
  const wheels = new Map(
    Object.entries(contents).map(([name, content]) => [name, fakeWheel(name, `${name}/data.bin`, content)]),
  );
  const hanging = Promise.withResolvers<void>();
  const { server, url } = await listen((request, response) => {
    const path = request.url ?? '';
    index.paths.push(path);
    const wheel = [...wheels].find(([name, { file }]) => path === `/simple/${name}/` || path === `/files/${file}`)?.[1];
    if (wheel === undefined) response.writeHead(404).end();
    else if (path.startsWith('/simple/')) {
      if (index.hangs === 'page') return hanging.resolve();
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<!DOCTYPE html><html><body><a href="/files/${wheel.file}">${wheel.file}</a></body></html>`);
    } else {
      response.writeHead(200, { 'content-type': 'application/zip', 'content-length': wheel.bytes.length });
      if (index.hangs === 'wheel')
        response.write(wheel.bytes.subarray(0, wheel.bytes.length / 2), () => hanging.resolve());
      else response.end(wheel.bytes);
    }
  });
  const inherited = Object.entries(process.env).filter(([name]) => !/^PIP_|^HF_|^LLM_BLENDER_/.test(name));
  const index: FakeIndex = {
    env: { ...Object.fromEntries(inherited), PIP_CONFIG_FILE: devNull, PIP_INDEX_URL: `${url}/simple/` },
    hangs: undefined,
    hanging: hanging.promise,
    paths: [],
    [Symbol.asyncDispose]: () => close(server),
  };
  return index;
}
