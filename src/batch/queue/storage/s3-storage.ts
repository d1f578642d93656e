import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidArgumentError, JobError } from '../../../error/index.ts';
import { type HubSource, isHubPath } from '../../../records/index.ts';
import type { Environment } from '../../../util/environment.ts';
import { recordInput } from '../../input/record-files.ts';
import { type Manifest, readManifest } from '../../job/manifest.ts';
import { MANIFEST_FILE } from '../../journal/job-files.ts';
import type { SegmentStore } from '../../journal/segment-store.ts';
import type { StoragePatience } from '../retrying-store.ts';
import type { JobStorage } from './job-storage.ts';
import { openBucket, type S3Bucket } from './s3-bucket.ts';

/** How the name of a file of the input begins that lies in the storage. */
const PUBLISHED = 'storage:';
/** Reading goes on where it broke off, so many times in a row, after so many milliseconds. */
const READS = 20;
const READ_WAIT_MS = 3000;

/** Objects under a prefix as a store. */
class BucketStore implements SegmentStore {
  readonly #bucket: S3Bucket;
  readonly #folder: string;

  constructor(bucket: S3Bucket, folder: string) {
    this.#bucket = bucket;
    this.#folder = folder;
  }

  async list(prefix = ''): Promise<readonly string[]> {
    const names = await this.#bucket.list(this.#folder + prefix);
    return names.map((name) => name.slice(this.#folder.length));
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#bucket.read(this.#folder + name);
  }

  commit(name: string, content: Uint8Array): Promise<boolean> {
    return this.#bucket.create(this.#folder + name, content);
  }

  remove(name: string): Promise<void> {
    return this.#bucket.remove(this.#folder + name);
  }
}

/** The storage of a job in a bucket. @throws InvalidArgumentError, MissingDependencyError. */
export async function openS3Storage(
  url: string,
  options: { readonly env: Environment; readonly patience: StoragePatience },
): Promise<JobStorage> {
  const bucket = await openBucket(url, options);
  const files = new BucketStore(bucket, '');
  return {
    url,
    files,
    segments: new BucketStore(bucket, 'segments/'),
    logs: new BucketStore(bucket, 'open/'),
    spending: undefined,
    workFolder: join(tmpdir(), 'llm-blender-work', hash('sha256', url).slice(0, 16)),
    publish: async (paths, manifest) => {
      await publishManifest(files, manifest, bucket.name);
      const published: string[] = [];
      for (const [index, path] of paths.entries()) {
        published.push(isHubPath(path) ? path : await publishFile(bucket, path, { index, manifest }));
      }
      return published;
    },
    input: (given) =>
      recordInput(given, async (path) =>
        path.startsWith(PUBLISHED) ? [await openObject(bucket, path.slice(PUBLISHED.length))] : undefined,
      ),
  };
}

async function publishManifest(files: SegmentStore, manifest: Manifest, name: string): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  if (await files.commit(MANIFEST_FILE, Buffer.from(text))) return;
  const there = await readManifest(files);
  if (JSON.stringify(there) === JSON.stringify(manifest)) return;
  throw new JobError({
    reason: 'damaged',
    message: `There is another job in ${name}, begun with something else. Name another prefix, or remove what is there.`,
  });
}

/** Its name has the content and the place in the list; the last part stays, since ids and formats may depend on it. */
async function publishFile(
  bucket: S3Bucket,
  path: string,
  { index, manifest }: { readonly index: number; readonly manifest: Manifest },
): Promise<string> {
  const content = hash('sha256', JSON.stringify(manifest.input)).slice(0, 16);
  const name = `input/${content}/${index}/${basename(path)}`;
  const { size } = await stat(path);
  if ((await bucket.head(name))?.bytes !== size) {
    await bucket.write(name, createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>);
  }
  return `${PUBLISHED}${name}`;
}

async function openObject(bucket: S3Bucket, name: string): Promise<HubSource> {
  const found = await bucket.head(name);
  if (found === undefined) {
    throw new InvalidArgumentError({ parameter: 'input', value: `${bucket.name}${name}`, message: 'it is not there.' });
  }
  const { bytes, etag } = found;
  const slice = async (start: number, end: number): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of read(bucket, name, { start, end: Math.min(end, bytes) })) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const source = (start: number) => ({ name, chunks: read(bucket, name, { start, end: bytes }) });
  return {
    ...source(0),
    bytes,
    etag,
    commit: etag,
    ranges: { bytes, slice },
    slice,
    again: () => ({ ...source(0), ranges: { bytes, slice } }),
    from: (after) => ({ ...source(after.bytes), after }),
  };
}

/** Reads on where the storage breaks off. */
async function* read(
  bucket: S3Bucket,
  name: string,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array, void> {
  let position = start;
  for (let failures = 0; position < end;) {
    try {
      for await (const chunk of bucket.stream(name, position, end)) {
        position += chunk.length;
        failures = 0;
        yield chunk;
      }
    } catch (error) {
      failures += 1;
      if (failures >= READS) throw error;
      await delay(READ_WAIT_MS * Math.random());
    }
  }
}
