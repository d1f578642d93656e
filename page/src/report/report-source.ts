import { blockId, DATA_ID, type ReportData, type ReportExample } from '../../../src/evaluate/report/report-data.ts';

const blocks = new Map<number, Promise<readonly ReportExample[]>>();

/** What the report has at once. */
export function readReport(): Promise<ReportData> {
  return unpack<ReportData>(DATA_ID);
}

/** An example by its place in the list of all. Its block is unpacked at the first one of it. */
export async function readExample(place: number, blockSize: number): Promise<ReportExample> {
  const index = Math.floor(place / blockSize);
  const block = blocks.get(index) ?? unpack<readonly ReportExample[]>(blockId(index));
  blocks.set(index, block);
  const example = (await block)[place % blockSize];
  if (example === undefined) throw new Error(`The report has no example ${place + 1}.`);
  return example;
}

async function unpack<DATA>(id: string): Promise<DATA> {
  const text = document.getElementById(id)?.textContent;
  if (text === undefined || text === null) throw new Error(`The report has no part ${id}. Is the file whole?`);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as DATA;
}
